package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Predicate;

/**
 * What a rule must obey to be taken: its phase's action, a readable expression, its plan's features.
 *
 * <p>Source: Cloudflare rules/origin-rules/features: host header, SNI and DNS record overrides are
 * for Enterprise zones, a port override for all.
 */
final class RuleRules {

    private RuleRules() {}

    static void hold(String phase, ObjectNode body, ZonePlan plan) {
        var action = body.path("action").asText();
        var expected = phase.equals(Rulesets.ORIGIN) ? "route" : "set_cache_settings";
        if (!action.equals(expected)) {
            throw new ApiRefusal(
                    400,
                    20015,
                    "the action '%s' is not allowed in the phase %s".formatted(action, phase));
        }
        Predicate<RuleExpression.Fields> unused =
                RuleExpression.of(body.path("expression").asText());
        var parameters = body.path("action_parameters");
        if (!parameters.isObject() || parameters.isEmpty()) {
            throw new ApiRefusal(400, 20016, "action_parameters must not be empty");
        }
        if (phase.equals(Rulesets.ORIGIN) && plan != ZonePlan.ENTERPRISE) {
            refuse(parameters.has("host_header"), "Host Header");
            refuse(parameters.has("sni"), "SNI");
            refuse(parameters.path("origin").has("host"), "DNS Record");
        }
    }

    private static void refuse(boolean asked, String feature) {
        if (asked) {
            throw new ApiRefusal(
                    400, 20120, "not entitled to use the " + feature + " Override in Origin Rules");
        }
    }
}
