package dev.cutover.probe;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.xbill.DNS.Message;

/// Overflows an engine's own receive buffer, on a machine of any speed: its I/O thread stands still
/// while more strays come than the buffer takes.
final class Flood {

    private static final int STRAYS = 500;

    /// Nothing here is silent.
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private Flood() {}

    /// One question to a server that answers it, written after the flood.
    ///
    /// @param engine with the smallest receive buffer, which takes a few packets
    static Round during(ProbeEngine engine, Question question) throws Exception {
        CountDownLatch watched = new CountDownLatch(1);
        CountDownLatch standing = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        CompletableFuture<LoopbackServer.Reply> toUs = new CompletableFuture<>();
        CompletableFuture<Round> told = new CompletableFuture<>();
        byte[] query = Wire.query(question, true);
        try (var server =
                LoopbackServer.udp(
                        (asked, back) -> {
                            watched.await();
                            toUs.complete(back);
                            back.send(LoopbackServer.answer(asked));
                        })) {
            CompletableFuture<Void> stood =
                    engine.forDnsjava()
                            .createOrGetUdpClient()
                            .sendAndReceiveUdp(
                                    null, server.address(), new Message(query), query, 512, PATIENT)
                            .thenRun(() -> standStill(standing, over));
            watched.countDown();
            standing.await(); // nobody reads from here on
            Thread asker =
                    Thread.ofPlatform().start(() -> told.complete(ask(engine, server, question)));
            while (asker.getState() != Thread.State.WAITING) { // then it has counted, and asked
                Thread.onSpinWait();
            }
            byte[] stray = LoopbackServer.withOtherId(LoopbackServer.answer(query), 1);
            for (int i = 0; i < STRAYS; i++) {
                toUs.join().send(stray);
            }
            over.countDown();
            stood.join();
            return told.get();
        }
    }

    /// On the I/O thread.
    static void standStill(CountDownLatch standing, CountDownLatch until) {
        standing.countDown();
        try {
            until.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Round ask(ProbeEngine engine, LoopbackServer server, Question question) {
        try {
            return engine.ask(List.of(server.resolver()), List.of(question), PATIENT);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
