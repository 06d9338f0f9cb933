package dev.cutover.probe;

import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.TimedOut;
import dev.cutover.probe.Exchange.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// One client's load in a process of its own, started by [ProbeBench]: each measures only itself.
///
/// Prints one `key value` line per figure. What is asked by a library is asked as its documentation
/// says, with a direct executor.
final class ProbeLoad {

    static final Duration ROUND_TIMEOUT = Duration.ofMillis(300);
    static final int RESOLVERS = 250;
    static final int NAMES = 1_000;

    private static final Duration PATIENT = Duration.ofSeconds(5);
    private static final ProbeLimits UNLIMITED =
            new ProbeLimits(1_000, 1_000_000, 1_000_000, 256 << 10);
    private static final ProbeLimits PACED = new ProbeLimits(1_000, 10_000, 40_000, 256 << 10);

    private ProbeLoad() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        switch (arguments[0]) {
            case "load-engine" -> load(Integer.parseInt(arguments[2]), engineAsker(port));
            case "load-dnsjava" -> load(Integer.parseInt(arguments[2]), dnsjavaAsker(port));
            case "round-engine" -> roundEngine(port, Integer.parseInt(arguments[2]));
            case "round-dnsjava" -> roundDnsjava(port, Integer.parseInt(arguments[2]));
            case "sustained-engine" -> sustained(port, Integer.parseInt(arguments[2]));
            case "paced-engine" -> paced(port);
            case "flood-engine" -> flooded(Integer.parseInt(arguments[2]));
            case "first-engine" -> first(port, Integer.parseInt(arguments[2]));
            case "open-engine" -> open(port, Integer.parseInt(arguments[2]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    static InetSocketAddress resolver(int i, int port) {
        return new InetSocketAddress("127.0.2." + (i + 1), port);
    }

    static boolean isSilent(int i) {
        return i % 5 == 0;
    }

    private static List<Resolver> resolvers(int port) {
        List<Resolver> all = new ArrayList<>();
        for (int i = 0; i < RESOLVERS; i++) {
            all.add(new Resolver("r" + i, resolver(i, port), "bench", "-"));
        }
        return all;
    }

    private static String name(int i) {
        return "n" + i % NAMES + ".acme.example";
    }

    private static void say(String key, double value) {
        System.out.println(key + " " + String.format(Locale.ROOT, "%.3f", value));
    }

    // ------------------------------------------------- A: one server, 100 outstanding

    /// Asks once and tells when it is over, and whether it was answered.
    private interface Asker {
        void ask(int i, Over over);
    }

    private interface Over {
        void with(boolean answered, long nanos);
    }

    private static Asker engineAsker(int port) throws IOException {
        UdpTransport udp = new UdpTransport(UNLIMITED);
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return (i, over) -> {
            byte[] query = Wire.query(new Question(name(i), Type.A, true), false);
            udp.submit(
                    server,
                    new Exchange(
                            query,
                            PATIENT,
                            System.nanoTime() + PATIENT.toNanos(),
                            (exchange, came) -> {
                                if (came instanceof Outcome.Replied replied) {
                                    Answer answer =
                                            Wire.read(
                                                    replied.reply(),
                                                    Duration.ofNanos(replied.nanos()),
                                                    false);
                                    over.with(answer instanceof Answered, replied.nanos());
                                } else {
                                    over.with(false, 0);
                                }
                            }));
        };
    }

    private static Asker dnsjavaAsker(int port) throws IOException {
        SimpleResolver resolver =
                new SimpleResolver(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        resolver.setTimeout(PATIENT);
        resolver.setEDNS(-1);
        return (i, over) -> {
            long began = System.nanoTime();
            CompletionStage<Message> sent = resolver.sendAsync(query(i), Runnable::run);
            sent.whenComplete((m, e) -> over.with(e == null, System.nanoTime() - began));
        };
    }

    private static Message query(int i) {
        try {
            return Message.newQuery(
                    Record.newRecord(Name.fromString(name(i), Name.root), Type.A, DClass.IN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Cold, then twice more: the last is called warm.
    private static void load(int count, Asker asker) throws InterruptedException {
        for (String heat : List.of("cold", "middle", "warm")) {
            long[] latencies = new long[count];
            AtomicInteger next = new AtomicInteger();
            AtomicInteger lost = new AtomicInteger();
            CountDownLatch open = new CountDownLatch(count);
            long cpu = cpuNanos();
            long began = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                step(asker, next, latencies, lost, open);
            }
            open.await();
            double seconds = (System.nanoTime() - began) / 1e9;
            say(heat + "-cpu-us", (cpuNanos() - cpu) / 1e3 / count);
            say(heat + "-qps", count / seconds);
            Arrays.sort(latencies);
            say(heat + "-p50-us", latencies[count / 2] / 1e3);
            say(heat + "-p99-us", latencies[count * 99 / 100] / 1e3);
            say(heat + "-lost", lost.get());
        }
    }

    private static void step(
            Asker asker,
            AtomicInteger next,
            long[] latencies,
            AtomicInteger lost,
            CountDownLatch open) {
        int i = next.getAndIncrement();
        if (i >= latencies.length) {
            return;
        }
        asker.ask(
                i,
                (answered, nanos) -> {
                    latencies[i] = nanos;
                    if (!answered) {
                        lost.incrementAndGet();
                    }
                    open.countDown();
                    step(asker, next, latencies, lost, open);
                });
    }

    // ------------------------------------- B: 250 resolvers, 50 silent, M names each

    private static void roundEngine(int port, int names) throws Exception {
        List<Resolver> all = resolvers(port);
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < names; i++) {
            questions.add(new Question(name(i), Type.A, true));
        }
        openFiles(); // and with it the class path's archives
        long before = openFiles();
        try (var engine = new ProbeEngine(UNLIMITED);
                var timer = new BareTimer()) {
            for (int round = 0; round < 5; round++) {
                long cpu = cpuNanos();
                long began = System.nanoTime();
                Round seen = engine.ask(all, questions, ROUND_TIMEOUT);
                long wall = System.nanoTime() - began;
                long files = openFiles() - before;
                say("wall-ms", wall / 1e6);
                say("cpu-ms", (cpuNanos() - cpu) / 1e6);
                tellRound(seen, questions.size());
                say("fds", (double) files);
            }
            say("bare-p99-ms", p99(timer.late()) / 1e6);
        }
        say("rss-mb", residentKilobytes() / 1024.0);
    }

    private static void tellRound(Round seen, int questions) {
        int lost = 0;
        List<Long> over = new ArrayList<>();
        for (int i = 0; i < seen.results().size(); i++) {
            Answer answer = seen.results().get(i).answer();
            boolean silent = isSilent(i / questions);
            if (!silent && !(answer instanceof Answered)) {
                lost++;
            }
            if (answer instanceof TimedOut late) {
                over.add(late.after().minus(ROUND_TIMEOUT).toNanos());
            }
        }
        // a round that says itself that it is spoilt misleads nobody
        say("lost", seen.selfInflicted() ? 0 : lost);
        say("marked-lost", seen.selfInflicted() ? lost : 0);
        for (OwnFault fault : OwnFault.values()) {
            say("fault-" + fault, seen.faults().contains(fault) ? 1 : 0);
        }
        say("overshoot-p99-ms", p99(over) / 1e6);
    }

    private static void roundDnsjava(int port, int names) throws Exception {
        List<SimpleResolver> all = new ArrayList<>();
        for (int i = 0; i < RESOLVERS; i++) {
            SimpleResolver one = new SimpleResolver(resolver(i, port));
            one.setTimeout(ROUND_TIMEOUT);
            all.add(one);
        }
        for (int round = 0; round < 4; round++) {
            AtomicInteger lost = new AtomicInteger();
            Queue<Long> over = new ConcurrentLinkedQueue<>();
            CountDownLatch open = new CountDownLatch(RESOLVERS * names);
            long cpu = cpuNanos();
            long began = System.nanoTime();
            for (int r = 0; r < RESOLVERS; r++) {
                boolean silent = isSilent(r);
                for (int i = 0; i < names; i++) {
                    long due = System.nanoTime() + ROUND_TIMEOUT.toNanos();
                    all.get(r)
                            .sendAsync(query(i), Runnable::run)
                            .whenComplete(
                                    (m, e) -> {
                                        if (e != null && !silent) {
                                            lost.incrementAndGet();
                                        } else if (e != null) {
                                            over.add(System.nanoTime() - due);
                                        }
                                        open.countDown();
                                    });
                }
            }
            open.await();
            say("wall-ms", (System.nanoTime() - began) / 1e6);
            say("cpu-ms", (cpuNanos() - cpu) / 1e6);
            say("lost", lost.get());
            say("overshoot-p99-ms", p99(List.copyOf(over)) / 1e6);
        }
    }

    /// A thread that does nothing but sleep: as exact as any timer can be at this moment.
    private static final class BareTimer implements AutoCloseable {
        private static final long TICK = 5_000_000L;
        private final Queue<Long> late = new ConcurrentLinkedQueue<>();
        private final Thread thread = Thread.ofPlatform().daemon().start(this::tick);

        private void tick() {
            while (!Thread.interrupted()) {
                long due = System.nanoTime() + TICK;
                LockSupport.parkNanos(TICK);
                late.add(System.nanoTime() - due);
            }
        }

        List<Long> late() {
            return List.copyOf(late);
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    /// 2,000 in flight for some seconds, a fifth of the resolvers silent.
    private static void sustained(int port, int count) throws Exception {
        try (var udp = new UdpTransport(PACED);
                var timer = new BareTimer()) {
            sustain(udp, port, 10_000); // warm code
            long cpu = cpuNanos();
            long began = System.nanoTime();
            Sustained seen = sustain(udp, port, count);
            double seconds = (System.nanoTime() - began) / 1e9;
            say("answers-per-s", seen.answered().get() / seconds);
            say("cpu-us", (cpuNanos() - cpu) / 1e3 / count);
            say("lost", seen.lost().get());
            say("overshoot-p99-ms", p99(seen.over()) / 1e6);
            say("bare-p99-ms", p99(timer.late()) / 1e6);
        }
    }

    private record Sustained(AtomicInteger answered, AtomicInteger lost, List<Long> over) {}

    private static Sustained sustain(UdpTransport udp, int port, int count)
            throws InterruptedException {
        Sustained seen = new Sustained(new AtomicInteger(), new AtomicInteger(), new ArrayList<>());
        AtomicInteger next = new AtomicInteger();
        CountDownLatch open = new CountDownLatch(count);
        for (int i = 0; i < 2_000; i++) {
            sustainOne(udp, port, count, next, seen, open);
        }
        open.await();
        return seen;
    }

    private static void sustainOne(
            UdpTransport udp,
            int port,
            int count,
            AtomicInteger next,
            Sustained seen,
            CountDownLatch open) {
        int i = next.getAndIncrement();
        if (i >= count) {
            return;
        }
        int whom = i % RESOLVERS;
        byte[] query = Wire.query(new Question(name(i), Type.A, true), true);
        udp.submit(
                resolver(whom, port),
                new Exchange(
                        query,
                        ROUND_TIMEOUT,
                        System.nanoTime() + PATIENT.toNanos(),
                        (exchange, came) -> {
                            if (came instanceof Outcome.Replied) {
                                seen.answered().incrementAndGet();
                            } else if (!isSilent(whom)) {
                                seen.lost().incrementAndGet();
                            } else if (came instanceof Outcome.Silent silent) {
                                synchronized (seen) {
                                    seen.over().add(silent.nanos() - ROUND_TIMEOUT.toNanos());
                                }
                            }
                            open.countDown();
                            sustainOne(udp, port, count, next, seen, open);
                        }));
    }

    /// 25,000 questions at once, paced by the limits.
    private static void paced(int port) throws Exception {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            questions.add(new Question(name(i), Type.A, true));
        }
        try (var engine = new ProbeEngine(PACED)) {
            engine.ask(resolvers(port), questions.subList(0, 4), ROUND_TIMEOUT); // warm code
            long cpu = cpuNanos();
            long began = System.nanoTime();
            Round seen = engine.ask(resolvers(port), questions, ROUND_TIMEOUT);
            say("wall-ms", (System.nanoTime() - began) / 1e6);
            say("cpu-ms", (cpuNanos() - cpu) / 1e6);
            tellRound(seen, questions.size());
        }
    }

    /// More strays from the very address that is asked than our buffer takes.
    private static void flooded(int rounds) throws Exception {
        Question question = new Question(name(1), Type.A, true);
        int ownDropped = 0;
        int blamed = 0;
        try (var engine = new ProbeEngine(new ProbeLimits(64, 1_000, 40_000, 4_096))) {
            for (int i = 0; i < rounds; i++) {
                Round seen = Flood.during(engine, question);
                boolean answered = seen.results().getFirst().answer() instanceof Answered;
                ownDropped += seen.faults().contains(OwnFault.DROPPED_PACKETS) ? 1 : 0;
                blamed += answered || seen.selfInflicted() ? 0 : 1;
            }
        }
        say("own-dropped", ownDropped);
        say("blamed", blamed);
    }

    /// What a process that has just started takes for its first round.
    private static void first(int port, int count) throws Exception {
        List<Resolver> live =
                IntStream.range(0, RESOLVERS)
                        .filter(i -> !isSilent(i))
                        .limit(count)
                        .mapToObj(i -> resolvers(port).get(i))
                        .toList();
        long began = System.nanoTime();
        try (var engine = new ProbeEngine()) {
            Round seen = engine.ask(live, List.of(new Question(name(1), Type.A, true)), PATIENT);
            say("wall-ms", (System.nanoTime() - began) / 1e6);
            int lost = 0;
            for (ProbeResult result : seen.results()) {
                lost += result.answer() instanceof Answered ? 0 : 1;
            }
            say("lost", lost);
        }
    }

    // ------------------------------------------------------ C: latency at 2,000 q/s

    /// An open loop: a question leaves when its time has come, whatever became of the others.
    private static void open(int port, int count) throws Exception {
        Asker asker = engineAsker(port);
        for (String heat : List.of("cold", "warm")) {
            long[] latencies = new long[count];
            CountDownLatch open = new CountDownLatch(count);
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                long due = began + i * 500_000L;
                for (long left = due - System.nanoTime();
                        left > 0;
                        left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                int at = i;
                asker.ask(
                        i,
                        (answered, nanos) -> {
                            latencies[at] = answered ? nanos : PATIENT.toNanos();
                            open.countDown();
                        });
            }
            open.await();
            Arrays.sort(latencies);
            say(heat + "-p50-us", latencies[count / 2] / 1e3);
            say(heat + "-p99-us", latencies[count * 99 / 100] / 1e3);
        }
    }

    private static double p99(List<Long> values) {
        if (values.isEmpty()) {
            return 0;
        }
        long[] sorted = values.stream().mapToLong(v -> v).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1L, sorted.length * 99L / 100)];
    }

    /// Of all threads, in steps of 10 ms; the management beans would weigh on the lean process.
    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private static long openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }
}
