package dev.cutover.store;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.json.CoreJson;
import dev.cutover.json.EventJson;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import dev.cutover.port.PortException;
import dev.cutover.port.RequestKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * The journal in PostgreSQL. Safe for concurrent use, by any number of nodes.
 *
 * <p>Times are kept to the microsecond: what is returned is what a restart will read.
 */
public final class SqlJournal implements Journal {
    /** About 300 MB at the very worst; a thousand cutovers of 20 sets take a third of it. */
    private static final long MOST_KEPT_SETS = 100_000;

    /** A holder that lets go between our insert and our look is met again this often, then it is an error. */
    private static final int OVERLAP_TRIES = 5;

    private static final String CONTROLLER = "controller";

    private final Database database;
    private final FoldedStates folded = new FoldedStates(MOST_KEPT_SETS);
    private final EventRows events = new EventRows(new EventJson(), folded);
    private final FirstAnswers answers = new FirstAnswers(events);

    /**
     * @param source connections to a migrated database; a call holds at most one, and none while it waits
     *     for anything but the database
     */
    public SqlJournal(DataSource source) {
        this.database = new Database(source);
    }

    @Override
    public Begun begin(Event.Scheduled first, String by, Instant at, Optional<RequestKey> repeat) {
        String what = "begin a cutover of " + first.plan().name();
        for (int i = 0; i < OVERLAP_TRIES; i++) {
            Optional<Cutover> begun = tryToBegin(what, first, by, at, repeat);
            if (begun.isPresent()) {
                folded.put(begun.get());
                return new Begun.Ok(begun.get());
            }
            Optional<Begun> before = repeat.flatMap(this::begun);
            if (before.isPresent()) {
                return before.get();
            }
            Map<String, CutoverId> holders =
                    database.query(what, c -> NameClaims.holders(c, first.plan()));
            if (!holders.isEmpty()) {
                return new Begun.Overlap(holders);
            }
        }
        throw PortException.passing(
                "store: " + what + " met names that were taken and let go again; nothing was kept");
    }

    @Override
    public Optional<Begun> begun(RequestKey repeat) {
        return database.query("look up a key", c -> answers.beginning(c, repeat));
    }

    /** Empty when the key was used or a name is taken; nothing was changed then. */
    private Optional<Cutover> tryToBegin(
            String what, Event.Scheduled first, String by, Instant at, Optional<RequestKey> key) {
        return database.transaction(
                what,
                c -> {
                    Plan plan = first.plan();
                    int number = nextNumber(c, plan.name());
                    CutoverId id = new CutoverId(plan.name() + "-" + number);
                    List<JournalEntry> entries = EventRows.entries(id, 0, List.of(first), by, at);
                    Cutover cutover = Cutover.of(entries);
                    insertRow(c, cutover, number, at);
                    boolean fresh = key.isEmpty() || answers.keepBeginning(c, key.get(), id, at);
                    if (!fresh || !NameClaims.take(c, id, plan)) {
                        c.rollback();
                        return Optional.empty();
                    }
                    events.insert(c, entries);
                    signal(c, id);
                    SqlNews.tell(c, id, cutover.seq());
                    return Optional.of(cutover);
                });
    }

    private static int nextNumber(Connection connection, String planName) throws SQLException {
        try (PreparedStatement upsert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO plan_number AS n (plan_name, last) VALUES (?, 1)
                        ON CONFLICT (plan_name) DO UPDATE SET last = n.last + 1 RETURNING last""")) {
            upsert.setString(1, planName);
            try (ResultSet row = upsert.executeQuery()) {
                row.next();
                return row.getInt("last");
            }
        }
    }

    private static void insertRow(Connection connection, Cutover cutover, int number, Instant at)
            throws SQLException {
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO cutover
                            (id, plan_name, number, seq, phase, live, plan, next_wake_at)
                        VALUES (?, ?, ?, ?, ?, true, ?::json, ?)""")) {
            insert.setString(1, cutover.id().value());
            insert.setString(2, cutover.plan().name());
            insert.setInt(3, number);
            insert.setLong(4, cutover.seq());
            insert.setString(5, cutover.phase().text());
            insert.setString(6, CoreJson.ascii(cutover.plan()));
            insert.setObject(7, Database.timestamp(at));
            insert.executeUpdate();
        }
    }

    @Override
    public Optional<Cutover> load(CutoverId id) {
        Optional<Cutover> state = database.query("load " + id, c -> events.state(c, id));
        state.ifPresent(folded::put);
        return state;
    }

    @Override
    public List<JournalEntry> entries(CutoverId id, long afterSeq, int most) {
        return database.query("read " + id, c -> events.read(c, id, afterSeq, most));
    }

    @Override
    public Page list(Filter filter, int most) {
        return database.query("list", c -> CutoverRows.list(c, filter, most));
    }

    @Override
    public Optional<Row> row(CutoverId id) {
        return database.query("look up " + id, c -> CutoverRows.one(c, id));
    }

    @Override
    public Map<String, CutoverId> claims() {
        return database.query("read claims", NameClaims::all);
    }

    @Override
    public Optional<Requested> request(
            CutoverId id,
            String by,
            Instant at,
            Optional<RequestKey> repeat,
            Function<Cutover, Decision> decide) {
        Optional<Requested> requested =
                database.transaction(
                        "request to " + id,
                        c -> {
                            Optional<Long> seq = lockRow(c, id);
                            if (seq.isEmpty()) {
                                return Optional.empty();
                            }
                            if (repeat.isPresent()) {
                                Optional<Requested> before = answers.answer(c, id, repeat.get());
                                if (before.isPresent()) {
                                    return before;
                                }
                            }
                            Cutover from = events.state(c, id).orElseThrow();
                            requireWhole(from, seq.get());
                            Requested answer = answer(c, from, by, at, decide.apply(from));
                            if (repeat.isPresent()) {
                                answers.keepAnswer(c, repeat.get(), from.seq(), answer);
                            }
                            return Optional.of(answer);
                        });
        requested.ifPresent(r -> folded.put(r.cutover()));
        return requested;
    }

    /** Journals a decision made under the row lock. */
    private Requested answer(
            Connection connection, Cutover from, String by, Instant at, Decision decision)
            throws SQLException {
        if (decision.events().isEmpty()) {
            return new Requested(decision, from);
        }
        List<JournalEntry> entries =
                EventRows.entries(from.id(), from.seq(), decision.events(), by, at);
        Cutover next = EventRows.fold(from, entries);
        boolean revived = from.phase().isFinal() && !next.phase().isFinal();
        if (revived && !NameClaims.take(connection, from.id(), next.plan())) {
            Map<String, CutoverId> holders = NameClaims.holders(connection, next.plan());
            NameClaims.release(connection, from.id());
            return new Requested(namesTaken(decision, from, holders), from);
        }
        try (PreparedStatement update =
                Database.prepare(
                        connection,
                        """
                        UPDATE cutover SET seq = ?, phase = ?, live = ?, next_wake_at = ?,
                            signals = signals + 1
                        WHERE id = ?""")) {
            update.setLong(1, next.seq());
            update.setString(2, next.phase().text());
            update.setBoolean(3, !next.phase().isFinal());
            update.setObject(4, Database.timestamp(decision.wakeAt()));
            update.setString(5, from.id().value());
            update.executeUpdate();
        }
        afterUpdate(connection, from, next);
        events.insert(connection, entries);
        signal(connection, from.id());
        SqlNews.tell(connection, next.id(), next.seq());
        return new Requested(decision, next);
    }

    /** A finished cutover may go back only while nobody else has begun to move its names. */
    private static Decision namesTaken(
            Decision decision, Cutover from, Map<String, CutoverId> holders) {
        holders.values().removeIf(holder -> holder.equals(from.id()));
        return new Decision(
                List.of(),
                decision.wakeAt(),
                Optional.of(
                        new Phase.Reason(
                                "NamesTaken",
                                from.id()
                                        + " is over and another live cutover changes its names now ("
                                        + holders
                                        + "); abort that one, or use 'cutover restore' with the"
                                        + " before-image")));
    }

    /** What follows from a new state beside its row: the plan, and names let go at the end. */
    private static void afterUpdate(Connection connection, Cutover from, Cutover next)
            throws SQLException {
        if (!next.plan().equals(from.plan())) {
            try (PreparedStatement update =
                    Database.prepare(
                            connection, "UPDATE cutover SET plan = ?::json WHERE id = ?")) {
                update.setString(1, CoreJson.ascii(next.plan()));
                update.setString(2, next.id().value());
                update.executeUpdate();
            }
        }
        if (next.phase().isFinal() && !from.phase().isFinal()) {
            NameClaims.release(connection, next.id());
            try (PreparedStatement update =
                    Database.prepare(
                            connection,
                            """
                            UPDATE cutover SET owner = '', lease_until = '-infinity'
                            WHERE id = ?""")) {
                update.setString(1, next.id().value());
                update.executeUpdate();
            }
        }
    }

    /** Waits for the row; measurements that only refer to it are not held up. */
    private static Optional<Long> lockRow(Connection connection, CutoverId id) throws SQLException {
        try (PreparedStatement select =
                Database.prepare(
                        connection, "SELECT seq FROM cutover WHERE id = ? FOR NO KEY UPDATE")) {
            select.setString(1, id.value());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(row.getLong("seq")) : Optional.empty();
            }
        }
    }

    private static void requireWhole(Cutover folded, long seq) {
        if (folded.seq() != seq) {
            throw PortException.lasting(
                    "the journal of "
                            + folded.id()
                            + " was changed from outside: expected "
                            + seq
                            + " events, seen "
                            + folded.seq()
                            + "; nothing was changed");
        }
    }

    /** Wakes whoever listens, once this transaction is committed. */
    private static void signal(Connection connection, CutoverId id) throws SQLException {
        try (PreparedStatement notify =
                Database.prepare(
                        connection,
                        "SELECT pg_notify(?, id || ' ' || signals) FROM cutover WHERE id = ?")) {
            notify.setString(1, Signals.CHANNEL);
            notify.setString(2, id.value());
            notify.execute();
        }
    }

    @Override
    public Optional<Cutover> append(
            Lease lease, Cutover from, List<Event> decided, Instant at, Instant wakeAt) {
        if (!lease.cutover().equals(from.id())) {
            throw new IllegalArgumentException(
                    "expected the lease of " + from.id() + ", seen that of " + lease.cutover());
        }
        List<JournalEntry> entries =
                EventRows.entries(from.id(), from.seq(), decided, CONTROLLER, at);
        Cutover next = EventRows.fold(from, entries);
        boolean appended =
                database.transaction(
                        "append to " + from.id(),
                        c -> {
                            if (!advance(c, lease, from, next, wakeAt)) {
                                requireLease(c, lease);
                                return false;
                            }
                            afterUpdate(c, from, next);
                            if (!entries.isEmpty()) {
                                events.insert(c, entries);
                                SqlNews.tell(c, next.id(), next.seq());
                            }
                            return true;
                        });
        if (!appended) {
            return Optional.empty();
        }
        folded.put(next);
        return Optional.of(next);
    }

    /**
     * Moves the row on; false when the lease is lost or the journal moved on. Once the row is had nobody
     * can take the lease over before this transaction ends.
     */
    private static boolean advance(
            Connection connection, Lease lease, Cutover from, Cutover next, Instant wakeAt)
            throws SQLException {
        try (PreparedStatement update =
                Database.prepare(
                        connection,
                        """
                        UPDATE cutover SET seq = ?, phase = ?, live = ?, next_wake_at = ?
                        WHERE id = ? AND seq = ?
                            AND owner = ? AND epoch = ? AND lease_until > clock_timestamp()""")) {
            update.setLong(1, next.seq());
            update.setString(2, next.phase().text());
            update.setBoolean(3, !next.phase().isFinal());
            update.setObject(4, Database.timestamp(wakeAt));
            update.setString(5, from.id().value());
            update.setLong(6, from.seq());
            update.setString(7, lease.node());
            update.setLong(8, lease.epoch());
            return update.executeUpdate() == 1;
        }
    }

    private static void requireLease(Connection connection, Lease lease) throws SQLException {
        try (PreparedStatement select =
                Database.prepare(
                        connection,
                        """
                        SELECT owner, epoch, lease_until > clock_timestamp() AS stands
                        FROM cutover WHERE id = ?""")) {
            select.setString(1, lease.cutover().value());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    throw lost(lease, "no such cutover");
                }
                boolean same =
                        row.getString("owner").equals(lease.node())
                                && row.getLong("epoch") == lease.epoch();
                if (!same || !row.getBoolean("stands")) {
                    throw lost(
                            lease,
                            "'"
                                    + row.getString("owner")
                                    + "' at epoch "
                                    + row.getLong("epoch")
                                    + (row.getBoolean("stands") ? "" : ", run out"));
                }
            }
        }
    }

    private static PortException lost(Lease lease, String seen) {
        return PortException.denied(
                "expected the lease of "
                        + lease.cutover()
                        + " with '"
                        + lease.node()
                        + "' at epoch "
                        + lease.epoch()
                        + ", seen "
                        + seen
                        + "; nothing was appended");
    }
}
