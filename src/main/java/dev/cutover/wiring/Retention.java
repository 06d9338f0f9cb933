package dev.cutover.wiring;

import dev.cutover.port.PortException;
import dev.cutover.store.SqlRetention;
import java.time.Duration;
import java.time.InstantSource;

/** Forgets old measurements in the background, a portion at a time, so that nobody waits for it. */
final class Retention implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Retention.class.getName());
    private static final Duration FIRST = Duration.ofMinutes(5);
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration BETWEEN_PORTIONS = Duration.ofMillis(200);
    private static final int MOST_AT_ONCE = 5_000;

    private final SqlRetention store;
    private final Duration kept;
    private final InstantSource clock;
    private final Thread thread;

    Retention(SqlRetention store, Duration kept, InstantSource clock) {
        this.store = store;
        this.kept = kept;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("retention").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            Thread.sleep(FIRST);
            while (true) {
                forget();
                Thread.sleep(EVERY);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget() throws InterruptedException {
        try {
            long gone = 0;
            int portion = store.forget(clock.instant().minus(kept), MOST_AT_ONCE);
            while (portion > 0) {
                gone += portion;
                Thread.sleep(BETWEEN_PORTIONS);
                portion = store.forget(clock.instant().minus(kept), MOST_AT_ONCE);
            }
            if (gone > 0) {
                LOG.log(
                        System.Logger.Level.INFO,
                        gone
                                + " measurements of cutovers that ended more than "
                                + kept.toDays()
                                + " days ago are forgotten; journals and writes are kept");
            }
        } catch (PortException e) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "old measurements are forgotten later: " + e.getMessage());
        }
    }
}
