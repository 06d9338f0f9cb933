package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.json.SampleEvents;
import dev.cutover.json.UnknownEventException;
import dev.cutover.port.Journal.Begun;
import dev.cutover.port.Journal.Requested;
import dev.cutover.port.Journal.Row;
import dev.cutover.port.Lease;
import dev.cutover.port.PortException;
import dev.cutover.port.RequestKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What everybody may rely on when they write to the journal.
abstract class JournalContract extends StoreStory {
    JournalContract(TestDatabase database) {
        super(database);
    }

    @Test
    void begins_with_a_number_of_its_own_per_plan_name() {
        assertThat(begin("acme", 1).id()).isEqualTo(new CutoverId("acme-1"));
        assertThat(begin("shop", 1).id()).isEqualTo(new CutoverId("shop-1"));
        var again = request(journal.load(new CutoverId("acme-1")).orElseThrow(), abort(), NOW);
        assertThat(again.cutover().phase()).isInstanceOf(Phase.Cancelling.class);
        drive(new CutoverId("acme-1"), new Phase.Cancelled());

        assertThat(begin("acme", 1).id()).isEqualTo(new CutoverId("acme-2"));
    }

    @Test
    void two_live_cutovers_never_share_a_name() {
        Cutover first = begin("acme", 3);

        var second =
                journal.begin(
                        SampleEvents.scheduled(SampleEvents.plan("acme", 2)),
                        "ada",
                        NOW,
                        Optional.of(new RequestKey("key", "plan")));

        assertThat(second)
                .isEqualTo(
                        new Begun.Overlap(
                                Map.of(
                                        SampleEvents.setName("acme", 0).value(), first.id(),
                                        SampleEvents.setName("acme", 1).value(), first.id())));
        assertThat(journal.list(10)).hasSize(1);
        assertThat(journal.claims()).hasSize(3).containsValue(first.id());

        drive(first.id(), new Phase.Completed());
        assertThat(journal.claims()).isEmpty();
        assertThat(
                        journal.begin(
                                SampleEvents.scheduled(SampleEvents.plan("acme", 2)),
                                "ada",
                                NOW,
                                Optional.of(new RequestKey("key", "plan"))))
                .as("a refused beginning does not use up its key or a number")
                .isInstanceOfSatisfying(
                        Begun.Ok.class,
                        ok -> assertThat(ok.cutover().id()).isEqualTo(new CutoverId("acme-2")));
    }

    @Test
    void of_many_who_begin_with_one_key_all_get_the_same_cutover() throws Exception {
        List<Begun> begun =
                allAtOnce(
                        8,
                        i ->
                                () ->
                                        journal.begin(
                                                SampleEvents.scheduled(
                                                        SampleEvents.plan("acme", 2)),
                                                "kim",
                                                NOW,
                                                Optional.of(new RequestKey("retry-7", "plan"))));

        assertThat(begun)
                .allSatisfy(b -> assertThat(b).isInstanceOf(Begun.Ok.class))
                .containsOnly(begun.getFirst());
        assertThat(journal.list(10)).hasSize(1);
    }

    @Test
    void of_many_who_begin_overlapping_plans_one_wins() throws Exception {
        List<Begun> begun =
                allAtOnce(
                        8,
                        i ->
                                () ->
                                        journal.begin(
                                                SampleEvents.scheduled(
                                                        SampleEvents.plan("acme", 2 + i)),
                                                "kim",
                                                NOW,
                                                Optional.empty()));

        assertThat(begun).filteredOn(Begun.Ok.class::isInstance).hasSize(1);
        assertThat(begun).filteredOn(Begun.Overlap.class::isInstance).hasSize(7);
    }

    @Test
    void twenty_people_approve_at_once_and_no_number_is_missing_or_given_twice() throws Exception {
        Cutover c = begin("acme");

        List<Requested> answers =
                allAtOnce(
                        20,
                        i ->
                                () ->
                                        request(
                                                c,
                                                new Input.Approve("person" + i, c.planHash()),
                                                NOW.plusSeconds(i)));

        assertThat(answers).allSatisfy(a -> assertThat(a.decision().refused()).isEmpty());
        assertThat(journal.entries(c.id(), 0, 100).stream().map(JournalEntry::seq))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 21).boxed().toList());
        assertThat(journal.load(c.id()).orElseThrow().approvers()).hasSize(20);
    }

    @Test
    void a_repeated_request_gets_the_first_answer_and_changes_nothing() {
        Cutover c = begin("acme");
        var hold = new Input.Hold("kim", "looks odd");
        Requested first = request(c, hold, NOW, Optional.of("k1"));
        request(c, new Input.Resume("kim"), NOW.plusSeconds(1));

        Requested again = request(c, hold, NOW.plusSeconds(2), Optional.of("k1"));

        assertThat(first.decision().events()).hasSize(2);
        assertThat(again).isEqualTo(first);
        assertThat(journal.load(c.id()).orElseThrow().phase()).isInstanceOf(Phase.Scheduled.class);
        assertThat(request(c, hold, NOW.plusSeconds(3), Optional.of("k2")).cutover().phase())
                .as("another key is another request")
                .isInstanceOf(Phase.Held.class);
    }

    @Test
    void a_refusal_is_repeated_too() {
        Cutover c = begin("acme");
        Requested first = request(c, new Input.Approve("ada", "stale"), NOW, Optional.of("k1"));

        assertThat(first.decision().refused()).isPresent();
        assertThat(
                        request(
                                c,
                                new Input.Approve("ada", "stale"),
                                NOW.plusSeconds(5),
                                Optional.of("k1")))
                .isEqualTo(first);
    }

    @Test
    void an_unusable_key_is_refused_before_anything_happens() {
        Cutover c = begin("acme");

        for (String key : List.of("", "k".repeat(256), "line\nfeed", "\u0000")) {
            assertThatThrownBy(() -> request(c, abort(), NOW, Optional.of(key)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(journal.entries(c.id(), 0, 10)).hasSize(1);
    }

    @Test
    void nobody_is_asked_about_a_cutover_that_is_not_there() {
        var nowhere = new CutoverId("nowhere-1");

        assertThat(journal.load(nowhere)).isEmpty();
        assertThat(journal.entries(nowhere, 0, 10)).isEmpty();
        assertThat(
                        journal.request(
                                nowhere,
                                "kim",
                                NOW,
                                Optional.empty(),
                                c -> Decider.decide(c, abort(), NOW)))
                .isEmpty();
    }

    @Test
    void a_decision_on_a_stale_state_is_not_appended() {
        Cutover c = begin("acme");
        Lease lease = claimOnly("node-a");
        request(c, new Input.Approve("ada", c.planHash()), NOW);

        assertThat(journal.append(lease, c, List.of(preparing()), NOW, NOW)).isEmpty();

        Cutover now = journal.load(c.id()).orElseThrow();
        assertThat(now.seq()).isEqualTo(2);
        assertThat(journal.append(lease, now, List.of(preparing()), NOW, NOW))
                .hasValueSatisfying(next -> assertThat(next.seq()).isEqualTo(3));
    }

    @Test
    void an_append_is_what_a_restart_reads_to_the_last_digit() {
        Cutover c = begin("acme");
        Lease lease = claimOnly("node-a");
        Instant odd = NOW.plusNanos(123_456_789);
        var rude =
                new Event.Paged(
                        "Odd\u0000",
                        "nul \u0000, half \ud83d, über \ud83d\ude80",
                        List.of("\u0000"));

        Cutover next = journal.append(lease, c, List.of(preparing(), rude), odd, odd).orElseThrow();

        database.reopen();
        var reader = new SqlJournal(database.source());
        assertThat(reader.load(c.id())).contains(next);
        assertThat(reader.entries(c.id(), 1, 10))
                .extracting(JournalEntry::event)
                .containsExactly(preparing(), rude);
        assertThat(reader.entries(c.id(), 1, 1)).hasSize(1);
    }

    @Test
    void a_wake_up_is_noted_without_an_event() {
        Cutover c = begin("acme");
        Lease lease = claimOnly("node-a");

        assertThat(journal.append(lease, c, List.of(), NOW, NOW.plusSeconds(60))).contains(c);

        assertThat(journal.list(1))
                .containsExactly(
                        new Row(
                                c.id(),
                                1,
                                c.plan(),
                                "Scheduled",
                                true,
                                "node-a",
                                NOW.plusSeconds(60)));
    }

    @Test
    void a_list_shows_the_newest_first_with_a_postponed_window() {
        Cutover first = begin("acme");
        begin("shop");
        Plan.Window later =
                new Plan.Window(
                        first.plan().window().opensAt().plus(Duration.ofDays(7)),
                        first.plan().window().closesAt().plus(Duration.ofDays(8)),
                        first.plan().window().zone(),
                        Plan.AtClose.HOLD);

        assertThat(
                        request(first, new Input.Postpone("kim", later, "later"), NOW)
                                .decision()
                                .refused())
                .isEmpty();

        assertThat(journal.list(10))
                .extracting(row -> row.id().value(), row -> row.plan().window().opensAt())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "shop-1", first.plan().window().opensAt()),
                        org.assertj.core.groups.Tuple.tuple("acme-1", later.opensAt()));
        assertThat(journal.list(1)).hasSize(1);
    }

    @Test
    void a_completed_cutover_goes_back_only_while_its_names_are_free() {
        Cutover done = drive(begin("acme").id(), new Phase.Completed());
        Instant soon = NOW.plusSeconds(60);
        begin("acme", 1);

        Requested refused = request(done, abort(), soon);
        assertThat(refused.decision().refused())
                .hasValueSatisfying(
                        why -> {
                            assertThat(why.code()).isEqualTo("NamesTaken");
                            assertThat(why.text()).contains("acme-2");
                        });
        assertThat(refused.cutover()).isEqualTo(done);
        assertThat(journal.claims()).hasSize(1);

        drive(new CutoverId("acme-2"), new Phase.Cancelled());
        assertThat(request(done, abort(), soon).cutover().phase())
                .isInstanceOf(Phase.FallingBack.class);
        assertThat(journal.claims()).hasSize(2).containsValue(done.id());
        assertThat(claimOnly("node-b").cutover()).isEqualTo(done.id());
    }

    @Test
    void an_event_of_a_newer_program_stops_only_its_own_cutover() {
        Cutover future = begin("future");
        Cutover acme = begin("acme");
        database.executeHere(
                "INSERT INTO event VALUES ('future-1', 2, now(), 'kim', 'Teleported', 1, '{}');"
                        + "UPDATE cutover SET seq = 2 WHERE id = 'future-1'");

        assertThatThrownBy(() -> journal.load(future.id()))
                .isInstanceOf(PortException.class)
                .hasCauseInstanceOf(UnknownEventException.class)
                .hasMessageContaining("event 2 of future-1 was written by a newer program");
        assertThatThrownBy(() -> request(future, abort(), NOW)).isInstanceOf(PortException.class);
        assertThat(claimOnly("node-a").cutover()).isEqualTo(acme.id());
        assertThat(request(acme, abort(), NOW).decision().refused()).isEmpty();
        assertThat(journal.list(10)).hasSize(2);
        assertThat(journal.entries(future.id(), 0, 1)).hasSize(1);
    }

    @Test
    void a_journal_that_was_tampered_with_is_not_written_to() {
        Cutover c = begin("acme");
        request(c, new Input.Approve("ada", c.planHash()), NOW);
        database.executeHere("DELETE FROM event WHERE cutover = 'acme-1' AND seq = 2");
        var fresh = new SqlJournal(database.source());

        assertThatThrownBy(
                        () ->
                                fresh.request(
                                        c.id(),
                                        "kim",
                                        NOW,
                                        Optional.empty(),
                                        now -> Decider.decide(now, abort(), NOW)))
                .hasMessageContaining("expected 2 events, seen 1");
    }

    @Test
    void a_node_that_folded_long_ago_sees_what_others_appended_since() {
        var other = new SqlJournal(database.source());
        Cutover c = begin("acme");
        assertThat(other.load(c.id())).contains(c);

        Cutover now = request(c, new Input.Approve("ada", c.planHash()), NOW).cutover();

        assertThat(other.load(c.id())).contains(now);
        assertThat(journal.load(c.id())).contains(now);
    }

    @Test
    void a_request_after_the_server_was_restarted_is_accepted_at_once() throws Exception {
        Cutover c = begin("acme");
        allAtOnce(12, i -> () -> journal.load(c.id()));

        database.cutConnections();

        assertThat(request(c, abort(), NOW).decision().refused()).isEmpty();
    }

    @Test
    void a_cutover_of_a_thousand_sets_is_journaled_whole() {
        Cutover c = begin("big", 1_000);
        Lease lease = claimOnly("node-a");
        var image = SampleEvents.image(c.plan());
        var spec = new dev.cutover.core.life.ActionSpec.TakeBeforeImage();
        var id = new dev.cutover.core.life.ActionId(c.id(), spec.key(), 1);
        List<Event> taken =
                List.of(
                        new Event.ActionIntended(id, spec, NOW),
                        new Event.ActionEnded(
                                id,
                                new dev.cutover.core.life.Ending.ImageTaken(
                                        image, List.of("/images/big-1.json"))));
        long start = System.nanoTime();

        Cutover next = journal.append(lease, c, taken, NOW, NOW).orElseThrow();
        long appended = System.nanoTime();
        Cutover read = new SqlJournal(database.source()).load(c.id()).orElseThrow();

        System.out.printf(
                "1,000 sets: append of their image %d ms, cold load %d ms%n",
                (appended - start) / 1_000_000, (System.nanoTime() - appended) / 1_000_000);
        assertThat(read).isEqualTo(next);
        assertThat(journal.claims()).hasSize(1_000);
    }

    @Test
    void a_thousand_appends() {
        Cutover c = begin("acme");
        Lease lease = claimOnly("node-a");
        long start = System.nanoTime();

        for (int i = 0; i < 1_000; i++) {
            c =
                    journal.append(
                                    lease,
                                    journal.load(c.id()).orElseThrow(),
                                    List.of(new Event.StepServed(i)),
                                    NOW.plusSeconds(i),
                                    NOW)
                            .orElseThrow();
        }

        System.out.printf(
                "1,000 loads and appends: %d ms%n", (System.nanoTime() - start) / 1_000_000);
        assertThat(c.seq()).isEqualTo(1_001);
        assertThat(new SqlJournal(database.source()).load(c.id())).contains(c);
    }

    private Cutover drive(CutoverId id, Phase to) {
        Lease lease =
                ownership.claim("driver", 10).stream()
                        .filter(l -> l.cutover().equals(id))
                        .findFirst()
                        .orElseThrow();
        Cutover end =
                journal.append(
                                lease,
                                journal.load(id).orElseThrow(),
                                List.of(entered(to)),
                                NOW,
                                NOW)
                        .orElseThrow();
        ownership.release("driver");
        return end;
    }

    private static Input.Request abort() {
        return new Input.Abort("kim", "checkout is broken");
    }

    static Event preparing() {
        return entered(new Phase.Preparing());
    }

    private static Event entered(Phase phase) {
        return new Event.PhaseEntered(phase, new Phase.Reason("Due", "it is time"));
    }

    interface Task<T> {
        Callable<T> number(int i);
    }

    static <T> List<T> allAtOnce(int threads, Task<T> task) throws Exception {
        var start = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = new ArrayList<>();
            IntStream.range(0, threads)
                    .forEach(
                            i ->
                                    futures.add(
                                            executor.submit(
                                                    () -> {
                                                        start.await();
                                                        return task.number(i).call();
                                                    })));
            start.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
