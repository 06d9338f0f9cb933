package dev.cutover.lab.cloudflare;

import dev.cutover.lab.LabClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What the edge answered, counted as the vendor's analytics count it: sampled and late.
 *
 * <p>Counts are kept in buckets of ten seconds for a day of lab time. A bucket shows up in answers
 * only when the lag has passed since its end, so a fresh minute is first absent, then partial, then
 * whole. With sampling 1-in-n each counted request stands for n.
 */
public final class Traffic {

    private static final long BUCKET_SECONDS = 10;
    private static final Duration KEPT = Duration.ofDays(1);

    /** One kind of answer the edge gave. */
    public record Answered(String host, int edgeStatus, int originStatus) {}

    /** How often one kind of answer was given in one bucket that starts at {@code at}. */
    public record Count(Instant at, Answered answered, long count) {}

    private final LabClock clock;
    private final SplittableRandom random;
    private final TreeMap<Long, Map<Answered, Long>> buckets = new TreeMap<>();
    private final Map<Answered, Long> totals = new HashMap<>();
    private Duration lag = Duration.ofSeconds(60);
    private int sampling = 1;
    private boolean silent;

    Traffic(LabClock clock, long seed) {
        this.clock = clock;
        this.random = new SplittableRandom(seed);
    }

    /** How late a bucket shows up after its end. */
    public synchronized void lag(Duration lag) {
        this.lag = lag;
    }

    /** Counts one request in n, each for n; 1 counts all. */
    public synchronized void sampling(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("sampling is 1-in-n with n >= 1, not " + n);
        }
        this.sampling = n;
    }

    /** While silent nothing is added to what analytics show, as in an outage of the pipeline. */
    public synchronized void silent(boolean silent) {
        this.silent = silent;
    }

    /** Notes one answer of the edge; the origin's status is 0 when the origin was not asked. */
    public synchronized void answered(String host, int edgeStatus, int originStatus) {
        var answered = new Answered(host, edgeStatus, originStatus);
        totals.merge(answered, 1L, Long::sum);
        if (silent || (sampling > 1 && random.nextInt(sampling) != 0)) {
            return;
        }
        var bucket = Math.floorDiv(clock.instant().getEpochSecond(), BUCKET_SECONDS);
        buckets.computeIfAbsent(bucket, b -> new HashMap<>())
                .merge(answered, (long) sampling, Long::sum);
        var oldest = Math.floorDiv(clock.instant().minus(KEPT).getEpochSecond(), BUCKET_SECONDS);
        buckets.headMap(oldest).clear();
    }

    /** The buckets that start in {@code [from, to)} and are old enough to be shown. */
    public synchronized List<Count> shown(Instant from, Instant to) {
        var newest = clock.instant().minus(lag).minusSeconds(BUCKET_SECONDS);
        var found = new ArrayList<Count>();
        buckets.forEach(
                (bucket, counts) -> {
                    var at = Instant.ofEpochSecond(bucket * BUCKET_SECONDS);
                    if (!at.isBefore(from) && at.isBefore(to) && !at.isAfter(newest)) {
                        counts.forEach(
                                (answered, count) -> found.add(new Count(at, answered, count)));
                    }
                });
        return found;
    }

    /** Every answer since the start, neither sampled nor late: the truth for an oracle. */
    public synchronized Map<Answered, Long> totals() {
        return Map.copyOf(totals);
    }
}
