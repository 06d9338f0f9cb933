package dev.cutover.planfile;

import dev.cutover.core.plan.Plan;
import java.time.Duration;

/**
 * What a plan says where its file does not, by preset.
 *
 * <pre>
 *              approvals  dwell   soak    resolvers that must agree
 *   fast       1          PT1M    PT1H    90 %
 *   iterative  1          PT5M    PT4H    95 %
 *   hardened   2          PT10M   PT24H   95 %
 * </pre>
 */
record Defaults(
        int approvals, Duration dwell, Duration soak, double quorum, Duration holdDeadline) {
    /** Low enough to switch within minutes, high enough for resolvers that refuse to cache less. */
    static final long LOWER_TO_SECONDS = 300;

    static final double ERROR_CEILING = 0.02;
    static final Duration RESOLVER_LATENCY_CEILING = Duration.ofMillis(500);
    static final Duration WATCH_WINDOW = Duration.ofMinutes(5);
    static final Duration PATIENCE = Duration.ofMinutes(1);
    static final Duration PROMOTION = Duration.ofMinutes(10);

    /** octoDNS refuses above the same share. */
    static final double ZONE_SHARE = 0.3;

    private static final Duration READ_ONLY = Duration.ofHours(24);

    static Defaults of(Plan.Preset preset) {
        return switch (preset) {
            case FAST ->
                    new Defaults(
                            1,
                            Duration.ofMinutes(1),
                            Duration.ofHours(1),
                            0.9,
                            Duration.ofMinutes(30));
            case ITERATIVE ->
                    new Defaults(
                            1,
                            Duration.ofMinutes(5),
                            Duration.ofHours(4),
                            0.95,
                            Duration.ofHours(1));
            case HARDENED ->
                    new Defaults(
                            2,
                            Duration.ofMinutes(10),
                            Duration.ofHours(24),
                            0.95,
                            Duration.ofMinutes(30));
        };
    }

    /** A day, or the whole soak where that is longer: the side to fall back to must outlive the watch. */
    static Duration readOnly(Duration soak) {
        return soak.compareTo(READ_ONLY) > 0 ? soak : READ_ONLY;
    }
}
