package dev.cutover.net;

import dev.cutover.port.CallShares;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is left of one token's calls, as the peer's headers tell it, with a reserve kept for falling
 * back, shared with the other nodes.
 *
 * <pre>
 *   calls left of the window   0 ........ 20 ........ 60 ........ 1200
 *   restoring                  passes
 *   looking, on the way back              passes
 *   everything else                                   passes
 * </pre>
 *
 * <p>Nodes take their calls in portions from {@link CallShares}, about once a second, and learn there of
 * a block that the peer told one of them. The way back never waits for that, and no call waits longer
 * than half a second: without an answer this node goes on with a small share of its own.
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
        /** Looking whether a site is back: may use most of the reserve. */
        LOOKING_BACK,
        /** Bringing a site back: may use all of the reserve. */
        FALLBACK
    }

    /**
     * What a window holds when the peer has not said.
     *
     * @param calls in one window
     */
    public record Limit(int calls, Duration window) {}

    /** A portion of this many calls lasts a node a second; a busier one asks more often. */
    private static final int PORTION = 10;

    private static final long PORTION_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What a node allows itself while nobody can be asked: about half of all, in portions. */
    private static final long LOCAL_PORTION_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Duration LONGEST_ASKING = Duration.ofMillis(500);

    /** The part of the reserve that is for restoring alone: a third. */
    private static final int KEPT_FROM_LOOKING = 3;

    private static final Pattern LEFT =
            Pattern.compile(";\\s*r\\s*=\\s*(\\d{1,9})(?:.*?;\\s*t\\s*=\\s*(\\d{1,9}))?");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

    // A 429 without retry-after: long enough to matter, short enough for a fallback to try again.
    private static final Duration UNTOLD_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_UNTOLD_WAIT = Duration.ofSeconds(60);

    /** No header may silence us for longer, the way back least of all: the vendor's own window. */
    private static final long LONGEST_TOLD_SECONDS = 300;

    private final String peer;
    private final String name;
    private final int reserve;
    private final Limit limit;
    private final CallShares shares;
    private final Duration longestAsking;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private OptionalLong left = OptionalLong.empty();
    private long fullAgainNanos;
    private long blockedUntilNanos = System.nanoTime();
    private Duration nextUntold = UNTOLD_WAIT;
    private int portion;
    private long portionUntilNanos = System.nanoTime();
    private long sharedFullNanos = System.nanoTime();
    private Optional<CallShares.Heard> heard = Optional.empty();
    private boolean plenty;
    private boolean asking;

    /** A budget of this process alone. */
    public RateBudget(String peer, int reserve) {
        this(
                peer,
                peer,
                reserve,
                new Limit(Integer.MAX_VALUE, Duration.ofMinutes(5)),
                CallShares.ALONE);
    }

    /**
     * @param peer for messages, such as {@code cloudflare}
     * @param name of the budget among those that nodes share; never a token
     * @param reserve how many calls of each window only the way back may use
     */
    public RateBudget(String peer, String name, int reserve, Limit limit, CallShares shares) {
        this(peer, name, reserve, limit, shares, LONGEST_ASKING);
    }

    /**
     * As the other.
     *
     * @param longestAsking how long a call waits for the nodes' common count before it goes on with a small
     *     share of this node's own
     */
    public RateBudget(
            String peer,
            String name,
            int reserve,
            Limit limit,
            CallShares shares,
            Duration longestAsking) {
        this.longestAsking = longestAsking;
        this.peer = peer;
        this.name = name;
        this.reserve = reserve;
        this.limit = limit;
        this.shares = shares;
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
                if (wait <= 0 && !isShared(priority)) {
                    spend();
                    return;
                }
                boolean due = portionUntilNanos - now <= 0 || (portion <= 0 && plenty);
                if (wait <= 0 && due && !asking) {
                    ask(deadline);
                    continue;
                }
                if (wait <= 0 && portion > 0) {
                    spend();
                    return;
                }
                if (wait <= 0) {
                    // Others may give back: worth asking again, unless the window ends too late.
                    wait = asking ? longestAsking.toNanos() : Math.max(1, portionUntilNanos - now);
                    if (!asking && sharedFullNanos - now > deadline.left().toNanos()) {
                        throw PortException.passing(refusal(priority, now, sharedFullNanos - now));
                    }
                } else if (wait > deadline.left().toNanos()) {
                    throw PortException.passing(refusal(priority, now, wait));
                }
                if (deadline.passed()) {
                    throw PortException.passing(refusal(priority, now, wait));
                }
                long unused = changed.awaitNanos(Math.min(wait, deadline.left().toNanos()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PortException.passing(peer + ": interrupted while waiting for the call budget");
        } finally {
            lock.unlock();
        }
    }

    /** The way back waits for nobody's count but the peer's. */
    private boolean isShared(Priority priority) {
        return shares != CallShares.ALONE && priority == Priority.NORMAL;
    }

    private void spend() {
        portion--;
        if (left.isPresent()) {
            left = OptionalLong.of(Math.max(0, left.getAsLong() - 1));
        }
    }

    /** Asks for a portion, without holding the lock meanwhile. */
    private void ask(Deadline deadline) {
        CallShares.Ask ask =
                new CallShares.Ask(
                        name, PORTION, portion, reserve, limit.calls(), limit.window(), heard);
        asking = true;
        portion = 0;
        heard = Optional.empty();
        lock.unlock();
        Optional<CallShares.Share> share = Optional.empty();
        try {
            FutureTask<CallShares.Share> answer = new FutureTask<>(() -> shares.take(ask));
            Thread unused = Thread.ofVirtual().name("call-budget").start(answer);
            share =
                    Optional.of(
                            answer.get(
                                    Math.min(longestAsking.toNanos(), deadline.left().toNanos()),
                                    TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException away) {
            // The store does not answer: a small share of our own, so that work goes on.
        } finally {
            lock.lock();
            long now = System.nanoTime();
            asking = false;
            portion += share.map(CallShares.Share::calls).orElse(PORTION);
            plenty = share.map(x -> x.calls() == PORTION).orElse(false);
            portionUntilNanos = now + (share.isPresent() ? PORTION_NANOS : LOCAL_PORTION_NANOS);
            share.ifPresent(
                    s -> {
                        sharedFullNanos = now + s.fullAgainIn().toNanos();
                        blockUntil(now + s.blockedFor().toNanos());
                    });
            changed.signalAll();
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
                    Duration full = Duration.ofSeconds(Math.min(seconds, LONGEST_TOLD_SECONDS));
                    fullAgainNanos = now + full.toNanos();
                    heard = Optional.of(new CallShares.Heard(left.getAsLong(), full));
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
        blockUntil(now + wait.toNanos());
        if (shares != CallShares.ALONE) {
            tellOthers(wait);
        }
    }

    private void blockUntil(long untilNanos) {
        if (untilNanos - blockedUntilNanos > 0) {
            blockedUntilNanos = untilNanos;
        }
    }

    private void tellOthers(Duration wait) {
        Thread unused =
                Thread.ofVirtual()
                        .name("call-budget")
                        .start(
                                () -> {
                                    try {
                                        shares.block(name, wait);
                                    } catch (PortException away) {
                                        // They will be told by the peer itself.
                                    }
                                });
    }

    private long nanosToWait(Priority priority, long now) {
        long blocked = blockedUntilNanos - now;
        if (left.isPresent() && fullAgainNanos - now <= 0) {
            left = OptionalLong.empty();
        }
        long kept =
                switch (priority) {
                    case NORMAL -> reserve;
                    case LOOKING_BACK -> reserve / KEPT_FROM_LOOKING;
                    case FALLBACK -> 0;
                };
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
