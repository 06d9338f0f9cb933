package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

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

    private final Listening listening;
    private final Map<CutoverId, Long> heard = new HashMap<>();
    private long lookedAtNanos;

    Signals(Database database) {
        this.listening = new Listening(database, CHANNEL);
    }

    /** Waits at most that long. A cutover may be named once too often, never too seldom. */
    Set<CutoverId> await(Duration most) throws SQLException {
        boolean ok = false;
        try {
            boolean isNew = listening.isClosed();
            Connection connection = listening.open();
            if (isNew) {
                Set<CutoverId> missed = look(connection);
                if (!missed.isEmpty()) {
                    ok = true;
                    return missed;
                }
            }
            Map<CutoverId, Long> counted = listening.told(most);
            counted.forEach((id, signals) -> heard.merge(id, signals, Math::max));
            Set<CutoverId> told = new HashSet<>(counted.keySet());
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
        listening.close();
    }
}
