package dev.cutover.store;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.port.Journal.Requested;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of {@code idempotency}: what was answered to a key the first time. */
final class FirstAnswers {
    private static final int LONGEST_KEY = 255;
    private static final String BEGINNING = "";

    private final EventRows events;

    FirstAnswers(EventRows events) {
        this.events = events;
    }

    /**
     * @throws IllegalArgumentException when the key is empty, too long or not printable ASCII
     */
    static void check(Optional<String> key) {
        if (key.isPresent() && !key.get().matches("[\\x20-\\x7e]{1," + LONGEST_KEY + "}")) {
            throw new IllegalArgumentException(
                    "expected an idempotency key of 1 to "
                            + LONGEST_KEY
                            + " printable ASCII characters, seen one of "
                            + key.get().length());
        }
    }

    /** Keeps which cutover was begun, unless the key was used before; waits for whoever is using it now. */
    boolean keepBeginning(Connection connection, String key, CutoverId begun, Instant at)
            throws SQLException {
        return keep(connection, BEGINNING, key, begun, 0, 1, at, null);
    }

    /** The cutover begun with this key. */
    Optional<CutoverId> beginning(Connection connection, String key) throws SQLException {
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        "SELECT cutover FROM idempotency WHERE scope = ? AND key = ?")) {
            select.setString(1, BEGINNING);
            select.setString(2, key);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new CutoverId(row.getString("cutover")))
                        : Optional.empty();
            }
        }
    }

    /** Keeps a request's answer; the caller holds the cutover's row. */
    void keepAnswer(Connection connection, String key, long firstSeq, Requested answer)
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
            String key,
            CutoverId cutover,
            long firstSeq,
            long lastSeq,
            Instant wakeAt,
            Phase.@Nullable Reason refused)
            throws SQLException {
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO idempotency
                            (scope, key, cutover, first_seq, last_seq, wake_at, refused_code, refused_text)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""")) {
            insert.setString(1, scope);
            insert.setString(2, key);
            insert.setString(3, cutover.value());
            insert.setLong(4, firstSeq);
            insert.setLong(5, lastSeq);
            insert.setObject(6, Database.timestamp(wakeAt));
            insert.setString(7, refused == null ? null : Database.text(refused.code()));
            insert.setString(8, refused == null ? null : Database.text(refused.text()));
            return insert.executeUpdate() == 1;
        }
    }

    /** What was answered to a request with this key, with the state as it was after it. */
    Optional<Requested> answer(Connection connection, CutoverId id, String key)
            throws SQLException {
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        """
                        SELECT first_seq, last_seq, wake_at, refused_code, refused_text
                        FROM idempotency WHERE scope = ? AND key = ?""")) {
            select.setString(1, id.value());
            select.setString(2, key);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
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
}
