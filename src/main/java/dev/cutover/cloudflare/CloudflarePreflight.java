package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.cloudflare.ZoneDirectory.Listing;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.Refusal;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Looks at Cloudflare before the first write: what a token may do cannot be asked for, so that each
 * permission is proven by using it in a way that changes nothing.
 *
 * <p>Source: Cloudflare API v4, user-api-tokens verify, zones, load balancers, purge_cache; plan limits,
 * 2026-11.
 */
final class CloudflarePreflight {
    /** Free zones that were added earlier may hold more records. */
    private static final Instant SMALL_FREE_ZONES_SINCE = Instant.parse("2024-09-01T00:00:00Z");

    private static final int FREE_RECORDS = 200;
    private static final int OLD_FREE_RECORDS = 1_000;
    private static final int PAID_RECORDS = 3_500;
    private static final int SHORTEST_TTL_SECONDS = 60;
    private static final int ENTERPRISE_SHORTEST_TTL_SECONDS = 30;

    /** A file nobody ever asked for: forgetting it changes nothing. */
    private static final String NEVER_CACHED = "/.well-known/cutover-purge-proof";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final CloudflareApi api;
    private final List<Refusal> refusals = new ArrayList<>();
    private final List<String> proven = new ArrayList<>();
    private final List<String> unproven = new ArrayList<>();

    CloudflarePreflight(CloudflareApi api) {
        this.api = api;
    }

    /** Reads only. */
    Preflight look(PlanDiff diff, Call call) {
        Plan plan = diff.plan();
        Listing listing = api.directory().find(plan.zone(), call);
        JsonNode zone = api.read(plan.zone().token(), listing.path(), call).path("result");
        token(plan, zone.path("account").path("id").asText(), call);
        state(diff, zone);
        limits(diff, zone);
        balancers(diff, listing, call);
        proven.add("zone and records can be read");
        unproven.add(
                "whether "
                        + plan.zone().token()
                        + " may "
                        + toBeProven(diff)
                        + ": proven when the plan is scheduled, by writing what stands there already");
        for (EdgeChange change : diff.edge()) {
            EdgeProof.unprovable(change.before()).ifPresent(unproven::add);
        }
        return result().and(new RulePreflight(api).look(diff, listing, call));
    }

    /** What the plan does, as far as a token may be refused it. */
    private static String toBeProven(PlanDiff diff) {
        Set<String> written = new LinkedHashSet<>();
        if (!diff.changes().isEmpty()) {
            written.add("records");
        }
        for (EdgeChange change : diff.edge()) {
            written.add(
                    switch (change.before()) {
                        case EdgePart.Pool p -> "pools";
                        case EdgePart.Rules r -> "rules";
                        case EdgePart.OriginRule r -> "rules";
                        case EdgePart.Setting s -> "settings";
                    });
        }
        return "write "
                + String.join(", ", written)
                + (diff.plan().edge().purge() == Plan.Purge.NOTHING ? "" : " and purge");
    }

    /**
     * Writes to one planned record the TTL it has, to planned parts of the edge what changes nothing ({@link
     * EdgeProof}), and purges a file that was never cached.
     */
    Preflight prove(PlanDiff diff, Call call) {
        Plan plan = diff.plan();
        Listing listing = api.directory().find(plan.zone(), call);
        Optional<DnsRecord> sample =
                diff.changes().stream().flatMap(c -> c.before().stream()).findFirst();
        if (sample.isPresent()) {
            ObjectNode body = JSON.createObjectNode();
            body.putArray("patches")
                    .addObject()
                    .put("id", sample.get().id())
                    .put("ttl", sample.get().ttlSeconds());
            attempt(
                    plan,
                    "records can be written",
                    "CannotWriteRecords",
                    () -> write(plan, listing.path() + "/dns_records/batch", body, call));
        } else if (!diff.changes().isEmpty()) {
            unproven.add("whether records may be written: the plan only makes new ones");
        }
        EdgeProof edge = new EdgeProof(api, plan.zone(), listing);
        for (EdgeChange change : diff.edge()) {
            EdgePart part = change.before();
            Optional<String> unprovable = EdgeProof.unprovable(part);
            if (unprovable.isPresent()) {
                unproven.add(unprovable.get());
            } else {
                attempt(
                        plan,
                        EdgeProof.what(part),
                        "CannotWriteEdge",
                        part.key().toString(),
                        () -> edge.write(part, call));
            }
        }
        if (plan.edge().purge() != Plan.Purge.NOTHING) {
            ObjectNode body = JSON.createObjectNode();
            body.putArray("files").add("https://" + plan.site().host() + NEVER_CACHED);
            attempt(
                    plan,
                    "the cache can be purged",
                    "CannotPurge",
                    () -> write(plan, listing.path() + "/purge_cache", body, call));
        }
        return result();
    }

    private Preflight result() {
        return new Preflight(refusals, proven, unproven);
    }

    private void write(Plan plan, String path, ObjectNode body, Call call) {
        JsonNode unused = api.write(path, body, call, plan.zone().token());
    }

    private void attempt(Plan plan, String what, String code, Runnable write) {
        attempt(plan, what, code, plan.zone().name().value(), write);
    }

    private void attempt(Plan plan, String what, String code, String subject, Runnable write) {
        String token = plan.zone().token();
        for (boolean again = true; ; again = false) {
            try {
                write.run();
                proven.add(what);
                return;
            } catch (PortException e) {
                // Valid calls meet a 403 now and then; what is written here may be written twice.
                if (e.category() == Category.TRANSIENT) {
                    throw e;
                }
                if (!again || e.category() == Category.PERMANENT) {
                    refusals.add(
                            new Refusal(
                                    code,
                                    subject,
                                    "expected that "
                                            + token
                                            + " may do it, seen "
                                            + e.getMessage()
                                            + "; nothing was changed"));
                    return;
                }
            }
        }
    }

    private void token(Plan plan, String account, Call call) {
        String reference = plan.zone().token();
        Optional<JsonNode> seen =
                verified(reference, "/user/tokens/verify", call)
                        .or(
                                () ->
                                        verified(
                                                reference,
                                                "/accounts/" + account + "/tokens/verify",
                                                call));
        if (seen.isEmpty()) {
            unproven.add("until when " + reference + " is valid: Cloudflare does not say");
            return;
        }
        String status = seen.get().path("status").asText();
        if (!status.equals("active")) {
            refusals.add(
                    new Refusal(
                            "TokenNotActive",
                            reference,
                            "expected an active token, seen '" + status + "'"));
            return;
        }
        Optional<Instant> ends = instant(seen.get().path("expires_on").asText());
        Instant soakEndsAt = plan.window().closesAt().plus(plan.soak());
        Instant keptUntil = soakEndsAt.plus(plan.fallback().readOnly());
        if (ends.isPresent() && ends.get().isBefore(soakEndsAt)) {
            refusals.add(
                    new Refusal(
                            "TokenExpires",
                            reference,
                            "expires at "
                                    + ends.get()
                                    + ", the soak may last until "
                                    + soakEndsAt
                                    + ": falling back would be refused then"));
        } else if (ends.isPresent() && ends.get().isBefore(keptUntil)) {
            unproven.add(
                    "whether one can go back until "
                            + keptUntil
                            + ", as long as the fallback side is kept: "
                            + reference
                            + " expires at "
                            + ends.get());
        } else {
            proven.add(
                    "the token is active"
                            + ends.map(at -> " until " + at).orElse(" and does not expire"));
        }
    }

    private Optional<JsonNode> verified(String reference, String path, Call call) {
        try {
            return Optional.of(api.read(reference, path, call).path("result"));
        } catch (PortException e) {
            if (e.category() == Category.TRANSIENT) {
                throw e;
            }
            // A token of a user is unknown to the account's address, and the other way round.
            return Optional.empty();
        }
    }

    private void state(PlanDiff diff, JsonNode zone) {
        if (!zone.path("paused").asBoolean(false)) {
            proven.add("the zone is active");
            return;
        }
        String name = diff.plan().zone().name().value();
        if (diff.changes().stream().anyMatch(SetChange::isProxied)) {
            refusals.add(
                    new Refusal(
                            "ZonePaused",
                            name,
                            "is paused: its proxied records are served as DNS-only, with TTLs that"
                                    + " nobody lowered"));
        } else {
            proven.add("the zone is active, and paused: nothing is proxied");
        }
    }

    private void limits(PlanDiff diff, JsonNode zone) {
        String level = zone.path("plan").path("legacy_id").asText("free");
        boolean old =
                instant(zone.path("created_on").asText())
                        .map(at -> at.isBefore(SMALL_FREE_ZONES_SINCE))
                        .orElse(false);
        int most = !level.equals("free") ? PAID_RECORDS : old ? OLD_FREE_RECORDS : FREE_RECORDS;
        int grown =
                diff.zoneRecords()
                        + Math.max(grows(diff, SetChange::next), grows(diff, SetChange::fallback));
        String name = diff.plan().zone().name().value();
        if (grown > most && grown > diff.zoneRecords()) {
            refusals.add(
                    new Refusal(
                            "ZoneFull",
                            name,
                            "would hold "
                                    + grown
                                    + " records, the plan level '"
                                    + level
                                    + "' allows "
                                    + most));
        }
        int shortest =
                level.equals("enterprise") ? ENTERPRISE_SHORTEST_TTL_SECONDS : SHORTEST_TTL_SECONDS;
        if (diff.plan().ttl().lowerToSeconds() < shortest) {
            refusals.add(
                    new Refusal(
                            "TtlTooShort",
                            name,
                            "'ttl.lower-to' is "
                                    + diff.plan().ttl().lowerToSeconds()
                                    + " s, the plan level '"
                                    + level
                                    + "' takes "
                                    + shortest
                                    + " s at least"));
        }
        proven.add(
                String.format(
                        Locale.ROOT,
                        "plan level '%s': %d of %d records, TTL from %d s",
                        level,
                        diff.zoneRecords(),
                        most,
                        shortest));
    }

    private static int grows(PlanDiff diff, Function<SetChange, List<DnsRecord>> side) {
        return diff.changes().stream()
                .mapToInt(c -> side.apply(c).size() - c.before().size())
                .sum();
    }

    /** A load balancer on a name beats the record of that name: writing it would do nothing, silently. */
    private void balancers(PlanDiff diff, Listing listing, Call call) {
        TreeSet<DnsName> planned = new TreeSet<>();
        diff.changes().forEach(c -> planned.add(c.name()));
        diff.plan().ruled().forEach(r -> planned.add(r.name()));
        JsonNode found;
        try {
            found =
                    api.read(diff.plan().zone().token(), listing.path() + "/load_balancers", call)
                            .path("result");
        } catch (PortException e) {
            if (e.category() == Category.TRANSIENT) {
                throw e;
            }
            unproven.add(
                    "whether a load balancer answers for a planned name ("
                            + diff.plan().zone().token()
                            + " may not read them): it would beat the record and make the switch void");
            return;
        }
        for (JsonNode balancer : found) {
            String name = balancer.path("name").asText().toLowerCase(Locale.ROOT);
            if (!balancer.path("enabled").asBoolean(true)) {
                continue;
            }
            if (planned.stream().anyMatch(p -> p.value().equals(name))) {
                refusals.add(
                        new Refusal(
                                "LoadBalancerShadows",
                                name,
                                "a load balancer answers for this name and beats its record: writing"
                                        + " the record would change nothing"));
            }
        }
        proven.add("no load balancer stands before a planned record");
        if (refusals.stream().anyMatch(r -> r.code().equals("LoadBalancerShadows"))) {
            proven.removeLast();
        }
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
