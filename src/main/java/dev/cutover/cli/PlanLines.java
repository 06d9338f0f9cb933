package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cli.Tone.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How a previewed plan reads in a terminal: as wide as asked for, nothing of it raw.
///
/// ```
/// Step 1 of 2
///   www.acme.example A
///     - 198.51.100.10  TTL 3600 s, lowered to 300 s
///     + 203.0.113.20   TTL 300 s, 3600 s when all is done
///     < 198.51.100.30  on fallback, not what it is now
/// ```
final class PlanLines {
    private static final int NARROW = 60;
    private static final int LABEL = 12;
    private static final int MOMENT = "2026-12-06 02:00".length();

    private final JsonNode plan;
    private final int width;
    private final List<Line> lines = new ArrayList<>();

    private PlanLines(JsonNode plan, int width) {
        this.plan = plan;
        this.width = width;
    }

    /// @param plan what `plans/preview` answers
    /// @param width most columns of a line, at least 30; only the hash may be longer
    static List<Line> lines(JsonNode plan, int width) {
        return new PlanLines(plan, width).all();
    }

    private List<Line> all() {
        head();
        prepared();
        for (int step = 1; step <= plan.path("steps").asInt(); step++) {
            blank();
            add(Tone.HEADING, "", "Step " + step + " of " + plan.path("steps").asInt());
            for (JsonNode change : plan.path("changes")) {
                if (change.path("step").asInt() == step) {
                    change(change);
                }
            }
            for (JsonNode part : plan.path("edge")) {
                part(part, step);
            }
        }
        blank();
        field("touched", PlanWords.touched(plan));
        field("fallback", PlanWords.fallback(plan));
        if (!plan.path("worstCase").isMissingNode()) {
            field("worst case", PlanWords.worstCase(plan));
            field("calls", PlanWords.calls(plan));
        }
        timeline();
        section("Not proven before the run", Tone.WARNING, PlanWords.unproven(plan));
        section("Notes", Tone.PLAIN, PlanWords.texts(plan.path("notes")));
        refusals();
        blank();
        boolean mayRun = plan.path("mayRun").asBoolean();
        add(mayRun ? Tone.GOOD : Tone.BAD, "", PlanWords.verdict(plan));
        lines.add(new Line(Tone.DIM, "hash " + Shown.line(plan.path("hash").asText())));
        return lines;
    }

    /// What stands before any step, such as a rule that keeps pages out of every cache.
    private void prepared() {
        int before = lines.size();
        for (JsonNode part : plan.path("edge")) {
            part(part, PlanWords.PREPARED);
        }
        if (lines.size() > before) {
            lines.add(before, new Line(Tone.HEADING, "Together with the lowered TTLs"));
            lines.add(before, new Line(Tone.PLAIN, ""));
        }
    }

    private void head() {
        add(Tone.HEADING, "", plan.path("name").asText() + "  " + plan.path("site").asText());
        JsonNode window = plan.path("window");
        field(
                "window",
                window.path("opens").asText().replace('T', ' ')
                        + " to "
                        + window.path("closes").asText().replace('T', ' ')
                        + " "
                        + window.path("zone").asText());
        JsonNode zone = plan.path("zone");
        if (!zone.isMissingNode()) {
            field("zone", zone.path("name").asText() + " at " + zone.path("provider").asText());
        }
    }

    private void change(JsonNode change) {
        add(
                Tone.HEADING,
                "  ",
                change.path("set").asText()
                        + (change.path("proxied").asBoolean() ? "  (proxied)" : ""));
        int column = column(change);
        JsonNode before = change.path("before");
        for (int i = 0; i < before.size(); i++) {
            value(
                    Tone.BEFORE,
                    "-",
                    before.path(i),
                    PlanWords.ttlNow(before.path(i), change.path("aged").path(i)),
                    column);
            String comment = before.path(i).path("comment").asText("");
            if (!comment.isEmpty()) {
                add(Tone.DIM, "      ", "comment: " + comment);
            }
        }
        if (before.isEmpty()) {
            add(Tone.BEFORE, "    - ", "absent");
        }
        JsonNode next = change.path("next");
        for (int i = 0; i < next.size(); i++) {
            value(
                    Tone.NEXT,
                    "+",
                    next.path(i),
                    PlanWords.ttlNext(next.path(i), change.path("settled").path(i)),
                    column);
        }
        if (next.isEmpty()) {
            add(Tone.NEXT, "    + ", "absent");
        }
        if (PlanWords.fallsBackToNow(change)) {
            add(Tone.FALLBACK, "    < ", "on fallback as it is now");
            return;
        }
        for (JsonNode value : change.path("fallback")) {
            value(Tone.FALLBACK, "<", value, "on fallback, not what it is now", column);
        }
        if (change.path("fallback").isEmpty()) {
            add(Tone.FALLBACK, "    < ", "absent on fallback, not what it is now");
        }
    }

    /// What a step changes in one part of the edge; the way back stands with its last step.
    private void part(JsonNode part, int step) {
        boolean named = false;
        for (JsonNode field : part.path("fields")) {
            List<PlanWords.Move> moves = PlanWords.moves(field);
            for (PlanWords.Move move : moves) {
                if (move.step() != step) {
                    continue;
                }
                if (!named) {
                    add(Tone.HEADING, "  ", PlanWords.part(part));
                    named = true;
                }
                String name = field.path("field").asText() + " ";
                boolean last = move.equals(moves.getLast());
                add(Tone.BEFORE, "    - ", name + move.from());
                add(Tone.NEXT, "    + ", name + move.to() + (last ? PlanWords.end(field) : ""));
                if (last) {
                    add(Tone.FALLBACK, "    < ", name + PlanWords.back(field));
                }
            }
        }
    }

    /// Where notes begin, so that those of one set stand below each other.
    private static int column(JsonNode change) {
        int widest = 0;
        for (String side : List.of("before", "next", "fallback")) {
            for (JsonNode value : change.path(side)) {
                widest = Math.max(widest, length(Shown.line(value.path("content").asText())));
            }
        }
        return widest;
    }

    private void value(Tone tone, String mark, JsonNode value, String note, int column) {
        String content = Shown.line(value.path("content").asText());
        String first = "    " + mark + " ";
        int noteAt = first.length() + column + 2;
        if (noteAt + length(Shown.line(note)) <= width) {
            lines.add(
                    new Line(
                            tone,
                            first
                                    + content
                                    + " ".repeat(column - length(content) + 2)
                                    + Shown.line(note)));
        } else {
            add(tone, first, content);
            add(tone, "      ", note);
        }
    }

    private void timeline() {
        JsonNode moments = plan.path("timeline");
        if (moments.isEmpty()) {
            return;
        }
        blank();
        add(Tone.HEADING, "", "Timeline (" + plan.path("window").path("zone").asText() + ")");
        for (JsonNode moment : moments) {
            String when = Shown.line(PlanWords.when(plan, moment));
            String what = PlanWords.bound(moment) + moment.path("text").asText();
            if (width < NARROW || length(when) > MOMENT) {
                add(Tone.PLAIN, "  ", when);
                add(Tone.PLAIN, "    ", what);
            } else {
                add(Tone.PLAIN, "  " + when + "  ", what);
            }
        }
    }

    private void refusals() {
        if (plan.path("refusals").isEmpty()) {
            return;
        }
        blank();
        add(Tone.BAD, "", "Refused");
        for (JsonNode refusal : plan.path("refusals")) {
            add(Tone.BAD, "  ", Refusals.line(refusal));
            String remedy = refusal.path("remedy").asText("");
            if (!remedy.isEmpty()) {
                add(Tone.PLAIN, "    to do: ", remedy);
            }
        }
    }

    private void section(String title, Tone tone, List<String> texts) {
        if (texts.isEmpty()) {
            return;
        }
        blank();
        add(Tone.HEADING, "", title);
        texts.forEach(text -> add(tone, "  - ", text));
    }

    private void field(String label, String text) {
        if (width < NARROW) {
            add(Tone.PLAIN, "", label + ": " + text);
        } else {
            add(Tone.PLAIN, label + " ".repeat(LABEL - label.length()), text);
        }
    }

    private void blank() {
        lines.add(new Line(Tone.PLAIN, ""));
    }

    /// A text behind its first part, folded so that the following lines stand below its beginning.
    ///
    /// @param first one of ours, or cleaned
    private void add(Tone tone, String first, String text) {
        String indent = " ".repeat(Math.min(first.length(), width / 2));
        String lead = first;
        String rest = Shown.line(text).strip();
        while (length(lead) + length(rest) > width) {
            int room = Math.max(1, width - length(lead));
            int end = rest.offsetByCodePoints(0, Math.min(room, length(rest)));
            int blank = rest.lastIndexOf(' ', end);
            boolean atBlank = blank > 0;
            lines.add(new Line(tone, lead + rest.substring(0, atBlank ? blank : end)));
            rest = rest.substring(atBlank ? blank : end).strip();
            lead = indent;
        }
        lines.add(new Line(tone, lead + rest));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /// As people say it: no `0 s` behind whole minutes.
    static String span(long seconds) {
        return Shown.span(Duration.ofSeconds(seconds)).replaceAll("(?<=\\d (d|h|min)) 0 \\w+$", "");
    }
}
