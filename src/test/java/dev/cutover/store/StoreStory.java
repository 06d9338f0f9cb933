package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Input;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import dev.cutover.port.RequestKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What the stories about the store have in common: a clean database and two nodes.
abstract class StoreStory {
    static final Instant NOW = SampleEvents.NOW;

    /** No story but one about leases ends with one, however slow disk and machine are. */
    private static final Duration LEASE = Duration.ofHours(1);

    final TestDatabase database;
    SqlJournal journal;
    SqlOwnership ownership;

    StoreStory(TestDatabase database) {
        this.database = database;
    }

    @BeforeEach
    void open() {
        database.clear();
        journal = new SqlJournal(database.source());
        ownership = new SqlOwnership(database.source(), LEASE);
    }

    @AfterEach
    void close() {
        ownership.close();
    }

    Cutover begin(String name) {
        return begin(name, 2);
    }

    Cutover begin(String name, int sets) {
        var begun =
                journal.begin(
                        SampleEvents.scheduled(SampleEvents.plan(name, sets)),
                        "kim",
                        NOW,
                        Optional.empty());
        assertThat(begun).isInstanceOf(Journal.Begun.Ok.class);
        return ((Journal.Begun.Ok) begun).cutover();
    }

    Journal.Requested request(Cutover c, Input.Request request, Instant at) {
        return request(c, request, at, Optional.empty());
    }

    Journal.Requested request(Cutover c, Input.Request request, Instant at, Optional<String> key) {
        return journal.request(
                        c.id(),
                        request.by(),
                        at,
                        key.map(k -> new RequestKey(k, request.getClass().getSimpleName())),
                        now -> Decider.decide(now, request, at))
                .orElseThrow();
    }

    Lease claimOnly(String node) {
        List<Lease> leases = ownership.claim(node, 10);
        assertThat(leases).hasSize(1);
        return leases.getFirst();
    }

    /// Whether a lease still stands in the store and outlives that span.
    boolean holds(Lease lease, Duration span) {
        return !database.column(
                        "SELECT id FROM cutover WHERE id = '%s' AND owner = '%s' AND epoch = %d"
                                        .formatted(lease.cutover(), lease.node(), lease.epoch())
                                + " AND lease_until > clock_timestamp() + interval '%d milliseconds'"
                                        .formatted(span.toMillis()))
                .isEmpty();
    }
}
