package dev.cutover.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.life.CutoverId;
import dev.cutover.port.Edge;
import dev.cutover.port.ErrorFeed;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import dev.cutover.port.Outbox;
import dev.cutover.port.Ownership;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import dev.cutover.port.Samples;
import dev.cutover.port.SiteChecks;
import dev.cutover.run.Node;
import dev.cutover.run.PlanClock;
import dev.cutover.run.World;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logging.MDC;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;

/// What a driver logs can be found by its cutover.
class DriverLogTest {
    private static final CutoverId ID = new CutoverId("acme-relaunch-3");

    @Test
    void a_log_line_of_a_driver_carries_its_cutover() throws Exception {
        LinkedBlockingQueue<ExtLogRecord> lines = new LinkedBlockingQueue<>();
        Handler handler = into(lines);
        Logger logger = Logger.getLogger("dev.cutover.run.JournalWatch");
        logger.addHandler(handler);
        try (Node node = nodeWithoutJournal(new SystemTime())) {
            node.start();

            ExtLogRecord line = lines.poll(60, TimeUnit.SECONDS);

            assertThat(line).isNotNull();
            assertThat(line.getMessage()).contains("the journal failed", "no connection");
            assertThat(line.getMdc(Meters.CUTOVER)).isEqualTo(ID.value());
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void a_node_whose_clock_goes_wrong_drives_no_more_until_nobody_else_does() throws Exception {
        AtomicReference<Duration> off = new AtomicReference<>(Duration.ZERO);
        PlanClock clock =
                new PlanClock() {
                    @Override
                    public Instant instant() {
                        return Instant.now().plus(off.get());
                    }

                    @Override
                    public void onJump(Runnable listener) {}
                };
        try (Node node = nodeWithoutJournal(clock)) {
            node.start();
            await(() -> node.driven().contains(ID));

            off.set(Duration.ofHours(1));

            await(() -> node.driven().isEmpty());
            assertThat(node.clockIsWrong()).isTrue();
            assertThat(node.isAlive()).isTrue();
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void threads_that_a_driver_starts_carry_it_too_and_no_other() throws Exception {
        LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Meters meters = new Meters(new SimpleMeterRegistry());
        Thread driver =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    meters.workingFor(ID);
                                    Thread child =
                                            Thread.ofVirtual().start(() -> seen.add(present()));
                                    assertThat(child).isNotNull();
                                });
        assertThat(seen.poll(60, TimeUnit.SECONDS)).isEqualTo(ID.value());
        driver.join();
        assertThat(present()).isEqualTo("none");
    }

    private static String present() {
        Object cutover = MDC.get(Meters.CUTOVER);
        return cutover == null ? "none" : cutover.toString();
    }

    private static Node nodeWithoutJournal(PlanClock clock) {
        AtomicBoolean claimed = new AtomicBoolean();
        Lease lease = new Lease(ID, "a", 1);
        Ownership ownership =
                port(
                        Ownership.class,
                        method ->
                                switch (method) {
                                    case "claim" ->
                                            claimed.getAndSet(true) ? List.of() : List.of(lease);
                                    case "renew" -> Set.of(ID);
                                    case "awaitSignals" -> rest();
                                    case "storeTime" -> Instant.now();
                                    default -> true;
                                });
        Journal journal =
                port(
                        Journal.class,
                        method -> {
                            throw PortException.passing("no connection");
                        });
        Outbox outbox = port(Outbox.class, method -> 0);
        return new Node(
                "a",
                journal,
                ownership,
                port(Samples.class, method -> List.of()),
                outbox,
                List.of(),
                new World(
                        Map.of(),
                        port(Edge.class, method -> 0),
                        port(ErrorFeed.class, method -> 0),
                        Map.of(),
                        port(Resolvers.class, method -> 0),
                        port(SiteChecks.class, method -> 0),
                        List.of()),
                clock,
                new Meters(new SimpleMeterRegistry()));
    }

    private static Set<CutoverId> rest() {
        try {
            Thread.sleep(Duration.ofMillis(100));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Set.of();
    }

    private static <T> T port(Class<T> type, Function<String, Object> answer) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> {
                            Object got = answer.apply(method.getName());
                            return method.getReturnType() == void.class ? null : got;
                        }));
    }

    private static Handler into(LinkedBlockingQueue<ExtLogRecord> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord line) {
                ExtLogRecord record = ExtLogRecord.wrap(line);
                // Read now: it is the publishing thread that has the context.
                record.copyMdc();
                lines.add(record);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
