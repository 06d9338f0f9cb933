package dev.cutover.core.evidence;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How resolvers do beside how they did.
 *
 * @param steady how many have answered since they were first asked
 * @param failing those of them that failed every question of their last rounds, by name
 * @param baseline the p95 of their latency before the switch; empty when it was not measured
 */
public record Health(int steady, List<String> failing, Optional<Duration> baseline) {
    /** Nobody was asked before. */
    public static final Health UNKNOWN = new Health(0, List.of(), Optional.empty());

    public Health {
        failing = List.copyOf(failing);
    }
}
