package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.plan.Plan;
import dev.cutover.port.Call;
import dev.cutover.port.ErrorFeed;
import dev.cutover.port.PortException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests and 5xx answers of one host as Cloudflare's edge counted them, minute by minute.
 *
 * <p>Counts are estimates from samples, and late: about five minutes. A minute nobody counted
 * requests in has no bucket, whatever else is said of it; one without errors counted is a minute of
 * zero errors. 521 to 523, by which the edge tells that the origin failed, count as well. Source:
 * Cloudflare GraphQL analytics, httpRequestsAdaptiveGroups, 2026-11.
 */
public final class CloudflareErrors implements ErrorFeed {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    // One row a minute: half a day stays below the page of 1,000 rows.
    private static final Duration MOST_AT_ONCE = Duration.ofHours(12);
    private static final Duration MOST = Duration.ofDays(7);

    private final CloudflareApi api;

    public CloudflareErrors(CloudflareApi api) {
        this.api = api;
    }

    @Override
    public List<Bucket> read(Plan plan, Instant from, Instant to, Call call) {
        Instant start = from.truncatedTo(ChronoUnit.MINUTES);
        Instant end = to.truncatedTo(ChronoUnit.MINUTES);
        if (Duration.between(start, end).compareTo(MOST) > 0) {
            throw PortException.lasting(
                    "cloudflare statistics: at most 7 days at once, asked for "
                            + from
                            + " to "
                            + to);
        }
        String zoneId = api.directory().find(plan.zone(), call).id();
        List<Bucket> buckets = new ArrayList<>();
        for (Instant at = start; at.isBefore(end); at = at.plus(MOST_AT_ONCE)) {
            Instant until = at.plus(MOST_AT_ONCE);
            buckets.addAll(portion(plan, zoneId, at, until.isBefore(end) ? until : end, call));
        }
        return buckets;
    }

    private List<Bucket> portion(Plan plan, String zoneId, Instant from, Instant to, Call call) {
        JsonNode answer =
                api.query(
                        plan.zone().token(),
                        query(zoneId, plan.site().host().value(), from, to),
                        call);
        JsonNode errors = answer.path("errors");
        if (errors.isArray() && !errors.isEmpty()) {
            throw failure(errors.get(0).path("message").asText());
        }
        JsonNode zone = answer.path("data").path("viewer").path("zones").path(0);
        if (!zone.path("all").isArray() || !zone.path("bad").isArray()) {
            throw PortException.passing(
                    "cloudflare statistics: an answer without the groups asked for");
        }
        Map<Instant, Long> bad = minutes(zone.path("bad"));
        List<Bucket> buckets = new ArrayList<>();
        minutes(zone.path("all"))
                .forEach(
                        (minute, all) -> {
                            // Two estimates: the smaller may come out larger.
                            long failed = Math.min(all, bad.getOrDefault(minute, 0L));
                            buckets.add(new Bucket(minute, MINUTE, all - failed, failed));
                        });
        return buckets;
    }

    private static Map<Instant, Long> minutes(JsonNode groups) {
        Map<Instant, Long> counts = new TreeMap<>();
        for (JsonNode group : groups) {
            String minute = group.path("dimensions").path("datetimeMinute").asText();
            try {
                counts.merge(Instant.parse(minute), group.path("count").asLong(), Long::sum);
            } catch (DateTimeException e) {
                throw PortException.passing(
                        "cloudflare statistics: expected a minute, seen '" + minute + "'");
            }
        }
        return counts;
    }

    private static String query(String zoneId, String host, Instant from, Instant to) {
        String filter =
                "datetime_geq:\"%s\",datetime_lt:\"%s\",clientRequestHTTPHost:\"%s\",requestSource:\"eyeball\""
                        .formatted(from, to, host);
        return """
               {viewer{zones(filter:{zoneTag:"%s"}){
                all:httpRequestsAdaptiveGroups(limit:1000,filter:{%s}){
                 count dimensions{datetimeMinute}}
                bad:httpRequestsAdaptiveGroups(limit:1000,filter:{%s,edgeResponseStatus_geq:500}){
                 count dimensions{datetimeMinute}}}}}
               """
                .formatted(zoneId, filter, filter);
    }

    private static PortException failure(String told) {
        String message = "cloudflare statistics: " + told;
        String lower = told.toLowerCase(Locale.ROOT);
        if (lower.contains("access") || lower.contains("authori")) {
            return PortException.denied(message);
        }
        return lower.contains("limit") || lower.contains("internal") || lower.contains("timeout")
                ? PortException.passing(message)
                : PortException.lasting(message);
    }
}
