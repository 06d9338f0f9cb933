package dev.cutover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cutover.core.plan.Plan;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What callers send wrong is said with place, expected and seen.
class RequestsTest {
    @Test
    void a_local_time_is_read_in_its_zone() {
        Plan.Window window =
                new Requests.Postpone("2026-12-07T02:00", "2026-12-07T05:00", "Europe/Berlin", null)
                        .window(Plan.AtClose.FINISH);

        assertThat(window.opensAt()).isEqualTo(Instant.parse("2026-12-07T01:00:00Z"));
        assertThat(window.closesAt()).isEqualTo(Instant.parse("2026-12-07T04:00:00Z"));
        assertThat(window.atClose()).isEqualTo(Plan.AtClose.FINISH);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "2027-03-28T02:30 | Europe/Berlin | opens: 2027-03-28T02:30 does not exist in Europe/Berlin",
                "2026-10-25T02:30 | Europe/Berlin | happens twice in Europe/Berlin: add the offset you mean, +02:00 or +01:00",
                "tomorrow | Europe/Berlin | seen 'tomorrow'",
                "none | Europe/Berlin | opens: expected a time",
                "2026-12-07T02:00 | Mars/Olympus | zone: expected a time zone such as Europe/Berlin, seen 'Mars/Olympus'",
                "2026-12-07T02:00 | none | zone: expected a time zone",
            })
    void a_time_that_means_nothing_is_refused(
            @Nullable String opens, @Nullable String zone, String said) {
        Problem problem =
                problem(
                        () ->
                                new Requests.Postpone(opens, "2027-12-07T05:00", zone, null)
                                        .window(Plan.AtClose.HOLD));

        assertThat(problem.status()).isEqualTo(422);
        assertThat(problem.detail()).contains(said);
    }

    @Test
    void a_time_the_clocks_show_twice_is_taken_with_its_offset() {
        Plan.Window window =
                new Requests.Postpone(
                                "2026-10-25T02:30+01:00", "2026-10-25T05:00", "Europe/Berlin", null)
                        .window(Plan.AtClose.HOLD);

        assertThat(window.opensAt()).isEqualTo(Instant.parse("2026-10-25T01:30:00Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"why\": \"x\",} | 1 | not JSON",
                "{\"wyh\": \"x\"} | 1 | unknown member 'wyh', expected only [why]",
                "{\"why\": {}} | 1 | member 'why' is not of the kind",
                "[1] | 1 | expected one JSON object",
                "{\"why\": \"x\"} {} | 1 | expected one JSON object",
                "{\"why\": \"a\", \"why\": \"b\"} | 1 | not JSON",
            })
    void a_body_that_is_wrong_is_refused_with_its_place(String body, int line, String said) {
        Problem problem =
                problem(
                        () ->
                                Bodies.read(
                                        body.strip().getBytes(StandardCharsets.UTF_8),
                                        Requests.Why.class));

        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.detail()).contains(said.strip());
        assertThat(problem.body("").path("line").asInt()).isEqualTo(line);
        assertThat(problem.detail()).doesNotContain("dev.cutover");
    }

    @Test
    void a_body_above_the_bound_is_too_large() {
        Problem problem =
                problem(() -> Bodies.read(new byte[Bodies.MOST_BYTES + 1], Requests.Why.class));

        assertThat(problem.status()).isEqualTo(413);
    }

    @Test
    void a_deeply_nested_body_is_refused() {
        String deep = "{\"why\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}";

        assertThat(
                        problem(
                                        () ->
                                                Bodies.read(
                                                        deep.getBytes(StandardCharsets.UTF_8),
                                                        Requests.Why.class))
                                .status())
                .isEqualTo(400);
    }

    @Test
    void a_reason_with_a_line_break_is_refused() {
        assertThat(problem(() -> new Requests.Why("a\nb").text()).status()).isEqualTo(422);
        assertThat(new Requests.Why(null).text()).isEqualTo("no reason given");
    }

    @Test
    void a_repeat_is_known_by_caller_verb_and_key() {
        assertThat(Headers.idempotencyKey("abc", "alice", "hold")).contains("alice/hold/abc");
        assertThat(Headers.idempotencyKey(null, "alice", "hold")).isEmpty();
        assertThat(problem(() -> Headers.idempotencyKey("a b", "alice", "hold")).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "abc", "W/\"abc\"", "\"a\", \"b\"", "\"\""})
    void only_one_strong_tag_says_which_plan_was_seen(String header) {
        assertThat(problem(() -> Headers.seenIfSaid(header)).status()).isEqualTo(400);
    }

    @Test
    void approving_without_saying_which_plan_was_seen_is_refused() {
        assertThat(Headers.seen("\"abc\"").text()).isEqualTo("abc");
        assertThat(problem(() -> Headers.seen(null)).status()).isEqualTo(428);
    }

    private static Problem problem(Runnable call) {
        return catchThrowableOfType(ProblemException.class, call::run).problem();
    }
}
