package dev.cutover.core.plan;

import dev.cutover.core.edge.EdgeKey;
import java.time.Duration;
import java.util.List;

/**
 * A load balancer's pool whose visitors move from one of its origins to another, share by share.
 *
 * @param pool the pool's name
 * @param from the origin that has them now, by name; falling back leads there
 * @param to the origin that gets them
 * @param percents the share of the two that {@code to} has after each step, rising to 100
 * @param step the switching step of the first share, from 1; the others follow one by one
 * @param dwell how long each share is watched before the next step
 * @param sessions what happens to visitors whom session affinity keeps at their origin
 */
public record PlannedPool(
        String pool,
        String from,
        String to,
        List<Integer> percents,
        int step,
        Duration dwell,
        Sessions sessions) {
    /** What happens to visitors whom session affinity keeps where they were, whatever the weights say. */
    public enum Sessions {
        /** Nothing was said: a balancer with session affinity is refused. */
        UNSAID,
        /** The origin they must leave is disabled: at the last step, and on falling back. They start anew. */
        DRAIN,
        /** They stay until their session ends; the soak must outlast it. */
        COUNT
    }

    public PlannedPool {
        percents = List.copyOf(percents);
    }

    public EdgeKey key() {
        return EdgeKey.pool(pool);
    }

    /** The step of the last share. */
    public int lastStep() {
        return step + percents.size() - 1;
    }

    /** Whether that step moves a share of this pool. */
    public boolean movesAt(int wanted) {
        return wanted >= step && wanted <= lastStep();
    }
}
