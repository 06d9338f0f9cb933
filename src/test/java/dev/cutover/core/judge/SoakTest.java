package dev.cutover.core.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole simulated days: who is healthy stays, who is sick goes. {@code bench/judge} plays more of them. */
class SoakTest {
    private static final Soak.OurJudge JUDGE = new Soak.OurJudge(Duration.ofMinutes(5), 0.02);
    private static final int HARM_AT = 3_600;
    private static final int DAYS = 500;

    @Test
    void of_500_healthy_days_with_half_a_percent_in_bursts_at_most_one_in_a_hundred_is_aborted() {
        assertThat(aborted(JUDGE, DAYS, s -> JudgeBench.bursty(s, 10, 0.4)))
                .isLessThanOrEqualTo(DAYS / 100);
    }

    @Test
    void bursts_of_half_a_minute_abort_at_most_one_day_in_a_hundred_too() {
        assertThat(aborted(JUDGE, 100, s -> JudgeBench.bursty(s, 30, 0.25))).isLessThanOrEqualTo(1);
        assertThat(aborted(JUDGE, 100, s -> JudgeBench.bursty(s, 30, 0.4))).isLessThanOrEqualTo(1);
    }

    @Test
    void errors_that_come_each_by_itself_abort_no_day_even_at_the_ceiling() {
        for (double rate : new double[] {0.005, 0.01, 0.02}) {
            assertThat(
                            aborted(
                                    JUDGE,
                                    30,
                                    s ->
                                            Traffic.probes(s, Traffic.DAY)
                                                    .fail(0, Traffic.DAY, t -> rate)
                                                    .everySecond()))
                    .as("%s", rate)
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void small_sites_and_nightly_lulls_are_healthy_too() {
        assertThat(
                        aborted(
                                JUDGE,
                                50,
                                s ->
                                        Traffic.oneIn(s, Traffic.DAY, 20)
                                                .bursts(0, 0.005, 10, 0.4)
                                                .everyMinute()))
                .isZero();
        assertThat(
                        aborted(
                                JUDGE,
                                50,
                                s ->
                                        Traffic.diurnal(s, Traffic.DAY, 40)
                                                .bursts(0, 0.005, 10, 0.4)
                                                .everyMinute()))
                .isZero();
    }

    @Test
    void a_failing_network_of_ours_is_no_data_and_aborts_nothing() {
        assertThat(aborted(JUDGE, 50, JudgeBench::uplinkDown)).isZero();
        assertThat(aborted(new PeerRules.Flagger(0.98, 60, 10), 5, JudgeBench::uplinkDown))
                .as("whose rule takes silence for failure")
                .isEqualTo(5);
    }

    @Test
    void an_outage_is_caught_five_seconds_in_on_every_run() {
        assertThat(delays(s -> JudgeBench.step(s, 1))).allMatch(d -> d <= 5);
    }

    @Test
    void harm_is_caught_the_sooner_the_worse_it_is() {
        assertThat(ninetyFifth(delays(s -> JudgeBench.step(s, 0.5)))).isLessThanOrEqualTo(400);
        assertThat(ninetyFifth(delays(s -> JudgeBench.step(s, 0.2)))).isLessThanOrEqualTo(400);
        assertThat(ninetyFifth(delays(s -> JudgeBench.step(s, 0.08)))).isLessThanOrEqualTo(540);
        assertThat(ninetyFifth(delays(s -> JudgeBench.step(s, 0.04)))).isLessThanOrEqualTo(1_500);
    }

    @Test
    void asking_only_when_something_failed_misses_nothing() {
        var always = new Soak.OurJudge(Duration.ofMinutes(5), 0.02, true);
        for (int seed = 0; seed < 3; seed++) {
            Soak soak = JudgeBench.step(seed, new double[] {0.5, 0.08, 0.04}[seed]);
            assertThat(JUDGE.abortsAt(soak)).isEqualTo(always.abortsAt(soak));
        }
    }

    @Test
    void the_peers_rules_do_what_their_documents_say() {
        int[] three = new int[3_600];
        Arrays.fill(three, 3);
        int[] bad = new int[3_600];
        Arrays.fill(bad, 0, 1_200, 3);
        Soak twentyBadMinutes = new Soak(three, bad, 1);

        assertThat(new PeerRules.Argo(0.95, 300, 3).abortsAt(twentyBadMinutes))
                .as("the fourth failed measurement is above a limit of three")
                .isEqualTo(1_200);
        assertThat(new PeerRules.Argo(0.95, 300, 4).abortsAt(twentyBadMinutes)).isEqualTo(-1);
        assertThat(new PeerRules.Flagger(0.99, 60, 10).abortsAt(twentyBadMinutes))
                .as("ten failed checks, rolled back with the run after")
                .isEqualTo(660);
        assertThat(new PeerRules.Argo(0.95, 300, 3).abortsAt(new Soak(new int[3_600], bad, 1)))
                .as("five measurements without data in a row")
                .isEqualTo(1_500);
    }

    private static int aborted(Soak.Rule rule, int days, LongFunction<Soak> stream) {
        int aborted = 0;
        for (int seed = 0; seed < days; seed++) {
            aborted += rule.abortsAt(stream.apply(seed)) >= 0 ? 1 : 0;
        }
        return aborted;
    }

    private static List<Integer> delays(LongFunction<Soak> stream) {
        return LongStream.range(0, 40)
                .mapToObj(
                        seed -> {
                            int at = JUDGE.abortsAt(stream.apply(seed));
                            return at < 0 ? Integer.MAX_VALUE : at - HARM_AT;
                        })
                .sorted()
                .toList();
    }

    private static int ninetyFifth(List<Integer> sorted) {
        return sorted.get(sorted.size() * 95 / 100);
    }
}
