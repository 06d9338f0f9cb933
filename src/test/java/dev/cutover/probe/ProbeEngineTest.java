package dev.cutover.probe;

import static dev.cutover.probe.LoopbackServer.answer;
import static dev.cutover.probe.LoopbackServer.reply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.Unreachable;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ProbeEngineTest extends EngineStory {

    // ------------------------------------------------------ what servers say

    @Test
    void tells_what_a_server_said() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) ->
                                back.send(
                                        answer(
                                                query,
                                                "WWW.acme.example 60 CNAME edge.example.net.",
                                                "edge.example.net 300 A 192.0.2.10")))) {
            Answered answered = answered(ask(server, PATIENT));
            assertThat(answered.rcode()).isEqualTo(Rcode.NOERROR);
            assertThat(answered.authoritative()).isTrue();
            assertThat(answered.viaTcp()).isFalse();
            assertThat(answered.latency()).isPositive().isLessThan(PATIENT);
            assertThat(answered.records())
                    .containsExactly(
                            new AnswerRecord("www.acme.example", "CNAME", 60, "edge.example.net."),
                            new AnswerRecord("edge.example.net", "A", 300, "192.0.2.10"));
        }
    }

    @Test
    void a_name_that_does_not_exist_is_an_answer_with_a_time_to_remember_it() throws Exception {
        String soa = "acme.example 900 SOA ns1.acme.example. host.acme.example. 1 2 3 4 120";
        try (var server =
                LoopbackServer.udp(
                        (query, back) ->
                                back.send(
                                        reply(
                                                query,
                                                Rcode.NXDOMAIN,
                                                false,
                                                List.of(),
                                                List.of(soa))))) {
            Answered answered = answered(ask(server, PATIENT));
            assertThat(answered.rcode()).isEqualTo(Rcode.NXDOMAIN);
            assertThat(answered.records()).isEmpty();
            assertThat(answered.negativeTtlSeconds()).isEqualTo(OptionalLong.of(120));
        }
    }

    @Test
    void asks_with_edns_and_recursion_as_told() throws Exception {
        try (var server = LoopbackServer.udp((query, back) -> back.send(answer(query, RECORD)))) {
            engine.ask(
                    List.of(server.resolver()),
                    List.of(WWW, new Question(WWW.name(), Type.A, false)),
                    PATIENT);
            assertThat(server.queries)
                    .extracting(query -> query[2] & 0x01)
                    .containsExactlyInAnyOrder(0, 1);
            assertThat(server.queries)
                    .allSatisfy(query -> assertThat(query[11]).isEqualTo((byte) 1));
        }
    }

    @Test
    void asks_again_without_edns_when_the_server_does_not_know_it() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            boolean edns = query[11] != 0;
                            byte[] bare = Arrays.copyOf(query, 12);
                            bare[2] |= (byte) 0x80;
                            bare[3] = Rcode.FORMERR;
                            Arrays.fill(bare, 4, 12, (byte) 0);
                            back.send(edns ? bare : answer(query, RECORD));
                        })) {
            assertThat(answered(ask(server, PATIENT)).records()).hasSize(1);
            assertThat(server.queries).hasSize(2);
        }
    }

    // ------------------------------------------------------ time and rates

    @Test
    void silence_ends_at_its_own_timeout_each() throws Exception {
        try (var server = LoopbackServer.silent()) {
            for (int millis : new int[] {50, 120, 400}) {
                Duration timeout = Duration.ofMillis(millis);
                long began = System.nanoTime();
                assertTimedOut(ask(server, timeout), timeout);
                assertThat(since(began)).isGreaterThanOrEqualTo(timeout);
            }
        }
    }

    @Test
    void a_slow_server_shows_its_slowness_and_slows_nobody_else() throws Exception {
        // The slow one waits for the other's question: who asked one after the other would hear
        // nothing.
        CountDownLatch quickAsked = new CountDownLatch(1);
        try (var slow =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    quickAsked.await();
                                    TimeUnit.MILLISECONDS.sleep(200);
                                    back.send(answer(query, RECORD));
                                });
                var quick =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    back.send(answer(query, RECORD));
                                    quickAsked.countDown();
                                })) {
            Round round =
                    engine.ask(List.of(slow.resolver(), quick.resolver()), List.of(WWW), PATIENT);
            assertThat(answered(round.results().get(0).answer()).latency())
                    .isGreaterThanOrEqualTo(Duration.ofMillis(200));
            answered(round.results().get(1).answer());
        }
    }

    @Test
    void a_closed_port_is_told_at_once() throws Exception {
        try (var nobody = UnheardPort.open()) {
            Round round = engine.ask(List.of(nobody.resolver()), List.of(WWW, WWW, WWW), PATIENT);
            assertThat(round.results())
                    .extracting(ProbeResult::answer)
                    .hasOnlyElementsOfType(Unreachable.class);
        }
    }

    @Test
    void holds_no_more_outstanding_at_one_address_than_allowed() throws Exception {
        try (var server = LoopbackServer.silent();
                var careful = new ProbeEngine(new ProbeLimits(2, 1_000, 40_000, 256 << 10))) {
            long began = System.nanoTime();
            Round round = careful.ask(List.of(server.resolver()), List.of(WWW, WWW, WWW), SHORT);
            assertThat(round.results())
                    .extracting(ProbeResult::answer)
                    .allSatisfy(answer -> assertTimedOut(answer, SHORT));
            assertThat(since(began)).isGreaterThanOrEqualTo(SHORT.multipliedBy(2));
        }
    }

    @Test
    void asks_one_address_at_its_rate_and_keeps_the_wait_out_of_the_latency() throws Exception {
        try (var server = LoopbackServer.udp((query, back) -> back.send(answer(query, RECORD)));
                var careful = new ProbeEngine(new ProbeLimits(64, 1, 40_000, 256 << 10))) {
            long began = System.nanoTime();
            List<Question> three = Collections.nCopies(3, WWW);
            Round round = careful.ask(List.of(server.resolver()), three, PATIENT);
            // one at once, then one a second
            Duration lasted = since(began);
            Duration waited = Duration.ofMillis(1_900);
            assertThat(lasted).isGreaterThanOrEqualTo(waited);
            Answered last = answered(round.results().getLast().answer());
            assertThat(last.latency()).isLessThanOrEqualTo(lasted.minus(waited));
        }
    }

    @Test
    void a_server_that_has_not_answered_is_asked_first_since_its_silence_lasts_longest()
            throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch allSubmitted = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(40);
        List<Exchange> toAnswers = new ArrayList<>();
        List<Exchange> toSilent = new ArrayList<>();
        try (var answers = LoopbackServer.udp((query, back) -> back.send(answer(query, RECORD)));
                var silent = LoopbackServer.silent();
                var udp = new UdpTransport(new ProbeLimits(1_000, 1_000_000, 1_000, 256 << 10))) {
            // Its answer holds the I/O thread until all the others wait for their turn.
            udp.submit(
                    answers.address(),
                    exchange(
                            PATIENT,
                            (e, came) -> {
                                held.countDown();
                                awaitOn(allSubmitted);
                            }));
            for (int i = 0; i < 20; i++) {
                toAnswers.add(exchange(SHORT, (e, came) -> ended.countDown()));
                toSilent.add(exchange(SHORT, (e, came) -> ended.countDown()));
            }
            held.await();
            toAnswers.forEach(e -> udp.submit(answers.address(), e));
            toSilent.forEach(e -> udp.submit(silent.address(), e));
            allSubmitted.countDown();
            ended.await();
        }
        long firstToAnswers = toAnswers.stream().mapToLong(e -> e.writtenAt).min().orElseThrow();
        assertThat(toSilent).allMatch(e -> e.writtenAt - firstToAnswers <= 0);
    }

    private static Exchange exchange(Duration timeout, Exchange.Listener then) {
        long writeUntil = System.nanoTime() + PATIENT.toNanos();
        return new Exchange(Wire.query(WWW, true), timeout, writeUntil, then);
    }

    private static void awaitOn(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void an_address_with_a_rate_of_its_own_is_asked_at_that_rate_by_every_transport()
            throws Exception {
        byte[] own = {127, 0, 0, 1};
        ProbeLimits usual = new ProbeLimits(64, 1_000, 40_000, 256 << 10);
        ProbeLimits limits = usual.withOwnRates(Map.of(InetAddress.getByAddress(own), 3));
        try (var udp = LoopbackServer.udp((query, back) -> back.send(answer(query, RECORD)));
                var tcp = StreamServer.tcp((query, line) -> line.send(answer(query, RECORD)));
                var polite = new ProbeEngine(limits);
                var hasty = new ProbeEngine(usual)) {
            List<Resolver> whom = List.of(udp.resolver(), tcp.resolver(new Transport.Tcp()));
            List<Question> ten = Collections.nCopies(10, WWW);
            // a second's worth at once; the others' turn comes after patience has ended
            long began = System.nanoTime();
            do { // again where nobody's turn came in time
                Round held = polite.ask(whom, ten, PATIENT, Duration.ofMillis(100));
                assertThat(held.faults()).contains(OwnFault.HELD_BACK);
            } while (udp.queries.isEmpty() || tcp.asked.get() == 0);
            int most = 4 + (int) since(began).multipliedBy(3).toSeconds();
            assertThat(udp.queries).hasSizeBetween(1, most);
            assertThat(tcp.asked.get()).isBetween(1, most);
            hasty.ask(whom, ten, PATIENT);
            assertThat(udp.queries.size()).isGreaterThanOrEqualTo(11);
            assertThat(tcp.asked.get()).isGreaterThanOrEqualTo(11);
        }
    }

    // ------------------------------------------------------ rules of the call

    @Test
    void closing_lets_nobody_wait() throws Exception {
        try (var server = LoopbackServer.silent()) {
            Thread closer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        while (server.queries.isEmpty()) {
                                            Thread.onSpinWait();
                                        }
                                        engine.close();
                                    });
            assertThat(ask(server, Duration.ofSeconds(30))).isInstanceOf(Unreachable.class);
            closer.join();
            assertThat(ask(server, PATIENT))
                    .isInstanceOfSatisfying(
                            Unreachable.class,
                            answer -> assertThat(answer.reason()).contains("closed"));
        }
    }

    @Test
    void refuses_what_is_out_of_bounds() throws Exception {
        try (var server = LoopbackServer.silent()) {
            List<Resolver> one = List.of(server.resolver());
            assertThatThrownBy(() -> engine.ask(one, List.of(WWW), Duration.ZERO))
                    .hasMessageContaining("expected a timeout");
            List<Question> tooMany = Collections.nCopies(100_001, WWW);
            assertThatThrownBy(() -> engine.ask(one, tooMany, PATIENT))
                    .hasMessageContaining("at most 100000");
        }
        assertThat(engine.ask(List.of(), List.of(WWW), PATIENT).results()).isEmpty();
        assertThatThrownBy(() -> new Question("a..b", Type.A, true))
                .hasMessageContaining("expected a domain name");
        assertThatThrownBy(() -> new Question("a".repeat(64) + ".example", Type.A, true))
                .hasMessageContaining("expected a domain name");
        assertThatThrownBy(() -> new Question("a.example", Type.AXFR, true))
                .hasMessageContaining("record type");
        assertThatThrownBy(() -> new ProbeLimits(0, 1, 1, 4_096)).hasMessageContaining("in flight");
    }
}
