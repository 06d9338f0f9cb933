package dev.cutover.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Notices when this process itself stood still: frozen, paused by its garbage collector, or starved of
 * processor time.
 *
 * <p>A question whose time ran out while we stood still says nothing about who was asked. The pulse beats ten
 * times a second; a beat that comes half a second late is a standstill.
 */
final class Pulse implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final long LATE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long KEPT_NANOS = Duration.ofMinutes(2).toNanos();

    private final Deque<Long> standstillsEndedAt = new ArrayDeque<>();
    private final Thread thread;
    private long lastBeatNanos = System.nanoTime();

    Pulse() {
        thread = Thread.ofPlatform().daemon().name("pulse").unstarted(this::beat);
    }

    void start() {
        synchronized (this) {
            lastBeatNanos = System.nanoTime();
        }
        thread.start();
    }

    private void beat() {
        try {
            while (true) {
                Thread.sleep(BEAT);
                beat(System.nanoTime());
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** One beat, at that moment of {@link System#nanoTime}. */
    synchronized void beat(long nowNanos) {
        if (nowNanos - lastBeatNanos > BEAT.toNanos() + LATE_NANOS) {
            standstillsEndedAt.addLast(nowNanos);
        }
        lastBeatNanos = nowNanos;
        while (!standstillsEndedAt.isEmpty()
                && nowNanos - standstillsEndedAt.getFirst() > KEPT_NANOS) {
            standstillsEndedAt.removeFirst();
        }
    }

    /**
     * Whether this process stood still at any time from then until now.
     *
     * @param sinceNanos of {@link System#nanoTime}, at most two minutes ago
     */
    synchronized boolean stoodStill(long sinceNanos, long nowNanos) {
        // The beat that would tell of it may not have come yet.
        return nowNanos - lastBeatNanos > BEAT.toNanos() + LATE_NANOS
                || standstillsEndedAt.stream().anyMatch(end -> end - sinceNanos >= 0);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
