package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.announce.Announcements;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Input;
import dev.cutover.json.SampleEvents;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.store.WebhookSink;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.notify.Webhook;
import dev.cutover.port.Announcer;
import dev.cutover.port.Instruments;
import dev.cutover.port.Journal;
import dev.cutover.port.Outbox;
import dev.cutover.port.PortException;
import dev.cutover.run.Delivery.Patience;
import dev.cutover.store.SqlJournal;
import dev.cutover.store.SqlOutbox;
import dev.cutover.store.TestDatabase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Announcements reach webhook receivers over real sockets, from a real outbox, whatever the
/// receivers do.
@NullUnmarked
class DeliveryTest {
    private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(100));
    private static final Duration LEASE = Duration.ofMinutes(5);

    /// A receiver that answers is never given up, however long this machine stands still.
    private static final Patience PATIENT = new Patience(Duration.ofSeconds(30), LEASE, BACKOFF);

    private static TestDatabase database;
    private static Vertx vertx;

    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private PinnedHttp http;
    private SqlJournal journal;
    private SqlOutbox outbox;

    @BeforeAll
    static void start() {
        database = TestDatabase.embedded();
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
    }

    @BeforeEach
    void open() {
        database.clear();
        http =
                new PinnedHttp(
                        vertx,
                        Trust.withExtra(Optional.empty()),
                        EgressPolicy.opening(List.of("127.0.0.0/8")));
        journal = new SqlJournal(database.source());
        outbox = new SqlOutbox(database.source());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable thing : open) {
            thing.close();
        }
        http.close();
    }

    @Test
    void a_receiver_gets_every_announcement_once_and_in_order() {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery delivery = to("ops", sink.endpoint());
        Cutover acme = begin("acme");
        Cutover shop = begin("shop");
        approve(acme);
        approve(shop);

        delivery.deliver();

        assertThat(announced(acme)).hasSize(2);
        assertThat(idsOf(sink, acme)).isEqualTo(announced(acme));
        assertThat(idsOf(sink, shop)).isEqualTo(announced(shop));
        assertThat(outbox.backlog()).allMatch(b -> b.pending() == 0);
    }

    @Test
    void a_dead_receiver_holds_back_nobody_else_and_catches_up() {
        WebhookSink dead = sink(CallTap.NONE);
        WebhookSink healthy = sink(CallTap.NONE);
        Delivery toDead = to("dead", dead.endpoint());
        Delivery toHealthy = to("healthy", healthy.endpoint());
        Cutover acme = begin("acme");
        toDead.deliver();
        dead.refuse(true);
        approve(acme);
        Cutover shop = begin("shop");

        toDead.deliver();
        toHealthy.deliver();

        assertThat(idsOf(healthy, acme)).isEqualTo(announced(acme));
        assertThat(idsOf(healthy, shop)).isEqualTo(announced(shop));
        assertThat(dead.ids()).hasSize(1);
        assertThat(pending("dead")).isEqualTo(2);

        dead.refuse(false);
        until(toDead, () -> pending("dead") == 0);
        assertThat(idsOf(dead, acme)).isEqualTo(announced(acme));
        assertThat(idsOf(dead, shop)).isEqualTo(announced(shop));
    }

    @Test
    void tries_at_a_dead_receiver_become_rare_and_are_single() {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery delivery = to("ops", sink.endpoint());
        for (int i = 0; i < 20; i++) {
            begin("site" + i);
        }
        sink.answerNext(1_000, Reply.empty(503));

        until(delivery, () -> failures("ops") >= 4);

        assertThat(sink.deliveries())
                .as("one round side by side, then one single try per failure")
                .hasSize(8 + failures("ops") - 1);
        sink.failNext(0, 503);
        until(delivery, () -> pending("ops") == 0);
        assertThat(sink.ids()).hasSize(20);
        assertThat(failures("ops")).isZero();
    }

    @Test
    void repeats_after_errors_carry_the_same_id_and_body_and_keep_the_order() {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery delivery = to("ops", sink.endpoint());
        sink.failNext(3, 500);
        Cutover acme = begin("acme");
        approve(acme);

        until(delivery, () -> pending("ops") == 0);

        List<String> announced = announced(acme);
        var got = sink.deliveries();
        assertThat(got).hasSize(announced.size() + 3);
        assertThat(got.subList(0, 4))
                .allMatch(d -> d.id().equals(announced.getFirst()))
                .allMatch(d -> d.body().equals(got.getFirst().body()));
        assertThat(List.copyOf(sink.ids())).isEqualTo(announced);
    }

    @Test
    void an_answer_that_comes_too_late_makes_a_repeat_with_the_same_id() {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        WebhookSink sink =
                sink(
                        call -> {
                            if (call.moment() == CallTap.Moment.DURING
                                    && calls.getAndIncrement() == 0) {
                                held.countDown();
                                await(released);
                            }
                        });
        Announcer webhook = webhook("ops", sink.endpoint());
        Patience none = new Patience(Duration.ofMillis(700), LEASE, BACKOFF);
        Delivery hasty = new Delivery("a", outbox, webhook, Instruments.NONE, none);
        hasty.deliver();
        Cutover acme = begin("acme");

        until(hasty, () -> held.getCount() == 0);
        until(delivery("a", webhook), () -> pending("ops") == 0);
        released.countDown();

        assertThat(sink.deliveries()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(sink.ids()).containsExactlyElementsOf(announced(acme));
    }

    @Test
    void a_receiver_that_dies_before_or_in_the_middle_of_its_answer_is_told_again()
            throws Exception {
        String begun = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of";
        String whole = "HTTP/1.1 204 No Content\r\n\r\n";
        List<String> asked = new CopyOnWriteArrayList<>();
        Delivery delivery = to("ops", raw(asked, List.of("", begun, whole)));
        Cutover acme = begin("acme");

        until(delivery, () -> pending("ops") == 0);

        assertThat(asked)
                .hasSize(3)
                .allMatch(request -> request.contains("webhook-id: " + announced(acme).getFirst()));
    }

    @Test
    void what_was_sent_by_a_node_that_died_before_marking_it_is_sent_again() {
        WebhookSink sink = sink(CallTap.NONE);
        Cutover acme = begin("acme");
        AtomicInteger deaths = new AtomicInteger();
        Delivery dying =
                new Delivery(
                        "a",
                        diesBeforeMarking(deaths),
                        webhook("ops", sink.endpoint()),
                        Instruments.NONE,
                        new Patience(PATIENT.limit(), Duration.ZERO, BACKOFF));
        assertThatThrownBy(dying::deliver).hasMessageContaining("killed here");
        assertThat(sink.deliveries()).hasSize(1);

        Delivery other = delivery("b", webhook("ops", sink.endpoint()));
        until(other, () -> pending("ops") == 0);

        assertThat(deaths).hasValue(1);
        assertThat(sink.deliveries()).hasSize(2);
        assertThat(sink.ids()).containsExactlyElementsOf(announced(acme));
    }

    @Test
    void two_nodes_share_the_work_without_doing_it_twice() throws Exception {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery a = delivery("a", webhook("ops", sink.endpoint()));
        Delivery b = delivery("b", webhook("ops", sink.endpoint()));
        for (int i = 0; i < 30; i++) {
            approve(begin("site" + i));
        }

        Thread other = Thread.ofVirtual().start(() -> until(a, () -> pending("ops") == 0));
        until(b, () -> pending("ops") == 0);
        other.join();

        assertThat(sink.deliveries()).hasSize(60);
        assertThat(sink.ids()).hasSize(60);
    }

    @Test
    void a_receiver_that_asks_for_a_pause_gets_it() {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery delivery = to("ops", sink.endpoint());
        sink.answerNext(1, Reply.empty(429).with("Retry-After", "600"));
        begin("acme");

        delivery.deliver();

        assertThat(sink.deliveries()).hasSize(1);
        assertThat(secondsOfRest()).isBetween(500.0, 600.0);
    }

    @Test
    void no_receiver_can_ask_for_a_pause_of_days() {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery delivery = to("ops", sink.endpoint());
        sink.answerNext(1, Reply.empty(503).with("Retry-After", "999999999"));
        begin("acme");

        delivery.deliver();

        assertThat(secondsOfRest()).isBetween(3_000.0, 3_600.0);
    }

    @Test
    void a_receiver_that_is_gone_is_left_alone_for_good() {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery delivery = to("ops", sink.endpoint());
        Delivery other = to("other", sink(CallTap.NONE).endpoint());
        sink.failNext(1, 410);
        begin("acme");
        delivery.deliver();
        begin("shop");
        delivery.deliver();
        other.deliver();

        assertThat(sink.deliveries()).hasSize(1);
        assertThat(database.column("SELECT id FROM outbox")).isEmpty();
    }

    @Test
    void a_declined_announcement_keeps_its_cutovers_order_and_no_other_waits_for_it() {
        WebhookSink sink = sink(CallTap.NONE);
        Delivery delivery = to("ops", sink.endpoint());
        Cutover acme = begin("acme");
        approve(acme);
        sink.failNext(1, 400);
        delivery.deliver();
        Cutover shop = begin("shop");

        until(delivery, () -> pending("ops") == 0);

        assertThat(failures("ops")).as("the receiver was there all along").isZero();
        assertThat(idsOf(sink, acme).subList(1, 3)).isEqualTo(announced(acme));
        assertThat(idsOf(sink, shop)).isEqualTo(announced(shop));
    }

    @Test
    void a_secret_that_is_missing_loses_nothing() {
        WebhookSink sink = sink(CallTap.NONE);
        Secrets none = new Secrets(Set.of("KEY"), Optional.empty(), name -> null);
        Announcer webhook =
                new Webhook(
                        "ops",
                        sink.endpoint(),
                        List.of("${env:KEY}"),
                        http,
                        none,
                        InstantSource.system());
        Backoff once = new Backoff(Duration.ofMinutes(5), Duration.ofMinutes(5));
        Patience tryingOnce = new Patience(PATIENT.limit(), LEASE, once);
        Delivery delivery = new Delivery("a", outbox, webhook, Instruments.NONE, tryingOnce);
        begin("acme");
        delivery.deliver();

        assertThat(sink.deliveries()).isEmpty();
        assertThat(pending("ops")).isEqualTo(1);
        assertThat(failures("ops")).isEqualTo(1);
    }

    /// The real outbox, whose marks never get there.
    private Outbox diesBeforeMarking(AtomicInteger deaths) {
        return (Outbox)
                Proxy.newProxyInstance(
                        Outbox.class.getClassLoader(),
                        new Class<?>[] {Outbox.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("delivered")) {
                                deaths.incrementAndGet();
                                throw PortException.passing("killed here");
                            }
                            try {
                                return method.invoke(outbox, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private WebhookSink sink(CallTap tap) {
        WebhookSink sink = new WebhookSink(new LabClock(), tap);
        open.add(sink);
        return sink;
    }

    /// A delivery whose channel is known before anything is announced.
    private Delivery to(String name, URI url) {
        Delivery delivery = delivery("a", webhook(name, url));
        delivery.deliver();
        return delivery;
    }

    private Delivery delivery(String node, Announcer announcer) {
        return new Delivery(node, outbox, announcer, Instruments.NONE, PATIENT);
    }

    private Announcer webhook(String name, URI url) {
        return new Webhook(
                name,
                url,
                List.of("${env:KEY}"),
                http,
                new Secrets(Set.of("KEY"), Optional.empty(), Map.of("KEY", KEY)::get),
                InstantSource.system());
    }

    private URI raw(List<String> asked, List<String> answers) throws IOException {
        RudeReceiver receiver = new RudeReceiver(asked, answers);
        open.add(receiver);
        return receiver.endpoint();
    }

    private Cutover begin(String name) {
        var begun =
                journal.begin(
                        SampleEvents.scheduled(SampleEvents.plan(name, 1)),
                        "kim",
                        SampleEvents.NOW,
                        Optional.empty());
        return ((Journal.Begun.Ok) begun).cutover();
    }

    /// Has something announced.
    private void approve(Cutover c) {
        Input.Request request = new Input.Approve("ada", c.planHash());
        assertThat(
                        journal.request(
                                c.id(),
                                "ada",
                                SampleEvents.NOW,
                                Optional.empty(),
                                now -> Decider.decide(now, request, SampleEvents.NOW)))
                .isPresent();
    }

    private List<String> announced(Cutover c) {
        return journal.entries(c.id(), 0, 100).stream()
                .map(Announcements::of)
                .flatMap(Optional::stream)
                .map(Announcement::id)
                .toList();
    }

    private static List<String> idsOf(WebhookSink sink, Cutover c) {
        return sink.deliveries().stream()
                .map(WebhookSink.Delivery::id)
                .filter(id -> id.startsWith(c.id() + "-"))
                .toList();
    }

    private long pending(String channel) {
        return backlog(channel).pending();
    }

    private int failures(String channel) {
        return backlog(channel).failures();
    }

    private Outbox.Backlog backlog(String channel) {
        return outbox.backlog().stream()
                .filter(b -> b.channel().equals(channel))
                .findFirst()
                .orElse(new Outbox.Backlog(channel, 1, Duration.ZERO, 0, false));
    }

    private double secondsOfRest() {
        return Double.parseDouble(
                database.column(
                                "SELECT extract(epoch FROM next_try_at - clock_timestamp())"
                                        + " FROM channel")
                        .getFirst());
    }

    /// Delivers again and again, as the node's loop does.
    private static void until(Delivery delivery, BooleanSupplier done) {
        long giveUp = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!done.getAsBoolean()) {
            assertThat(System.nanoTime() - giveUp).as("a minute is enough").isNegative();
            delivery.deliver();
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
