package dev.cutover.lab.cloudflare;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A bucket of purges that refills at the plan's rate.
 *
 * <p>Source: Cloudflare plan limits 2026, purge by host, tag, prefix and everything: free 5 a minute
 * with a bucket of 25, up to enterprise 50 a second with a bucket of 500; per account. Safe for many
 * threads.
 */
final class PurgeBudget {

    private final double most;
    private final double perSecond;
    private double left;
    private Instant at = Instant.EPOCH;

    PurgeBudget(double most, double perSecond) {
        this.most = most;
        this.perSecond = perSecond;
        this.left = most;
    }

    /** Spends so many at once; the result is how long to wait, empty when let through. */
    synchronized Optional<Duration> spend(int howMany, Instant now) {
        if (now.isAfter(at)) {
            double gained = Duration.between(at, now).toMillis() / 1_000.0 * perSecond;
            left = Math.min(most, left + gained);
            at = now;
        }
        if (left < howMany) {
            return Optional.of(Duration.ofSeconds((long) Math.ceil((howMany - left) / perSecond)));
        }
        left -= howMany;
        return Optional.empty();
    }
}
