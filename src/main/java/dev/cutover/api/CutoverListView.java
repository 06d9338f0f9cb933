package dev.cutover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cutover.core.life.CutoverId;
import dev.cutover.run.Cutovers;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cutovers, newest first.
///
/// @param now plan time of this answer
/// @param next the cursor of the next page; absent when this is the last
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CutoverListView(Instant now, List<Line> cutovers, @Nullable String next) {
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

    static CutoverListView of(Cutovers.Page page, Instant now) {
        return new CutoverListView(
                now,
                page.rows().stream()
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
                        .toList(),
                page.next().map(CutoverId::value).orElse(null));
    }
}
