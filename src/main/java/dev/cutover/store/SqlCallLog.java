package dev.cutover.store;

import dev.cutover.port.CallLog;
import dev.cutover.port.PortException;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/**
 * Writes calls in the background: a call to a provider never waits for the database, and never fails
 * because of it.
 *
 * <p>While the database is away calls queue up to a bound; what comes on top is counted and left out.
 */
public final class SqlCallLog implements CallLog, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SqlCallLog.class.getPackageName());

    private static final int MOST_WAITING = 20_000;
    private static final int MOST_AT_ONCE = 500;
    private static final int MOST_TEXT = 2_000;
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final Database database;
    private final Duration pauseAfterFailure;
    private final BlockingQueue<ProviderCall> waiting;
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private final Thread writer;
    private long written;

    /** In a row; of the writer alone. */
    private int failedTries;

    private volatile boolean closing;

    public SqlCallLog(DataSource source) {
        this(source, MOST_WAITING);
    }

    SqlCallLog(DataSource source, int mostWaiting) {
        this(source, mostWaiting, PAUSE_AFTER_FAILURE);
    }

    SqlCallLog(DataSource source, int mostWaiting, Duration pauseAfterFailure) {
        this.database = new Database(source);
        this.pauseAfterFailure = pauseAfterFailure;
        this.waiting = new ArrayBlockingQueue<>(mostWaiting);
        this.writer = Thread.ofVirtual().name("call-log").start(this::write);
    }

    @Override
    public void record(ProviderCall call) {
        // Counted first, so that a flush that starts now waits for it.
        accepted.incrementAndGet();
        if (closing || !waiting.offer(call)) {
            accepted.decrementAndGet();
            leftOut.incrementAndGet();
        }
    }

    /** How many calls were left out because the database was away for too long. */
    public long leftOut() {
        return leftOut.get();
    }

    /**
     * Waits until what was recorded before is written.
     *
     * @return false when that took longer
     */
    public boolean flush(Duration most) {
        long goal = accepted.get();
        long left = most.toNanos();
        lock.lock();
        try {
            while (written < goal && left > 0) {
                left = progress.awaitNanos(left);
            }
            return written >= goal;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Writes what waits, for at most five seconds. */
    @Override
    public void close() {
        closing = true;
        boolean all = flush(CLOSING);
        writer.interrupt();
        if (!all || leftOut.get() > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    () ->
                            "call log: "
                                    + (accepted.get() - writtenSoFar())
                                    + " calls could not be written and "
                                    + leftOut.get()
                                    + " were left out");
        }
    }

    private long writtenSoFar() {
        lock.lock();
        try {
            return written;
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        List<ProviderCall> batch = new ArrayList<>();
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (batch.isEmpty()) {
                    batch.add(waiting.take());
                    waiting.drainTo(batch, MOST_AT_ONCE - 1);
                }
                if (isWritten(batch)) {
                    lock.lock();
                    try {
                        written += batch.size();
                        progress.signalAll();
                    } finally {
                        lock.unlock();
                    }
                    batch.clear();
                } else {
                    TimeUnit.NANOSECONDS.sleep(pauseAfterFailure.toNanos());
                }
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** False when it should be tried again. A batch the database refuses for good is dropped and counted. */
    private boolean isWritten(List<ProviderCall> batch) {
        try {
            insert(batch);
            sayItGoesOn();
            return true;
        } catch (PortException e) {
            if (e.category() == PortException.Category.TRANSIENT) {
                failedTries++;
                if (failedTries == 1) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "call log: "
                                    + e.getMessage()
                                    + "; calls to providers go on, the log of them waits and is"
                                    + " tried each second");
                }
                return false;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "call log: " + batch.size() + " calls are left out: " + e.getMessage());
            leftOut.addAndGet(batch.size());
            return true;
        }
    }

    private void sayItGoesOn() {
        if (failedTries > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "call log: written again after "
                            + failedTries
                            + " failed tries; left out so far: "
                            + leftOut.get()
                            + " calls");
            failedTries = 0;
        }
    }

    private void insert(List<ProviderCall> batch) {
        database.transaction(
                "write calls",
                c -> {
                    try (PreparedStatement insert =
                            Database.prepare(
                                    c,
                                    """
                                    INSERT INTO provider_call
                                        (cutover, purpose, peer, method, target, at, took_nanos,
                                            outcome, write)
                                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
                        for (ProviderCall call : batch) {
                            insert.setString(1, text(call.cutover()));
                            insert.setString(2, text(call.purpose()));
                            insert.setString(3, text(call.peer()));
                            insert.setString(4, text(call.method()));
                            insert.setString(5, text(call.target()));
                            insert.setObject(6, Database.timestamp(call.at()));
                            insert.setLong(7, call.took().toNanos());
                            insert.setString(8, text(call.outcome()));
                            insert.setBoolean(9, call.write());
                            insert.addBatch();
                        }
                        return insert.executeBatch();
                    }
                });
    }

    private static String text(String text) {
        String kept = Database.text(text);
        return kept.length() <= MOST_TEXT ? kept : kept.substring(0, MOST_TEXT) + "...";
    }
}
