package dev.cutover.store;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.life.CutoverId;
import dev.cutover.port.Outbox;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Announcements in the table their events' transaction wrote. Safe for concurrent use; several nodes may deliver one twice. */
public final class SqlOutbox implements Outbox {
    private final Database database;

    public SqlOutbox(DataSource source) {
        this.database = new Database(source);
    }

    @Override
    public List<Announcement> pending(int most) {
        return database.query(
                "read the outbox",
                c -> {
                    List<Announcement> pending = new ArrayList<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT id, cutover, seq, at, code, urgent, text, steps
                                    FROM outbox ORDER BY no LIMIT ?""")) {
                        select.setInt(1, most);
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                pending.add(
                                        new Announcement(
                                                row.getString("id"),
                                                new CutoverId(row.getString("cutover")),
                                                row.getLong("seq"),
                                                Database.instant(row, "at"),
                                                row.getString("code"),
                                                row.getBoolean("urgent"),
                                                row.getString("text"),
                                                List.of(
                                                        (String[])
                                                                row.getArray("steps").getArray())));
                            }
                        }
                    }
                    return pending;
                });
    }

    @Override
    public void delivered(Announcement announcement) {
        database.query(
                "mark " + announcement.id() + " as delivered",
                c -> {
                    try (PreparedStatement delete =
                            Database.prepare(c, "DELETE FROM outbox WHERE id = ?")) {
                        delete.setString(1, announcement.id());
                        return delete.executeUpdate();
                    }
                });
    }
}
