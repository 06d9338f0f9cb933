package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears which cutovers were requested something of, on a connection of its own.
 *
 * <p>A notification may be lost with its connection. So the counters of all live cutovers are looked at
 * when the connection is new and every few seconds, which also finds a connection that died silently.
 * For one thread.
 */
final class Signals implements AutoCloseable {
    static final String CHANNEL = "cutover_signal";

    private static final long LOOK_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    private final Database database;
    private final Map<CutoverId, Long> heard = new HashMap<>();
    private @Nullable Connection listening;
    private long lookedAtNanos;

    Signals(Database database) {
        this.database = database;
    }

    /** Waits at most that long. A cutover may be named once too often, never too seldom. */
    Set<CutoverId> await(Duration most) throws SQLException {
        boolean ok = false;
        try {
            Connection connection = listening;
            if (connection == null) {
                connection = database.connect();
                listening = connection;
                try (Statement listen = connection.createStatement()) {
                    listen.execute("LISTEN " + CHANNEL);
                }
                Set<CutoverId> missed = look(connection);
                if (!missed.isEmpty()) {
                    ok = true;
                    return missed;
                }
            }
            Set<CutoverId> told = told(connection, most);
            if (System.nanoTime() - lookedAtNanos > LOOK_EVERY_NANOS) {
                told.addAll(look(connection));
            }
            ok = true;
            return told;
        } finally {
            if (!ok) {
                close();
            }
        }
    }

    private Set<CutoverId> told(Connection connection, Duration most) throws SQLException {
        // 0 would wait for ever.
        int millis = (int) Math.max(1, Math.min(most.toMillis(), 60_000));
        PGNotification[] notifications =
                connection.unwrap(PGConnection.class).getNotifications(millis);
        Set<CutoverId> told = new HashSet<>();
        if (notifications == null) {
            return told;
        }
        for (PGNotification notification : notifications) {
            String[] words = notification.getParameter().split(" ", 2);
            if (words.length == 2 && words[1].matches("[0-9]{1,18}")) {
                CutoverId id = new CutoverId(words[0]);
                heard.merge(id, Long.parseLong(words[1]), Math::max);
                told.add(id);
            }
        }
        return told;
    }

    /** Compares every live cutover's counter with what was heard; one that is over is named a last time. */
    private Set<CutoverId> look(Connection connection) throws SQLException {
        Map<CutoverId, Long> now = new HashMap<>();
        try (PreparedStatement select =
                        Database.prepare(connection, "SELECT id, signals FROM cutover WHERE live");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                now.put(new CutoverId(row.getString("id")), row.getLong("signals"));
            }
        }
        lookedAtNanos = System.nanoTime();
        Set<CutoverId> missed = new HashSet<>();
        now.forEach(
                (id, signals) -> {
                    Long so = heard.put(id, signals);
                    if (so == null || so < signals) {
                        missed.add(id);
                    }
                });
        Iterator<CutoverId> known = heard.keySet().iterator();
        while (known.hasNext()) {
            CutoverId id = known.next();
            if (!now.containsKey(id)) {
                known.remove();
                missed.add(id);
            }
        }
        return missed;
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
