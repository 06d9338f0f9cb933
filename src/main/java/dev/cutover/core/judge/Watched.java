package dev.cutover.core.judge;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Since when requests have been counted without a break.
 *
 * <p>A time nobody counted in, because the controller was down or its network was, is no data: it shortens
 * no dwell and no soak.
 */
public final class Watched {
    /** Longer silences are breaks. A burst of probes every second misses some; thirty in a row are an outage of ours. */
    static final Duration BREAK = Duration.ofSeconds(30);

    private Watched() {}

    /**
     * The start of the unbroken stretch that reaches {@code now}.
     *
     * @param buckets in any order; those without a request count as silence
     * @return empty when nothing was counted in the last 30 seconds
     */
    public static Optional<Instant> since(List<Bucket> buckets, Instant now) {
        List<Bucket> newestFirst =
                buckets.stream()
                        .filter(b -> b.all() > 0 && !b.startsAt().isAfter(now))
                        .sorted(Comparator.comparing(Bucket::startsAt).reversed())
                        .toList();
        Instant from = now;
        for (Bucket bucket : newestFirst) {
            if (bucket.startsAt().plus(bucket.length()).plus(BREAK).isBefore(from)) {
                break;
            }
            from = bucket.startsAt();
        }
        return from.equals(now) && newestFirst.stream().noneMatch(b -> b.startsAt().equals(now))
                ? Optional.empty()
                : Optional.of(from);
    }
}
