package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// How a previewed plan reads in a pull request: GitHub's Markdown, details folded.
///
/// Names, contents and notes were written by others. They stand in code spans where nothing in
/// them could end one, else with every sign that Markdown or HTML could act on as a character
/// reference, which is never structure. Source: GitHub Flavored Markdown Spec 0.29, sections 2.5
/// (references), 4.10 (tables), 6.3 (code spans).
final class PlanMarkdown {
    private PlanMarkdown() {}

    /// @param plan what `plans/preview` answers
    static List<String> lines(JsonNode plan) {
        List<String> lines = new ArrayList<>();
        lines.add("### Cutover " + code(plan.path("name").asText()));
        lines.add("");
        lines.add("**" + prose(PlanWords.verdict(plan)) + "**");
        lines.add("");
        refusals(plan, lines);
        table(plan, lines);
        lines.add("");
        lines.add("- site: " + code(plan.path("site").asText()));
        JsonNode window = plan.path("window");
        lines.add(
                "- window: "
                        + prose(
                                window.path("opens").asText().replace('T', ' ')
                                        + " to "
                                        + window.path("closes").asText().replace('T', ' ')
                                        + " "
                                        + window.path("zone").asText()));
        lines.add("- touched: " + prose(PlanWords.touched(plan)));
        lines.add("- fallback: " + prose(PlanWords.fallback(plan)));
        lines.add("- hash: " + code(plan.path("hash").asText()));
        folded(
                "Timeline (" + plan.path("window").path("zone").asText() + ")",
                moments(plan),
                lines);
        if (!plan.path("worstCase").isMissingNode()) {
            folded(
                    "Worst case and calls",
                    List.of(PlanWords.worstCase(plan), PlanWords.calls(plan)),
                    lines);
        }
        folded("Not proven before the run", PlanWords.unproven(plan), lines);
        folded("Notes", PlanWords.texts(plan.path("notes")), lines);
        return lines;
    }

    private static void refusals(JsonNode plan, List<String> lines) {
        for (JsonNode refusal : plan.path("refusals")) {
            String remedy = refusal.path("remedy").asText("");
            lines.add(
                    "- "
                            + prose(Refusals.line(refusal))
                            + (remedy.isEmpty() ? "" : "<br>**to do:** " + prose(remedy)));
        }
        if (!plan.path("refusals").isEmpty()) {
            lines.add("");
        }
    }

    private static void table(JsonNode plan, List<String> lines) {
        lines.add("| step | set | now | next | on fallback | TTL now / lowered / at the end |");
        lines.add("|---:|---|---|---|---|---|");
        StreamSupport.stream(plan.path("changes").spliterator(), false)
                .sorted((a, b) -> Integer.compare(a.path("step").asInt(), b.path("step").asInt()))
                .map(PlanMarkdown::row)
                .forEach(lines::add);
        for (JsonNode part : plan.path("edge")) {
            for (JsonNode field : part.path("fields")) {
                List<PlanWords.Move> moves = PlanWords.moves(field);
                for (PlanWords.Move move : moves) {
                    lines.add(row(part, field, move, move.equals(moves.getLast())));
                }
            }
        }
    }

    private static String row(JsonNode part, JsonNode field, PlanWords.Move move, boolean last) {
        return "| "
                + move.step()
                + " | "
                + code(part.path("part").asText())
                + " "
                + prose(field.path("field").asText())
                + " | "
                + code(move.from())
                + " | "
                + code(move.to())
                + (last ? prose(PlanWords.end(field)) : "")
                + " | "
                + (last ? prose(PlanWords.back(field)) : "")
                + " | - |";
    }

    private static String row(JsonNode change) {
        return "| "
                + change.path("step").asInt()
                + " | "
                + code(change.path("set").asText())
                + (change.path("proxied").asBoolean() ? " (proxied)" : "")
                + " | "
                + contents(change.path("before"))
                + " | "
                + contents(change.path("next"))
                + " | "
                + (PlanWords.fallsBackToNow(change) ? "as now" : contents(change.path("fallback")))
                + " | "
                + ttls(change)
                + " |";
    }

    private static String contents(JsonNode values) {
        return values.isEmpty()
                ? "absent"
                : StreamSupport.stream(values.spliterator(), false)
                        .map(
                                v ->
                                        code(v.path("content").asText())
                                                + comment(v.path("comment").asText("")))
                        .collect(Collectors.joining("<br>"));
    }

    private static String comment(String text) {
        return text.isEmpty() ? "" : " (" + prose(text) + ")";
    }

    private static String ttls(JsonNode change) {
        if (change.path("proxied").asBoolean()) {
            return "the edge's";
        }
        return ttl(change.path("before"))
                + " / "
                + ttl(change.path("aged"))
                + " / "
                + ttl(change.path("settled"));
    }

    private static String ttl(JsonNode values) {
        long longest = 0;
        for (JsonNode value : values) {
            longest = Math.max(longest, value.path("ttlSeconds").asLong());
        }
        return longest == 0 ? "-" : longest == 1 ? "automatic" : longest + " s";
    }

    private static List<String> moments(JsonNode plan) {
        List<String> texts = new ArrayList<>();
        for (JsonNode moment : plan.path("timeline")) {
            texts.add(
                    PlanWords.when(plan, moment)
                            + ": "
                            + PlanWords.bound(moment)
                            + moment.path("text").asText());
        }
        return texts;
    }

    private static void folded(String title, List<String> texts, List<String> lines) {
        if (texts.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("<details><summary>" + prose(title) + "</summary>");
        lines.add("");
        texts.forEach(text -> lines.add("- " + prose(text)));
        lines.add("");
        lines.add("</details>");
    }

    /// A name or a value, to be copied.
    static String code(String text) {
        String clean = Shown.line(text);
        boolean plain =
                !clean.isBlank()
                        && clean.equals(clean.strip())
                        && clean.chars().noneMatch(c -> c == '`' || c == '|' || c == '\\');
        return plain ? "`" + clean + "`" : "<code>" + referenced(clean) + "</code>";
    }

    /// A sentence. A name in it never becomes a link, a mention or markup.
    static String prose(String text) {
        return referenced(Shown.line(text));
    }

    private static String referenced(String clean) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < clean.length()) {
            int c = clean.codePointAt(at);
            boolean opensLink =
                    (c == ':' && clean.startsWith("//", at + 1))
                            || (c == '.' && at >= 3 && isWww(clean, at - 3));
            boolean acts = c < 128 && "&<>|`*_[]\\~@#!$^{}\"".indexOf(c) >= 0;
            if (acts || opensLink) {
                out.append("&#").append(c).append(';');
            } else {
                out.appendCodePoint(c);
            }
            at += Character.charCount(c);
        }
        return out.toString();
    }

    private static boolean isWww(String text, int at) {
        return text.regionMatches(true, at, "www", 0, 3)
                && (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)));
    }
}
