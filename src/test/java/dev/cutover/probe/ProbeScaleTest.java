package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.TimedOut;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.xbill.DNS.Type;

/// Many resolvers at once, on 127.0.1.0/24: Linux answers for all of it. One by one the silent ones
/// alone would take 100 s, longer than a test here may.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs all of 127.0.0.0/8")
class ProbeScaleTest {

    private static final int RESOLVERS = 250;
    private static final int SILENT = 50;
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(50);

    private static final List<Question> FOUR =
            List.of(
                    new Question("www.acme.example", Type.A, true),
                    new Question("www.acme.example", Type.AAAA, true),
                    new Question("shop.acme.example", Type.A, true),
                    new Question("acme.example", Type.A, true));

    @Test
    void loses_no_live_answer_while_a_fifth_of_the_resolvers_are_silent() throws Exception {
        try (var farm = new Farm();
                var engine = new ProbeEngine()) {
            engine.ask(farm.resolvers.subList(0, 100), FOUR.subList(0, 1), TIMEOUT); // warm code
            Round round = untilNothingIsLost(engine, farm, FOUR, TIMEOUT);

            assertThat(round.results()).hasSize(RESOLVERS * FOUR.size());
            int at = 0;
            for (ProbeResult result : round.results()) {
                assertThat(result.resolver()).isEqualTo(farm.resolvers.get(at / FOUR.size()));
                assertThat(result.question()).isEqualTo(FOUR.get(at % FOUR.size()));
                boolean silent = at / FOUR.size() % (RESOLVERS / SILENT) == 0;
                assertThat(result.answer())
                        .as(result.toString())
                        .isInstanceOf(silent ? TimedOut.class : Answered.class);
                at++;
            }
        }
    }

    /// Asks with more and more time: on a slow machine the one thread that answers for all of them
    /// takes longer. What is lost on the way, or by us, is lost with any time.
    private static Round untilNothingIsLost(
            ProbeEngine engine, Farm farm, List<Question> what, Duration least)
            throws InterruptedException {
        Round round = engine.ask(farm.resolvers, what, least);
        for (Duration timeout = least.multipliedBy(4);
                lost(round, what.size()) > 0 && timeout.compareTo(LONGEST) < 0;
                timeout = timeout.multipliedBy(4)) {
            round = engine.ask(farm.resolvers, what, timeout);
        }
        return round;
    }

    private static int lost(Round round, int questions) {
        int lost = 0;
        for (int i = 0; i < round.results().size(); i++) {
            boolean silent = i / questions % (RESOLVERS / SILENT) == 0;
            boolean answered = round.results().get(i).answer() instanceof Answered;
            assertThat(silent && answered).isFalse();
            lost += silent || answered ? 0 : 1;
        }
        return lost;
    }

    @Test
    void loses_no_live_answer_of_fifteen_thousand_at_once() throws Exception {
        List<Question> sixty = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            sixty.add(new Question("n" + i + ".acme.example", Type.A, true));
        }
        Duration patient = Duration.ofSeconds(3); // others may load this machine
        try (var farm = new Farm();
                var engine = new ProbeEngine(new ProbeLimits(64, 10_000, 40_000, 256 << 10))) {
            engine.ask(farm.resolvers, FOUR, TIMEOUT); // warm code
            Round round = untilNothingIsLost(engine, farm, sixty, patient);
            assertThat(lost(round, sixty.size()))
                    .as("live answers lost, self-inflicted: " + round.selfInflicted())
                    .isZero();
        }
    }

    @Test
    void many_threads_share_the_engine() throws Exception {
        try (var farm = new Farm();
                var engine = new ProbeEngine(new ProbeLimits(64, 10_000, 40_000, 256 << 10))) {
            List<Resolver> live = List.of(farm.resolvers.get(1), farm.resolvers.get(2));
            Queue<Answer> answers = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                threads.add(
                        Thread.ofVirtual()
                                .start(
                                        () -> {
                                            try {
                                                engine.ask(live, FOUR, LONGEST)
                                                        .results()
                                                        .forEach(r -> answers.add(r.answer()));
                                            } catch (InterruptedException e) {
                                                throw new AssertionError(e);
                                            }
                                        }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(answers).hasSize(200 * 2 * 4).allMatch(a -> a instanceof Answered);
        }
    }

    @Test
    void opens_one_channel_for_each_address_whatever_it_asks() throws Exception {
        try (var farm = new Farm();
                var engine = new ProbeEngine()) {
            long before = openFiles();
            engine.ask(farm.resolvers, FOUR, Duration.ofMillis(100));
            assertThat(openFiles() - before).isLessThan(RESOLVERS + 50);
        }
    }

    private static long openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    /// 250 addresses, every fifth of which never answers; one thread serves the others.
    private static final class Farm implements AutoCloseable {

        final List<Resolver> resolvers = new ArrayList<>();
        private final List<DatagramSocket> deaf = new ArrayList<>();
        private final Selector selector = Selector.open();
        private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::serve);

        Farm() throws IOException {
            for (int i = 0; i < RESOLVERS; i++) {
                var any =
                        new InetSocketAddress(
                                InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (i + 1)}),
                                0);
                InetSocketAddress bound;
                if (i % (RESOLVERS / SILENT) == 0) {
                    DatagramSocket socket = new DatagramSocket(any);
                    deaf.add(socket);
                    bound = (InetSocketAddress) socket.getLocalSocketAddress();
                } else {
                    DatagramChannel channel = DatagramChannel.open();
                    channel.bind(any).configureBlocking(false);
                    channel.register(selector, SelectionKey.OP_READ);
                    bound = (InetSocketAddress) channel.getLocalAddress();
                }
                resolvers.add(new Resolver("r" + i, bound, "farm", "-"));
            }
            thread.start();
        }

        private void serve() {
            ByteBuffer buffer = ByteBuffer.allocate(2_048);
            try {
                while (selector.isOpen()) {
                    selector.select(
                            key -> {
                                try {
                                    answer((DatagramChannel) key.channel(), buffer);
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
                }
            } catch (IOException | ClosedSelectorException closed) {
                return;
            }
        }

        private static void answer(DatagramChannel channel, ByteBuffer buffer) throws IOException {
            buffer.clear();
            for (var asker = channel.receive(buffer);
                    asker != null;
                    asker = channel.receive(buffer)) {
                byte[] query = new byte[buffer.flip().remaining()];
                buffer.get(query);
                byte[] reply = LoopbackServer.answer(query, "www.acme.example 300 A 192.0.2.10");
                channel.send(ByteBuffer.wrap(reply), asker);
                buffer.clear();
            }
        }

        @Override
        public void close() throws IOException {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
            deaf.forEach(DatagramSocket::close);
        }
    }
}
