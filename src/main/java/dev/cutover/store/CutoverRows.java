package dev.cutover.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.plan.Plan;
import dev.cutover.json.CoreJson;
import dev.cutover.port.Journal.Filter;
import dev.cutover.port.Journal.Page;
import dev.cutover.port.Journal.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of {@code cutover} as lists show them. */
final class CutoverRows {
    private static final System.Logger LOG = System.getLogger(CutoverRows.class.getPackageName());

    private static final String ROWS =
            """
            SELECT id, seq, plan, phase, live, next_wake_at,
                CASE WHEN lease_until > clock_timestamp() THEN owner ELSE '' END AS owner
            FROM cutover""";

    private CutoverRows() {}

    /** By order of creation, which never changes: what begins meanwhile is not in later pages. */
    static Page list(Connection connection, Filter filter, int most) throws SQLException {
        StringBuilder where = new StringBuilder();
        List<Object> values = new ArrayList<>();
        filter.after()
                .ifPresent(
                        id -> {
                            where.append(
                                    " AND created < (SELECT created FROM cutover WHERE id = ?)");
                            values.add(id.value());
                        });
        filter.live()
                .ifPresent(
                        live -> {
                            where.append(" AND live = ?");
                            values.add(live);
                        });
        filter.phase()
                .ifPresent(
                        phase -> {
                            // What stands in brackets is the phase's detail, as in Switching(1/2).
                            where.append(" AND split_part(phase, '(', 1) = ?");
                            values.add(phase);
                        });
        filter.host()
                .ifPresent(
                        host -> {
                            where.append(" AND plan #>> '{site,host}' = ?");
                            values.add(host);
                        });
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        ROWS + " WHERE true" + where + " ORDER BY created DESC LIMIT ?")) {
            int i = 1;
            for (Object value : values) {
                select.setObject(i++, value);
            }
            select.setInt(i, most + 1);
            return page(select, most);
        }
    }

    static Optional<Row> one(Connection connection, CutoverId id) throws SQLException {
        try (PreparedStatement select = Database.prepare(connection, ROWS + " WHERE id = ?")) {
            select.setString(1, id.value());
            return page(select, 1).rows().stream().findFirst();
        }
    }

    private static Page page(PreparedStatement select, int most) throws SQLException {
        List<Row> rows = new ArrayList<>();
        Optional<CutoverId> last = Optional.empty();
        try (ResultSet row = select.executeQuery()) {
            for (int seen = 0; row.next(); seen++) {
                if (seen == most) {
                    return new Page(rows, last);
                }
                CutoverId id = new CutoverId(row.getString("id"));
                last = Optional.of(id);
                row(id, row).ifPresent(rows::add);
            }
        }
        return new Page(rows, Optional.empty());
    }

    private static Optional<Row> row(CutoverId id, ResultSet row) throws SQLException {
        try {
            return Optional.of(
                    new Row(
                            id,
                            row.getLong("seq"),
                            CoreJson.mapper().readValue(row.getString("plan"), Plan.class),
                            row.getString("phase"),
                            row.getBoolean("live"),
                            row.getString("owner"),
                            Database.instant(row, "next_wake_at")));
        } catch (JsonProcessingException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> id + " is left out of lists: its plan is of another program version");
            return Optional.empty();
        }
    }
}
