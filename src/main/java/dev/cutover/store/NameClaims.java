package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import dev.cutover.core.plan.Plan;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/** The rows of {@code name_claim}: which live cutover changes which name or part of the edge. */
final class NameClaims {
    private NameClaims() {}

    /**
     * Takes every name of a plan.
     *
     * @return false when another cutover holds one; some may be taken then, so undo the transaction
     */
    static boolean take(Connection connection, CutoverId id, Plan plan) throws SQLException {
        String[] names = names(plan);
        // Sorted, so that two that overlap wait for each other in one order.
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO name_claim (name, cutover)
                        SELECT n, ? FROM unnest(?) AS n ORDER BY n ON CONFLICT DO NOTHING""")) {
            insert.setString(1, id.value());
            insert.setArray(2, connection.createArrayOf("text", names));
            return insert.executeUpdate() == names.length;
        }
    }

    static void release(Connection connection, CutoverId id) throws SQLException {
        try (PreparedStatement delete =
                Database.prepare(connection, "DELETE FROM name_claim WHERE cutover = ?")) {
            delete.setString(1, id.value());
            delete.executeUpdate();
        }
    }

    /** Who holds names of this plan. */
    static Map<String, CutoverId> holders(Connection connection, Plan plan) throws SQLException {
        try (PreparedStatement select =
                Database.prepare(
                        connection, "SELECT name, cutover FROM name_claim WHERE name = ANY (?)")) {
            select.setArray(1, connection.createArrayOf("text", names(plan)));
            return read(select);
        }
    }

    static Map<String, CutoverId> all(Connection connection) throws SQLException {
        try (PreparedStatement select =
                Database.prepare(connection, "SELECT name, cutover FROM name_claim")) {
            return read(select);
        }
    }

    private static Map<String, CutoverId> read(PreparedStatement select) throws SQLException {
        Map<String, CutoverId> holders = new TreeMap<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                holders.put(row.getString("name"), new CutoverId(row.getString("cutover")));
            }
        }
        return holders;
    }

    private static String[] names(Plan plan) {
        return plan.claims().toArray(String[]::new);
    }
}
