package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import dev.cutover.json.EventVersions;
import dev.cutover.port.Lease;
import dev.cutover.port.Ownership;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * Leases in the cutovers' own rows, on the database's clock. Safe for concurrent use.
 *
 * <p>It renews only what it claimed itself: a process that starts again under the same node name does not
 * keep its dead forerunner's leases alive. Every claim raises the epoch. A cutover with an event this
 * program cannot read is never claimed.
 */
public final class SqlOwnership implements Ownership, AutoCloseable {
    /** How often a store that cannot be reached is asked. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Database database;
    private final Duration lease;
    private final Signals signals;
    private final ReentrantLock hearing = new ReentrantLock();
    private final Map<String, Map<CutoverId, Long>> claimed = new ConcurrentHashMap<>();

    /**
     * @param source connections to a migrated database; one is kept while signals are awaited
     */
    public SqlOwnership(DataSource source) {
        this(source, LEASE);
    }

    SqlOwnership(DataSource source, Duration lease) {
        this.database = new Database(source);
        this.lease = lease;
        this.signals = new Signals(database);
    }

    @Override
    public List<Lease> claim(String node, int most) {
        List<Lease> leases = database.query("claim cutovers", c -> claim(c, node, most));
        Map<CutoverId, Long> mine = claimed.computeIfAbsent(node, n -> new ConcurrentHashMap<>());
        leases.forEach(l -> mine.put(l.cutover(), l.epoch()));
        return leases;
    }

    private List<Lease> claim(Connection connection, String node, int most) throws SQLException {
        List<Lease> leases = new ArrayList<>();
        try (PreparedStatement claim =
                Database.prepare(
                        connection,
                        """
                        UPDATE cutover c
                        SET owner = ?, epoch = c.epoch + 1,
                            lease_until = clock_timestamp() + ? * interval '1 microsecond'
                        FROM (
                            SELECT id FROM cutover
                            WHERE live AND (owner = '' OR lease_until <= clock_timestamp())
                                AND NOT EXISTS (
                                    SELECT 1 FROM event e
                                    WHERE e.cutover = cutover.id
                                        AND (e.type || '.' || e.v) <> ALL (?))
                            ORDER BY next_wake_at, id LIMIT ?
                            FOR NO KEY UPDATE SKIP LOCKED) free
                        WHERE c.id = free.id
                        RETURNING c.id, c.epoch""")) {
            claim.setString(1, node);
            claim.setLong(2, lease.toNanos() / 1_000);
            claim.setArray(
                    3,
                    connection.createArrayOf("text", EventVersions.CURRENT.readable().toArray()));
            claim.setInt(4, most);
            try (ResultSet row = claim.executeQuery()) {
                while (row.next()) {
                    leases.add(
                            new Lease(
                                    new CutoverId(row.getString("id")),
                                    node,
                                    row.getLong("epoch")));
                }
            }
        }
        return leases;
    }

    /**
     * Renews what this object claimed for a node.
     *
     * <p>A row that somebody is writing to right now is not waited for, because one stuck transaction must
     * not cost a node all its leases: it is missing from the answer, its lease stands as it was, and the
     * next round renews it.
     *
     * @return the cutovers whose lease now lasts anew
     */
    @Override
    public Set<CutoverId> renew(String node) {
        Map<CutoverId, Long> mine = claimed.computeIfAbsent(node, n -> new ConcurrentHashMap<>());
        Map<CutoverId, Long> asked = new HashMap<>(mine);
        if (asked.isEmpty()) {
            return Set.of();
        }
        Map<CutoverId, Boolean> owned = database.query("renew leases", c -> renew(c, node, asked));
        Set<CutoverId> renewed = new HashSet<>();
        asked.forEach(
                (id, epoch) -> {
                    Boolean again = owned.get(id);
                    if (again == null) {
                        mine.remove(id, epoch);
                    } else if (again) {
                        renewed.add(id);
                    }
                });
        return renewed;
    }

    /** Still ours, and for each whether it was renewed; one that is missing is lost. */
    private Map<CutoverId, Boolean> renew(
            Connection connection, String node, Map<CutoverId, Long> mine) throws SQLException {
        Map<CutoverId, Boolean> owned = new HashMap<>();
        try (PreparedStatement renew =
                Database.prepare(
                        connection,
                        """
                        WITH mine AS (
                            SELECT c.id
                            FROM cutover c JOIN unnest(?, ?) AS m(id, epoch)
                                ON c.id = m.id AND c.epoch = m.epoch
                            WHERE c.owner = ? AND c.lease_until > clock_timestamp()
                        ), free AS (
                            SELECT id, epoch FROM cutover
                            WHERE id IN (SELECT id FROM mine)
                                AND owner = ? AND lease_until > clock_timestamp()
                            FOR NO KEY UPDATE SKIP LOCKED
                        ), renewed AS (
                            UPDATE cutover c
                            SET lease_until = clock_timestamp() + ? * interval '1 microsecond'
                            FROM free WHERE c.id = free.id AND c.epoch = free.epoch
                            RETURNING c.id
                        )
                        SELECT mine.id, renewed.id IS NOT NULL AS renewed
                        FROM mine LEFT JOIN renewed ON renewed.id = mine.id""")) {
            bind(connection, renew, mine);
            renew.setString(3, node);
            renew.setString(4, node);
            renew.setLong(5, lease.toNanos() / 1_000);
            try (ResultSet row = renew.executeQuery()) {
                while (row.next()) {
                    owned.put(new CutoverId(row.getString("id")), row.getBoolean("renewed"));
                }
            }
        }
        return owned;
    }

    /** Binds ids and epochs as the first two parameters. */
    private static void bind(
            Connection connection, PreparedStatement statement, Map<CutoverId, Long> leases)
            throws SQLException {
        List<CutoverId> ids = List.copyOf(leases.keySet());
        statement.setArray(
                1, connection.createArrayOf("text", ids.stream().map(CutoverId::value).toArray()));
        statement.setArray(
                2, connection.createArrayOf("int8", ids.stream().map(leases::get).toArray()));
    }

    @Override
    public void release(String node) {
        Map<CutoverId, Long> mine = claimed.remove(node);
        if (mine == null || mine.isEmpty()) {
            return;
        }
        database.query(
                "release leases",
                c -> {
                    try (PreparedStatement release =
                            Database.prepare(
                                    c,
                                    """
                                    UPDATE cutover c SET owner = '', lease_until = '-infinity'
                                    FROM unnest(?, ?) AS m(id, epoch)
                                    WHERE c.id = m.id AND c.epoch = m.epoch AND c.owner = ?""")) {
                        bind(c, release, mine);
                        release.setString(3, node);
                        return release.executeUpdate();
                    }
                });
    }

    /**
     * Ends every lease there is, because all who held one are known to be dead: for the start of a node
     * whose database is its own, embedded one. Whoever claims next is told that somebody drove before.
     */
    public void endAll() {
        database.query(
                "end the leases of dead nodes",
                c -> {
                    try (PreparedStatement end =
                            Database.prepare(
                                    c,
                                    """
                                    UPDATE cutover SET lease_until = '-infinity'
                                    WHERE owner <> ''""")) {
                        return end.executeUpdate();
                    }
                });
    }

    /**
     * One caller waits, others wait for it.
     *
     * @throws dev.cutover.port.PortException when the store cannot be reached, after a pause of at most a
     *     second so that a loop around it does not spin
     */
    @Override
    public Set<CutoverId> awaitSignals(Duration most) {
        hearing.lock();
        try {
            return signals.await(most);
        } catch (SQLException e) {
            LockSupport.parkNanos((most.compareTo(PAUSE) < 0 ? most : PAUSE).toNanos());
            throw Database.failed("await signals", e);
        } finally {
            hearing.unlock();
        }
    }

    @Override
    public Instant storeTime() {
        return database.query(
                "ask for the time",
                c -> {
                    try (PreparedStatement select =
                                    Database.prepare(c, "SELECT clock_timestamp() AS now");
                            ResultSet row = select.executeQuery()) {
                        row.next();
                        return row.getObject("now", OffsetDateTime.class).toInstant();
                    }
                });
    }

    @Override
    public boolean anyFree() {
        return database.query(
                "look for free cutovers",
                c -> {
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT 1 FROM cutover
                                    WHERE live AND (owner = '' OR lease_until <= clock_timestamp())
                                        AND NOT EXISTS (
                                            SELECT 1 FROM event e
                                            WHERE e.cutover = cutover.id
                                                AND (e.type || '.' || e.v) <> ALL (?))
                                    LIMIT 1""")) {
                        select.setArray(
                                1,
                                c.createArrayOf(
                                        "text", EventVersions.CURRENT.readable().toArray()));
                        try (ResultSet row = select.executeQuery()) {
                            return row.next();
                        }
                    }
                });
    }

    /** Gives the listening connection back. Leases stay: see {@link #release}. */
    @Override
    public void close() {
        hearing.lock();
        try {
            signals.close();
        } finally {
            hearing.unlock();
        }
    }
}
