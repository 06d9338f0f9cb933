package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Call;
import dev.cutover.port.NoSamples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What own probes make of a site that does not answer. */
class ObserverTest {
    private static final InstantSource CLOCK = InstantSource.fixed(SampleEvents.OPENS_AT);

    @Test
    void a_silent_site_fails_when_the_fallback_side_shakes_hands_however_slow_its_pages_are()
            throws Exception {
        Evidence seen = look(new Silent(true));
        assertThat(seen)
                .isInstanceOfSatisfying(
                        Evidence.Errors.class,
                        e -> assertThat(e.buckets().getFirst().failed()).isPositive());
    }

    @Test
    void nobody_answering_is_our_own_network_and_counts_against_nobody() throws Exception {
        Evidence seen = look(new Silent(false));
        assertThat(seen)
                .isInstanceOfSatisfying(
                        Evidence.NoEvidence.class,
                        e -> assertThat(e.why()).contains("our own network may be down"));
    }

    private static Evidence look(HonestWorld world) throws InterruptedException {
        CountDownLatch looked = new CountDownLatch(1);
        Observer observer =
                new Observer(
                        world.asWorld(), CLOCK, new NoSamples(), new Pulse(), looked::countDown);
        observer.refresh(
                soaking(),
                Map.of(EvidenceKey.PROBE_ERRORS, Duration.ofSeconds(1)),
                CLOCK.instant());
        looked.await();
        return Objects.requireNonNull(observer.latest().get(EvidenceKey.PROBE_ERRORS));
    }

    private static Cutover soaking() {
        Event scheduled = SampleEvents.scheduled(SampleEvents.plan("acme", 1));
        Phase.Reason why = new Phase.Reason("Test", "a test");
        return Cutover.of(
                List.of(
                        entry(1, scheduled),
                        entry(2, new Event.PhaseEntered(new Phase.Soaking(), why))));
    }

    private static JournalEntry entry(long seq, Event event) {
        return new JournalEntry(
                new CutoverId("acme-1"), seq, SampleEvents.NOW, "controller", event);
    }

    /** No page comes in time, from no side. */
    private static final class Silent extends HonestWorld {
        private final boolean shakesHands;

        Silent(boolean shakesHands) {
            super(CLOCK);
            this.shakesHands = shakesHands;
        }

        @Override
        public List<PageResult> pages(
                Plan.Site site, List<String> paths, Via via, boolean fresh, Call call) {
            return paths.stream()
                    .map(path -> new PageResult(path, 0, "", "no whole answer in time"))
                    .toList();
        }

        @Override
        public List<TlsResult> tls(List<DnsName> names, int port, Via via, Call call) {
            return shakesHands
                    ? super.tls(names, port, via, call)
                    : names.stream()
                            .map(name -> new TlsResult(name, Optional.empty(), "no answer"))
                            .toList();
        }
    }
}
