package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.cloudflare.ZoneDirectory.Listing;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import java.util.Optional;

/**
 * How the permission for one part of the edge is proven without a difference.
 *
 * <pre>
 *   setting  set to the value it has
 *   pool     switched on or off as it is; origins and weights are not sent
 *   rules    a rule that never was is deleted: 404 comes from behind the door, 403 from before it
 * </pre>
 *
 * A rule cannot be written as it stands: that would make a new version of other people's rules, and undo
 * what somebody changed in the same moment.
 */
record EdgeProof(CloudflareApi api, ZoneRef zone, Listing listing) {
    /** The identifier of nothing. */
    private static final String NEVER = "0".repeat(32);

    private static final String DEVELOPMENT_MODE = "development_mode";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is proven, in a few words, such as {@code setting tiered_caching can be written}. */
    static String what(EdgePart part) {
        return switch (part) {
            case EdgePart.Setting s -> "setting " + s.id() + " can be written";
            case EdgePart.Pool p -> "pool " + p.name() + " can be written";
            case EdgePart.Rules r -> "rules in " + r.phase() + " can be written";
            case EdgePart.OriginRule r ->
                    "rules in " + EdgePart.OriginRule.PHASE + " can be written";
        };
    }

    /** Why the permission for that part cannot be proven without a difference; empty when it can. */
    static Optional<String> unprovable(EdgePart part) {
        return switch (part) {
            case EdgePart.Setting s when s.value().equals(SettingPart.UNSET) ->
                    Optional.of(
                            "whether setting "
                                    + s.id()
                                    + " may be written: nobody has set it, so that every write"
                                    + " would be a change");
            case EdgePart.Setting s
                    when s.id().equals(DEVELOPMENT_MODE) && s.value().equals("\"on\"") ->
                    Optional.of(
                            "whether setting "
                                    + s.id()
                                    + " may be written: it is on, and to set it again would prolong"
                                    + " it");
            case EdgePart.Setting s -> Optional.empty();
            case EdgePart.Pool p -> Optional.empty();
            case EdgePart.Rules r -> Optional.empty();
            case EdgePart.OriginRule r -> Optional.empty();
        };
    }

    /** Writes what changes nothing; throws where that is not allowed. */
    void write(EdgePart part, Call call) {
        switch (part) {
            case EdgePart.Setting setting -> new SettingPart(api).apply(zone, setting, call);
            case EdgePart.Pool pool -> {
                ObjectNode body = JSON.createObjectNode().put("enabled", pool.enabled());
                JsonNode unused =
                        api.write(
                                "PATCH",
                                CloudflarePools.account(listing) + "/" + pool.id(),
                                body,
                                call,
                                zone.token());
            }
            case EdgePart.Rules rules ->
                    deleteNothing(rules.rulesetId().isEmpty() ? NEVER : rules.rulesetId(), call);
            case EdgePart.OriginRule rule -> deleteNothing(NEVER, call);
        }
    }

    private void deleteNothing(String ruleset, Call call) {
        api.deleteNothing(
                listing.path() + "/rulesets/" + ruleset + "/rules/" + NEVER, call, zone.token());
    }
}
