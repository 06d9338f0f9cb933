package dev.cutover.api;

import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.Cutover;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Requests of our own probes that failed in the watched window.
///
/// @param from since when they are counted
/// @param share of failed requests, 0 to 1
/// @param ceiling the share that is too much
public record ErrorsView(Instant from, long requests, long failures, double share, double ceiling) {

    /// When counting begins: the watch's window, but not before routing moved; empty before that.
    static Optional<Instant> from(Cutover c, Instant now) {
        Instant window = now.minus(c.plan().watch().window());
        return c.routedAt().map(routed -> routed.isAfter(window) ? routed : window);
    }

    static ErrorsView of(Instant from, List<Bucket> buckets, double ceiling) {
        long failures = buckets.stream().mapToLong(Bucket::failed).sum();
        long requests = buckets.stream().mapToLong(Bucket::all).sum();
        return new ErrorsView(
                from,
                requests,
                failures,
                requests == 0 ? 0 : (double) failures / requests,
                ceiling);
    }
}
