package dev.cutover.lab.site;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What can be made to go wrong at one origin while it serves; each fault is a method. Safe for many
 * threads.
 */
public final class OriginFaults {

    private final Map<String, Integer> byPath = new ConcurrentHashMap<>();
    private volatile Duration latency = Duration.ZERO;
    private volatile boolean cutting;
    private volatile boolean loginWall;
    private volatile boolean robotsBlocked;
    private volatile boolean noindex;
    private volatile Optional<Integer> maintenance = Optional.empty();
    private SplittableRandom random = new SplittableRandom(0);
    private int status;
    private int perMille;
    private int burst = 1;
    private int left;

    /**
     * Answers a share of requests with this status instead of the page.
     *
     * @param share per mille of requests in the long run, 0 to 1000; 0 ends it
     * @param burstLength how many requests in a row fail once one does; real errors come so
     */
    public synchronized void failing(int status, int share, int burstLength, long seed) {
        if (share < 0 || share > 1_000 || burstLength < 1) {
            throw new IllegalArgumentException(
                    "expected 0 to 1000 per mille and bursts of 1 or more");
        }
        this.status = status;
        this.perMille = share;
        this.burst = burstLength;
        this.random = new SplittableRandom(seed);
        this.left = 0;
    }

    /** Answers one path with this status until told otherwise; 0 ends it. */
    public void failing(String path, int with) {
        if (with == 0) {
            byPath.remove(path);
        } else {
            byPath.put(path, with);
        }
    }

    /** Waits this long before each answer. */
    public void latency(Duration each) {
        latency = each;
    }

    /** While true each request's connection is closed without an answer. */
    public void cutting(boolean cut) {
        cutting = cut;
    }

    /** While true every page asks for a name and password. */
    public void loginWall(boolean up) {
        loginWall = up;
    }

    /** While set every page is the maintenance page, with this status (503, or a treacherous 200). */
    public void maintenance(Optional<Integer> with) {
        maintenance = with;
    }

    /** While true robots.txt shuts every crawler out. */
    public void robotsBlocked(boolean blocked) {
        robotsBlocked = blocked;
    }

    /** While true every answer carries {@code X-Robots-Tag: noindex}. */
    public void noindex(boolean told) {
        noindex = told;
    }

    /** Ends every fault. */
    public synchronized void none() {
        perMille = 0;
        left = 0;
        byPath.clear();
        latency = Duration.ZERO;
        cutting = false;
        loginWall = false;
        robotsBlocked = false;
        noindex = false;
        maintenance = Optional.empty();
    }

    synchronized OptionalInt takeFailure(String path) {
        var fixed = byPath.get(path);
        if (fixed != null) {
            return OptionalInt.of(fixed);
        }
        if (left > 0) {
            left--;
            return OptionalInt.of(status);
        }
        // A burst of n starts n times more rarely, so that the share over time stays as asked.
        if (perMille > 0 && random.nextInt(1_000 * burst) < perMille) {
            left = burst - 1;
            return OptionalInt.of(status);
        }
        if (perMille == 1_000) {
            return OptionalInt.of(status);
        }
        return OptionalInt.empty();
    }

    Duration latency() {
        return latency;
    }

    boolean isCutting() {
        return cutting;
    }

    boolean hasLoginWall() {
        return loginWall;
    }

    boolean isRobotsBlocked() {
        return robotsBlocked;
    }

    boolean isNoindex() {
        return noindex;
    }

    Optional<Integer> maintenance() {
        return maintenance;
    }
}
