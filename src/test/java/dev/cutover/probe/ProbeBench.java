package dev.cutover.probe;

import java.io.BufferedReader;
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

/// Measures the probe engine beside dnsperf, kdig and dnsjava: one server, one machine, one run.
///
/// Repetitions are interleaved, so that a busy minute of the machine hits everybody, and the median
/// counts. Started by `bench/probe`.
final class ProbeBench {

    private static final int LOAD = 60_000;
    private static final int KDIG_LOAD = 4_000;
    private static final int OPEN = 6_000;
    private static final List<String> LEAN =
            List.of("-Xmx24m", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=16m");

    private final Path folder;
    private final int port;
    private final Map<String, List<Double>> figures = new HashMap<>();
    private final List<String> missed = new ArrayList<>();

    private ProbeBench(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    public static void main(String[] arguments) throws Exception {
        int repetitions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        Path folder = Files.createTempDirectory("bench-probe");
        int port = freePort();
        List<DatagramSocket> silent = new ArrayList<>();
        try (var server = new Knot(folder, port)) {
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
                    Knot.PROGRAM);
            for (int i = 1; i <= repetitions; i++) {
                bench.repeat();
                System.out.printf("repetition %d of %d done, load %s%n", i, repetitions, load());
            }
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
    }

    // ------------------------------------------------------------- measuring

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
                        System.getProperty("java.class.path"),
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
        // losses and files: the worst; times: the median, after a first, cold round
        seen.forEach(
                (key, values) ->
                        note(
                                what + " " + key,
                                key.endsWith("lost") || key.equals("fds") || key.equals("self")
                                        ? values.stream().mapToDouble(v -> v).max().orElse(0)
                                        : median(
                                                values.size() > 2
                                                        ? values.subList(1, values.size())
                                                        : values)));
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
        figures.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
    }

    // --------------------------------------------------------------- telling

    private double of(String key) {
        return median(figures.getOrDefault(key, List.of()));
    }

    private double worst(String key) {
        return figures.getOrDefault(key, List.of()).stream().mapToDouble(v -> v).max().orElse(0);
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    private void tell() {
        System.out.println("\nA. " + LOAD + " A queries, 100 outstanding, one server, UDP");
        System.out.println("                      qps   CPU us/query   p50 us   p99 us   lost");
        row("engine warm", "load engine warm-");
        row("engine cold", "load engine cold-");
        row("dnsjava warm", "load dnsjava warm-");
        row("dnsjava cold", "load dnsjava cold-");
        row("dnsperf", "load dnsperf ");
        row("kdig, one by one", "load kdig ");
        System.out.println(
                "\nGoals                                              engine       peer    figure      best  goal");
        above("qps, of dnsjava", "load engine warm-qps", "load dnsjava warm-qps", 2.5);
        below("CPU/query, of dnsjava", "load engine warm-cpu-us", "load dnsjava warm-cpu-us", 0.35);
        above("qps, of dnsperf", "load engine warm-qps", "load dnsperf qps", 0.6);
        above("qps, of kdig one by one", "load engine warm-qps", "load kdig qps", 1);
        below("CPU/query, of dnsperf", "load engine warm-cpu-us", "load dnsperf cpu-us", 2);
        most("250 resolvers x 20, ms over the timeout", of("round20 engine wall-ms") - 300, 50);
        below(
                "  its round, of dnsjava's",
                "round20 engine wall-ms",
                "round20 dnsjava wall-ms",
                1 / 3.0);
        below(
                "  CPU of that round, of dnsjava's",
                "round20 engine cpu-ms",
                "round20 dnsjava cpu-ms",
                1);
        below(
                "250 resolvers x 1, of xargs -P64 kdig",
                "round1 engine wall-ms",
                "round1 kdig wall-ms",
                1 / 4.0);
        below(
                "  CPU of that round, of kdig's",
                "round1 engine cpu-ms",
                "round1 kdig cpu-ms",
                1 / 15.0);
        most(
                "2,000 in flight: timeouts late by p99 ms",
                of("sustained engine overshoot-p99-ms"),
                10);
        most("  live answers lost", worst("sustained engine lost"), 0);
        most("15,000 at once: live answers lost, unmarked", worst("round60 engine lost"), 0);
        most("  timeouts late by p99 ms", of("round60 engine overshoot-p99-ms"), 10);
        most("25,000 paced at 40k/s: lost, unmarked", worst("paced engine lost"), 0);
        below("2,000 q/s: p50, of dnsperf", "open engine warm-p50-us", "open dnsperf p50-us", 1.5);
        below("  p99, of dnsperf", "open engine warm-p99-us", "open dnsperf p99-us", 2);
        most("lean JVM: resident MB", of("lean engine rss-mb"), 80);
        most("  open files beyond the 250 resolvers", worst("lean engine fds") - 250, 50);
        double self =
                worst("round60 engine self")
                        + worst("paced engine self")
                        + worst("round20 engine self");
        System.out.println(
                self > 0
                        ? "some rounds were marked self-inflicted, with up to "
                                + text(
                                        Math.max(
                                                worst("round60 engine marked-lost"),
                                                worst("paced engine marked-lost")))
                                + " answers lost: this machine was too busy to judge by"
                        : "no round was marked self-inflicted");
        System.out.println(
                missed.isEmpty() ? "all goals passed" : "MISSED: " + String.join("; ", missed));
    }

    private void row(String who, String key) {
        System.out.printf(
                Locale.ROOT,
                "%-17s %9.0f %11.1f %10.0f %8.0f %6.0f%n",
                who,
                of(key + "qps"),
                of(key + "cpu-us"),
                of(key + "p50-us"),
                of(key + "p99-us"),
                worst(key + "lost"));
    }

    private void above(String what, String own, String peer, double goal) {
        double ratio = of(own) / of(peer);
        double best = best(own, peer, true);
        goal(what, of(own), of(peer), ratio, best, ">= " + text(goal) + " x", ratio >= goal);
    }

    private void below(String what, String own, String peer, double goal) {
        double ratio = of(own) / of(peer);
        double best = best(own, peer, false);
        goal(what, of(own), of(peer), ratio, best, "<= " + text(goal) + " x", ratio <= goal);
    }

    /// The best repetition's ratio: what a quieter machine would have shown.
    private double best(String own, String peer, boolean more) {
        List<Double> a = figures.getOrDefault(own, List.of());
        List<Double> b = figures.getOrDefault(peer, List.of());
        double best = Double.NaN;
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            double ratio = a.get(i) / b.get(i);
            best = Double.isNaN(best) || more == ratio > best ? ratio : best;
        }
        return best;
    }

    private void most(String what, double seen, double goal) {
        goal(what, seen, Double.NaN, seen, Double.NaN, "<= " + text(goal), seen <= goal);
    }

    private void goal(
            String what,
            double own,
            double peer,
            double figure,
            double best,
            String goal,
            boolean met) {
        System.out.printf(
                Locale.ROOT,
                "%-46s %10s %10s %9s %9s  %-9s %s%n",
                what,
                text(own),
                Double.isNaN(peer) ? "-" : text(peer),
                text(figure),
                Double.isNaN(best) ? "-" : text(best),
                goal,
                met ? "PASS" : "MISSED");
        if (!met) {
            missed.add(what.strip() + " " + text(figure) + " (goal " + goal + ")");
        }
    }

    private static String text(double value) {
        String form = Math.abs(value) >= 100 || value == Math.rint(value) ? "%.0f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }

    /// Knot's authoritative server with one UDP worker on every address that answers.
    private static final class Knot implements AutoCloseable {

        static final String PROGRAM = "knotd";
        private final Process process;
        private final int port;

        Knot(Path folder, int port) throws IOException {
            this.port = port;
            StringBuilder zone = new StringBuilder("$ORIGIN acme.example.\n$TTL 300\n");
            zone.append("@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n");
            for (int i = 0; i < ProbeLoad.NAMES; i++) {
                zone.append("n").append(i).append(" A 192.0.2.").append(i % 250).append('\n');
            }
            Files.writeString(folder.resolve("acme.example.zone"), zone);
            StringBuilder listen = new StringBuilder("127.0.0.1@" + port);
            for (int i = 0; i < ProbeLoad.RESOLVERS; i++) {
                if (!ProbeLoad.isSilent(i)) {
                    listen.append(", ")
                            .append(ProbeLoad.resolver(i, port).getHostString())
                            .append('@')
                            .append(port);
                }
            }
            Path configuration =
                    Files.writeString(
                            folder.resolve("knot.conf"),
                            """
                            server:
                              rundir: "%1$s"
                              listen: [ %2$s ]
                              udp-workers: 1
                              tcp-workers: 1
                              background-workers: 1
                            log:
                              - target: "%1$s/knot.log"
                                any: warning
                            database:
                              storage: "%1$s"
                            zone:
                              - domain: acme.example
                                storage: "%1$s"
                                file: acme.example.zone
                                zonefile-sync: -1
                                journal-content: none
                            """
                                    .formatted(folder, listen));
            process =
                    new ProcessBuilder(PROGRAM, "-c", configuration.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("knot.out").toFile())
                            .start();
        }

        void awaitAnswers() throws Exception {
            var question = new Question("n1.acme.example", org.xbill.DNS.Type.A, true);
            var last = new Resolver("last", ProbeLoad.resolver(249, port), "bench", "-");
            try (var engine = new ProbeEngine()) {
                for (int i = 0; i < 100; i++) {
                    Round round =
                            engine.ask(List.of(last), List.of(question), ProbeLoad.ROUND_TIMEOUT);
                    if (round.results().getFirst().answer() instanceof Answer.Answered) {
                        return;
                    }
                    if (!process.isAlive()) {
                        break;
                    }
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            }
            throw new IOException(PROGRAM + " does not answer");
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
