package dev.cutover.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;

/**
 * Forgets what is many of cutovers that ended long ago: counted requests, and reads. The journal, the
 * adoption curve and every write stay, so that a report still says what was changed and who saw it when.
 *
 * <p>Several nodes may do so at once.
 */
public final class SqlRetention {
    private static final String ENDED =
            """
            FROM cutover c JOIN event e ON e.cutover = c.id AND e.seq = c.seq
            WHERE NOT c.live AND e.at < ?""";

    private static final List<String> PORTIONS =
            List.of(
                    portion("sample_bucket", ""),
                    portion("provider_call", " AND NOT t.write"),
                    """
                    DELETE FROM provider_call WHERE no IN (
                        SELECT t.no FROM provider_call t
                        WHERE t.cutover = '' AND NOT t.write AND t.at < ? LIMIT ?)""");

    private final Database database;

    public SqlRetention(DataSource source) {
        this.database = new Database(source);
    }

    private static String portion(String table, String which) {
        return "DELETE FROM "
                + table
                + " WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM "
                + table
                + " t WHERE t.cutover IN (SELECT c.id "
                + ENDED
                + ")"
                + which
                + " LIMIT ?))";
    }

    /**
     * Forgets one portion, in a short transaction for each table.
     *
     * @param endedBefore measurements of cutovers whose last event is older go; plan time
     * @param most rows of each table
     * @return how many rows went; 0 when nothing is left to forget
     * @throws dev.cutover.port.PortException when the store does not answer
     */
    public int forget(Instant endedBefore, int most) {
        int gone = 0;
        for (String portion : PORTIONS) {
            gone +=
                    database.transaction(
                            "forget old measurements", c -> run(c, portion, endedBefore, most));
        }
        return gone;
    }

    private static int run(Connection connection, String sql, Instant before, int most)
            throws SQLException {
        try (PreparedStatement delete = Database.prepare(connection, sql)) {
            delete.setObject(1, Database.timestamp(before));
            delete.setInt(2, most);
            return delete.executeUpdate();
        }
    }
}
