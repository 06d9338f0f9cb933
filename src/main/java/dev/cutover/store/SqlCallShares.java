package dev.cutover.store;

import dev.cutover.port.CallShares;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** The nodes' common budgets as rows, each portion one short transaction on the database's clock. */
public final class SqlCallShares implements CallShares {
    /** A window that is told to end so much later than the one known is another window. */
    private static final double NEW_WINDOW_SECONDS = 5;

    private final Database database;

    public SqlCallShares(DataSource source) {
        this.database = new Database(source);
    }

    @Override
    public Share take(Ask ask) {
        return database.transaction(
                "take calls of " + ask.budget(),
                connection -> {
                    Row row = locked(connection, ask);
                    int calls = Math.clamp(row.left - ask.kept(), 0, ask.wanted());
                    keep(connection, ask.budget(), row, calls);
                    return new Share(calls, seconds(row.fullAgainIn), seconds(row.blockedFor));
                });
    }

    @Override
    public void block(String budget, Duration span) {
        database.query(
                "block " + budget,
                connection -> {
                    try (PreparedStatement update =
                            Database.prepare(
                                    connection,
                                    """
                                    INSERT INTO call_budget VALUES
                                        (?, 0, clock_timestamp(),
                                         clock_timestamp() + make_interval(secs => ?))
                                    ON CONFLICT (budget) DO UPDATE SET blocked_until =
                                        greatest(call_budget.blocked_until, excluded.blocked_until)""")) {
                        update.setString(1, budget);
                        update.setDouble(2, span.toMillis() / 1_000.0);
                        return update.executeUpdate();
                    }
                });
    }

    /** The row as it is after what the asking node gives back and has heard. */
    private record Row(int left, double fullAgainIn, double blockedFor) {}

    private static Row locked(Connection connection, Ask ask) throws SQLException {
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO call_budget VALUES (?, 0, clock_timestamp(), '-infinity')
                        ON CONFLICT DO NOTHING""")) {
            insert.setString(1, ask.budget());
            insert.executeUpdate();
        }
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        """
                        SELECT calls_left,
                               extract(epoch FROM full_again_at - clock_timestamp()),
                               CASE WHEN blocked_until > clock_timestamp()
                                    THEN extract(epoch FROM blocked_until - clock_timestamp())
                                    ELSE 0 END
                        FROM call_budget WHERE budget = ? FOR UPDATE""")) {
            select.setString(1, ask.budget());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("the budget was deleted meanwhile: " + ask.budget());
                }
                return heard(ask, row.getInt(1), row.getDouble(2), row.getDouble(3));
            }
        }
    }

    private static Row heard(Ask ask, int stored, double storedEnd, double blockedFor) {
        boolean over = storedEnd <= 0;
        int left = over ? ask.most() : stored + ask.unused();
        double end = over ? ask.window().toMillis() / 1_000.0 : storedEnd;
        if (ask.heard().isPresent()) {
            double told = ask.heard().get().fullAgainIn().toMillis() / 1_000.0;
            int says = (int) Math.min(ask.heard().get().left(), Integer.MAX_VALUE);
            boolean another = over || told > storedEnd + NEW_WINDOW_SECONDS;
            left = another ? says : Math.min(left, says);
            end = another ? told : Math.min(end, told);
        }
        return new Row(Math.max(0, left), end, blockedFor);
    }

    private static void keep(Connection connection, String budget, Row row, int calls)
            throws SQLException {
        try (PreparedStatement update =
                Database.prepare(
                        connection,
                        """
                        UPDATE call_budget SET calls_left = ?,
                            full_again_at = clock_timestamp() + make_interval(secs => ?)
                        WHERE budget = ?""")) {
            update.setInt(1, row.left - calls);
            update.setDouble(2, row.fullAgainIn);
            update.setString(3, budget);
            update.executeUpdate();
        }
    }

    private static Duration seconds(double value) {
        return Duration.ofMillis((long) (Math.max(0, value) * 1_000));
    }
}
