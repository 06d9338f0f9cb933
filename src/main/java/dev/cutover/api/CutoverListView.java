package dev.cutover.api;

import dev.cutover.run.Cutovers;
import java.time.Instant;
import java.util.List;

/// Cutovers, newest first.
///
/// @param now plan time of this answer
public record CutoverListView(Instant now, List<Line> cutovers) {
    /// One cutover in the list.
    ///
    /// @param live whether it is not over
    /// @param driver the node that drives it; empty when none does
    public record Line(
            String id,
            String site,
            String phase,
            boolean live,
            String driver,
            Instant opensAt,
            Instant wakeAt,
            long seq) {}

    static CutoverListView of(List<Cutovers.Row> rows, Instant now) {
        return new CutoverListView(
                now,
                rows.stream()
                        .map(
                                r ->
                                        new Line(
                                                r.id().value(),
                                                r.site(),
                                                r.phase(),
                                                r.live(),
                                                r.owner(),
                                                r.opensAt(),
                                                r.wakeAt(),
                                                r.seq()))
                        .toList());
    }
}
