package dev.cutover.lab.cloudflare;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Counts calls in a window and blocks for a whole window once too many came.
 *
 * <p>Source: Cloudflare API limits (April 2026): 1,200 calls in five minutes, then blocked for five
 * minutes; the dashboard spends from the same budget. Safe for many threads.
 */
final class CallBudget {

    private final int quota;
    private final Duration window;
    private Instant startedAt = Instant.EPOCH;
    private Instant blockedUntil = Instant.EPOCH;
    private int spent;

    CallBudget(int quota, Duration window) {
        this.quota = quota;
        this.window = window;
    }

    /** Spends one call; the result is how long the caller is blocked, empty when let through. */
    synchronized Optional<Duration> spend(Instant now) {
        if (now.isBefore(blockedUntil)) {
            return Optional.of(Duration.between(now, blockedUntil));
        }
        roll(now);
        if (++spent > quota) {
            blockedUntil = now.plus(window);
            return Optional.of(window);
        }
        return Optional.empty();
    }

    /** Spends calls of somebody else, such as a person in the dashboard. */
    synchronized void spend(int calls, Instant now) {
        roll(now);
        spent = Math.min(quota, spent + calls);
    }

    /** Leaves so many calls until the window ends, which it does after that. */
    synchronized void leave(int calls, Duration until, Instant now) {
        startedAt = now.minus(window).plus(until);
        spent = Math.max(0, quota - calls);
    }

    /** How many calls the window still holds. */
    synchronized int left(Instant now) {
        roll(now);
        return Math.max(0, quota - spent);
    }

    /** What the {@code Ratelimit} header says. */
    synchronized String header(Instant now) {
        roll(now);
        var rest = now.isBefore(blockedUntil) ? 0 : Math.max(0, quota - spent);
        var seconds =
                Math.max(
                        1,
                        Duration.between(now, startedAt.plus(window)).plusMillis(999).toSeconds());
        return "\"default\";r=%d;t=%d".formatted(rest, seconds);
    }

    /** What the {@code Ratelimit-Policy} header says. */
    String policy() {
        return "\"default\";q=%d;w=%d".formatted(quota, window.toSeconds());
    }

    private void roll(Instant now) {
        if (!now.isBefore(startedAt.plus(window))) {
            startedAt = now;
            spent = 0;
        }
    }
}
