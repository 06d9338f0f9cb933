package dev.cutover.core.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// One watched stretch of a site's life, second by second.
final class Soak {
    static final Instant START = Instant.parse("2026-12-06T02:00:00Z");

    private final int[] requests;
    private final int[] failed;
    private final int bucketSeconds;

    /// `requests` of 0 mean that nothing was counted; a bucket is 1 second of our own probes, 60 of
    /// a
    /// provider's feed.
    Soak(int[] requests, int[] failed, int bucketSeconds) {
        this.requests = requests;
        this.failed = failed;
        this.bucketSeconds = bucketSeconds;
    }

    int bucketSeconds() {
        return bucketSeconds;
    }

    int requests(int second) {
        return requests[second];
    }

    int failed(int second) {
        return failed[second];
    }

    int seconds() {
        return requests.length;
    }

    /// The bucket that begins at a second; without requests when nothing was counted.
    Bucket bucket(int second) {
        long all = 0;
        long bad = 0;
        for (int s = second; s < Math.min(second + bucketSeconds, seconds()); s++) {
            all += requests[s];
            bad += failed[s];
        }
        return new Bucket(at(second), Duration.ofSeconds(bucketSeconds), all - bad, bad);
    }

    /// The share of failures between two seconds; not a number when nothing was counted.
    double share(int from, int to) {
        long all = 0;
        long bad = 0;
        for (int s = Math.max(0, from); s < to; s++) {
            all += requests[s];
            bad += failed[s];
        }
        return all == 0 ? Double.NaN : (double) bad / all;
    }

    static Instant at(int second) {
        return START.plusSeconds(second);
    }

    /// A rule that may end a soak.
    interface Rule {
        /// How the table calls it.
        String name();

        /// The second in which it aborts; -1 when it lets the soak end.
        int abortsAt(Soak soak);
    }

    /// The judge as the guards use it, asked whenever something failed.
    ///
    /// After a block without failures the odds have only fallen, so it is not asked then;
    /// `asking_only_when_something_failed_misses_nothing` holds that true.
    record OurJudge(Duration window, double ceiling, boolean always) implements Rule {
        OurJudge(Duration window, double ceiling) {
            this(window, ceiling, false);
        }

        @Override
        public String name() {
            return "this judge, ceiling %.0f %%, window %d s"
                    .formatted(100 * ceiling, window.toSeconds());
        }

        @Override
        public int abortsAt(Soak soak) {
            List<Bucket> kept = List.of();
            List<Bucket> fresh = new ArrayList<>();
            int block = (int) Blocks.length(window).toSeconds();
            int longBlock = (int) Blocks.longLength(window).toSeconds();
            int failedAt = -2 * longBlock;
            for (int second = 0; second < soak.seconds(); second += soak.bucketSeconds()) {
                Bucket bucket = soak.bucket(second);
                int now = second + soak.bucketSeconds();
                if (bucket.all() == 0) {
                    continue;
                }
                fresh.add(bucket);
                if (bucket.failed() > 0) {
                    failedAt = now;
                }
                boolean dead = bucket.ok() == 0;
                int ago = now - failedAt - soak.bucketSeconds();
                boolean blockOver = now % block == 0 && ago <= block;
                boolean longOver = now % longBlock == 0 && ago <= longBlock;
                if (always || dead || blockOver || longOver) {
                    fresh.addAll(0, kept);
                    kept = Blocks.compact(fresh, window, Blocks.memory(window), at(now));
                    fresh.clear();
                    if (judge(kept, now).isBad()) {
                        return now;
                    }
                }
            }
            return -1;
        }

        private ErrorJudge.Word judge(List<Bucket> buckets, int now) {
            return ErrorJudge.judge(buckets, START, window, ceiling, Duration.ZERO, at(now));
        }
    }
}
