package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import dev.cutover.port.News;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;

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

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Listening listening;
    private long answeredAtNanos;

    /**
     * @param source connections to the journal's database; one is kept while news are awaited
     */
    public SqlNews(DataSource source) {
        this.listening = new Listening(new Database(source), CHANNEL);
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
            if (listening.isClosed()) {
                listening.open();
                answeredAtNanos = System.nanoTime();
                ok = true;
                return new Heard(true, Map.of());
            }
            Map<CutoverId, Long> grown =
                    listening.told(most.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : most);
            if (grown.isEmpty()) {
                askIfQuiet(listening.open());
            } else {
                answeredAtNanos = System.nanoTime();
            }
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
        listening.close();
    }
}
