package dev.cutover.store;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.announce.Announcements;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.json.EventJson;
import dev.cutover.json.UnknownEventException;
import dev.cutover.json.UnreadableJsonException;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of {@code event}, with the announcements written beside them. */
final class EventRows {
    private final EventJson json;
    private final FoldedStates folded;

    EventRows(EventJson json, FoldedStates folded) {
        this.json = json;
        this.folded = folded;
    }

    /** Events as the next entries after a state. */
    static List<JournalEntry> entries(
            CutoverId id, long afterSeq, List<? extends Event> events, String by, Instant at) {
        List<JournalEntry> entries = new ArrayList<>();
        for (Event event : events) {
            entries.add(
                    new JournalEntry(
                            id,
                            afterSeq + entries.size() + 1,
                            Database.kept(at),
                            Database.text(by),
                            event));
        }
        return entries;
    }

    static Cutover fold(Cutover from, List<JournalEntry> entries) {
        Cutover cutover = from;
        for (JournalEntry entry : entries) {
            cutover = cutover.apply(entry);
        }
        return cutover;
    }

    /** Adds entries and what they announce. */
    void insert(Connection connection, List<JournalEntry> entries) throws SQLException {
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO event (cutover, seq, at, by, type, v, data)
                        VALUES (?, ?, ?, ?, ?, ?, ?::json)""")) {
            for (JournalEntry entry : entries) {
                EventJson.Stored stored = json.store(entry.event());
                insert.setString(1, entry.cutover().value());
                insert.setLong(2, entry.seq());
                insert.setObject(3, Database.timestamp(entry.at()));
                insert.setString(4, entry.by());
                insert.setString(5, stored.type());
                insert.setInt(6, stored.version());
                insert.setString(7, stored.data());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        announce(
                connection,
                entries.stream().map(Announcements::of).flatMap(Optional::stream).toList());
    }

    private static void announce(Connection connection, List<Announcement> announcements)
            throws SQLException {
        if (announcements.isEmpty()) {
            return;
        }
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO outbox (id, cutover, seq, at, code, urgent, text, steps)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (Announcement a : announcements) {
                insert.setString(1, a.id());
                insert.setString(2, a.cutover().value());
                insert.setLong(3, a.seq());
                insert.setObject(4, Database.timestamp(a.at()));
                insert.setString(5, Database.text(a.code()));
                insert.setBoolean(6, a.urgent());
                insert.setString(7, Database.text(a.text()));
                insert.setArray(
                        8,
                        connection.createArrayOf(
                                "text", a.steps().stream().map(Database::text).toArray()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Entries after a sequence number, oldest first. */
    List<JournalEntry> read(Connection connection, CutoverId id, long afterSeq, long most)
            throws SQLException {
        List<JournalEntry> entries = new ArrayList<>();
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        """
                        SELECT seq, at, by, type, v, data FROM event
                        WHERE cutover = ? AND seq > ? ORDER BY seq LIMIT ?""")) {
            select.setString(1, id.value());
            select.setLong(2, afterSeq);
            select.setLong(3, most);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    entries.add(entry(id, row));
                }
            }
        }
        return entries;
    }

    /** The present state as this connection sees it; not kept, because its transaction may yet fail. */
    Optional<Cutover> state(Connection connection, CutoverId id) throws SQLException {
        Optional<Cutover> known = folded.get(id);
        List<JournalEntry> later =
                read(connection, id, known.map(Cutover::seq).orElse(0L), Long.MAX_VALUE);
        if (known.isPresent()) {
            return Optional.of(fold(known.get(), later));
        }
        return later.isEmpty() ? Optional.empty() : Optional.of(Cutover.of(later));
    }

    private JournalEntry entry(CutoverId id, ResultSet row) throws SQLException {
        long seq = row.getLong("seq");
        try {
            return new JournalEntry(
                    id,
                    seq,
                    Database.instant(row, "at"),
                    row.getString("by"),
                    json.read(
                            new EventJson.Stored(
                                    row.getString("type"),
                                    row.getInt("v"),
                                    row.getString("data"))));
        } catch (UnknownEventException e) {
            throw new PortException(
                    Category.PERMANENT,
                    "event "
                            + seq
                            + " of "
                            + id
                            + " was written by a newer program: "
                            + e.getMessage()
                            + "; this node leaves the cutover alone, update it",
                    e);
        } catch (UnreadableJsonException e) {
            throw new PortException(
                    Category.PERMANENT,
                    "event "
                            + seq
                            + " of "
                            + id
                            + " is damaged: "
                            + e.getMessage()
                            + "; nothing was changed, restore the database from a backup",
                    e);
        }
    }
}
