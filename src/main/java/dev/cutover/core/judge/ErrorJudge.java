package dev.cutover.core.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Says whether visitors see too many errors.
 *
 * <pre>
 *   outage    the last answers are all failures, at least 8 of them over at least 5 seconds
 *   breach    surely 40 % and more of all requests failed over two fifths of the window, a quarter in each
 *             block; or the sequential test is sure that the rate is above the ceiling, see {@link Odds}
 *   suspect   the lower Wilson bound over the window is above the ceiling, the test is not sure yet
 *   healthy   enough requests, and none of these
 *   thin      fewer than 20 requests in the window
 *   blind     no bucket at all in the last 30 seconds
 * </pre>
 *
 * A healthy site fails in bursts, and a burst is over before a breach is proven: errors must last about
 * as long as the window, and two fifths of it where nearly half of all requests fail. What looks bad until then is suspect: no reason to go on, none to go back.
 *
 * <p>A function of the buckets alone: after a restart, or on another node, the same buckets give the same
 * word. Cost grows with the number of buckets, of which {@link Blocks#memory} limits the useful ones.
 * Source of the bound: E. B. Wilson, 1927; z = 2.58 (99 %, two-sided).
 */
public final class ErrorJudge {
    private static final double Z = 2.58;
    private static final long FEWEST_REQUESTS = 20;
    private static final long FEWEST_ERRORS = 3;

    /** Of three probes a second 15 fail in five seconds; with one probe a second it takes eight. */
    private static final long OUTAGE_FAILURES = 8;

    private static final Duration OUTAGE_SPAN = Duration.ofSeconds(5);

    /** Probes that time out leave up to five seconds between two buckets; more is no data in between. */
    private static final Duration OUTAGE_GAP = Duration.ofSeconds(5);

    /** More than a healthy site's bursts show, and longer than they last. */
    private static final double COLLAPSE = 0.4;

    private static final double COLLAPSE_IN_EACH_BLOCK = 0.25;
    private static final int COLLAPSE_LENGTHS = 6;
    private static final int COLLAPSE_BLOCKS = 3;

    private static final Duration BLIND_AFTER = Duration.ofSeconds(30);

    /** Clocks of two nodes differ; what is later than that was counted before a clock was set back. */
    private static final Duration AHEAD = Duration.ofSeconds(15);

    private ErrorJudge() {}

    /** What the buckets say. */
    public enum Finding {
        HEALTHY,
        SUSPECT,
        BREACH,
        OUTAGE,
        THIN,
        BLIND
    }

    /**
     * The judge's word.
     *
     * @param requests how many requests {@code since} then
     * @param failures how many of them failed
     * @param since when the counting begins, UTC: for an outage its first failure, for a breach the block
     *     from which on it was bad, else the window
     */
    public record Word(
            Finding finding, long requests, long failures, Instant since, String summary) {
        /** Whether this is evidence of harm. */
        public boolean isBad() {
            return finding == Finding.BREACH || finding == Finding.OUTAGE;
        }
    }

    /**
     * Judges one source.
     *
     * @param since nothing before it counts: the start of what is being judged
     * @param window how long errors above the ceiling last before they are a breach, about
     * @param ceiling the allowed share of failures, above 0 and below 1
     * @param lag how late this source is by nature; its silence for that long is normal
     */
    public static Word judge(
            List<Bucket> buckets,
            Instant since,
            Duration window,
            double ceiling,
            Duration lag,
            Instant now) {
        // A beginning that lies ahead is one from before the clock was set back: it is over.
        Instant begun = since.isAfter(now) ? Instant.EPOCH : since;
        Instant remembered = latest(begun, now.minus(Blocks.memory(window)).minus(lag));
        List<Bucket> counted = new ArrayList<>(buckets.size());
        for (Bucket bucket : Blocks.sorted(buckets)) {
            if (bucket.all() > 0
                    && !bucket.startsAt().isBefore(remembered)
                    && !bucket.startsAt().isAfter(now.plus(AHEAD))) {
                counted.add(bucket);
            }
        }
        Instant from = latest(begun, now.minus(window).minus(lag));
        Count recent = Count.of(counted, from);
        if (counted.isEmpty()
                || counted.getLast().endsAt().plus(BLIND_AFTER).plus(lag).isBefore(now)) {
            return recent.says(
                    Finding.BLIND,
                    "no requests were counted in the last "
                            + BLIND_AFTER.plus(lag).toSeconds()
                            + " s");
        }
        Count last = outage(counted);
        if (last.requests >= OUTAGE_FAILURES
                && Duration.between(last.since, counted.getLast().endsAt()).compareTo(OUTAGE_SPAN)
                        >= 0) {
            return last.says(
                    Finding.OUTAGE,
                    "all of the last " + last.requests + " requests failed, since " + last.since);
        }
        Odds test = new Odds(counted, window, ceiling, now);
        Optional<Count> collapse = collapse(test.blocks(), Blocks.length(window), now);
        if (collapse.isPresent() && collapse.get().low() > Math.max(COLLAPSE, ceiling)) {
            return breach(collapse.get(), collapse.get().low(), ceiling);
        }
        Optional<Instant> breachedSince = test.breachedSince();
        if (breachedSince.isPresent()) {
            return breach(Count.of(counted, breachedSince.get()), test.surelyAbove(), ceiling);
        }
        if (recent.requests < FEWEST_REQUESTS) {
            return recent.says(
                    Finding.THIN,
                    "only "
                            + recent.requests
                            + " requests so far, at least "
                            + FEWEST_REQUESTS
                            + " are needed");
        }
        boolean suspect = recent.failures >= FEWEST_ERRORS && recent.low() > ceiling;
        String rate =
                String.format(
                        Locale.ROOT,
                        "%d of %d requests failed since %s (%.2f %%), allowed are %.1f %%",
                        recent.failures,
                        recent.requests,
                        recent.since,
                        recent.percent(),
                        100 * ceiling);
        return suspect
                ? recent.says(Finding.SUSPECT, rate + "; not long enough to tell harm from a burst")
                : recent.says(Finding.HEALTHY, rate);
    }

    private static Word breach(Count bad, double surelyAbove, double ceiling) {
        return bad.says(
                Finding.BREACH,
                String.format(
                        Locale.ROOT,
                        "%d of %d requests failed since %s (%.1f %%, surely above %.1f %%), allowed are %.1f %%",
                        bad.failures,
                        bad.requests,
                        bad.since,
                        bad.percent(),
                        100 * surelyAbove,
                        100 * ceiling));
    }

    /** The unbroken run of failures that the newest buckets are; empty when the newest answer was fine. */
    private static Count outage(List<Bucket> counted) {
        long failures = 0;
        Instant first = counted.getLast().endsAt();
        for (Bucket bucket : counted.reversed()) {
            if (bucket.ok() > 0 || bucket.endsAt().plus(OUTAGE_GAP).isBefore(first)) {
                break;
            }
            failures += bucket.failed();
            first = bucket.startsAt();
        }
        return new Count(failures, failures, first);
    }

    /**
     * The newest blocks that together cover two fifths of the window, when they follow each other without
     * a hole and each is bad enough.
     */
    private static Optional<Count> collapse(List<Bucket> blocks, Duration length, Instant now) {
        Duration most = length.multipliedBy(COLLAPSE_LENGTHS);
        Instant next = now.minus(length);
        for (int i = blocks.size() - 1; i >= 0; i--) {
            Bucket block = blocks.get(i);
            boolean hole = block.endsAt().plus(length).isBefore(next);
            if (hole || block.failed() < COLLAPSE_IN_EACH_BLOCK * block.all()) {
                return Optional.empty();
            }
            next = block.startsAt();
            Duration covered = Duration.between(next, blocks.getLast().endsAt());
            if (blocks.size() - i >= COLLAPSE_BLOCKS && covered.compareTo(most) >= 0) {
                return Optional.of(Count.of(blocks, next));
            }
        }
        return Optional.empty();
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private record Count(long requests, long failures, Instant since) {
        static Count of(List<Bucket> sorted, Instant from) {
            long requests = 0;
            long failures = 0;
            for (Bucket bucket : sorted) {
                if (!bucket.startsAt().isBefore(from)) {
                    requests += bucket.all();
                    failures += bucket.failed();
                }
            }
            return new Count(requests, failures, from);
        }

        /** The lower Wilson bound of the share of failures, 99 % two-sided. */
        double low() {
            double n = requests;
            double p = failures / n;
            double centre = p + Z * Z / (2 * n);
            double spread = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
            return (centre - spread) / (1 + Z * Z / n);
        }

        double percent() {
            return requests == 0 ? 0 : 100.0 * failures / requests;
        }

        Word says(Finding finding, String summary) {
            return new Word(finding, requests, failures, since, summary);
        }
    }
}
