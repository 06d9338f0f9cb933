package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Input;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.AnswerVerdict;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Cache;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.core.timeline.TtlHabit;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.PortException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Samples, calls and announcements.
abstract class MeasurementContract extends StoreStory {
    MeasurementContract(TestDatabase database) {
        super(database);
    }

    @Test
    void a_bucket_is_kept_once_and_a_later_count_replaces_it() {
        var samples = new SqlSamples(database.source());
        Cutover c = begin("acme");
        Duration second = Duration.ofSeconds(1);
        samples.addBuckets(
                c.id(),
                "probes",
                List.of(
                        new Bucket(NOW.plusSeconds(1), second, 9, 1),
                        new Bucket(NOW, second, 10, 0)));
        samples.addBuckets(c.id(), "provider", List.of(new Bucket(NOW, second, 7, 7)));
        samples.addBuckets(c.id(), "probes", List.of(new Bucket(NOW.plusSeconds(1), second, 8, 2)));
        samples.addBuckets(c.id(), "probes", List.of());

        assertThat(samples.buckets(c.id(), "probes", NOW))
                .containsExactly(
                        new Bucket(NOW, second, 10, 0),
                        new Bucket(NOW.plusSeconds(1), second, 8, 2));
        assertThat(samples.buckets(c.id(), "probes", NOW.plusSeconds(1))).hasSize(1);
        assertThat(samples.buckets(c.id(), "prometheus", NOW)).isEmpty();
    }

    @Test
    void the_adoption_curve_is_read_in_order() {
        var samples = new SqlSamples(database.source());
        Cutover c = begin("acme");
        samples.addAdoption(c.id(), new Adoption(NOW.plusSeconds(5), 30, 10, 0, 1));
        samples.addAdoption(c.id(), new Adoption(NOW, 0, 40, 0, 1));

        assertThat(samples.adoption(c.id()))
                .containsExactly(
                        new Adoption(NOW, 0, 40, 0, 1),
                        new Adoption(NOW.plusSeconds(5), 30, 10, 0, 1));
    }

    @Test
    void samples_of_nothing_are_refused() {
        var samples = new SqlSamples(database.source());

        assertThatThrownBy(
                        () ->
                                samples.addAdoption(
                                        new CutoverId("nowhere-1"), new Adoption(NOW, 0, 1, 0, 0)))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(PortException.Category.PERMANENT));
    }

    @Test
    void a_sample_does_not_wait_for_a_request_in_progress() {
        var samples = new SqlSamples(database.source());
        Cutover c = begin("acme");

        journal.request(
                c.id(),
                "kim",
                NOW,
                Optional.empty(),
                now -> {
                    samples.addAdoption(c.id(), new Adoption(NOW, 0, 1, 0, 0));
                    return dev.cutover.core.life.Decider.decide(
                            now, new Input.Hold("kim", "odd"), NOW);
                });

        assertThat(samples.adoption(c.id())).hasSize(1);
    }

    @Test
    void the_latest_look_at_the_resolvers_replaces_the_one_before() {
        var samples = new SqlSamples(database.source());
        Cutover c = begin("acme");
        var first = new ResolverLook(NOW, List.of(standing("a", 3), standing("b", 0)));
        var second = new ResolverLook(NOW.plusSeconds(5), List.of(standing("b", 7)));

        assertThat(samples.look(c.id())).isEmpty();
        samples.keepLook(c.id(), first);
        assertThat(samples.look(c.id())).contains(first);
        samples.keepLook(c.id(), second);
        assertThat(samples.look(c.id())).contains(second);
    }

    @Test
    void what_is_known_of_caches_is_kept_whole_and_replaced() {
        var samples = new SqlSamples(database.source());
        Cutover c = begin("acme");
        Cache cache =
                new Cache(
                        "r1",
                        "ams",
                        "192.0.2.0/24",
                        2.5,
                        AnswerVerdict.TTL_CLAMPED,
                        NOW,
                        90,
                        12,
                        Optional.of(Between.from(NOW.plusSeconds(90))),
                        Optional.of(NOW.plusSeconds(7)),
                        true,
                        TtlHabit.RAISES,
                        90);
        var known = new Caches(Optional.of(NOW), Map.of("1", NOW), List.of(cache));

        assertThat(samples.caches(c.id())).isEmpty();
        samples.keepCaches(c.id(), Caches.none());
        samples.keepCaches(c.id(), known);

        assertThat(samples.caches(c.id())).contains(known);
        assertThat(new SqlFigures(database.source()).caches(Set.of(c.id())))
                .containsExactly(Map.entry(c.id(), known));
    }

    private static ResolverLook.Standing standing(String resolver, int onNext) {
        return new ResolverLook.Standing(resolver, onNext, 1, 2, 4, 59, Duration.ofNanos(1_500));
    }

    @Test
    void every_call_is_written_in_order_before_the_log_is_closed() {
        var samples = new SqlSamples(database.source());
        Cutover c = begin("acme");
        List<ProviderCall> calls = IntStream.range(0, 2_000).mapToObj(i -> call(c, i)).toList();

        try (var log = new SqlCallLog(database.source())) {
            calls.forEach(log::record);
            log.record(
                    new ProviderCall(
                            "",
                            "preview",
                            "cloudflare",
                            "GET",
                            "/zones",
                            NOW,
                            Duration.ZERO,
                            "200",
                            false));
        }

        assertThat(samples.calls(c.id(), 5_000)).isEqualTo(calls);
        assertThat(samples.calls(c.id(), 3)).isEqualTo(calls.subList(0, 3));
    }

    @Test
    void a_call_no_column_takes_is_made_to_fit() {
        var samples = new SqlSamples(database.source());
        Cutover c = begin("acme");
        try (var log = new SqlCallLog(database.source())) {
            log.record(
                    new ProviderCall(
                            c.id().value(),
                            "p",
                            "peer",
                            "GET",
                            "/" + "x".repeat(9_000),
                            NOW,
                            Duration.ZERO,
                            "nul \u0000",
                            false));
            assertThat(log.flush(Duration.ofSeconds(10))).isTrue();
        }

        assertThat(samples.calls(c.id(), 1))
                .singleElement()
                .satisfies(call -> assertThat(call.outcome()).isEqualTo("nul \ufffd"))
                .satisfies(call -> assertThat(call.target()).hasSize(2_003));
    }

    /// The database does not even answer until all calls are recorded: who waited for it would wait
    /// for ever. Closing waits a few seconds, then says what was lost.
    @Test
    @Timeout(60)
    void a_database_that_is_away_never_stops_a_call() {
        CountDownLatch recorded = new CountDownLatch(1);
        DataSource away =
                (DataSource)
                        java.lang.reflect.Proxy.newProxyInstance(
                                DataSource.class.getClassLoader(),
                                new Class<?>[] {DataSource.class},
                                (proxy, method, args) -> {
                                    recorded.await();
                                    throw new SQLException("no connection", "08001");
                                });
        Cutover c = begin("acme");
        var log = new SqlCallLog(away, 100);

        IntStream.range(0, 1_000).forEach(i -> log.record(call(c, i)));

        assertThat(log.leftOut())
                .as("of 1,000 a hundred wait and the writer holds at most a batch")
                .isBetween(400L, 900L);
        recorded.countDown();
        assertThat(log.flush(Duration.ofMillis(10))).isFalse();
        log.close();
    }

    @Test
    void a_database_that_is_away_is_told_once_and_counted() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        DataSource back = database.source();
        DataSource awayAtFirst =
                (DataSource)
                        java.lang.reflect.Proxy.newProxyInstance(
                                DataSource.class.getClassLoader(),
                                new Class<?>[] {DataSource.class},
                                (proxy, method, args) -> {
                                    if (tries.incrementAndGet() <= 5) {
                                        throw new SQLException("no connection", "08001");
                                    }
                                    return method.invoke(back, args);
                                });
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        Handler handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord line) {
                        lines.add(line.getMessage());
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        Logger logger = Logger.getLogger(SqlCallLog.class.getPackageName());
        logger.addHandler(handler);
        Cutover c = begin("acme");
        try (var log = new SqlCallLog(awayAtFirst, 100, Duration.ofMillis(1))) {
            log.record(call(c, 1));

            assertThat(log.flush(Duration.ofSeconds(20))).isTrue();
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines)
                .filteredOn(l -> l.startsWith("call log"))
                .hasSize(2)
                .first()
                .asString()
                .contains("tried each second");
        assertThat(lines).anySatisfy(l -> assertThat(l).contains("again after 5 failed tries"));
    }

    @Test
    void what_is_many_of_cutovers_long_over_is_forgotten_in_portions() {
        var samples = new SqlSamples(database.source());
        Cutover over = begin("acme");
        Cutover live = begin("shop");
        for (Cutover c : List.of(over, live)) {
            for (int i = 0; i < 5; i++) {
                Duration second = Duration.ofSeconds(1);
                samples.addBuckets(
                        c.id(), "probes", List.of(new Bucket(NOW.plusSeconds(i), second, 9, 1)));
                samples.addAdoption(c.id(), new Adoption(NOW.plusSeconds(i), 30, 10, 0, 1));
            }
        }
        try (var log = new SqlCallLog(database.source())) {
            log.record(call(over, 1));
            log.record(read(over, 2));
            log.record(read(live, 3));
            assertThat(log.flush(Duration.ofSeconds(20))).isTrue();
        }
        database.executeHere("UPDATE cutover SET live = false WHERE id = '" + over.id() + "'");
        var retention = new SqlRetention(database.source());

        assertThat(retention.forget(NOW, 2)).as("it ended at that moment, not before").isZero();
        assertThat(retention.forget(NOW.plusSeconds(1), 2)).isEqualTo(3);
        assertThat(retention.forget(NOW.plusSeconds(1), 2)).isEqualTo(2);
        assertThat(retention.forget(NOW.plusSeconds(1), 2)).isEqualTo(1);
        assertThat(retention.forget(NOW.plusSeconds(1), 2)).isZero();

        assertThat(samples.buckets(over.id(), "probes", NOW)).isEmpty();
        assertThat(samples.adoption(over.id())).hasSize(5);
        assertThat(samples.buckets(live.id(), "probes", NOW)).hasSize(5);
        assertThat(journal.load(over.id())).isPresent();
        assertThat(database.column("SELECT cutover || ' ' || write FROM provider_call"))
                .containsExactlyInAnyOrder(over.id() + " true", live.id() + " false");
    }

    private static ProviderCall read(Cutover c, int i) {
        return new ProviderCall(
                c.id().value(),
                "evidence",
                "cloudflare",
                "GET",
                "/zones/z/dns_records",
                NOW.plusMillis(i),
                Duration.ofNanos(7),
                "200",
                false);
    }

    private static ProviderCall call(Cutover c, int i) {
        return new ProviderCall(
                c.id().value(),
                "acme-1/switch-1/1",
                "cloudflare",
                "POST",
                "/zones/z/dns_records/batch",
                NOW.plusMillis(i),
                Duration.ofNanos(1_234_567 + i),
                "200",
                true);
    }
}
