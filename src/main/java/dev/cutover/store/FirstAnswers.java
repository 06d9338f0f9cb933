package dev.cutover.store;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.port.Journal;
import dev.cutover.port.Journal.Begun;
import dev.cutover.port.Journal.Requested;
import dev.cutover.port.RequestKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of {@code idempotency}: what was answered to a key the first time. */
final class FirstAnswers {
    private static final String BEGINNING = "";

    /** Longer than a weekend with a queue that stood still; on the database's clock. */
    static final Duration KEPT_FOR = Duration.ofDays(7);

    private static final int MOST_FORGOTTEN = 20;

    private final EventRows events;

    FirstAnswers(EventRows events) {
        this.events = events;
    }

    /** Keeps which cutover was begun, unless the key was used before; waits for whoever is using it now. */
    boolean keepBeginning(Connection connection, RequestKey key, CutoverId begun, Instant at)
            throws SQLException {
        return keep(connection, BEGINNING, key, begun, 0, 1, at, null);
    }

    /** What was begun with this key, as it was then. */
    Optional<Begun> beginning(Connection connection, RequestKey key) throws SQLException {
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        """
                        SELECT cutover, last_seq, says FROM idempotency
                        WHERE scope = ? AND key = ?""")) {
            select.setString(1, BEGINNING);
            select.setString(2, key.key());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                CutoverId id = new CutoverId(row.getString("cutover"));
                return Optional.of(
                        saysOther(row, key)
                                ? new Begun.KeyReused(id)
                                : new Begun.Ok(
                                        Cutover.of(
                                                events.read(
                                                        connection,
                                                        id,
                                                        0,
                                                        row.getLong("last_seq")))));
            }
        }
    }

    /** Answers kept before requests were digested say nothing, and match whatever is asked. */
    private static boolean saysOther(ResultSet row, RequestKey key) throws SQLException {
        String says = row.getString("says");
        return !says.isEmpty() && !says.equals(key.says());
    }

    /** Keeps a request's answer; the caller holds the cutover's row. */
    void keepAnswer(Connection connection, RequestKey key, long firstSeq, Requested answer)
            throws SQLException {
        Cutover after = answer.cutover();
        keep(
                connection,
                after.id().value(),
                key,
                after.id(),
                firstSeq,
                after.seq(),
                answer.decision().wakeAt(),
                answer.decision().refused().orElse(null));
    }

    private static boolean keep(
            Connection connection,
            String scope,
            RequestKey key,
            CutoverId cutover,
            long firstSeq,
            long lastSeq,
            Instant wakeAt,
            Phase.@Nullable Reason refused)
            throws SQLException {
        forget(connection);
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO idempotency
                            (scope, key, cutover, first_seq, last_seq, wake_at,
                             refused_code, refused_text, says)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""")) {
            insert.setString(1, scope);
            insert.setString(2, key.key());
            insert.setString(3, cutover.value());
            insert.setLong(4, firstSeq);
            insert.setLong(5, lastSeq);
            insert.setObject(6, Database.timestamp(wakeAt));
            insert.setString(7, refused == null ? null : Database.text(refused.code()));
            insert.setString(8, refused == null ? null : Database.text(refused.text()));
            insert.setString(9, key.says());
            return insert.executeUpdate() == 1;
        }
    }

    /**
     * Removes some answers that are older than a repeat can be. Each answer that is kept pays for several
     * that go, so their number stays bounded without a job of its own.
     */
    private static void forget(Connection connection) throws SQLException {
        try (PreparedStatement delete =
                Database.prepare(
                        connection,
                        """
                        DELETE FROM idempotency WHERE (scope, key) IN (
                            SELECT scope, key FROM idempotency
                            WHERE kept_at < clock_timestamp() - ? * interval '1 second'
                            ORDER BY kept_at LIMIT ? FOR UPDATE SKIP LOCKED)""")) {
            delete.setLong(1, KEPT_FOR.toSeconds());
            delete.setInt(2, MOST_FORGOTTEN);
            delete.executeUpdate();
        }
    }

    /** What was answered to a request with this key, with the state as it was after it. */
    Optional<Requested> answer(Connection connection, CutoverId id, RequestKey key)
            throws SQLException {
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        """
                        SELECT first_seq, last_seq, wake_at, refused_code, refused_text, says
                        FROM idempotency WHERE scope = ? AND key = ?""")) {
            select.setString(1, id.value());
            select.setString(2, key.key());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                if (saysOther(row, key)) {
                    return Optional.of(reused(connection, id));
                }
                long firstSeq = row.getLong("first_seq");
                List<JournalEntry> all = events.read(connection, id, 0, row.getLong("last_seq"));
                String code = row.getString("refused_code");
                String text = row.getString("refused_text");
                Decision decision =
                        new Decision(
                                all.stream()
                                        .filter(e -> e.seq() > firstSeq)
                                        .map(JournalEntry::event)
                                        .toList(),
                                Database.instant(row, "wake_at"),
                                code == null
                                        ? Optional.empty()
                                        : Optional.of(new Phase.Reason(code, text)));
                return Optional.of(new Requested(decision, Cutover.of(all)));
            }
        }
    }

    private Requested reused(Connection connection, CutoverId id) throws SQLException {
        Cutover now = events.state(connection, id).orElseThrow();
        return new Requested(
                new Decision(
                        List.of(),
                        now.phaseSince(),
                        Optional.of(
                                new Phase.Reason(
                                        Journal.KEY_REUSED,
                                        "the key was used before with another body; nothing was"
                                                + " changed, use a new key for a new request"))),
                now);
    }
}
