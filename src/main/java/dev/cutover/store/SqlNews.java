package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import dev.cutover.port.News;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears of every committed append, on a connection of its own that is opened by the first call.
 *
 * <p>A notification is delivered after its transaction is committed, so whoever hears it can read what it
 * tells of. It may be lost with its connection: the first call on a new one says so. A connection that died
 * silently is found by a question every few quiet seconds.
 */
public final class SqlNews implements News, AutoCloseable {
    private static final String CHANNEL = "cutover_grew";
    private static final long ASK_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    private final Database database;
    private @Nullable Connection listening;
    private long answeredAtNanos;

    /**
     * @param source connections to the journal's database; one is kept while news are awaited
     */
    public SqlNews(DataSource source) {
        this.database = new Database(source);
    }

    /** Tells everybody once this transaction is committed. */
    static void tell(Connection connection, CutoverId id, long seq) throws SQLException {
        try (PreparedStatement notify = Database.prepare(connection, "SELECT pg_notify(?, ?)")) {
            notify.setString(1, CHANNEL);
            notify.setString(2, id + " " + seq);
            notify.execute();
        }
    }

    @Override
    public Heard await(Duration most) {
        boolean ok = false;
        try {
            Connection connection = listening;
            if (connection == null) {
                connection = database.connect();
                listening = connection;
                try (Statement listen = connection.createStatement()) {
                    listen.execute("LISTEN " + CHANNEL);
                }
                answeredAtNanos = System.nanoTime();
                ok = true;
                return new Heard(true, Map.of());
            }
            Map<CutoverId, Long> grown = heard(connection, most);
            ok = true;
            return new Heard(false, grown);
        } catch (SQLException e) {
            throw Database.failed("listen for news", e);
        } finally {
            if (!ok) {
                close();
            }
        }
    }

    private Map<CutoverId, Long> heard(Connection connection, Duration most) throws SQLException {
        // 0 would wait for ever.
        int millis = (int) Math.max(1, Math.min(most.toMillis(), 5_000));
        PGNotification[] notifications =
                connection.unwrap(PGConnection.class).getNotifications(millis);
        Map<CutoverId, Long> grown = new HashMap<>();
        if (notifications == null || notifications.length == 0) {
            askIfQuiet(connection);
            return grown;
        }
        answeredAtNanos = System.nanoTime();
        for (PGNotification notification : notifications) {
            String[] words = notification.getParameter().split(" ", 2);
            if (words.length == 2 && words[1].matches("[0-9]{1,18}")) {
                grown.merge(new CutoverId(words[0]), Long.parseLong(words[1]), Math::max);
            }
        }
        return grown;
    }

    private void askIfQuiet(Connection connection) throws SQLException {
        if (System.nanoTime() - answeredAtNanos > ASK_EVERY_NANOS) {
            try (PreparedStatement ask = Database.prepare(connection, "SELECT 1")) {
                ask.execute();
            }
            answeredAtNanos = System.nanoTime();
        }
    }

    @Override
    public void close() {
        Connection connection = listening;
        listening = null;
        if (connection == null) {
            return;
        }
        try (connection) {
            // A pool may hand it to somebody else.
            try (Statement unlisten = connection.createStatement()) {
                unlisten.execute("UNLISTEN *");
            }
        } catch (SQLException e) {
            // It is gone, and with it what it listened to.
        }
    }
}
