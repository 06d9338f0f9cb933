package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every mistake a person can make in a plan file is named with its place, and no secret with it. */
class PlanMistakesTest {
    static Stream<Arguments> mistakes() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        PlanMistakesTest.class.getResourceAsStream("mistakes.txt"))) {
            String table = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return table.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(
                            line ->
                                    arguments(
                                            (Object[])
                                                    line.translateEscapes()
                                                            .replace("{planted}", PlanTexts.PLANTED)
                                                            .split(" => ", -1)));
        }
    }

    @ParameterizedTest(name = "{1} at {2}")
    @MethodSource("mistakes")
    void a_mistake_is_named_with_its_place(String find, String replace, String place, String said) {
        assertThat(PlanTexts.FULL).as("what the row replaces").contains(find);

        List<Mistake> mistakes = mistakesIn(replaceFirst(PlanTexts.FULL, find, replace));

        assertThat(mistakes)
                .as("a mistake at %s saying: %s", place, said)
                .anyMatch(
                        m ->
                                (m.line() + ":" + m.column()).equals(place)
                                        && m.message().contains(said));
        assertThat(mistakes.toString()).doesNotContain(PlanTexts.PLANTED);
    }

    @Test
    void the_table_has_at_least_sixty_rows() throws IOException {
        assertThat(mistakes().count()).isGreaterThanOrEqualTo(60);
    }

    @Test
    void several_mistakes_are_found_in_one_reading_in_the_file_s_order() {
        String text =
                PlanTexts.FULL
                        .replace("preset: hardened", "preset: hard")
                        .replace("lower-to: 300", "lower-to: 5")
                        .replace("to: [203.0.113.20]", "to: [203.0.113.2000]")
                        .replace("need: 2", "need: two");

        assertThat(mistakesIn(text)).extracting(Mistake::line).containsExactly(4, 11, 21, 59);
        assertThat(new PlanFile.Bad(mistakesIn(text)).text("plan.yaml"))
                .startsWith("plan.yaml:4:9: preset: expected one of");
    }

    @Test
    void an_engine_where_none_is_set_up_is_refused() {
        PlanFile.Context usual = PlanTexts.context();
        PlanFile.Context without =
                new PlanFile.Context(
                        usual.pages(),
                        usual.allowedSecrets(),
                        usual.isSecretSet(),
                        usual.minimumLead(),
                        usual.now(),
                        usual.providers(),
                        Set.of());

        assertThat(((PlanFile.Bad) PlanFile.read(PlanTexts.FULL, without)).mistakes())
                .extracting(Mistake::message)
                .containsExactly("none is set up on this controller, seen 'http'");
    }

    @Test
    void an_empty_file_a_lone_word_and_a_list_are_no_plans() {
        assertThat(mistakesIn(""))
                .singleElement()
                .extracting(Mistake::message)
                .asString()
                .contains("is empty");
        assertThat(mistakesIn("# nothing\n")).hasSize(1);
        assertThat(mistakesIn("plan"))
                .singleElement()
                .extracting(Mistake::message)
                .asString()
                .contains("expected keys");
        assertThat(mistakesIn("- a\n- b\n")).hasSize(1);
    }

    @Test
    void a_file_of_more_than_a_megabyte_is_not_read() {
        assertThat(mistakesIn("# " + "x".repeat(PlanFile.MAX_CHARS)))
                .singleElement()
                .extracting(Mistake::message)
                .asString()
                .contains("at most 1048576 are read");
    }

    @Test
    void more_records_than_one_batch_takes_are_refused_with_their_number() {
        String records =
                "records: ["
                        + "{name: a, type: A, from: [192.0.2.1], to: [192.0.2.2]}, ".repeat(3_501)
                        + "]";
        String text = PlanTexts.SMALLEST.replaceAll("(?m)^records: .*$", records);

        assertThat(mistakesIn(text))
                .singleElement()
                .extracting(Mistake::message)
                .asString()
                .contains("expected at most 3500 entries, seen 3501");
    }

    @Test
    void a_flood_of_mistakes_is_cut_and_counted() {
        String text =
                PlanTexts.SMALLEST.replaceAll(
                        "(?m)^records: .*$", "records: [" + "{bad: key}, ".repeat(3_000) + "]");

        List<Mistake> mistakes = mistakesIn(text);

        assertThat(mistakes).hasSize(101);
        assertThat(mistakes.getLast().message()).contains("more mistakes that are not listed");
    }

    private static String replaceFirst(String text, String find, String replace) {
        int at = text.indexOf(find);
        return text.substring(0, at) + replace + text.substring(at + find.length());
    }

    private static List<Mistake> mistakesIn(String text) {
        PlanFile.Outcome outcome = PlanTexts.read(text);
        assertThat(outcome).isInstanceOf(PlanFile.Bad.class);
        return ((PlanFile.Bad) outcome).mistakes();
    }
}
