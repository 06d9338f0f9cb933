package dev.cutover.core.judge;

import java.time.Duration;
import java.time.Instant;

/**
 * Requests of one short time, counted. A time without a bucket is no data, never a healthy time.
 *
 * @param startsAt the first instant, UTC
 * @param length how long it is, positive
 * @param ok requests answered well
 * @param failed requests answered with 5xx or not at all
 */
public record Bucket(Instant startsAt, Duration length, long ok, long failed) {
    public long all() {
        return ok + failed;
    }

    /** The first instant after it, UTC. */
    public Instant endsAt() {
        return startsAt.plus(length);
    }
}
