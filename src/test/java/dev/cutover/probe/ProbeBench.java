package dev.cutover.probe;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// Measures the probe engine beside dnsperf, kdig and dnsjava: one server, one machine, one run.
///
/// Repetitions are interleaved, so that a busy minute of the machine hits everybody, and the median
/// counts. Started by `bench/probe`.
final class ProbeBench {

    private static final int LOAD = 60_000;
    private static final int KDIG_LOAD = 4_000;
    private static final int OPEN = 6_000;
    private static final int CLI_RESOLVERS = 60;
    private static final String LATE_IN_FLIGHT = "sustained engine overshoot-p99-ms";

    /// The bench's own server and clients compete as well: about a third of the time.
    private static final double BUSY = 0.8;

    /// The launcher, built already; without it the command is not measured.
    private static final String CUTOVER = System.getProperty("bench.cutover", "");
    private static final List<String> LEAN =
            List.of("-Xmx24m", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=16m");

    private static final Pattern ENGINE_JARS =
            Pattern.compile("(dnsjava|slf4j-api|jspecify)-[0-9]");

    private final Path folder;
    private final int port;
    private final BenchFigures figures = new BenchFigures();
    private double waitedShare;

    private ProbeBench(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    public static void main(String[] arguments) throws Exception {
        int repetitions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        Path folder = Files.createTempDirectory("bench-probe");
        int port = freePort();
        List<DatagramSocket> silent = new ArrayList<>();
        try (var server = new KnotServer(folder, port)) {
            for (int i = 0; i < ProbeLoad.RESOLVERS; i++) {
                if (ProbeLoad.isSilent(i)) {
                    silent.add(new DatagramSocket(ProbeLoad.resolver(i, port)));
                }
            }
            server.awaitAnswers();
            ProbeBench bench = new ProbeBench(folder, port);
            bench.writeQueries();
            System.out.printf(
                    Locale.ROOT,
                    "probe bench: %d cores, load %s, JDK %s, %d repetitions, one UDP worker of %s%n",
                    Runtime.getRuntime().availableProcessors(),
                    load(),
                    Runtime.version(),
                    repetitions,
                    KnotServer.PROGRAM);
            long waited = waitedMicros();
            long began = System.nanoTime();
            for (int i = 1; i <= repetitions; i++) {
                bench.repeat();
                System.out.printf("repetition %d of %d done, load %s%n", i, repetitions, load());
            }
            bench.waitedShare = (waitedMicros() - waited) * 1e3 / (System.nanoTime() - began);
            bench.tell();
            System.out.printf("load at the end %s%n", load());
        } finally {
            silent.forEach(DatagramSocket::close);
            try (var files = Files.walk(folder)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            return socket.getLocalPort();
        }
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[0];
    }

    /// Source: Linux, `/proc/pressure/cpu`; 0 where there is none.
    private static long waitedMicros() throws IOException {
        Path pressure = Path.of("/proc/pressure/cpu");
        if (!Files.isReadable(pressure)) {
            return 0;
        }
        String some = Files.readAllLines(pressure).getFirst();
        return Long.parseLong(some.substring(some.indexOf("total=") + "total=".length()));
    }

    private void writeQueries() throws IOException {
        StringBuilder queries = new StringBuilder();
        for (int i = 0; i < ProbeLoad.NAMES; i++) {
            queries.append("n").append(i).append(".acme.example A\n");
        }
        Files.writeString(folder.resolve("queries"), queries);
        StringBuilder one = new StringBuilder();
        for (int i = 0; i < KDIG_LOAD; i++) {
            one.append("n").append(i % ProbeLoad.NAMES).append(".acme.example A\n");
        }
        Files.writeString(folder.resolve("kdig-queries"), one);
        StringBuilder addresses = new StringBuilder();
        for (int i = 0; i < ProbeLoad.RESOLVERS; i++) {
            addresses.append(ProbeLoad.resolver(i, port).getHostString()).append('\n');
        }
        Files.writeString(folder.resolve("addresses"), addresses);
        StringBuilder list = new StringBuilder();
        StringBuilder listed = new StringBuilder();
        for (int i = 0, live = 0; live < CLI_RESOLVERS; i++) {
            if (!ProbeLoad.isSilent(i)) {
                String address = ProbeLoad.resolver(i, port).getHostString();
                list.append("r%d %s:%d Bench -\n".formatted(i, address, port));
                listed.append(address).append('\n');
                live++;
            }
        }
        Files.writeString(folder.resolve("resolvers"), list);
        Files.writeString(folder.resolve("listed"), listed);
    }

    private void repeat() throws Exception {
        java("load engine", List.of(), "load-engine", LOAD);
        dnsperf();
        java("load dnsjava", List.of(), "load-dnsjava", LOAD);
        kdig();
        java("round20 engine", List.of(), "round-engine", 20);
        java("round20 dnsjava", List.of(), "round-dnsjava", 20);
        java("round1 engine", List.of(), "round-engine", 1);
        manyKdig();
        java("round60 engine", List.of(), "round-engine", 60);
        java("sustained engine", List.of(), "sustained-engine", 60_000);
        java("paced engine", List.of(), "paced-engine", 0);
        java("open engine", List.of(), "open-engine", OPEN);
        openDnsperf();
        java("lean engine", LEAN, "round-engine", 20);
        java("flood engine", List.of(), "flood-engine", 5);
        java("first60 engine", List.of(), "first-engine", CLI_RESOLVERS);
        command();
    }

    // ------------------------------------------------------------- measuring

    /// The engine alone, without the platform it usually lives in.
    private static String enginePath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(part -> !part.endsWith(".jar") || ENGINE_JARS.matcher(part).find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /// Runs one load in a JVM of its own; of a figure that comes several times the median counts.
    private void java(String what, List<String> flags, String load, int size) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-Xmx128m"));
        command.addAll(flags);
        command.addAll(
                List.of(
                        "-cp",
                        enginePath(),
                        ProbeLoad.class.getName(),
                        load,
                        String.valueOf(port),
                        String.valueOf(size)));
        Map<String, List<Double>> seen = new HashMap<>();
        for (String line : run(command)) {
            String[] words = line.split(" ", -1);
            if (words.length == 2 && words[1].matches("-?[0-9.]+")) {
                seen.computeIfAbsent(words[0], key -> new ArrayList<>())
                        .add(Double.parseDouble(words[1]));
            }
        }
        if (seen.isEmpty()) {
            throw new IOException(load + " printed no figure");
        }
        seen.forEach((key, values) -> note(what + " " + key, together(key, values)));
    }

    /// Of rounds the number, of losses and files the worst; of times the median, after a first,
    /// cold
    /// round.
    private static double together(String key, List<Double> values) {
        DoubleStream all = values.stream().mapToDouble(v -> v);
        if (key.startsWith("fault-")) {
            return all.sum();
        }
        if (key.endsWith("lost") || key.equals("fds")) {
            return all.max().orElse(0);
        }
        return BenchFigures.median(values.size() > 2 ? values.subList(1, values.size()) : values);
    }

    private void dnsperf() throws Exception {
        Timed timed =
                time(
                        "dnsperf -s 127.0.0.1 -p "
                                + port
                                + " -d queries -n "
                                + LOAD / ProbeLoad.NAMES
                                + " -T1 -c4 -q100");
        note("load dnsperf cpu-us", timed.cpuSeconds() * 1e6 / LOAD);
        note("load dnsperf qps", LOAD / timed.wallSeconds());
        timed.lines().stream()
                .filter(line -> line.strip().startsWith("Queries lost:"))
                .map(line -> line.replaceAll("[^0-9]+(\\d+).*", "$1"))
                .forEach(lost -> note("load dnsperf lost", Double.parseDouble(lost)));
    }

    private void kdig() throws Exception {
        Timed timed =
                time("xargs -a kdig-queries kdig +short @127.0.0.1 -p " + port + " >kdig-out");
        note("load kdig cpu-us", timed.cpuSeconds() * 1e6 / KDIG_LOAD);
        note("load kdig qps", KDIG_LOAD / timed.wallSeconds());
    }

    private void manyKdig() throws Exception {
        Timed timed =
                time(
                        "xargs -a addresses -I{} -P64 kdig +short +timeout=1 +retry=0 -p "
                                + port
                                + " @{} n1.acme.example A >kdig-out 2>&1 || true");
        note("round1 kdig wall-ms", timed.wallSeconds() * 1e3);
        note("round1 kdig cpu-ms", timed.cpuSeconds() * 1e3);
    }

    /// The command as somebody types it, and what of it any command of this launcher takes.
    private void command() throws Exception {
        if (CUTOVER.isEmpty()) {
            return;
        }
        Timed probe =
                time(
                        "'"
                                + CUTOVER
                                + "' probe n1.acme.example A --expect 192.0.2.1 --quorum 100%"
                                + " --resolvers resolvers >cutover-out");
        note("cli probe wall-ms", probe.wallSeconds() * 1e3);
        note("cli version wall-ms", time("'" + CUTOVER + "' --version").wallSeconds() * 1e3);
        Timed kdig =
                time(
                        "xargs -a listed -I{} -P60 kdig +short -p "
                                + port
                                + " @{} n1.acme.example A >kdig-out");
        note("cli kdig wall-ms", kdig.wallSeconds() * 1e3);
    }

    private void openDnsperf() throws Exception {
        Timed timed =
                time(
                        "dnsperf -v -s 127.0.0.1 -p "
                                + port
                                + " -d queries -n "
                                + OPEN / ProbeLoad.NAMES
                                + " -Q 2000 -T1 -c4 -q100");
        List<Double> latencies = new ArrayList<>();
        for (String line : timed.lines()) {
            if (line.startsWith("> ")) {
                String[] words = line.split(" ", -1);
                latencies.add(Double.parseDouble(words[words.length - 1]) * 1e6);
            }
        }
        if (latencies.size() < OPEN / 2) {
            throw new IOException("dnsperf -v told " + latencies.size() + " latencies");
        }
        latencies.sort(Double::compare);
        note("open dnsperf p50-us", latencies.get(latencies.size() / 2));
        note("open dnsperf p99-us", latencies.get(latencies.size() * 99 / 100));
    }

    private record Timed(double wallSeconds, double cpuSeconds, List<String> lines) {}

    /// Runs a shell line; processor time is that of everything it started.
    private Timed time(String line) throws Exception {
        List<String> lines =
                run(
                        List.of(
                                "bash",
                                "-c",
                                "cd \"$0\"; TIMEFORMAT='time %3R %3U %3S'; time { " + line + "; }",
                                folder.toString()));
        String[] last =
                lines.stream()
                        .filter(l -> l.startsWith("time "))
                        .reduce((a, b) -> b)
                        .orElseThrow(() -> new IOException(line + ": " + lines))
                        .split(" ", -1);
        return new Timed(
                Double.parseDouble(last[1]),
                Double.parseDouble(last[2]) + Double.parseDouble(last[3]),
                lines);
    }

    private static List<String> run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (var out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        }
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IOException(command + " failed: " + lines);
        }
        return lines;
    }

    private void note(String key, double value) {
        figures.note(key, value);
    }

    // --------------------------------------------------------------- telling

    private void tell() {
        System.out.println("\nA. " + LOAD + " A queries, 100 outstanding, one server, UDP");
        System.out.println("                      qps   CPU us/query   p50 us   p99 us   lost");
        load("engine warm", "load engine warm-");
        load("engine cold", "load engine cold-");
        load("dnsjava warm", "load dnsjava warm-");
        load("dnsjava cold", "load dnsjava cold-");
        load("dnsperf", "load dnsperf ");
        load("kdig, one by one", "load kdig ");
        System.out.println("\nB. 250 resolvers, 50 of them silent, 300 ms timeout");
        System.out.println("                    queries  wall ms   CPU ms  CPU us/query  lost");
        round("engine", "round1 engine ", 250);
        round("xargs -P64 kdig", "round1 kdig ", 250);
        round("engine", "round20 engine ", 5_000);
        round("dnsjava", "round20 dnsjava ", 5_000);
        round("engine", "round60 engine ", 15_000);
        round("engine, 40k/s", "paced engine ", 25_000);
        System.out.println();
        BenchFigures.head();
        figures.above("qps, of dnsjava", "load engine warm-qps", "load dnsjava warm-qps", 2.5);
        figures.below(
                "CPU/query, of dnsjava",
                "load engine warm-cpu-us",
                "load dnsjava warm-cpu-us",
                0.35);
        figures.above("qps, of dnsperf", "load engine warm-qps", "load dnsperf qps", 0.6);
        figures.below("CPU/query, of dnsperf", "load engine warm-cpu-us", "load dnsperf cpu-us", 2);
        figures.above("qps, of kdig one by one", "load engine warm-qps", "load kdig qps", 1);
        figures.below("CPU/query, of kdig", "load engine warm-cpu-us", "load kdig cpu-us", 1);
        figures.most("250 resolvers x 20: ms over the timeout", "round20 engine wall-ms", 300, 50);
        figures.below(
                "  its round, of dnsjava's",
                "round20 engine wall-ms",
                "round20 dnsjava wall-ms",
                1 / 3.0);
        figures.below(
                "  its CPU, of dnsjava's", "round20 engine cpu-ms", "round20 dnsjava cpu-ms", 1);
        figures.below(
                "250 resolvers x 1: round, of xargs -P64 kdig's",
                "round1 engine wall-ms",
                "round1 kdig wall-ms",
                1 / 4.0);
        figures.below(
                "  its CPU, of kdig's", "round1 engine cpu-ms", "round1 kdig cpu-ms", 1 / 15.0);
        figures.most("2,000 in flight: timeouts late by p99 ms", LATE_IN_FLIGHT, 0, 10);
        figures.tell("  a bare timer's beside it", "sustained engine bare-p99-ms");
        figures.never("  live answers lost", "sustained engine lost", 0, 0);
        figures.never("15,000 at once: live answers lost, unmarked", "round60 engine lost", 0, 0);
        figures.most("  timeouts late by p99 ms", "round60 engine overshoot-p99-ms", 0, 10);
        figures.tell("  a bare timer's beside it", "round60 engine bare-p99-ms");
        figures.tell("  dnsjava's, 5,000 at once", "round20 dnsjava overshoot-p99-ms");
        figures.never("25,000 paced at 40k/s: lost, unmarked", "paced engine lost", 0, 0);
        figures.below(
                "2,000 q/s: p50, of dnsperf",
                "open engine warm-p50-us",
                "open dnsperf p50-us",
                1.5);
        figures.below("  p99, of dnsperf", "open engine warm-p99-us", "open dnsperf p99-us", 2);
        figures.most("lean JVM: resident MB", "lean engine rss-mb", 0, 80);
        figures.never("  open files beyond the 250 resolvers", "lean engine fds", 250, 50);
        figures.least("own buffer flooded: of 5 rounds say so", "flood engine own-dropped", 5);
        figures.never("  rounds that call it a resolver's error", "flood engine blamed", 0, 0);
        figures.most(
                "60 resolvers: a fresh JVM's first round, ms", "first60 engine wall-ms", 0, 1_000);
        if (!CUTOVER.isEmpty()) {
            figures.most("  cutover probe, start and all, ms", "cli probe wall-ms", 0, 1_000);
            figures.tell("    of that any command's start, ms", "cli version wall-ms");
            figures.tell("    xargs -P60 kdig, ms", "cli kdig wall-ms");
        }
        System.out.println(marks());
        System.out.println(figures.verdict());
        if (waitedShare > BUSY) {
            System.out.printf(
                    Locale.ROOT,
                    "somebody waited for a processor %.0f %% of the time: times of our own alone show"
                            + " that as well; ratios and losses count%n",
                    waitedShare * 100);
        }
    }

    /// Which rounds said themselves that they are spoilt, and what was lost in those.
    private String marks() {
        List<String> told = new ArrayList<>();
        for (String what : List.of("round1", "round20", "round60", "paced", "lean")) {
            for (OwnFault fault : OwnFault.values()) {
                double rounds = figures.sum(what + " engine fault-" + fault);
                if (rounds > 0) {
                    told.add(BenchFigures.text(rounds) + " of " + what + " " + fault);
                }
            }
        }
        double lost =
                figures.sum("round60 engine marked-lost") + figures.sum("paced engine marked-lost");
        return told.isEmpty()
                ? "no round was marked self-inflicted"
                : "rounds marked self-inflicted: "
                        + String.join(", ", told)
                        + "; answers lost in them: "
                        + BenchFigures.text(lost);
    }

    private void load(String who, String key) {
        System.out.printf(
                Locale.ROOT,
                "%-17s %9s %11s %10s %8s %6s%n",
                who,
                BenchFigures.text(figures.of(key + "qps")),
                BenchFigures.text(figures.of(key + "cpu-us")),
                BenchFigures.text(figures.of(key + "p50-us")),
                BenchFigures.text(figures.of(key + "p99-us")),
                BenchFigures.text(figures.worst(key + "lost")));
    }

    private void round(String who, String key, int queries) {
        double cpu = figures.of(key + "cpu-ms");
        System.out.printf(
                Locale.ROOT,
                "%-17s %9d %8s %8s %13s %5s%n",
                who,
                queries,
                BenchFigures.text(figures.of(key + "wall-ms")),
                BenchFigures.text(cpu),
                BenchFigures.text(cpu * 1e3 / queries),
                BenchFigures.text(figures.worst(key + "lost")));
    }
}
