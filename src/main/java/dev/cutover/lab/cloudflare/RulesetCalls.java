package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.http.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The calls below {@code /zones/{z}/rulesets}; each answers with the whole ruleset. */
final class RulesetCalls {

    private RulesetCalls() {}

    /** A call that was understood. */
    record Known(boolean write, Supplier<Reply.Answer> act) {}

    /**
     * Reads which call this is.
     *
     * @param rest the path behind the zone, from {@code rulesets} on
     * @return empty when there is no such call
     */
    static Optional<Known> of(
            String method, List<String> rest, ZoneState zone, Supplier<JsonNode> body) {
        var sets = zone.rulesets();
        if (rest.size() >= 4 && rest.get(1).equals("phases") && rest.get(3).equals("entrypoint")) {
            return entryPoint(method, rest, sets, body);
        }
        if (rest.size() == 3 && rest.get(2).equals("rules") && method.equals("POST")) {
            return writing(() -> shown(sets.add(rest.get(1), body.get())));
        }
        if (rest.size() == 4 && rest.get(2).equals("rules")) {
            return switch (method) {
                case "PATCH" ->
                        writing(() -> shown(sets.patch(rest.get(1), rest.get(3), body.get())));
                case "DELETE" -> writing(() -> shown(sets.delete(rest.get(1), rest.get(3))));
                default -> Optional.empty();
            };
        }
        return Optional.empty();
    }

    private static Optional<Known> entryPoint(
            String method, List<String> rest, Rulesets sets, Supplier<JsonNode> body) {
        var phase = rest.get(2);
        if (rest.size() == 4 && method.equals("GET")) {
            return reading(() -> shown(sets.entryPoint(phase).orElseThrow(() -> none(phase))));
        }
        if (rest.size() == 4 && method.equals("PUT")) {
            return writing(() -> shown(sets.replace(phase, rules(body.get()))));
        }
        if (rest.size() == 6 && rest.get(4).equals("versions") && method.equals("GET")) {
            return reading(
                    () ->
                            shown(
                                    number(rest.get(5))
                                            .flatMap(version -> sets.version(phase, version))
                                            .orElseThrow(() -> none(phase))));
        }
        return Optional.empty();
    }

    private static Optional<Integer> number(String text) {
        return text.matches("\\d{1,9}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }

    private static List<JsonNode> rules(JsonNode body) {
        if (!body.path("rules").isArray()) {
            throw new ApiRefusal(400, 20001, "rules must be an array");
        }
        List<JsonNode> rules = new ArrayList<>();
        body.path("rules").forEach(rules::add);
        return rules;
    }

    private static ApiRefusal none(String phase) {
        return new ApiRefusal(
                404,
                10003,
                "could not find entrypoint ruleset in the \"%s\" phase at the zone level"
                        .formatted(phase));
    }

    private static Reply.Answer shown(Rulesets.Ruleset set) {
        return ApiJson.success(set.json());
    }

    private static Optional<Known> reading(Supplier<Reply.Answer> act) {
        return Optional.of(new Known(false, act));
    }

    private static Optional<Known> writing(Supplier<Reply.Answer> act) {
        return Optional.of(new Known(true, act));
    }
}
