package dev.cutover.store;

import dev.cutover.port.NotWritableException;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The store's connections: transactions, bounded statements, and errors told apart. */
final class Database {
    /** A statement that takes longer has met a lock somebody forgot; failing lets the caller try again. */
    private static final int MOST_SECONDS = 10;

    /** The server ended a transaction that stood idle. */
    private static final String IDLE_IN_TRANSACTION = "25P03";

    /** More than a pool holds. */
    private static final String DISK_FULL = "53100";

    private static final String READ_ONLY = "25006";
    private static final int MOST_CHAINED = 100;
    private static final int MOST_DEAD_CONNECTIONS = 40;

    /**
     * A node that is frozen, or cut off, between two statements keeps its row locks; the server takes them
     * from it after this, well before {@link #MOST_SECONDS}, so that an abort never waits for a dead node.
     */
    private static final String IDLE_LIMIT = "SET LOCAL idle_in_transaction_session_timeout = '3s'";

    private final DataSource source;

    Database(DataSource source) {
        this.source = source;
    }

    /** Work on one connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Runs work as one transaction, committed when it returns.
     *
     * @param what for the error's message, such as {@code append to acme-1}
     * @param work may run more than once, each time in a new transaction
     * @throws PortException when it failed; TRANSIENT when it may have been committed all the same
     */
    <T> T transaction(String what, Work<T> work) {
        return onLivingConnection(
                what,
                connection -> {
                    connection.setAutoCommit(false);
                    T result;
                    try (Statement limit = connection.createStatement()) {
                        limit.execute(IDLE_LIMIT);
                        result = work.on(connection);
                    } catch (SQLException | RuntimeException e) {
                        rollBack(connection);
                        throw e;
                    }
                    try {
                        connection.commit();
                        connection.setAutoCommit(true);
                    } catch (SQLException e) {
                        // It may have been committed: never to be repeated here.
                        throw failed(what, e);
                    }
                    return result;
                });
    }

    /** Runs one statement's work, committed by itself; it may run more than once. */
    <T> T query(String what, Work<T> work) {
        return onLivingConnection(what, work);
    }

    /**
     * A server that was started again leaves a pool full of dead connections. Each costs one try here, so
     * that a person's request does not have to.
     */
    private <T> T onLivingConnection(String what, Work<T> work) {
        for (int i = 1; ; i++) {
            Connection connection = connect(what);
            try (connection) {
                return work.on(connection);
            } catch (SQLException e) {
                if (i == MOST_DEAD_CONNECTIONS || !isDead(e)) {
                    throw failed(what, e);
                }
            }
        }
    }

    private Connection connect(String what) {
        try {
            return source.getConnection();
        } catch (SQLException e) {
            throw failed(what, e);
        }
    }

    private static boolean isDead(SQLException e) {
        String state = e.getSQLState();
        return state != null
                && (state.startsWith("08")
                        || state.startsWith("57P0")
                        || state.equals(IDLE_IN_TRANSACTION));
    }

    /** A connection for the caller to keep and close. */
    Connection connect() throws SQLException {
        return source.getConnection();
    }

    static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(MOST_SECONDS);
        return statement;
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            // The connection is gone, and the server rolls back by itself.
        }
    }

    /** Plan time as the store keeps it. */
    static Instant kept(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS);
    }

    static OffsetDateTime timestamp(Instant at) {
        return kept(at).atOffset(ZoneOffset.UTC);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Text a text column takes: PostgreSQL has no U+0000. */
    static String text(String text) {
        return text.replace('\u0000', '\ufffd');
    }

    static PortException failed(String what, SQLException e) {
        String state = e.getSQLState();
        String said = said(e) + " [" + state + "]";
        Optional<String> notWritable = notWritable(state);
        return notWritable.isPresent()
                ? new NotWritableException(
                        "store: the database answers and cannot write, because "
                                + notWritable.get()
                                + ": "
                                + what
                                + " failed: "
                                + said,
                        e)
                : new PortException(category(state), "store: " + what + " failed: " + said, e);
    }

    /** Why the server cannot write although it answers. Source: PostgreSQL documentation, appendix A. */
    private static Optional<String> notWritable(@Nullable String state) {
        if (DISK_FULL.equals(state)) {
            return Optional.of("its disk is full");
        }
        return READ_ONLY.equals(state)
                ? Optional.of("it only takes reads, as a standby does")
                : Optional.empty();
    }

    /** What the server said, in one line and without the statement that a batch puts before it. */
    private static String said(SQLException e) {
        SQLException last = e;
        for (int i = 0; i < MOST_CHAINED && last.getNextException() != null; i++) {
            last = last.getNextException();
        }
        String text = String.valueOf(last.getMessage());
        return text.lines().map(String::strip).collect(Collectors.joining(" "));
    }

    /** Source: PostgreSQL documentation, appendix A. */
    private static Category category(@Nullable String state) {
        if (state == null || state.length() < 2) {
            // The pool's own errors, such as no free connection in time.
            return Category.TRANSIENT;
        }
        return switch (state.substring(0, 2)) {
            // connection, rollback by the server, resources, operator intervention, I/O, lock not
            // had
            case "08", "40", "53", "57", "58", "55" -> Category.TRANSIENT;
            case "25" ->
                    IDLE_IN_TRANSACTION.equals(state) ? Category.TRANSIENT : Category.PERMANENT;
            case "28" -> Category.DENIED;
            default -> "42501".equals(state) ? Category.DENIED : Category.PERMANENT;
        };
    }
}
