package dev.cutover.api;

import java.time.Duration;

/// How much event streams may take.
///
/// @param most how many are open at once
/// @param mostOfOne how many of these one person or program may have, so that none takes them all
/// @param heartbeat how long a stream is silent at most, so that proxies and dead clients are
/// noticed
/// @param patience how long a client may take to read what was sent before it is cut off
/// @param longest after how long a stream ends so that its client comes again, with a key that is
///     then looked at anew
public record StreamLimits(
        int most, int mostOfOne, Duration heartbeat, Duration patience, Duration longest) {
    /// Limits.
    ///
    /// @throws IllegalArgumentException when nothing could be streamed, or too much
    public StreamLimits {
        if (most < 1 || most > 10_000) {
            throw new IllegalArgumentException("expected 1 to 10000 streams, seen " + most);
        }
        if (mostOfOne < 1 || mostOfOne > most) {
            throw new IllegalArgumentException(
                    "expected 1 to " + most + " streams of one reader, seen " + mostOfOne);
        }
    }

    /// The usual limits: a quarter for one reader, 15 s, 30 s, an hour.
    public static StreamLimits most(int most) {
        return new StreamLimits(
                most,
                Math.ceilDiv(most, 4),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Duration.ofHours(1));
    }
}
