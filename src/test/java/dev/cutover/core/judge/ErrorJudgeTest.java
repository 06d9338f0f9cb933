package dev.cutover.core.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.judge.ErrorJudge.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** A total outage is caught within seconds; a healthy site is not aborted by one unlucky 503. */
class ErrorJudgeTest {
    private static final Instant T0 = Instant.parse("2026-12-11T01:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(5);

    @Test
    void a_total_outage_is_caught_five_failures_and_two_seconds_in() {
        List<Bucket> healthyThenDead = seconds(62, s -> s < 60 ? 0 : 2, 2);

        assertThat(judge(healthyThenDead, 62)).isNotEqualTo(Finding.OUTAGE);
        assertThat(judge(seconds(63, s -> s < 60 ? 0 : 2, 2), 63)).isEqualTo(Finding.OUTAGE);
    }

    @Test
    void five_failures_in_one_second_are_a_hiccup() {
        assertThat(judge(seconds(61, s -> s < 60 ? 0 : 5, 5), 61)).isNotEqualTo(Finding.OUTAGE);
    }

    @Test
    void one_unlucky_503_is_no_breach() {
        assertThat(judge(seconds(20, s -> s == 10 ? 1 : 0, 1), 20)).isEqualTo(Finding.HEALTHY);
        assertThat(judge(seconds(20, s -> s == 10 || s == 15 ? 1 : 0, 1), 20))
                .as("nor are two")
                .isEqualTo(Finding.HEALTHY);
    }

    @Test
    void a_tenth_of_all_requests_failing_is_a_breach() {
        assertThat(judge(seconds(60, s -> s % 2, 5), 60)).isEqualTo(Finding.BREACH);
    }

    @Test
    void a_healthy_half_percent_in_bursts_is_never_a_breach_in_an_hour() {
        Random random = new Random(503);
        List<Bucket> buckets = new ArrayList<>();
        for (int s = 0; s < 3_600; s++) {
            int failed = random.nextInt(600) == 0 ? 3 : 0;
            buckets.add(new Bucket(T0.plusSeconds(s), Duration.ofSeconds(1), 3 - failed, failed));
        }

        for (int s = 30; s < 3_600; s += 10) {
            assertThat(judge(buckets.subList(0, s), s))
                    .as("second %d", s)
                    .isEqualTo(Finding.HEALTHY);
        }
    }

    @Test
    void nineteen_requests_are_too_few_to_say() {
        assertThat(judge(seconds(19, s -> 0, 1), 19)).isEqualTo(Finding.THIN);
        assertThat(judge(seconds(20, s -> 0, 1), 20)).isEqualTo(Finding.HEALTHY);
    }

    @Test
    void silence_is_blindness_not_health() {
        assertThat(judge(List.of(), 100)).isEqualTo(Finding.BLIND);
        assertThat(judge(seconds(60, s -> 0, 5), 120)).isEqualTo(Finding.BLIND);
        assertThat(judge(List.of(new Bucket(T0.plusSeconds(99), Duration.ofSeconds(1), 0, 0)), 100))
                .as("an empty bucket is no data")
                .isEqualTo(Finding.BLIND);
    }

    @Test
    void a_source_that_is_late_by_nature_is_not_blind_for_that_long() {
        var word =
                ErrorJudge.judge(
                        seconds(60, s -> 0, 5),
                        T0,
                        WINDOW,
                        0.02,
                        Duration.ofMinutes(5),
                        T0.plusSeconds(300));

        assertThat(word.finding()).isEqualTo(Finding.HEALTHY);
    }

    @Test
    void errors_from_before_the_switch_do_not_count() {
        List<Bucket> buckets = seconds(120, s -> s < 60 ? 5 : 0, 5);

        assertThat(
                        ErrorJudge.judge(
                                        buckets,
                                        T0.plusSeconds(61),
                                        WINDOW,
                                        0.02,
                                        Duration.ZERO,
                                        T0.plusSeconds(120))
                                .finding())
                .isEqualTo(Finding.HEALTHY);
    }

    /** One bucket a second, {@code all} requests each, of which so many failed. */
    private static List<Bucket> seconds(int count, IntUnaryOperator failed, int all) {
        List<Bucket> buckets = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            int bad = failed.applyAsInt(s);
            buckets.add(new Bucket(T0.plusSeconds(s), Duration.ofSeconds(1), all - bad, bad));
        }
        return buckets;
    }

    private static Finding judge(List<Bucket> buckets, int second) {
        return ErrorJudge.judge(buckets, T0, WINDOW, 0.02, Duration.ZERO, T0.plusSeconds(second))
                .finding();
    }
}
