package dev.cutover.store;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.life.CutoverId;
import dev.cutover.port.Outbox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Announcements in the table their events' transaction wrote. Safe for concurrent use, by any number of nodes. */
public final class SqlOutbox implements Outbox {
    /** What a channel has to deliver now; the first parameter is the channel's name. */
    private static final String OPEN =
            """
            FROM outbox o LEFT JOIN delivery d ON d.channel = %s AND d.cutover = o.cutover
            WHERE o.seq > coalesce(d.done_seq, 0)
                AND coalesce(d.next_try_at, '-infinity') <= clock_timestamp()""";

    /** Rows no channel waits for any more. */
    private static final String DONE_EVERYWHERE =
            """
            NOT EXISTS (
                SELECT 1 FROM channel c
                LEFT JOIN delivery d ON d.channel = c.name AND d.cutover = o.cutover
                WHERE NOT c.gone AND coalesce(d.done_seq, 0) < o.seq)""";

    private final Database database;

    public SqlOutbox(DataSource source) {
        this.database = new Database(source);
    }

    @Override
    public void register(String channel, String address) {
        update(
                "register channel " + channel,
                """
                INSERT INTO channel AS c (name, address) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET
                    seen_at = clock_timestamp(),
                    address = excluded.address,
                    gone = c.gone AND c.address = excluded.address,
                    failures = CASE WHEN c.address = excluded.address THEN c.failures ELSE 0 END,
                    next_try_at = CASE WHEN c.address = excluded.address THEN c.next_try_at
                        ELSE '-infinity' END""",
                s -> {
                    s.setString(1, channel);
                    s.setString(2, digest(address));
                });
    }

    @Override
    public Optional<Turn> claim(String channel, String node, Duration lease) {
        return database.query(
                "claim channel " + channel,
                c -> {
                    try (PreparedStatement claim =
                            Database.prepare(
                                    c,
                                    """
                                    UPDATE channel c
                                    SET owner = ?,
                                        lease_until = clock_timestamp()
                                            + ? * interval '1 microsecond'
                                    WHERE c.name = ? AND NOT c.gone
                                        AND (c.owner = ? OR c.lease_until <= clock_timestamp())
                                        AND c.next_try_at <= clock_timestamp()
                                        AND EXISTS (SELECT 1\s"""
                                            + OPEN.formatted("c.name")
                                            + ") RETURNING c.failures")) {
                        claim.setString(1, node);
                        claim.setLong(2, micros(lease));
                        claim.setString(3, channel);
                        claim.setString(4, node);
                        try (ResultSet row = claim.executeQuery()) {
                            return row.next()
                                    ? Optional.of(new Turn(row.getInt("failures")))
                                    : Optional.<Turn>empty();
                        }
                    }
                });
    }

    @Override
    public List<Due> due(String channel, int most) {
        return database.query(
                "read the outbox for " + channel,
                connection -> {
                    List<Due> due = new ArrayList<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    connection,
                                    """
                                    SELECT * FROM (
                                        SELECT DISTINCT ON (o.cutover) o.*,
                                            coalesce(d.tries, 0) AS tries\s"""
                                            + OPEN.formatted("?")
                                            + """
                                             ORDER BY o.cutover, o.seq) head
                                    ORDER BY tries, no LIMIT ?""")) {
                        select.setString(1, channel);
                        select.setInt(2, most);
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                due.add(new Due(announcement(row), row.getInt("tries")));
                            }
                        }
                    }
                    return due;
                });
    }

    private static Announcement announcement(ResultSet row) throws SQLException {
        return new Announcement(
                row.getString("id"),
                new CutoverId(row.getString("cutover")),
                row.getLong("seq"),
                Database.instant(row, "at"),
                row.getString("code"),
                row.getBoolean("urgent"),
                row.getString("text"),
                List.of((String[]) row.getArray("steps").getArray()));
    }

    @Override
    public void delivered(String channel, Announcement announcement) {
        String what = "mark " + announcement.id() + " as delivered on " + channel;
        update(
                what,
                """
                INSERT INTO delivery AS d (channel, cutover, done_seq)
                SELECT name, ?, ? FROM channel WHERE name = ?
                ON CONFLICT (channel, cutover) DO UPDATE SET
                    done_seq = greatest(d.done_seq, excluded.done_seq),
                    tries = 0, next_try_at = '-infinity'""",
                s -> {
                    s.setString(1, announcement.cutover().value());
                    s.setLong(2, announcement.seq());
                    s.setString(3, channel);
                });
        // Two channels that finish at once may each miss the other: the sweep takes what is left.
        update(
                what,
                "DELETE FROM outbox o WHERE o.cutover = ? AND o.seq <= ? AND " + DONE_EVERYWHERE,
                s -> {
                    s.setString(1, announcement.cutover().value());
                    s.setLong(2, announcement.seq());
                });
    }

    @Override
    public void declined(String channel, Announcement announcement, Duration wait) {
        update(
                "let " + announcement.id() + " wait on " + channel,
                """
                INSERT INTO delivery AS d (channel, cutover, tries, next_try_at)
                SELECT name, ?, 1, clock_timestamp() + ? * interval '1 microsecond'
                FROM channel WHERE name = ?
                ON CONFLICT (channel, cutover) DO UPDATE SET
                    tries = d.tries + 1, next_try_at = excluded.next_try_at""",
                s -> {
                    s.setString(1, announcement.cutover().value());
                    s.setLong(2, micros(wait));
                    s.setString(3, channel);
                });
    }

    @Override
    public void rest(String channel, int failures, Duration wait) {
        update(
                "let channel " + channel + " rest",
                """
                UPDATE channel SET failures = ?,
                    next_try_at = clock_timestamp() + ? * interval '1 microsecond'
                WHERE name = ?""",
                s -> {
                    s.setInt(1, failures);
                    s.setLong(2, micros(wait));
                    s.setString(3, channel);
                });
    }

    @Override
    public void end(String channel) {
        update(
                "end channel " + channel,
                "UPDATE channel SET gone = true WHERE name = ?",
                s -> s.setString(1, channel));
    }

    @Override
    public void release(String channel, String node) {
        update(
                "release channel " + channel,
                """
                UPDATE channel SET owner = '', lease_until = '-infinity'
                WHERE name = ? AND owner = ?""",
                s -> {
                    s.setString(1, channel);
                    s.setString(2, node);
                });
    }

    @Override
    public int sweep(Duration keep, Duration forget) {
        update(
                "forget channels nobody wants",
                """
                DELETE FROM channel
                WHERE seen_at < clock_timestamp() - ? * interval '1 microsecond'""",
                s -> s.setLong(1, micros(forget)));
        update(
                "clear the outbox",
                "DELETE FROM outbox o WHERE EXISTS (SELECT 1 FROM channel) AND " + DONE_EVERYWHERE,
                s -> {});
        int givenUp =
                update(
                        "give up old announcements",
                        """
                        DELETE FROM outbox
                        WHERE written_at < clock_timestamp() - ? * interval '1 microsecond'""",
                        s -> s.setLong(1, micros(keep)));
        update(
                "clear deliveries",
                """
                DELETE FROM delivery d
                WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.cutover = d.cutover)""",
                s -> {});
        return givenUp;
    }

    @Override
    public List<Backlog> backlog() {
        return database.query(
                "measure the outbox",
                connection -> {
                    List<Backlog> backlog = new ArrayList<>();
                    try (PreparedStatement select =
                                    Database.prepare(
                                            connection,
                                            """
                                            SELECT c.name, c.failures, c.gone,
                                                count(o.no) AS pending,
                                                coalesce(extract(epoch FROM clock_timestamp()
                                                    - min(o.written_at)), 0)::float8 AS oldest
                                            FROM channel c LEFT JOIN outbox o
                                                ON NOT c.gone AND o.seq > coalesce((
                                                    SELECT d.done_seq FROM delivery d
                                                    WHERE d.channel = c.name
                                                        AND d.cutover = o.cutover), 0)
                                            GROUP BY c.name ORDER BY c.name""");
                            ResultSet row = select.executeQuery()) {
                        while (row.next()) {
                            backlog.add(
                                    new Backlog(
                                            row.getString("name"),
                                            row.getLong("pending"),
                                            Duration.ofMillis(
                                                    (long) (1_000 * row.getDouble("oldest"))),
                                            row.getInt("failures"),
                                            row.getBoolean("gone")));
                        }
                    }
                    return backlog;
                });
    }

    private interface Binding {
        void to(PreparedStatement statement) throws SQLException;
    }

    private int update(String what, String sql, Binding binding) {
        return database.query(
                what,
                c -> {
                    try (PreparedStatement statement = Database.prepare(c, sql)) {
                        binding.to(statement);
                        return statement.executeUpdate();
                    }
                });
    }

    private static long micros(Duration span) {
        return span.toNanos() / 1_000;
    }

    private static String digest(String address) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(address.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
