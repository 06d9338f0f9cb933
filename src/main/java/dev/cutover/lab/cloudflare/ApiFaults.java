package dev.cutover.lab.cloudflare;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * What can be made to go wrong with the API; each fault is a method. Safe for many threads.
 *
 * <p>A refused listener is not here but at {@link CloudflareApi#refuse}, since it acts on the
 * socket.
 */
public final class ApiFaults {

    private volatile boolean unavailable;
    private volatile boolean cutting;
    private volatile Duration latency = Duration.ZERO;
    private int limited;
    private Optional<Duration> retryAfter = Optional.empty();
    private int losing;
    private int failingBatches;
    private Optional<Duration> landLate = Optional.empty();
    private IntSupplier chance = () -> 1_000;
    private int forbiddenPerMille;

    /** While true each call is answered 503. */
    public void unavailable(boolean down) {
        unavailable = down;
    }

    /** While true each connection is closed without an answer and nothing is done. */
    public void cutting(boolean cut) {
        cutting = cut;
    }

    /** Waits this long before each call is looked at. */
    public void latency(Duration each) {
        latency = each;
    }

    /** Answers the next calls 429; without a duration the {@code retry-after} header is missing. */
    public synchronized void respond429For(int calls, Optional<Duration> retry) {
        limited = calls;
        retryAfter = retry;
    }

    /** The next write takes effect, but its response never arrives. */
    public synchronized void loseNextResponseAfterEffect() {
        losing++;
    }

    /** The next write is cut off and takes effect only later, as a request stuck on the wire. */
    public synchronized void landNextWriteLate(Duration after) {
        landLate = Optional.of(after);
    }

    /** The next batch fails in the middle with a 500; as a transaction, nothing of it is applied. */
    public synchronized void failNextBatch() {
        failingBatches++;
    }

    /** Answers a share of calls 403 although they are valid; 0 ends it. */
    public synchronized void forbidAtRandom(int perMille, long seed) {
        var random = new SplittableRandom(seed);
        forbiddenPerMille = perMille;
        chance = () -> random.nextInt(1_000);
    }

    /** Ends every fault. */
    public synchronized void none() {
        unavailable = false;
        cutting = false;
        latency = Duration.ZERO;
        limited = 0;
        losing = 0;
        failingBatches = 0;
        landLate = Optional.empty();
        forbiddenPerMille = 0;
    }

    boolean isUnavailable() {
        return unavailable;
    }

    boolean isCutting() {
        return cutting;
    }

    Duration latency() {
        return latency;
    }

    /** Whether this call is limited: empty for no, else the wait to tell, if any is told. */
    synchronized Optional<Optional<Duration>> takeLimited() {
        if (limited == 0) {
            return Optional.empty();
        }
        limited--;
        return Optional.of(retryAfter);
    }

    synchronized boolean takeLost() {
        if (losing == 0) {
            return false;
        }
        losing--;
        return true;
    }

    synchronized boolean takeFailedBatch() {
        if (failingBatches == 0) {
            return false;
        }
        failingBatches--;
        return true;
    }

    synchronized Optional<Duration> takeLate() {
        var late = landLate;
        landLate = Optional.empty();
        return late;
    }

    synchronized boolean takeForbidden() {
        return forbiddenPerMille > 0 && chance.getAsInt() < forbiddenPerMille;
    }
}
