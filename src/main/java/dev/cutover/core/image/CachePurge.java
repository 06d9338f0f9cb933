package dev.cutover.core.image;

import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.plan.Plan.Site;
import java.time.Duration;
import java.util.List;

/**
 * What the edge must forget once a before-image is back: it would go on handing out pages of the side
 * that was left.
 *
 * @param portions what is purged, in order, 0 to 1,000; empty when the plan purges nothing
 * @param pause between two portions, at most five minutes
 * @param site what visitors type
 * @param pages paths of the site that are looked at afterwards, at most 10
 */
public record CachePurge(
        List<PurgePortion> portions, Duration pause, Site site, List<String> pages) {
    public CachePurge {
        portions = List.copyOf(portions);
        pages = List.copyOf(pages);
    }
}
