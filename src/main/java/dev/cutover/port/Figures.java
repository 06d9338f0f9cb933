package dev.cutover.port;

import dev.cutover.core.life.CutoverId;
import dev.cutover.core.timeline.Caches;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

/** Sums over the whole store, the same on every node, for metrics. Each takes one short question. */
public interface Figures {
    /** How many cutovers are live, by phase without what stands in its brackets; phases nobody is in are absent. */
    Map<String, Long> livePhases();

    /** The last point of the adoption curve of each of these, 0 to 1; those without one are absent. */
    Map<CutoverId, Double> adoption(Set<CutoverId> cutovers);

    /** What is known of the caches of each of these; those that nobody was asked for are absent. */
    Map<CutoverId, Caches> caches(Set<CutoverId> cutovers);

    /** The share of our own probes that failed since an instant, 0 to 1; those without probes are absent. */
    Map<CutoverId, Double> failedProbes(Map<CutoverId, Instant> since);
}
