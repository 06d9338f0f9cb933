package dev.cutover.net;

import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is left of one token's calls, as the peer's headers tell it, with a reserve kept for falling
 * back.
 *
 * <p>Reads {@code Ratelimit: "default";r=50;t=30} (50 calls left, full again in 30 s) and {@code
 * retry-after}. Without such headers every call passes. Runs on the monotonic clock. Safe for
 * concurrent use.
 *
 * <p>Source: Cloudflare docs, fundamentals/api/reference/limits, April 2026;
 * draft-ietf-httpapi-ratelimit-headers; RFC 9110 section 10.2.3.
 */
public final class RateBudget {
    /** Who asks. */
    public enum Priority {
        NORMAL,
        /** Bringing a site back: may use the reserve. */
        FALLBACK
    }

    private static final Pattern LEFT =
            Pattern.compile(";\\s*r\\s*=\\s*(\\d{1,9})(?:.*?;\\s*t\\s*=\\s*(\\d{1,9}))?");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

    // A 429 without retry-after: long enough to matter, short enough for a fallback to try again.
    private static final Duration UNTOLD_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_UNTOLD_WAIT = Duration.ofSeconds(60);

    /** No header may silence us for longer, the way back least of all: the vendor's own window. */
    private static final long LONGEST_TOLD_SECONDS = 300;

    private final String peer;
    private final int reserve;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private OptionalLong left = OptionalLong.empty();
    private long fullAgainNanos;
    private long blockedUntilNanos = System.nanoTime();
    private Duration nextUntold = UNTOLD_WAIT;

    /**
     * @param peer for messages, such as {@code cloudflare}
     * @param reserve how many calls of each window only {@link Priority#FALLBACK} may use
     */
    public RateBudget(String peer, int reserve) {
        this.peer = peer;
        this.reserve = reserve;
    }

    /**
     * Takes one call from the budget, waiting for it at most until the deadline.
     *
     * @throws PortException TRANSIENT when the wait would outlast the deadline: nothing was sent
     */
    public void take(Priority priority, Deadline deadline) {
        lock.lock();
        try {
            while (true) {
                long now = System.nanoTime();
                long wait = nanosToWait(priority, now);
                if (wait <= 0) {
                    if (left.isPresent()) {
                        left = OptionalLong.of(Math.max(0, left.getAsLong() - 1));
                    }
                    return;
                }
                if (wait > deadline.left().toNanos()) {
                    throw PortException.passing(refusal(priority, now, wait));
                }
                long unused = changed.awaitNanos(wait);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PortException.passing(peer + ": interrupted while waiting for the call budget");
        } finally {
            lock.unlock();
        }
    }

    /**
     * Learns from an answer.
     *
     * @param headers by lower-case name
     */
    public void learn(int status, Map<String, List<String>> headers) {
        lock.lock();
        try {
            long now = System.nanoTime();
            for (String text : headers.getOrDefault("ratelimit", List.of())) {
                Matcher parts = LEFT.matcher(text);
                if (parts.find()) {
                    left = OptionalLong.of(Long.parseLong(parts.group(1)));
                    long seconds = parts.group(2) == null ? 60 : Long.parseLong(parts.group(2));
                    fullAgainNanos =
                            now + TimeUnit.SECONDS.toNanos(Math.min(seconds, LONGEST_TOLD_SECONDS));
                }
            }
            if (status == 429) {
                block(now, headers.getOrDefault("retry-after", List.of()));
            } else {
                nextUntold = UNTOLD_WAIT;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many calls the peer said are left in its present window; empty when it has not said. */
    public OptionalLong left() {
        lock.lock();
        try {
            return fullAgainNanos - System.nanoTime() <= 0 ? OptionalLong.empty() : left;
        } finally {
            lock.unlock();
        }
    }

    private void block(long now, List<String> retryAfter) {
        Duration wait = nextUntold;
        if (!retryAfter.isEmpty() && SECONDS.matcher(retryAfter.get(0).strip()).matches()) {
            wait =
                    Duration.ofSeconds(
                            Math.min(
                                    Long.parseLong(retryAfter.get(0).strip()),
                                    LONGEST_TOLD_SECONDS));
        } else {
            Duration twice = nextUntold.multipliedBy(2);
            nextUntold = twice.compareTo(LONGEST_UNTOLD_WAIT) > 0 ? LONGEST_UNTOLD_WAIT : twice;
        }
        long until = now + wait.toNanos();
        if (until - blockedUntilNanos > 0) {
            blockedUntilNanos = until;
        }
    }

    private long nanosToWait(Priority priority, long now) {
        long blocked = blockedUntilNanos - now;
        if (left.isPresent() && fullAgainNanos - now <= 0) {
            left = OptionalLong.empty();
        }
        long kept = priority == Priority.FALLBACK ? 0 : reserve;
        long spent = left.isPresent() && left.getAsLong() <= kept ? fullAgainNanos - now : 0;
        return Math.max(blocked, spent);
    }

    private String refusal(Priority priority, long now, long wait) {
        String seconds =
                String.format(Locale.ROOT, "%.1f s", wait / (double) TimeUnit.SECONDS.toNanos(1));
        if (blockedUntilNanos - now > 0) {
            return peer + ": too many calls, blocked for another " + seconds + "; nothing was sent";
        }
        return peer
                + ": "
                + left.orElse(0)
                + " calls left for "
                + seconds
                + (priority == Priority.NORMAL && reserve > 0
                        ? ", the last " + reserve + " are kept for falling back"
                        : "")
                + "; nothing was sent";
    }
}
