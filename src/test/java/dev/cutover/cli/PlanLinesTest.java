package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A previewed plan as people read it: on a screen, on a phone, in a pull request.
class PlanLinesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String HOSTILE =
            "a`b``c|d\\|e <script>x</script> @all #1 **bold** [l](http://x.test) \u001b[2J\u001b]0;t"
                    + "\u0007 \u202eevil \n| row | www.x.test ~~s~~ \u0000";

    @ParameterizedTest
    @CsvSource({"may-run, 80", "may-run, 40", "refused, 80", "pool, 80"})
    void a_plan_reads_as_it_was_agreed(String plan, int width) throws IOException {
        List<String> lines = plain(json(plan), width);

        same(plan + "." + width + ".txt", lines);
    }

    @ParameterizedTest
    @CsvSource({"may-run", "refused", "pool"})
    void a_plan_reads_in_a_pull_request(String plan) throws IOException {
        same(plan + ".md", PlanMarkdown.lines(json(plan)));
    }

    @Test
    void what_is_written_with_the_lowered_ttls_stands_before_the_first_step() throws IOException {
        ObjectNode plan = json("may-run");
        ObjectNode rules = plan.putArray("edge").addObject();
        rules.put("part", "rules http_request_cache_settings").putArray("names");
        ObjectNode rule = rules.putArray("fields").addObject();
        rule.put("field", "rule cutover-acme-bypass-cache");
        rule.putArray("stages").addObject().put("step", 0).put("value", "/admin");

        assertThat(plain(plan, 80))
                .containsSubsequence(
                        "Together with the lowered TTLs",
                        "  rules http_request_cache_settings",
                        "    - rule cutover-acme-bypass-cache absent",
                        "    + rule cutover-acme-bypass-cache /admin, absent when all is done",
                        "    < rule cutover-acme-bypass-cache on fallback as it is now",
                        "Step 1 of 2");
    }

    @ParameterizedTest
    @CsvSource({"30", "40", "60", "80", "132"})
    void no_line_is_too_long_or_ends_in_a_blank(int width) throws IOException {
        for (String plan : List.of("may-run", "refused", "pool")) {
            assertThat(plain(hostile(plan), width))
                    .allSatisfy(line -> assertThat(line).doesNotEndWith(" "))
                    .filteredOn(line -> !line.startsWith("hash "))
                    .allSatisfy(
                            line ->
                                    assertThat(line.codePointCount(0, line.length()))
                                            .isLessThanOrEqualTo(width));
        }
    }

    @Test
    void colours_change_nothing_but_colours() throws IOException {
        JsonNode plan = hostile("refused");
        List<String> coloured =
                PlanLines.lines(plan, 80).stream().map(line -> line.shown(true)).toList();

        assertThat(coloured).anyMatch(line -> line.startsWith("\u001b[31m    - "));
        assertThat(coloured.stream().map(l -> l.replaceAll("\u001b\\[[0-9;]+m", "")).toList())
                .isEqualTo(plain(plan, 80));
    }

    @Test
    void what_others_wrote_never_reaches_the_terminal_raw() throws IOException {
        for (String line : plain(hostile("refused"), 80)) {
            assertThat(line.codePoints())
                    .as(line)
                    .noneMatch(Character::isISOControl)
                    .noneMatch(c -> c == 0x202e);
        }
    }

    @Test
    void what_others_wrote_is_never_markup() throws IOException {
        for (String plan : List.of("refused", "pool")) {
            neverMarkup(PlanMarkdown.lines(hostile(plan)), PlanMarkdown.lines(json(plan)));
        }
    }

    private static void neverMarkup(List<String> lines, List<String> innocent) {

        assertThat(lines).hasSameSizeAs(innocent);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(pipes(lines.get(i))).as(lines.get(i)).isEqualTo(pipes(innocent.get(i)));
            assertThat(lines.get(i))
                    .doesNotContain("<script", "@all", "](", "**bold", "~~", "http://x", "www.x")
                    .matches(l -> l.codePoints().noneMatch(Character::isISOControl));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            quoteCharacter = '"',
            value = {
                "198.51.100.10 ! `198.51.100.10`",
                "a`b ! <code>a&#96;b</code>",
                "a|b ! <code>a&#124;b</code>",
                "a\\ ! <code>a&#92;</code>",
                "a<b> ! `a<b>`",
            })
    void a_value_is_code_that_cannot_end_early(String value, String code) {
        assertThat(PlanMarkdown.code(value)).isEqualTo(code);
    }

    @Test
    void an_empty_value_is_no_open_code_span() {
        assertThat(PlanMarkdown.code("")).isEqualTo("<code></code>");
        assertThat(PlanMarkdown.code(" ")).isEqualTo("<code> </code>");
    }

    private static long pipes(String line) {
        return line.chars().filter(c -> c == '|').count();
    }

    private static List<String> plain(JsonNode plan, int width) {
        return PlanLines.lines(plan, width).stream().map(line -> line.shown(false)).toList();
    }

    private static ObjectNode json(String plan) throws IOException {
        try (InputStream in = PlanLinesTest.class.getResourceAsStream("/plan/" + plan + ".json")) {
            return (ObjectNode) JSON.readTree(Objects.requireNonNull(in, plan));
        }
    }

    /// The plan with every text of others replaced by something that means harm.
    private static JsonNode hostile(String plan) throws IOException {
        ObjectNode node = json(plan);
        harm(node, new AtomicInteger());
        return node;
    }

    private static void harm(JsonNode node, AtomicInteger count) {
        if (node instanceof ObjectNode object) {
            object.properties()
                    .forEach(
                            member -> {
                                if (member.getValue().isTextual()) {
                                    object.put(member.getKey(), each(count));
                                } else {
                                    harm(member.getValue(), count);
                                }
                            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i).isTextual()) {
                    array.set(i, JSON.getNodeFactory().textNode(each(count)));
                } else {
                    harm(array.get(i), count);
                }
            }
        }
    }

    /// No two alike: what is equal is no change and is not shown.
    private static String each(AtomicInteger count) {
        return HOSTILE + count.incrementAndGet();
    }

    private static void same(String file, List<String> lines) throws IOException {
        String seen = String.join("\n", lines) + "\n";
        Path made = Path.of("target", "plan", file);
        Files.createDirectories(made.getParent());
        Files.writeString(made, seen);
        try (InputStream in = PlanLinesTest.class.getResourceAsStream("/plan/" + file)) {
            String agreed =
                    new String(
                            Objects.requireNonNull(in, file).readAllBytes(),
                            StandardCharsets.UTF_8);
            assertThat(seen)
                    .as("compare %s with src/test/resources/plan/%s", made, file)
                    .isEqualTo(agreed);
        }
    }
}
