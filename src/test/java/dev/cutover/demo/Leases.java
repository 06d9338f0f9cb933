package dev.cutover.demo;

import dev.cutover.lab.CallTap.Call;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.peer.DebianPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks at who owns a cutover at the very moment a write arrives at the provider, and at how long a cutover
 * stays without an owner that works.
 */
final class Leases implements AutoCloseable {
    private static final Pattern NODE = Pattern.compile("cutover \\((.+)\\)");

    private final DebianPostgres database;
    private final List<String> writesOfLosers = new CopyOnWriteArrayList<>();
    private final AtomicInteger writes = new AtomicInteger();
    private final Map<String, Loss> losses = new ConcurrentHashMap<>();
    private final List<Duration> takeovers = new CopyOnWriteArrayList<>();
    private final Thread watch;
    private volatile boolean closed;

    /** A cutover whose node stopped working, and the epoch it had then. */
    private record Loss(long epoch, long atNanos) {}

    Leases(DebianPostgres database) {
        this.database = database;
        this.watch = Thread.ofVirtual().start(this::watchTakeovers);
    }

    /** For the lab's tap. */
    void check(Call call) {
        boolean isWrite = call.kind() == Kind.ZONE_WRITE || call.kind() == Kind.PURGE;
        Matcher node = NODE.matcher(call.agent());
        int end = call.request().indexOf(':');
        // What is made for no cutover, such as a proof before scheduling, needs no lease.
        if (!isWrite || call.moment() != Moment.BEFORE || !node.matches() || end < 1) {
            return;
        }
        String id = call.request().substring(0, end);
        writes.incrementAndGet();
        try (Connection connection = connect();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT owner, lease_until > clock_timestamp() FROM cutover WHERE id = ?")) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                if (!row.next() || !row.getString(1).equals(node.group(1)) || !row.getBoolean(2)) {
                    writesOfLosers.add(node.group(1) + " wrote for " + call.request());
                }
            }
        } catch (SQLException e) {
            writesOfLosers.add("could not look who owns " + id + ": " + e.getMessage());
        }
    }

    /** Notes what this node drives at the moment it stops working. */
    void lost(String node) {
        try (Connection connection = connect();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT id, epoch FROM cutover WHERE live AND owner = ?")) {
            select.setString(1, node);
            long now = System.nanoTime();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    losses.putIfAbsent(row.getString(1), new Loss(row.getLong(2), now));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A node works again: what nobody took from it meanwhile was not lost. */
    void back() throws SQLException {
        settle();
        losses.clear();
    }

    private void watchTakeovers() {
        while (!closed) {
            try {
                Thread.sleep(Duration.ofMillis(200));
                if (!losses.isEmpty()) {
                    settle();
                }
            } catch (SQLException e) {
                // It is looked again.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void settle() throws SQLException {
        try (Connection connection = connect();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT id, epoch, live, lease_until > clock_timestamp() FROM cutover");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                Loss loss = losses.get(row.getString(1));
                if (loss == null) {
                    continue;
                }
                if (row.getLong(2) > loss.epoch()) {
                    takeovers.add(Duration.ofNanos(System.nanoTime() - loss.atNanos()));
                    losses.remove(row.getString(1), loss);
                } else if (!row.getBoolean(3)) {
                    losses.remove(row.getString(1), loss);
                }
            }
        }
    }

    List<String> writesOfLosers() {
        return List.copyOf(writesOfLosers);
    }

    int writes() {
        return writes.get();
    }

    List<Duration> takeovers() {
        return new ArrayList<>(takeovers);
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), database.password());
    }

    @Override
    public void close() {
        closed = true;
        watch.interrupt();
    }
}
