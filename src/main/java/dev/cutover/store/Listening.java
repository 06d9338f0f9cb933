package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * One notification channel, heard on a connection of its own. What is told there is {@code ID NUMBER}; a
 * notification may be lost with its connection. For one thread.
 */
final class Listening implements AutoCloseable {
    private final Database database;
    private final String channel;
    private @Nullable Connection connection;

    Listening(Database database, String channel) {
        this.database = database;
        this.channel = channel;
    }

    /** Whether the next {@link #open} begins anew, so that something may have been missed. */
    boolean isClosed() {
        return connection == null;
    }

    /** The connection, opened and listening by the first call. */
    Connection open() throws SQLException {
        Connection present = connection;
        if (present != null) {
            return present;
        }
        Connection opened = database.connect();
        connection = opened;
        try (Statement listen = opened.createStatement()) {
            listen.execute("LISTEN " + channel);
        }
        return opened;
    }

    /** Waits at most that long, a millisecond at least; each cutover with the highest number told of it. */
    Map<CutoverId, Long> told(Duration most) throws SQLException {
        // 0 would wait for ever.
        int millis = (int) Math.max(1, Math.min(most.toMillis(), 60_000));
        PGNotification[] notifications = open().unwrap(PGConnection.class).getNotifications(millis);
        Map<CutoverId, Long> told = new HashMap<>();
        if (notifications == null) {
            return told;
        }
        for (PGNotification notification : notifications) {
            String[] words = notification.getParameter().split(" ", 2);
            if (words.length == 2 && words[1].matches("[0-9]{1,18}")) {
                told.merge(new CutoverId(words[0]), Long.parseLong(words[1]), Math::max);
            }
        }
        return told;
    }

    @Override
    public void close() {
        Connection old = connection;
        connection = null;
        if (old == null) {
            return;
        }
        try (old) {
            // A pool may hand it to somebody else.
            try (Statement unlisten = old.createStatement()) {
                unlisten.execute("UNLISTEN *");
            }
        } catch (SQLException e) {
            // It is gone, and with it what it listened to.
        }
    }
}
