package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.http.Reply;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Purges: what one call may name, and how often. Source: Cloudflare purge_cache; plan limits 2026. */
final class PurgeCalls {

    private static final List<String> SELECTORS =
            List.of("purge_everything", "files", "hosts", "tags", "prefixes");

    private final CloudflareAccount account;
    private final Map<ZonePlan, PurgeBudget> calls = new EnumMap<>(ZonePlan.class);
    private final Map<ZonePlan, PurgeBudget> urls = new EnumMap<>(ZonePlan.class);

    PurgeCalls(CloudflareAccount account) {
        this.account = account;
        for (var plan : ZonePlan.values()) {
            var perSecond = (double) plan.purges() / plan.purgeWindowSeconds();
            calls.put(plan, new PurgeBudget(plan.purgeBucket(), perSecond));
            urls.put(plan, new PurgeBudget(plan.purgedUrls(), plan.purgedUrls()));
        }
    }

    Reply.Answer purge(ZoneState zone, JsonNode body) {
        var named = SELECTORS.stream().filter(body::has).toList();
        if (named.size() != 1) {
            throw new ApiRefusal(
                    400,
                    1012,
                    "Request must contain exactly one of " + String.join(", ", SELECTORS));
        }
        var values = new ArrayList<String>();
        body.path(named.get(0))
                .forEach(
                        item ->
                                values.add(
                                        item.isObject()
                                                ? item.path("url").asText()
                                                : item.asText()));
        return switch (named.get(0)) {
            case "purge_everything" -> {
                if (!body.path("purge_everything").asBoolean()) {
                    throw new ApiRefusal(400, 1012, "purge_everything must be true");
                }
                yield accepted(zone, true, List.of(), List.of());
            }
            case "files" -> accepted(zone, false, some(values, zone.plan()), List.of());
            case "hosts" -> accepted(zone, false, List.of(), hosts(values, zone));
            // Tags and prefixes need what the lab's edge does not keep.
            default -> throw new ApiRefusal(400, 1136, "The lab's edge cannot purge by this.");
        };
    }

    private Reply.Answer accepted(
            ZoneState zone, boolean everything, List<String> files, List<String> hosts) {
        var now = account.clock().instant();
        var wait =
                files.isEmpty()
                        ? budget(calls, zone).spend(1, now)
                        : budget(urls, zone).spend(files.size(), now);
        if (wait.isPresent()) {
            throw ApiRefusal.limited("Unable to purge, rate limit reached.", wait.get());
        }
        var purge = zone.purge(everything, files, hosts);
        return ApiJson.success(ApiJson.object().put("id", purge.id()));
    }

    private static PurgeBudget budget(Map<ZonePlan, PurgeBudget> of, ZoneState zone) {
        var found = of.get(zone.plan());
        if (found == null) {
            throw new IllegalStateException("no budget for " + zone.plan());
        }
        return found;
    }

    private static List<String> hosts(List<String> values, ZoneState zone) {
        for (var host : some(values, zone.plan())) {
            if (!host.equals(zone.name()) && !host.endsWith("." + zone.name())) {
                throw new ApiRefusal(
                        400, 1016, "Unable to purge %s, not in this zone.".formatted(host));
            }
        }
        return values;
    }

    private static List<String> some(List<String> values, ZonePlan plan) {
        if (values.isEmpty() || values.size() > plan.purgedItems()) {
            throw new ApiRefusal(
                    400,
                    1094,
                    "A purge names 1 to %d items, not %d"
                            .formatted(plan.purgedItems(), values.size()));
        }
        return values;
    }
}
