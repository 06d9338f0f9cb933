package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.announce.Announcements;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Input;
import dev.cutover.port.Outbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Announcements wait in order, for each channel by itself, and one node at a time delivers.
abstract class OutboxContract extends StoreStory {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration AGES = Duration.ofDays(7);

    private SqlOutbox outbox;

    OutboxContract(TestDatabase database) {
        super(database);
    }

    @BeforeEach
    void two_channels_are_configured() {
        outbox = new SqlOutbox(database.source());
        outbox.register("log", "log");
        outbox.register("ops", "https://ops.example/hooks");
    }

    @Test
    void each_channel_gets_each_cutovers_announcements_in_the_journals_order() {
        Cutover acme = begin("acme");
        Cutover shop = begin("shop");
        request(acme, new Input.Hold("kim", "odd"), NOW);
        request(shop, new Input.Approve("ada", shop.planHash()), NOW);
        request(acme, new Input.Abort("kim", "broken"), NOW);

        List<Announcement> toLog = deliverAll("log");

        List<Announcement> expected = announcedOf(acme);
        assertThat(toLog).filteredOn(a -> a.cutover().equals(acme.id())).isEqualTo(expected);
        assertThat(toLog).hasSize(expected.size() + announcedOf(shop).size());
        assertThat(outbox.claim("log", "a", LEASE)).as("nothing is left for the log").isEmpty();
        assertThat(backlog("log").pending()).isZero();
        assertThat(backlog("ops").pending()).isEqualTo(toLog.size());
        assertThat(database.column("SELECT id FROM outbox")).hasSize(toLog.size());

        assertThat(deliverAll("ops")).containsExactlyInAnyOrderElementsOf(toLog);
        assertThat(database.column("SELECT id FROM outbox")).isEmpty();
    }

    @Test
    void what_was_sent_and_not_marked_is_due_again_with_the_same_id() {
        Cutover acme = begin("acme");
        List<Outbox.Due> first = outbox.due("ops", 8);

        List<Outbox.Due> again = outbox.due("ops", 8);

        assertThat(again).isEqualTo(first).hasSize(1);
        assertThat(first.getFirst().announcement()).isEqualTo(announcedOf(acme).getFirst());
        outbox.delivered("ops", first.getFirst().announcement());
        outbox.delivered("ops", first.getFirst().announcement());
        assertThat(outbox.due("ops", 8)).isEmpty();
    }

    @Test
    void one_node_at_a_time_delivers_on_a_channel() {
        begin("acme");

        assertThat(outbox.claim("ops", "a", LEASE)).contains(new Outbox.Turn(0));
        assertThat(outbox.claim("ops", "b", LEASE)).isEmpty();
        assertThat(outbox.claim("log", "b", LEASE)).as("another channel is free").isPresent();
        assertThat(outbox.claim("ops", "a", LEASE)).as("renewed").isPresent();

        outbox.release("ops", "b");
        assertThat(outbox.claim("ops", "b", LEASE)).as("not b's to give back").isEmpty();
        outbox.release("ops", "a");
        assertThat(outbox.claim("ops", "b", LEASE)).isPresent();

        outbox.release("ops", "b");
        assertThat(outbox.claim("ops", "a", Duration.ZERO)).isPresent();
        assertThat(outbox.claim("ops", "b", LEASE)).as("a's lease is over").isPresent();
    }

    @Test
    void a_declined_announcement_holds_back_its_own_cutover_only() {
        Cutover acme = begin("acme");
        request(acme, new Input.Hold("kim", "odd"), NOW);
        Cutover shop = begin("shop");
        Announcement declined = outbox.due("ops", 1).getFirst().announcement();
        assertThat(declined.cutover()).isEqualTo(acme.id());

        outbox.declined("ops", declined, LONG);

        assertThat(outbox.due("ops", 8))
                .extracting(d -> d.announcement().cutover())
                .containsExactly(shop.id());
        assertThat(outbox.due("log", 8)).hasSize(2);
        outbox.declined("ops", declined, Duration.ZERO);
        assertThat(outbox.due("ops", 8))
                .as("those with fewer failures come first")
                .extracting(Outbox.Due::tries)
                .containsExactly(0, 2);
    }

    @Test
    void a_channel_that_rests_is_left_alone_until_it_is_time() {
        begin("acme");
        outbox.rest("ops", 3, LONG);
        assertThat(outbox.claim("ops", "a", LEASE)).isEmpty();
        assertThat(backlog("ops").failures()).isEqualTo(3);

        outbox.rest("ops", 4, Duration.ZERO);
        assertThat(outbox.claim("ops", "a", LEASE)).contains(new Outbox.Turn(4));
    }

    @Test
    void a_channel_that_is_gone_holds_nothing_back_and_lives_again_at_another_address() {
        begin("acme");
        outbox.end("ops");
        deliverAll("log");

        assertThat(outbox.claim("ops", "a", LEASE)).isEmpty();
        assertThat(database.column("SELECT id FROM outbox")).isEmpty();
        begin("shop");
        outbox.register("ops", "https://ops.example/hooks");
        assertThat(outbox.claim("ops", "a", LEASE)).as("the same address").isEmpty();
        assertThat(backlog("ops").gone()).isTrue();

        outbox.register("ops", "https://ops.example/other");
        assertThat(outbox.claim("ops", "a", LEASE)).isPresent();
        assertThat(deliverAll("ops")).hasSize(1);
    }

    @Test
    void what_waited_too_long_and_channels_nobody_has_any_more_are_swept() {
        begin("acme");
        deliverAll("log");
        assertThat(outbox.sweep(AGES, AGES)).isZero();
        assertThat(backlog("ops").pending()).isEqualTo(1);
        assertThat(backlog("ops").oldest()).isPositive();

        database.executeHere("UPDATE outbox SET written_at = written_at - interval '8 days'");
        assertThat(outbox.sweep(AGES, AGES)).isEqualTo(1);
        assertThat(backlog("ops").pending()).isZero();
        assertThat(database.column("SELECT channel FROM delivery")).isEmpty();

        begin("shop");
        deliverAll("log");
        database.executeHere(
                "UPDATE channel SET seen_at = seen_at - interval '8 days' WHERE name = 'ops'");
        assertThat(outbox.sweep(AGES, AGES)).isZero();
        assertThat(database.column("SELECT name FROM channel")).containsExactly("log");
        assertThat(database.column("SELECT id FROM outbox")).isEmpty();
    }

    @Test
    void a_store_no_node_has_started_on_loses_nothing() {
        database.executeHere("DELETE FROM channel");
        begin("acme");
        assertThat(outbox.sweep(AGES, AGES)).isZero();

        outbox.register("log", "log");
        assertThat(deliverAll("log")).hasSize(1);
    }

    private Outbox.Backlog backlog(String channel) {
        return outbox.backlog().stream()
                .filter(b -> b.channel().equals(channel))
                .findFirst()
                .orElseThrow();
    }

    private List<Announcement> deliverAll(String channel) {
        List<Announcement> delivered = new ArrayList<>();
        for (var due = outbox.due(channel, 2); !due.isEmpty(); due = outbox.due(channel, 2)) {
            for (Outbox.Due d : due) {
                outbox.delivered(channel, d.announcement());
                delivered.add(d.announcement());
            }
        }
        return delivered;
    }

    private List<Announcement> announcedOf(Cutover c) {
        return journal.entries(c.id(), 0, 100).stream()
                .map(Announcements::of)
                .flatMap(Optional::stream)
                .toList();
    }
}
