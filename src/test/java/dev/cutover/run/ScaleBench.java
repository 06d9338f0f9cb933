package dev.cutover.run;

import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.plan.Plan;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Instruments;
import dev.cutover.port.Journal;
import dev.cutover.postgres.EmbeddedPostgres;
import dev.cutover.store.SqlJournal;
import dev.cutover.store.SqlOutbox;
import dev.cutover.store.SqlOwnership;
import dev.cutover.store.SqlSamples;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.flywaydb.core.Flyway;

/**
 * How late a node's drivers wake, and what the node weighs, with so many cutovers soaking at once: real
 * drivers, judge and database, a world that answers at once. Started by {@code bench/scale}.
 *
 * <p>The peer in the same run is the JVM's own floor: as many virtual threads that only sleep.
 */
public final class ScaleBench {
    private static final Duration MEASURED = Duration.ofSeconds(60);
    private static final Duration SETTLED = Duration.ofSeconds(30);
    private static final Duration MOST = Duration.ofMinutes(6);
    private static final int CONNECTIONS = 16;

    private final JumpingClock clock = new JumpingClock();
    private final HonestWorld world = new HonestWorld(clock);
    private final Lateness lateness = new Lateness();

    /** Runs with so many cutovers; 1,000 unless said otherwise. */
    public static void main(String[] arguments) throws Exception {
        int cutovers = arguments.length == 0 ? 1_000 : Integer.parseInt(arguments[0]);
        print("sleeping threads, the floor", sleepers(cutovers));
        new ScaleBench().run(cutovers);
    }

    private void run(int cutovers) throws Exception {
        Path home = Files.createTempDirectory("cutover-scale-");
        try (EmbeddedPostgres.Running database = EmbeddedPostgres.start(home);
                AgroalDataSource pool = pool(database);
                SqlOwnership ownership = new SqlOwnership(pool)) {
            Flyway.configure().dataSource(pool).load().migrate();
            Journal journal = new SqlJournal(pool);
            List<CutoverId> ids = begin(journal, cutovers);
            try (Node node =
                    new Node(
                            "bench",
                            journal,
                            ownership,
                            new SqlSamples(pool),
                            new SqlOutbox(pool),
                            List.of(),
                            world.asWorld(),
                            clock,
                            lateness)) {
                node.start();
                clock.jump(Duration.ofHours(1));
                reach(journal, "Ageing", cutovers);
                for (CutoverId id : ids) {
                    approve(journal, id);
                }
                clock.jump(Duration.ofDays(2));
                reach(journal, "Soaking", cutovers);
                Thread.sleep(SETTLED);
                lateness.millis.clear();
                long cpu = cpuNanos();
                Thread.sleep(MEASURED);
                List<Double> late = new ArrayList<>(lateness.millis);
                double cores = (cpuNanos() - cpu) / (double) MEASURED.toNanos();
                reach(journal, "Soaking", cutovers);
                print(cutovers + " cutovers soaking, ticks", late);
                System.out.printf(
                        Locale.ROOT,
                        "%d cutovers: %.0f ticks/s, %.2f cores of this JVM, heap %d MB after collection,"
                                + " resident %d MB (bars: p99 < 1000 ms, memory <= 512 MB)%n",
                        cutovers,
                        late.size() / (double) MEASURED.toSeconds(),
                        cores,
                        heapMegabytes(),
                        residentMegabytes());
            }
        } finally {
            delete(home);
        }
    }

    private List<CutoverId> begin(Journal journal, int cutovers) {
        List<CutoverId> ids = new ArrayList<>();
        for (int i = 0; i < cutovers; i++) {
            Plan plan = plan("site" + i);
            Event.Scheduled first = SampleEvents.scheduled(plan);
            // Before the first look of its driver.
            world.hold(plan.name() + "-1", first.changes().getFirst().before().getFirst());
            switch (journal.begin(first, "kim", clock.instant(), Optional.empty())) {
                case Journal.Begun.Ok ok -> ids.add(ok.cutover().id());
                case Journal.Begun.KeyReused reused -> throw new IllegalStateException("reused");
                case Journal.Begun.Overlap overlap -> throw new IllegalStateException("overlap");
            }
        }
        return ids;
    }

    private Plan plan(String name) {
        Plan p = SampleEvents.plan(name, 1);
        Instant opensAt = clock.instant().plus(Duration.ofHours(49));
        return new Plan(
                p.name(),
                p.owner(),
                p.site(),
                p.preset(),
                new Plan.Window(
                        opensAt,
                        opensAt.plus(Duration.ofHours(6)),
                        p.window().zone(),
                        p.window().atClose()),
                p.ttl(),
                p.zone(),
                p.sets(),
                p.writes(),
                Duration.ofSeconds(5),
                p.soak(),
                new Plan.EdgePlan(Plan.Purge.NOTHING),
                Optional.empty(),
                p.checks(),
                new Plan.Watch(
                        false,
                        p.watch().errorCeiling(),
                        p.watch().resolverLatencyCeiling(),
                        p.watch().window(),
                        p.watch().patience(),
                        p.watch().quorum()),
                p.fallback(),
                new Plan.ApprovalPolicy(1),
                p.limits());
    }

    private void approve(Journal journal, CutoverId id) {
        Instant now = clock.instant();
        String hash = journal.load(id).orElseThrow().planHash();
        Input.Approve approve = new Input.Approve("grace", hash);
        var answer =
                journal.request(
                        id,
                        approve.by(),
                        now,
                        Optional.empty(),
                        c -> Decider.decide(c, approve, now));
        if (answer.isEmpty()) {
            throw new IllegalStateException(id + " cannot be approved");
        }
    }

    private static void reach(Journal journal, String phase, int cutovers)
            throws InterruptedException {
        long until = System.nanoTime() + MOST.toNanos();
        while (true) {
            List<String> elsewhere =
                    journal.list(cutovers).stream()
                            .map(row -> row.phase())
                            .filter(p -> !p.startsWith(phase))
                            .toList();
            if (elsewhere.isEmpty()) {
                return;
            }
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException(
                        elsewhere.size() + " never " + phase + ": " + elsewhere.getFirst());
            }
            Thread.sleep(Duration.ofSeconds(1));
        }
    }

    private static AgroalDataSource pool(EmbeddedPostgres.Running database) throws SQLException {
        return AgroalDataSource.from(
                new AgroalDataSourceConfigurationSupplier()
                        .connectionPoolConfiguration(
                                p ->
                                        p.maxSize(CONNECTIONS)
                                                .acquisitionTimeout(Duration.ofSeconds(20))
                                                .connectionFactoryConfiguration(
                                                        f ->
                                                                f.jdbcUrl(database.jdbcUrl())
                                                                        .principal(
                                                                                new NamePrincipal(
                                                                                        database
                                                                                                .user()))
                                                                        .credential(
                                                                                new SimplePassword(
                                                                                        database
                                                                                                .password())))));
    }

    /** As many threads as drivers, each sleeping a second at a time for ten seconds. */
    private static List<Double> sleepers(int threads) throws InterruptedException {
        Queue<Double> late = new ConcurrentLinkedQueue<>();
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        for (int round = 0; round < 10; round++) {
                                            long due =
                                                    System.nanoTime()
                                                            + Duration.ofSeconds(1).toNanos();
                                            pause();
                                            late.add((System.nanoTime() - due) / 1e6);
                                        }
                                    }));
        }
        for (Thread thread : all) {
            thread.join();
        }
        return new ArrayList<>(late);
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void print(String what, List<Double> millis) {
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%s: %d samples, late by p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                what,
                sorted.length,
                at(sorted, 0.5),
                at(sorted, 0.99),
                at(sorted, 1));
    }

    private static double at(double[] sorted, double share) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1L, Math.round(share * sorted.length))];
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private static long heapMegabytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
    }

    private static long residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            Path[] all = files.toArray(Path[]::new);
            Arrays.sort(all, (a, b) -> b.compareTo(a));
            for (Path file : all) {
                Files.delete(file);
            }
        }
    }

    /** How late drivers woke, in milliseconds. */
    private static final class Lateness implements Instruments {
        private final Queue<Double> millis = new ConcurrentLinkedQueue<>();

        @Override
        public void workingFor(CutoverId id) {}

        @Override
        public void ticked(Duration late) {
            millis.add(late.toNanos() / 1e6);
        }

        @Override
        public void announced(String channel, String outcome, Duration took) {}

        @Override
        public void givenUp(int announcements) {}
    }
}
