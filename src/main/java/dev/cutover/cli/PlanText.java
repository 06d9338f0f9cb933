package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// How a previewed plan reads in a terminal.
///
/// ```
/// www.acme.example A   step 1 of 2
///   - 198.51.100.10  TTL 3600 s
///   + 203.0.113.20   TTL 300 s, 3600 s when all is done
///   < 198.51.100.30  on fallback
/// ```
final class PlanText {
    private PlanText() {}

    static List<String> lines(JsonNode diff) {
        List<String> lines = new ArrayList<>();
        lines.add(diff.path("name").asText() + "  " + diff.path("site").asText());
        lines.add(
                "window "
                        + diff.path("window").path("opens").asText()
                        + " to "
                        + diff.path("window").path("closes").asText()
                        + " "
                        + diff.path("window").path("zone").asText());
        lines.add("");
        for (JsonNode change : diff.path("changes")) {
            change(change, diff.path("steps").asInt(), lines);
        }
        lines.add(
                "touches "
                        + diff.path("touchedRecords").asInt()
                        + " of "
                        + diff.path("zoneRecords").asInt()
                        + " records of the zone ("
                        + Shown.percent(diff.path("share").asDouble())
                        + ")");
        diff.path("notes").forEach(note -> lines.add("note: " + note.asText()));
        diff.path("refusals").forEach(refusal -> lines.add("refused: " + Refusals.line(refusal)));
        lines.add("hash " + diff.path("hash").asText());
        lines.add(
                diff.path("mayRun").asBoolean()
                        ? "may run; nothing was changed"
                        : "may not run; nothing was changed");
        return lines;
    }

    private static void change(JsonNode change, int steps, List<String> lines) {
        lines.add(
                change.path("set").asText()
                        + "   step "
                        + change.path("step").asInt()
                        + " of "
                        + steps);
        side("-", change.path("before"), "", lines);
        side("+", change.path("next"), "", lines);
        if (!change.path("fallback").equals(change.path("before"))) {
            side("<", change.path("fallback"), "  on fallback", lines);
        }
        lines.add("");
    }

    private static void side(String mark, JsonNode values, String after, List<String> lines) {
        if (values.isEmpty()) {
            lines.add("  " + mark + " absent" + after);
        }
        for (JsonNode value : values) {
            long ttl = value.path("ttlSeconds").asLong();
            String how =
                    value.path("proxied").asBoolean()
                            ? "proxied, the edge chooses the TTL"
                            : ttl == 1 ? "TTL automatic" : "TTL " + ttl + " s";
            lines.add("  " + mark + " " + value.path("content").asText() + "  " + how + after);
        }
    }
}
