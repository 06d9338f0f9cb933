package dev.cutover.core.judge;

/// How others decide on the same stream, as their documentation and code say.
final class PeerRules {
    private PeerRules() {}

    /// Argo Rollouts: each `interval` the success rate over the last interval is measured; the run
    /// fails
    /// when more measurements failed than `failureLimit`, counted over the whole run, not in a row.
    /// Measurements without data are errors, and more than four of them in a row end the run too.
    ///
    /// Source: argo-rollouts docs/features/analysis.md, background analysis (interval 5m,
    /// successCondition >= 0.95, failureLimit 3); analysis/analysis.go
    /// assessMetricFailureInconclusiveOrError (failed > failureLimit); utils/defaults
    /// DefaultConsecutiveErrorLimit = 4.
    record Argo(double successAtLeast, int intervalSeconds, int failureLimit) implements Soak.Rule {
        private static final int CONSECUTIVE_ERRORS = 4;

        @Override
        public String name() {
            return "Argo Rollouts, success >= %.0f %%, every %d s, failureLimit %d"
                    .formatted(100 * successAtLeast, intervalSeconds, failureLimit);
        }

        @Override
        public int abortsAt(Soak soak) {
            int failures = 0;
            int errors = 0;
            for (int now = intervalSeconds; now <= soak.seconds(); now += intervalSeconds) {
                double share = soak.share(now - intervalSeconds, now);
                if (Double.isNaN(share)) {
                    errors++;
                } else {
                    errors = 0;
                    failures += 1 - share < successAtLeast ? 1 : 0;
                }
                if (failures > failureLimit || errors > CONSECUTIVE_ERRORS) {
                    return now;
                }
            }
            return -1;
        }
    }

    /// Flagger: each `interval` the success rate over the last interval is checked; a check below
    /// the
    /// minimum, or one that finds no values, is a failed one; once their sum reaches `threshold`
    /// the next
    /// run rolls back.
    ///
    /// Source: flagger docs/gitbook/usage/how-it-works.md (interval 1m, threshold 10,
    /// request-success-rate
    /// min 99); pkg/controller/scheduler.go (FailedChecks >= threshold, before the analysis);
    /// pkg/controller/scheduler_metrics.go (no values found: the check fails).
    record Flagger(double successAtLeast, int intervalSeconds, int threshold) implements Soak.Rule {
        @Override
        public String name() {
            return "Flagger, success >= %.0f %%, every %d s, threshold %d"
                    .formatted(100 * successAtLeast, intervalSeconds, threshold);
        }

        @Override
        public int abortsAt(Soak soak) {
            int failed = 0;
            for (int now = intervalSeconds; now <= soak.seconds(); now += intervalSeconds) {
                if (failed >= threshold) {
                    return now;
                }
                double share = soak.share(now - intervalSeconds, now);
                failed += Double.isNaN(share) || 1 - share < successAtLeast ? 1 : 0;
            }
            return -1;
        }
    }

    /// A fixed window: the lower Wilson bound (99 %) of the rate over the last minutes is above the
    /// ceiling, with at least three failures; looked at every five seconds.
    record WilsonWindow(double ceiling, int windowSeconds) implements Soak.Rule {
        private static final double Z = 2.58;

        @Override
        public String name() {
            return "Wilson bound over the last %d s, ceiling %.0f %%"
                    .formatted(windowSeconds, 100 * ceiling);
        }

        @Override
        public int abortsAt(Soak soak) {
            long all = 0;
            long failed = 0;
            for (int s = 0; s < soak.seconds(); s++) {
                all += soak.requests(s);
                failed += soak.failed(s);
                int gone = s - windowSeconds;
                if (gone >= 0) {
                    all -= soak.requests(gone);
                    failed -= soak.failed(gone);
                }
                if (s % 5 == 4 && failed >= 3 && low(failed, all) > ceiling) {
                    return s + 1;
                }
            }
            return -1;
        }

        private static double low(long failed, long all) {
            double n = all;
            double p = failed / n;
            double centre = p + Z * Z / (2 * n);
            double spread = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
            return (centre - spread) / (1 + Z * Z / n);
        }
    }
}
