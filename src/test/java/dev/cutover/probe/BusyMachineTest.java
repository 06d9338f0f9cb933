package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Exchange.Outcome;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Type;

/// What our own machine does wrong is never a resolver's error.
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class BusyMachineTest {

    private static final Question WWW = new Question("www.acme.example", Type.A, true);
    private static final Duration TIMEOUT = Duration.ofMillis(200);
    private static final Duration PATIENT = Duration.ofSeconds(20);

    @Test
    void an_answer_that_came_while_our_thread_stood_still_is_no_silence() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Outcome> came = new CompletableFuture<>();
        try (var first =
                        LoopbackServer.udp(
                                (query, back) -> back.send(LoopbackServer.answer(query)));
                var second =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    blocked.await(); // nobody reads from here on
                                    back.send(LoopbackServer.answer(query));
                                    answered.countDown();
                                });
                var udp = new UdpTransport(ProbeLimits.DEFAULT)) {
            Exchange late =
                    new Exchange(
                            query(), TIMEOUT, writeUntil(), (e, outcome) -> came.complete(outcome));
            Exchange early =
                    new Exchange(
                            query(),
                            PATIENT,
                            writeUntil(),
                            (e, outcome) -> standStill(late, blocked, answered));
            udp.submit(second.address(), late);
            while (second.queries.isEmpty()) {
                Thread.onSpinWait();
            }
            udp.submit(first.address(), early);
            Outcome outcome = came.get();
            // Before the stop its time may have run out, on a machine that is busy indeed.
            boolean ranOutBefore = answered.getCount() > 0;
            assertThat(outcome instanceof Outcome.Replied || ranOutBefore)
                    .as(outcome.toString())
                    .isTrue();
        }
    }

    /// On the I/O thread: until the other's answer lies in its socket and its time has run out.
    private static void standStill(Exchange late, CountDownLatch blocked, CountDownLatch answered) {
        if (late.isOver()) {
            return;
        }
        Flood.standStill(blocked, answered);
        for (long left = 1; left > 0; left = late.deadline - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Test
    void a_round_says_when_our_own_buffer_overflowed() throws Exception {
        try (var engine = new ProbeEngine(new ProbeLimits(64, 1_000, 40_000, 4_096))) {
            Round round = Flood.during(engine, WWW);
            assertThat(round.faults()).contains(OwnFault.DROPPED_PACKETS);
            assertThat(round.selfInflicted()).isTrue();
            assertThat(round.results().getFirst().answer()).isInstanceOf(Answered.class);
        }
    }

    @Test
    void has_no_more_outstanding_than_the_receive_buffer_holds_answers_to() throws Exception {
        try (var server = LoopbackServer.silent();
                var engine = new ProbeEngine(new ProbeLimits(64, 1_000, 40_000, 4_096))) {
            long began = System.nanoTime();
            engine.ask(List.of(server.resolver()), Collections.nCopies(9, WWW), TIMEOUT);
            // room for two, four where the system grants more
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThanOrEqualTo(TIMEOUT.multipliedBy(2));
        }
    }

    @Test
    void a_neighbours_full_buffer_is_not_our_fault() throws Exception {
        try (var deaf = new DatagramSocket(null);
                var loud = new DatagramSocket();
                var server =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    for (int i = 0; i < 500; i++) {
                                        loud.send(
                                                new DatagramPacket(
                                                        query,
                                                        query.length,
                                                        deaf.getLocalSocketAddress()));
                                    }
                                    back.send(LoopbackServer.answer(query));
                                });
                var engine = new ProbeEngine()) {
            deaf.setReceiveBufferSize(4_096);
            deaf.bind(new InetSocketAddress(LoopbackServer.loopback(1), 0));
            Round round = engine.ask(List.of(server.resolver()), List.of(WWW), PATIENT);
            assertThat(round.results().getFirst().answer()).isInstanceOf(Answered.class);
            assertThat(round.faults()).doesNotContain(OwnFault.DROPPED_PACKETS);
        }
    }

    private static byte[] query() {
        return Wire.query(WWW, true);
    }

    private static long writeUntil() {
        return System.nanoTime() + PATIENT.toNanos();
    }
}
