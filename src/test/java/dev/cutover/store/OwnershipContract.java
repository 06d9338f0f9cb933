package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import dev.cutover.port.PortException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Who may drive, and that nobody drives who may not.
abstract class OwnershipContract extends StoreStory {
    private static final Duration SHORT = Duration.ofMillis(400);

    /** For signals that must come. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    OwnershipContract(TestDatabase database) {
        super(database);
    }

    @Test
    void a_cutover_is_driven_by_one_node() {
        Cutover c = begin("acme");

        assertThat(ownership.claim("node-a", 10)).containsExactly(new Lease(c.id(), "node-a", 1));
        assertThat(ownership.claim("node-b", 10)).isEmpty();
        assertThat(ownership.claim("node-a", 10)).isEmpty();
    }

    @Test
    void a_node_that_stands_back_sees_whether_others_take_what_is_free() {
        assertThat(ownership.anyFree()).isFalse();
        begin("acme");
        assertThat(ownership.anyFree()).isTrue();

        ownership.claim("node-a", 10);
        assertThat(ownership.anyFree()).isFalse();

        ownership.release("node-a");
        assertThat(ownership.anyFree()).isTrue();
    }

    @Test
    void the_store_tells_its_time() {
        Instant first = ownership.storeTime();

        assertThat(ownership.storeTime()).isAfter(first);
        assertThat(Duration.between(first, Instant.now()).abs())
                .as("this machine's own server")
                .isLessThan(Duration.ofMinutes(2));
    }

    @Test
    void nodes_that_claim_at_once_share_without_overlap() throws Exception {
        for (int i = 0; i < 40; i++) {
            begin("site" + i, 1);
        }

        List<List<Lease>> shares =
                JournalContract.allAtOnce(8, i -> () -> ownership.claim("node" + i, 5));

        var ids = new HashSet<CutoverId>();
        shares.forEach(share -> share.forEach(l -> assertThat(ids.add(l.cutover())).isTrue()));
        assertThat(shares).allSatisfy(share -> assertThat(share).hasSizeLessThanOrEqualTo(5));
        assertThat(ids.size() + ownership.claim("late", 100).size()).isEqualTo(40);
    }

    @Test
    void a_frozen_node_is_taken_over_and_can_no_longer_append() {
        Cutover c = begin("acme");
        try (var frozen = new SqlOwnership(database.source(), SHORT)) {
            Lease old = frozen.claim("node-a", 1).getFirst();

            Lease taken =
                    Awaiting.until(() -> ownership.claim("node-b", 1), l -> !l.isEmpty())
                            .getFirst();

            assertThat(taken).isEqualTo(new Lease(c.id(), "node-b", old.epoch() + 1));
            assertThat(frozen.renew("node-a")).isEmpty();
            assertThat(holds(old, Duration.ZERO)).isFalse();
            assertThatThrownBy(
                            () ->
                                    journal.append(
                                            old, c, List.of(new Event.StepServed(1)), NOW, NOW))
                    .isInstanceOfSatisfying(
                            PortException.class,
                            e -> assertThat(e.category()).isEqualTo(PortException.Category.DENIED))
                    .hasMessageContaining("seen 'node-b' at epoch 2");
            assertThat(journal.entries(c.id(), 0, 10)).hasSize(1);
            assertThat(journal.append(taken, c, List.of(new Event.StepServed(1)), NOW, NOW))
                    .isPresent();
        }
    }

    @Test
    void a_node_frozen_in_a_transaction_holds_up_no_abort() throws Exception {
        Cutover c = begin("acme");
        CompletableFuture<Void> locked = new CompletableFuture<>();
        CompletableFuture<Void> thawed = new CompletableFuture<>();
        CompletableFuture<Integer> frozen =
                CompletableFuture.supplyAsync(() -> writeFrozen(c.id(), locked, thawed));
        locked.get(60, TimeUnit.SECONDS);

        try {
            Journal.Requested aborted = request(c, new Input.Abort("kim", "the site is down"), NOW);

            assertThat(aborted.decision().refused()).isEmpty();
            assertThat(aborted.decision().events()).isNotEmpty();
        } finally {
            thawed.complete(null);
        }
        assertThat(frozen.get(60, TimeUnit.SECONDS)).as("it was tried again").isEqualTo(1);
    }

    /** What a node does that is stopped between two statements of one transaction, the first time. */
    private int writeFrozen(
            CutoverId id, CompletableFuture<Void> locked, CompletableFuture<Void> thawed) {
        return new Database(database.source())
                .transaction(
                        "write while frozen",
                        connection -> {
                            try (Statement statement = connection.createStatement()) {
                                statement.execute(
                                        "SELECT 1 FROM cutover WHERE id = '"
                                                + id.value()
                                                + "' FOR UPDATE");
                                locked.complete(null);
                                thawed.join();
                                return statement.executeUpdate(
                                        "UPDATE cutover SET signals = signals WHERE id = '"
                                                + id.value()
                                                + "'");
                            }
                        });
    }

    @Test
    void a_lease_that_ran_out_is_lost_even_when_nobody_wants_it() {
        Cutover c = begin("acme");
        try (var slow = new SqlOwnership(database.source(), SHORT)) {
            Lease lease = slow.claim("node-a", 1).getFirst();
            Awaiting.until(() -> holds(lease, Duration.ZERO), held -> !held);

            assertThatThrownBy(() -> journal.append(lease, c, List.of(), NOW, NOW))
                    .hasMessageContaining("run out");
            assertThat(slow.renew("node-a")).isEmpty();
            assertThat(slow.claim("node-a", 1))
                    .containsExactly(new Lease(c.id(), "node-a", lease.epoch() + 1));
        }
    }

    @Test
    void a_renewed_lease_outlives_its_first_term() {
        Cutover c = begin("acme");
        Duration term = Duration.ofHours(1);
        try (var node = new SqlOwnership(database.source(), term)) {
            Lease lease = node.claim("node-a", 1).getFirst();

            for (int i = 0; i < 3; i++) {
                // Forty minutes of its hour are over.
                database.executeHere(
                        "UPDATE cutover SET lease_until = lease_until - interval '40 minutes'");
                assertThat(holds(lease, Duration.ofMinutes(20))).isFalse();
                assertThat(node.renew("node-a")).containsExactly(c.id());
                assertThat(holds(lease, Duration.ofMinutes(40))).isTrue();
                assertThat(ownership.claim("node-b", 1)).isEmpty();
            }

            assertThat(holds(lease, term)).isFalse();
        }
    }

    /// A node whose process died must not live on in one that took its name.
    @Test
    void a_process_renews_only_what_it_claimed_itself() {
        begin("acme");
        ownership.claim("node-a", 1);

        try (var restarted = new SqlOwnership(database.source())) {
            assertThat(restarted.renew("node-a")).isEmpty();
            restarted.release("node-a");
            assertThat(restarted.claim("node-a", 1)).isEmpty();

            restarted.endAll();
            assertThat(restarted.claim("node-a", 1)).hasSize(1);
        }
    }

    @Test
    void a_row_somebody_writes_to_is_not_waited_for_and_not_lost() throws SQLException {
        Cutover busy = begin("busy");
        Cutover calm = begin("calm");
        ownership.claim("node-a", 2);

        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT 1 FROM cutover WHERE id = 'busy-1' FOR UPDATE");
            assertThat(ownership.renew("node-a")).containsExactly(calm.id());
            other.rollback();
        }

        assertThat(ownership.renew("node-a")).containsExactlyInAnyOrder(busy.id(), calm.id());
    }

    @Test
    void a_released_cutover_is_free_at_once_and_nobody_has_to_wait() {
        Cutover c = begin("acme");
        ownership.claim("node-a", 1);

        ownership.release("node-a");

        assertThat(ownership.claim("node-b", 1)).containsExactly(new Lease(c.id(), "node-b", 2));
    }

    @Test
    void a_request_wakes_every_node() throws Exception {
        Cutover c = begin("acme");
        try (var other = new SqlOwnership(database.source())) {
            assertThat(ownership.awaitSignals(PATIENCE)).containsExactly(c.id());
            assertThat(other.awaitSignals(PATIENCE)).containsExactly(c.id());
            var first = waiting(ownership);
            var second = waiting(other);

            request(c, new Input.Approve("ada", c.planHash()), NOW);

            assertThat(first.get()).containsExactly(c.id());
            assertThat(second.get()).containsExactly(c.id());
        }
    }

    @Test
    void silence_ends_after_the_time_asked_for() {
        begin("acme");
        ownership.awaitSignals(Duration.ofMillis(50));
        long start = System.nanoTime();

        assertThat(ownership.awaitSignals(Duration.ofMillis(200))).isEmpty();

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void a_request_made_while_the_listener_was_cut_off_is_heard_after_all() {
        Cutover c = begin("acme");
        ownership.awaitSignals(Duration.ofMillis(50));
        database.cutConnections();
        request(c, new Input.Approve("ada", c.planHash()), NOW);

        assertThat(Awaiting.until(this::heard, ids -> !ids.isEmpty())).containsExactly(c.id());
    }

    private Set<CutoverId> heard() {
        try {
            return ownership.awaitSignals(Duration.ofMillis(50));
        } catch (PortException e) {
            assertThat(e.category()).isEqualTo(PortException.Category.TRANSIENT);
            return Set.of();
        }
    }

    private static CompletableFuture<Set<CutoverId>> waiting(SqlOwnership node) {
        return CompletableFuture.supplyAsync(() -> node.awaitSignals(PATIENCE));
    }
}
