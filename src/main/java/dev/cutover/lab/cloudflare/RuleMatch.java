package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.http.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Which rules of a phase a request meets at the edge. */
public final class RuleMatch {

    private RuleMatch() {}

    /** The parameters of every enabled rule that matches, in order. */
    public static List<JsonNode> of(Rulesets rulesets, String phase, Request request, Instant now) {
        var rules = rulesets.seenByEdge(phase, now);
        if (rules.isEmpty()) {
            return List.of();
        }
        var fields =
                new RuleExpression.Fields(
                        request.host(), request.path(), request.query(), request.method());
        List<JsonNode> met = new ArrayList<>();
        for (var rule : rules) {
            if (rule.enabled() && RuleExpression.of(rule.expression()).test(fields)) {
                met.add(rule.body().path("action_parameters"));
            }
        }
        return met;
    }
}
