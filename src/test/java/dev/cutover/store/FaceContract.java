package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Input;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Journal;
import dev.cutover.port.Journal.Begun;
import dev.cutover.port.Journal.Filter;
import dev.cutover.port.Journal.Page;
import dev.cutover.port.Journal.Row;
import dev.cutover.port.Lease;
import dev.cutover.port.News.Heard;
import dev.cutover.port.PortException;
import dev.cutover.port.RequestKey;
import dev.cutover.port.SignIns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What faces rely on: repeats known by their key, lists page by page, and word of what grew.
abstract class FaceContract extends StoreStory {
    /** For news that must come. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private SqlNews news;

    FaceContract(TestDatabase database) {
        super(database);
    }

    @BeforeEach
    void listen() {
        news = new SqlNews(database.source());
    }

    @AfterEach
    void stopListening() {
        news.close();
    }

    @Test
    void a_repeat_after_a_restart_is_answered_as_the_first_was() {
        RequestKey key = new RequestKey("k", "plan");
        Begun first = begin("acme", key);
        Cutover c = ((Begun.Ok) first).cutover();
        Journal.Requested held = request(c, new Input.Hold("kim", "odd"), NOW, Optional.of("h"));
        request(c, new Input.Resume("kim"), NOW.plusSeconds(1));

        database.reopen();
        journal = new SqlJournal(database.source());

        assertThat(journal.begun(key)).contains(first);
        assertThat(begin("acme", key)).isEqualTo(first);
        assertThat(request(c, new Input.Hold("kim", "odd"), NOW.plusSeconds(2), Optional.of("h")))
                .isEqualTo(held);
    }

    @Test
    void a_sign_in_is_known_to_every_node_until_it_ends() {
        var here = new SqlSignIns(database.source());
        var there = new SqlSignIns(database.source());
        Duration hour = Duration.ofHours(1);
        here.keep(SignIns.Kind.SESSION, "cookie", "grace", hour, 2);
        here.keep(SignIns.Kind.CODE, "code", "grace", hour, 2);
        here.keep(SignIns.Kind.SESSION, "over", "ada", Duration.ZERO, 2);

        assertThat(there.find("cookie")).contains("grace");
        assertThat(there.find("code")).as("a code is no cookie").isEmpty();
        assertThat(there.find("over")).isEmpty();
        assertThat(there.find("unknown")).isEmpty();
        assertThat(there.take("cookie")).as("a cookie is no code").isEmpty();
        assertThat(there.take("code")).contains("grace");
        assertThat(here.take("code")).as("once").isEmpty();

        there.end("cookie");
        assertThat(here.find("cookie")).isEmpty();
    }

    @Test
    void the_oldest_sign_in_of_a_key_makes_room_and_nobody_else_s() {
        var signIns = new SqlSignIns(database.source());
        signIns.keep(SignIns.Kind.SESSION, "other", "ada", Duration.ofMinutes(1), 2);
        for (int i = 1; i <= 3; i++) {
            signIns.keep(SignIns.Kind.SESSION, "s" + i, "grace", Duration.ofHours(i), 2);
        }

        assertThat(signIns.find("s1")).isEmpty();
        assertThat(signIns.find("s2")).isPresent();
        assertThat(signIns.find("s3")).isPresent();
        assertThat(signIns.find("other")).contains("ada");
    }

    @Test
    void a_key_that_comes_again_with_something_else_is_refused_and_changes_nothing() {
        Begun first = begin("acme", new RequestKey("k", "one"));
        CutoverId id = ((Begun.Ok) first).cutover().id();

        assertThat(begin("shop", new RequestKey("k", "two"))).isEqualTo(new Begun.KeyReused(id));
        assertThat(journal.begun(new RequestKey("k", "two"))).contains(new Begun.KeyReused(id));
        assertThat(hold(id, new RequestKey("h", "one")).decision().refused()).isEmpty();
        Journal.Requested reused = hold(id, new RequestKey("h", "two"));

        assertThat(reused.decision().refused())
                .hasValueSatisfying(why -> assertThat(why.code()).isEqualTo(Journal.KEY_REUSED));
        assertThat(reused.cutover().seq()).isEqualTo(3);
        assertThat(journal.list(10)).hasSize(1);
    }

    @Test
    void an_answer_is_forgotten_when_a_repeat_cannot_come_any_more() {
        RequestKey old = new RequestKey("old", "plan");
        begin("acme", old);
        database.executeHere(
                "UPDATE idempotency SET kept_at = kept_at - interval '"
                        + FirstAnswers.KEPT_FOR.plusMinutes(1).toSeconds()
                        + " seconds'");

        begin("shop", new RequestKey("new", "plan"));

        assertThat(journal.begun(old)).isEmpty();
        assertThat(journal.begun(new RequestKey("new", "plan"))).isPresent();
    }

    @Test
    void pages_stand_still_while_others_begin() {
        for (int i = 1; i <= 5; i++) {
            begin("site" + i);
        }
        List<String> seen = new ArrayList<>();
        Optional<CutoverId> after = Optional.empty();
        do {
            Page page = journal.list(filter(after), 2);
            page.rows().forEach(row -> seen.add(row.id().value()));
            begin("later" + seen.size());
            after = page.next();
        } while (after.isPresent());

        assertThat(seen).containsExactly("site5-1", "site4-1", "site3-1", "site2-1", "site1-1");
        assertThat(journal.list(filter(Optional.of(new CutoverId("nobody-1"))), 2).rows())
                .isEmpty();
    }

    @Test
    void a_list_holds_what_was_asked_for() {
        Cutover acme = begin("acme");
        Cutover shop = begin("shop");
        request(acme, new Input.Hold("kim", "odd"), NOW);
        request(shop, new Input.Abort("kim", "odd"), NOW);
        var any = Optional.<String>empty();

        assertThat(ids(new Filter(Optional.empty(), Optional.of(true), Optional.of("Held"), any)))
                .containsExactly("acme-1");
        assertThat(
                        ids(
                                new Filter(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.of("Cancelling"),
                                        Optional.of("n0.shop.acme.example"))))
                .containsExactly("shop-1");
        assertThat(ids(new Filter(Optional.empty(), Optional.of(false), any, any))).isEmpty();
        assertThat(
                        ids(
                                new Filter(
                                        Optional.empty(),
                                        Optional.empty(),
                                        any,
                                        Optional.of("www.other.example"))))
                .isEmpty();
    }

    @Test
    void what_any_node_appends_is_heard_once_it_can_be_read() throws Exception {
        assertThat(news.await(PATIENCE).maybeMissed())
                .as("what happened before is anybody's guess")
                .isTrue();
        var other = new SqlJournal(database.source());

        Cutover c = begin("acme");
        assertThat(heard()).isEqualTo(Map.of(c.id(), 1L));
        other.request(
                c.id(),
                "kim",
                NOW,
                Optional.empty(),
                now -> Decider.decide(now, new Input.Approve("kim", now.planHash()), NOW));
        assertThat(heard()).isEqualTo(Map.of(c.id(), 2L));
        Lease lease = claimOnly("node-b");
        Cutover now = other.load(c.id()).orElseThrow();
        other.append(lease, now, List.of(JournalContract.preparing()), NOW, NOW);
        assertThat(heard()).isEqualTo(Map.of(c.id(), 3L));

        other.append(lease, other.load(c.id()).orElseThrow(), List.of(), NOW, NOW);
        assertThat(news.await(Duration.ofMillis(200)).grown()).as("a wake-up is no news").isEmpty();
    }

    @Test
    void after_a_lost_connection_news_may_have_been_missed_and_that_is_said() {
        news.await(Duration.ofMillis(50));
        database.cutConnections();
        begin("acme");

        assertThat(Awaiting.until(this::listenAgain, Heard::maybeMissed).grown()).isEmpty();
    }

    private Heard listenAgain() {
        try {
            return news.await(Duration.ofMillis(50));
        } catch (PortException e) {
            assertThat(e.category()).isEqualTo(PortException.Category.TRANSIENT);
            return new Heard(false, Map.of());
        }
    }

    private Map<CutoverId, Long> heard() throws Exception {
        return CompletableFuture.supplyAsync(() -> news.await(PATIENCE)).get().grown();
    }

    private List<String> ids(Filter filter) {
        return journal.list(filter, 10).rows().stream().map(Row::id).map(CutoverId::value).toList();
    }

    private static Filter filter(Optional<CutoverId> after) {
        return new Filter(after, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private Begun begin(String name, RequestKey key) {
        return journal.begin(
                SampleEvents.scheduled(SampleEvents.plan(name, 2)), "kim", NOW, Optional.of(key));
    }

    private Journal.Requested hold(CutoverId id, RequestKey key) {
        return journal.request(
                        id,
                        "kim",
                        NOW,
                        Optional.of(key),
                        c -> Decider.decide(c, new Input.Hold("kim", "odd"), NOW))
                .orElseThrow();
    }
}
