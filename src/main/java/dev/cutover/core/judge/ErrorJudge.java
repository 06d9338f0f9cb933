package dev.cutover.core.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Says whether visitors see too many errors.
 *
 * <pre>
 *   outage    the last answers are all failures, at least 5 of them over at least 2 seconds
 *   breach    the lower Wilson bound of the error rate over the window is above the ceiling
 *   healthy   enough requests, and neither of the two
 *   thin      fewer than 20 requests in the window
 *   blind     no bucket at all in the last 30 seconds
 * </pre>
 *
 * The lower bound keeps one unlucky 503 among few requests from being a breach: at a ceiling of 2 % it
 * takes at least 3 errors, and more as the sample grows. Source: E. B. Wilson, 1927; z = 2.58 (99 %).
 */
public final class ErrorJudge {
    private static final double Z = 2.58;
    private static final long FEWEST_REQUESTS = 20;
    private static final long FEWEST_ERRORS = 3;
    private static final long OUTAGE_FAILURES = 5;
    private static final Duration OUTAGE_SPAN = Duration.ofSeconds(2);
    private static final Duration BLIND_AFTER = Duration.ofSeconds(30);

    private ErrorJudge() {}

    /** What the buckets say. */
    public enum Finding {
        HEALTHY,
        BREACH,
        OUTAGE,
        THIN,
        BLIND
    }

    /**
     * The judge's word.
     *
     * @param requests how many requests the window held
     * @param failures how many of them failed
     */
    public record Word(Finding finding, long requests, long failures, String summary) {
        /** Whether this is evidence of harm. */
        public boolean isBad() {
            return finding == Finding.BREACH || finding == Finding.OUTAGE;
        }
    }

    /**
     * Judges one source.
     *
     * @param since nothing before it counts: the start of what is being judged
     * @param window how far back from {@code now} is looked
     * @param ceiling the allowed share of failures, 0 to 1
     * @param lag how late this source is by nature; its silence for that long is normal
     */
    public static Word judge(
            List<Bucket> buckets,
            Instant since,
            Duration window,
            double ceiling,
            Duration lag,
            Instant now) {
        Instant from = latest(since, now.minus(window).minus(lag));
        List<Bucket> recent =
                buckets.stream()
                        .filter(b -> b.all() > 0 && b.startsAt().plus(b.length()).isAfter(from))
                        .sorted(Comparator.comparing(Bucket::startsAt))
                        .toList();
        long requests = recent.stream().mapToLong(Bucket::all).sum();
        long failures = recent.stream().mapToLong(Bucket::failed).sum();
        if (recent.isEmpty() || endOf(recent.getLast()).plus(BLIND_AFTER).plus(lag).isBefore(now)) {
            return new Word(
                    Finding.BLIND,
                    requests,
                    failures,
                    "no requests were counted in the last "
                            + BLIND_AFTER.plus(lag).toSeconds()
                            + " s");
        }
        if (isOutage(recent)) {
            return new Word(
                    Finding.OUTAGE,
                    requests,
                    failures,
                    "every one of the last answers failed (" + failures + " of " + requests + ")");
        }
        double low = wilsonLow(failures, requests);
        if (failures >= FEWEST_ERRORS && low > ceiling) {
            return new Word(
                    Finding.BREACH,
                    requests,
                    failures,
                    String.format(
                            Locale.ROOT,
                            "%d of %d requests failed (%.1f %%, surely above %.1f %%), allowed are %.1f %%",
                            failures,
                            requests,
                            100.0 * failures / requests,
                            100 * low,
                            100 * ceiling));
        }
        if (requests < FEWEST_REQUESTS) {
            return new Word(
                    Finding.THIN,
                    requests,
                    failures,
                    "only "
                            + requests
                            + " requests so far, at least "
                            + FEWEST_REQUESTS
                            + " are needed");
        }
        return new Word(
                Finding.HEALTHY,
                requests,
                failures,
                String.format(
                        Locale.ROOT,
                        "%d of %d requests failed (%.2f %%)",
                        failures,
                        requests,
                        100.0 * failures / requests));
    }

    private static Instant endOf(Bucket bucket) {
        return bucket.startsAt().plus(bucket.length());
    }

    private static boolean isOutage(List<Bucket> recent) {
        long failures = 0;
        Instant first = recent.getLast().startsAt();
        for (Bucket bucket : recent.reversed()) {
            if (bucket.ok() > 0) {
                break;
            }
            failures += bucket.failed();
            first = bucket.startsAt();
        }
        Duration span = Duration.between(first, recent.getLast().startsAt());
        return failures >= OUTAGE_FAILURES && span.compareTo(OUTAGE_SPAN) >= 0;
    }

    private static double wilsonLow(long failures, long requests) {
        if (requests == 0) {
            return 0;
        }
        double n = requests;
        double p = failures / n;
        double centre = p + Z * Z / (2 * n);
        double spread = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return (centre - spread) / (1 + Z * Z / n);
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
