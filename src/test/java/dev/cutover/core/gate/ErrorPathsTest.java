package dev.cutover.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two paths see the same site and fail apart: what holds when they agree, disagree, are blind or late. */
class ErrorPathsTest {
    private static final Instant T0 = Acme.NOW;
    private static final Instant NOW = T0.plus(Duration.ofMinutes(30));
    private static final Plan.Watch BOTH = watch(true);

    private final Map<EvidenceKey, Evidence> seen = new EnumMap<>(EvidenceKey.class);

    @Test
    void two_healthy_paths_pass_and_both_are_quoted() {
        probes(false).provider(0);

        Judged judged = judged();

        assertThat(judged.verdict()).isEqualTo(Verdict.PASS);
        assertThat(judged.summary()).contains("own probes: 0 of ", "; provider: 0 of ");
    }

    @Test
    void our_probes_alone_are_enough_for_a_finding() {
        probes(true).provider(0);

        assertThat(judged().verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judged().summary()).startsWith("own probes: ").contains("; provider: 0 of ");
    }

    @Test
    void a_breach_that_only_visitors_meet_is_a_finding() {
        probes(false).provider(10);

        assertThat(judged().verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judged().summary()).startsWith("provider: ").contains("; own probes: 0 of ");
    }

    @Test
    void an_outage_that_our_own_probes_do_not_see_waits_for_proof() {
        probes(false).provider(0);
        endOfProvider(100);

        Judged judged = judged();

        assertThat(judged.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(judged.summary())
                .startsWith("provider: all of the last ")
                .contains("; own probes: 0 of ");
        assertThat(gates().errors(BOTH, T0).areSuspect()).isTrue();
    }

    @Test
    void an_outage_that_the_provider_sees_while_we_are_blind_is_a_finding() {
        provider(0);
        endOfProvider(100);
        seen.put(
                EvidenceKey.PROBE_ERRORS,
                new Evidence.NoEvidence(EvidenceKey.PROBE_ERRORS, "no route to host", NOW));

        assertThat(judged().verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judged().summary()).contains("; own probes: no route to host");
    }

    @Test
    void when_we_are_blind_a_healthy_provider_is_no_reason_to_go_on() {
        provider(0);
        seen.put(
                EvidenceKey.PROBE_ERRORS,
                new Evidence.NoEvidence(EvidenceKey.PROBE_ERRORS, "no route to host", NOW));

        assertThat(judged().verdict()).isEqualTo(Verdict.BLIND);
        assertThat(judged().summary()).contains("no route to host", "; provider: 0 of ");
        assertThat(gates().errors(BOTH, T0).areSuspect()).as("so patience runs out").isFalse();
    }

    @Test
    void a_provider_that_is_down_or_late_stops_nothing_and_is_named() {
        probes(false);
        seen.put(
                EvidenceKey.PROVIDER_ERRORS,
                new Evidence.NoEvidence(EvidenceKey.PROVIDER_ERRORS, "status 502", NOW));
        assertThat(judged().verdict()).isEqualTo(Verdict.PASS);
        assertThat(judged().summary()).contains("; provider: status 502");

        provider(0);
        late(Duration.ofMinutes(4));
        assertThat(judged().verdict()).isEqualTo(Verdict.PASS);
        assertThat(judged().summary()).contains("; provider: 0 of ");

        late(Duration.ofMinutes(3));
        assertThat(judged().summary()).contains("; provider: no requests were counted");
    }

    @Test
    void a_path_that_may_only_show_a_burst_makes_the_run_wait_but_not_hold() {
        probes(false).provider(0);
        endOfProvider(30);

        assertThat(judged().verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(judged().summary()).contains("not long enough to tell harm from a burst");
        assertThat(gates().errors(BOTH, T0).areSuspect()).isTrue();
    }

    @Test
    void a_plan_without_the_provider_does_not_ask_it() {
        probes(false).provider(50);

        assertThat(gates().errors(watch(false), T0).judged().verdict()).isEqualTo(Verdict.PASS);
        assertThat(gates().errors(watch(false), T0).areSuspect()).isFalse();
    }

    @Test
    void an_outage_is_dated_by_its_first_failure() {
        probes(false);
        List<Bucket> buckets = new ArrayList<>(errors(EvidenceKey.PROBE_ERRORS));
        for (int i = 6; i > 0; i--) {
            buckets.removeLast();
        }
        for (int i = 6; i > 0; i--) {
            buckets.add(new Bucket(NOW.minusSeconds(i), Duration.ofSeconds(1), 0, 3));
        }
        put(EvidenceKey.PROBE_ERRORS, buckets);

        assertThat(gates().errors(BOTH, T0).outageSince())
                .isEqualTo(Optional.of(NOW.minusSeconds(6)));
        probes(true);
        assertThat(gates().errors(BOTH, T0).outageSince()).as("a breach is no outage").isEmpty();
    }

    /** Every second two requests; every fourth fails, or none. */
    private ErrorPathsTest probes(boolean bad) {
        List<Bucket> buckets = new ArrayList<>();
        for (Instant at = T0; at.isBefore(NOW); at = at.plusSeconds(1)) {
            int failed = at.getEpochSecond() % 2 == 0 && bad ? 1 : 0;
            buckets.add(new Bucket(at, Duration.ofSeconds(1), 2 - failed, failed));
        }
        put(EvidenceKey.PROBE_ERRORS, buckets);
        return this;
    }

    /** Every minute a thousand requests, of which so many in a hundred fail. */
    private ErrorPathsTest provider(int percent) {
        List<Bucket> buckets = new ArrayList<>();
        for (Instant at = T0; at.isBefore(NOW); at = at.plusSeconds(60)) {
            buckets.add(
                    new Bucket(at, Duration.ofMinutes(1), 1_000 - 10L * percent, 10L * percent));
        }
        put(EvidenceKey.PROVIDER_ERRORS, buckets);
        return this;
    }

    /** In the last minute so many in a hundred fail. */
    private void endOfProvider(int percent) {
        List<Bucket> buckets = new ArrayList<>(errors(EvidenceKey.PROVIDER_ERRORS));
        Bucket last = buckets.removeLast();
        buckets.add(
                new Bucket(last.startsAt(), last.length(), 1_000 - 10L * percent, 10L * percent));
        put(EvidenceKey.PROVIDER_ERRORS, buckets);
    }

    /** The provider's newest minutes have not been counted. */
    private void late(Duration lag) {
        List<Bucket> buckets =
                errors(EvidenceKey.PROVIDER_ERRORS).stream()
                        .filter(
                                b ->
                                        b.endsAt()
                                                .isBefore(
                                                        errors(EvidenceKey.PROVIDER_ERRORS)
                                                                .getLast()
                                                                .endsAt()
                                                                .minus(lag)))
                        .toList();
        put(EvidenceKey.PROVIDER_ERRORS, buckets);
    }

    private List<Bucket> errors(EvidenceKey key) {
        return seen.get(key) instanceof Evidence.Errors e ? e.buckets() : List.of();
    }

    private void put(EvidenceKey key, List<Bucket> buckets) {
        seen.put(key, new Evidence.Errors(key, buckets, NOW));
    }

    private Gates gates() {
        return new Gates(seen, NOW, Duration.ofMinutes(5));
    }

    private Judged judged() {
        return gates().errors(BOTH, T0).judged();
    }

    private static Plan.Watch watch(boolean provider) {
        Plan.Watch watch = Acme.plan().watch();
        return new Plan.Watch(
                provider,
                watch.errorCeiling(),
                watch.resolverLatencyCeiling(),
                watch.window(),
                watch.patience(),
                watch.quorum());
    }
}
