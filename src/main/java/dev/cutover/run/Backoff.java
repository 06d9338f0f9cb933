package dev.cutover.run;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after failures in a row: twice as long each time up to a cap, spread so that many
 * senders do not come back together.
 *
 * @param first the wait after one failure, before spreading
 * @param longest the cap, before spreading
 */
record Backoff(Duration first, Duration longest) {
    /** Beyond it the cap is reached whatever the first wait is. */
    private static final int MOST_DOUBLINGS = 40;

    /**
     * The wait after that many failures in a row, between half and all of the full one.
     *
     * @param failures at least 1
     */
    Duration after(int failures, RandomGenerator chance) {
        double nanos =
                first.toNanos() * Math.pow(2, Math.min(Math.max(1, failures) - 1, MOST_DOUBLINGS));
        double full = Math.min(nanos, (double) longest.toNanos());
        return Duration.ofNanos((long) (full * (0.5 + chance.nextDouble() / 2)));
    }
}
