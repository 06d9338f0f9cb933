package dev.cutover.core.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.judge.ErrorJudge.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A total outage is caught within seconds; a healthy site is not aborted by a burst of errors. */
class ErrorJudgeTest {
    private static final Instant T0 = Instant.parse("2026-12-11T01:00:00Z");
    private static final Duration WINDOW = Duration.ofMinutes(5);

    @Test
    void a_total_outage_is_caught_five_seconds_in() {
        assertThat(judge(seconds(64, s -> s < 60 ? 0 : 3, 3), 64)).isNotEqualTo(Finding.OUTAGE);

        ErrorJudge.Word word = word(seconds(65, s -> s < 60 ? 0 : 3, 3), 65);
        assertThat(word.finding()).isEqualTo(Finding.OUTAGE);
        assertThat(word.since()).isEqualTo(T0.plusSeconds(60));
        assertThat(word.summary())
                .isEqualTo("all of the last 15 requests failed, since 2026-12-11T01:01:00Z");
    }

    @Test
    void with_one_probe_a_second_an_outage_takes_eight() {
        assertThat(judge(seconds(67, s -> s < 60 ? 0 : 1, 1), 67)).isNotEqualTo(Finding.OUTAGE);
        assertThat(judge(seconds(68, s -> s < 60 ? 0 : 1, 1), 68)).isEqualTo(Finding.OUTAGE);
    }

    @Test
    void probes_that_time_out_come_slower_and_are_an_outage_all_the_same() {
        List<Bucket> buckets = seconds(60, s -> 0, 3);
        buckets.add(bucket(60, 0, 3));
        buckets.add(bucket(64, 0, 3));
        assertThat(judge(buckets, 66)).isNotEqualTo(Finding.OUTAGE);

        buckets.add(bucket(68, 0, 3));
        assertThat(judge(buckets, 70)).isEqualTo(Finding.OUTAGE);
    }

    @Test
    void what_was_counted_before_a_clock_was_set_back_hides_nothing() {
        List<Bucket> buckets = seconds(1_800, s -> 0, 3);
        IntStream.range(0, 130).forEach(s -> buckets.add(bucket(s, 0, 3)));
        Instant sinceBefore = T0.plusSeconds(1_200);
        ErrorJudge.Word word =
                ErrorJudge.judge(
                        buckets, sinceBefore, WINDOW, 0.02, Duration.ZERO, T0.plusSeconds(130));
        assertThat(word.isBad()).as(word.summary()).isTrue();
    }

    @Test
    void failures_before_and_after_a_silence_are_not_one_outage() {
        List<Bucket> buckets = seconds(60, s -> 0, 3);
        buckets.add(bucket(60, 0, 6));
        buckets.add(bucket(85, 0, 6));

        assertThat(judge(buckets, 86)).isNotEqualTo(Finding.OUTAGE);
    }

    @Test
    void one_answer_among_the_failures_ends_an_outage() {
        List<Bucket> buckets = seconds(70, s -> s < 60 ? 0 : 3, 3);
        buckets.add(bucket(70, 1, 2));

        assertThat(judge(buckets, 71)).isEqualTo(Finding.SUSPECT);
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
    void a_tenth_of_all_requests_failing_is_suspect_at_once_and_a_breach_after_about_the_window() {
        List<Bucket> buckets = seconds(700, s -> s < 100 ? 0 : s % 2, 5);

        assertThat(judge(buckets.subList(0, 200), 160)).isEqualTo(Finding.SUSPECT);
        assertThat(judge(buckets.subList(0, 440), 440)).isEqualTo(Finding.SUSPECT);
        ErrorJudge.Word word = word(buckets.subList(0, 480), 480);
        assertThat(word.finding()).isEqualTo(Finding.BREACH);
        assertThat(word.since()).as("the block in which it began").isEqualTo(T0.plusSeconds(100));
        assertThat(word.summary())
                .contains("since 2026-12-11T01:01:40Z (10.0 %, surely above ", "allowed are 2.0 %");
    }

    @Test
    void half_of_all_requests_failing_is_a_breach_after_two_fifths_of_the_window() {
        List<Bucket> buckets = seconds(700, s -> s < 100 ? 0 : 3, 6);

        assertThat(judge(buckets.subList(0, 200), 200)).isEqualTo(Finding.SUSPECT);
        ErrorJudge.Word word = word(buckets.subList(0, 220), 220);
        assertThat(word.finding()).isEqualTo(Finding.BREACH);
        assertThat(word.since()).isEqualTo(T0.plusSeconds(100));
    }

    @Test
    void half_failing_with_a_silence_in_between_is_not_taken_for_one_collapse() {
        List<Bucket> buckets = seconds(400, s -> s < 100 ? 0 : 3, 6);
        buckets.removeIf(
                b ->
                        b.startsAt().isAfter(T0.plusSeconds(159))
                                && b.startsAt().isBefore(T0.plusSeconds(260)));

        assertThat(judge(buckets.stream().limit(240).toList(), 340)).isEqualTo(Finding.SUSPECT);
    }

    @Test
    void a_shorter_window_is_sure_sooner() {
        List<Bucket> buckets = seconds(300, s -> s % 2, 5);

        ErrorJudge.Word word =
                ErrorJudge.judge(
                        buckets.subList(0, 200),
                        T0,
                        Duration.ofMinutes(2),
                        0.02,
                        Duration.ZERO,
                        T0.plusSeconds(200));

        assertThat(word.finding()).isEqualTo(Finding.BREACH);
    }

    @Test
    void a_long_burst_is_suspect_while_it_lasts_and_forgotten_after_the_window() {
        List<Bucket> buckets = seconds(1_200, s -> s >= 300 && s < 360 && s % 2 == 0 ? 2 : 0, 3);

        for (int s = 60; s < 1_200; s += 20) {
            Finding finding = judge(buckets.subList(0, s), s);
            assertThat(finding)
                    .as("second %d", s)
                    .isEqualTo(s > 320 && s < 640 ? Finding.SUSPECT : Finding.HEALTHY);
        }
    }

    @Test
    void a_breach_is_over_after_less_than_a_clean_window() {
        List<Bucket> buckets = seconds(1_400, s -> s < 1_200 ? s % 2 : 0, 5);

        assertThat(judge(buckets.subList(0, 1_220), 1_220)).isEqualTo(Finding.BREACH);
        assertThat(judge(buckets.subList(0, 1_400), 1_400)).isEqualTo(Finding.SUSPECT);
    }

    @Test
    void the_order_of_the_buckets_and_how_they_were_kept_change_nothing() {
        Random random = new Random(42);
        for (int seed = 0; seed < 20; seed++) {
            Soak soak = JudgeBench.step(seed, random.nextInt(3) * 0.05);
            List<Bucket> all = new ArrayList<>();
            List<Bucket> kept = List.of();
            for (int s = 0; s < 5_000; s++) {
                all.add(soak.bucket(s));
                List<Bucket> more = new ArrayList<>(kept);
                more.add(soak.bucket(s));
                Instant now = Soak.at(s + 1);
                kept = Blocks.compact(more, WINDOW, Blocks.memory(WINDOW), now);
                if (s % 97 == 0) {
                    List<Bucket> shuffled = new ArrayList<>(all);
                    Collections.shuffle(shuffled, random);
                    Finding raw = finding(shuffled, now);
                    // Counting over the window is by whole blocks once they are compacted.
                    boolean sure = raw == Finding.BREACH || raw == Finding.OUTAGE;
                    assertThat(finding(kept, now) == raw || !sure).as("%d %d", seed, s).isTrue();
                    assertThat(finding(kept, now) == Finding.BREACH)
                            .isEqualTo(raw == Finding.BREACH);
                }
            }
            assertThat(kept).as("an hour of blocks and two of seconds").hasSizeLessThan(230);
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
        List<Bucket> buckets = seconds(1_200, s -> s < 1_000 ? 5 : 0, 5);

        assertThat(
                        ErrorJudge.judge(
                                        buckets,
                                        T0.plusSeconds(1_001),
                                        WINDOW,
                                        0.02,
                                        Duration.ZERO,
                                        T0.plusSeconds(1_100))
                                .finding())
                .isEqualTo(Finding.HEALTHY);
    }

    @Test
    void ten_bad_seconds_in_every_minute_are_no_healthy_bursts() {
        List<Bucket> buckets = seconds(1_800, s -> s % 60 < 10 ? s % 2 * 3 : 0, 3);

        assertThat(judge(buckets.subList(0, 290), 290)).isEqualTo(Finding.SUSPECT);
        assertThat(judge(buckets, 1_800)).as("8 %, but bunched").isEqualTo(Finding.BREACH);
    }

    @Test
    void minutes_of_a_provider_at_four_ceilings_are_a_breach_after_a_quarter_of_an_hour() {
        List<Bucket> minutes = new ArrayList<>();
        for (int m = 0; m < 30; m++) {
            long failed = m < 10 ? 5 : 80;
            minutes.add(
                    new Bucket(
                            T0.plusSeconds(60L * m),
                            Duration.ofMinutes(1),
                            1_000 - failed,
                            failed));
        }

        assertThat(judge(minutes.subList(0, 20), 1_200)).isEqualTo(Finding.SUSPECT);
        assertThat(judge(minutes.subList(0, 25), 1_500)).isEqualTo(Finding.BREACH);
    }

    /** One bucket a second, {@code all} requests each, of which so many failed. */
    private static List<Bucket> seconds(int count, IntUnaryOperator failed, int all) {
        List<Bucket> buckets = new ArrayList<>();
        for (int s = 0; s < count; s++) {
            int bad = failed.applyAsInt(s);
            buckets.add(bucket(s, all - bad, bad));
        }
        return buckets;
    }

    private static Bucket bucket(int second, long ok, long failed) {
        return new Bucket(T0.plusSeconds(second), Duration.ofSeconds(1), ok, failed);
    }

    private static Finding judge(List<Bucket> buckets, int second) {
        return word(buckets, second).finding();
    }

    private static ErrorJudge.Word word(List<Bucket> buckets, int second) {
        return ErrorJudge.judge(buckets, T0, WINDOW, 0.02, Duration.ZERO, T0.plusSeconds(second));
    }

    private static Finding finding(List<Bucket> buckets, Instant now) {
        return ErrorJudge.judge(buckets, Soak.START, WINDOW, 0.02, Duration.ZERO, now).finding();
    }
}
