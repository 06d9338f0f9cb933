package dev.cutover.core.life;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.Forecast;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How long caches may still send visitors to the next side after routing was restored.
 *
 * <p>Only answers that lead to the next side count, with the TTLs they were given with: the long TTL of
 * before was lowered and had died out before anything was switched. Source: RFC 2181 section 5.2.
 */
public final class Drain {
    private Drain() {}

    /**
     * When the last honest cache lets go of the next side.
     *
     * @param restoredAt when routing was restored, or would be
     */
    public static Instant goneAt(Cutover c, Instant restoredAt) {
        return lastShownAt(c, restoredAt).plusSeconds(keptSeconds(c));
    }

    /**
     * Who still sees the side before, and until when.
     *
     * <p>Empty before anybody was asked, and after routing was restored: then {@link #goneAt} says all.
     *
     * @param known of the caches, as they were last asked
     */
    public static Optional<Forecast> forecast(Cutover c, Caches known, Instant now) {
        if (known.caches().isEmpty() || c.restored()) {
            return Optional.empty();
        }
        return Optional.of(forecastOf(c, known, now));
    }

    private static Forecast forecastOf(Cutover c, Caches known, Instant now) {
        return Forecast.of(known, c.plan().watch().quorum(), keptSeconds(c), now);
    }

    private static long keptSeconds(Cutover c) {
        long low = Math.max(c.ttlClock().nextKeptSeconds(c.switched()), editedSeconds(c));
        boolean mayBeSettled =
                c.tries().keySet().stream().anyMatch(k -> k.startsWith("settle-ttls-next-"));
        if (!mayBeSettled) {
            return low;
        }
        return Math.max(
                low,
                c.switched().stream()
                        .filter(s -> !s.isHidden())
                        .flatMap(s -> s.nextSettled().stream())
                        .mapToLong(DnsRecord::answeredTtlSeconds)
                        .max()
                        .orElse(0));
    }

    /**
     * The longest TTL that somebody gave a switched set and that was kept: while nobody could look, the
     * next side may have been given with it.
     */
    private static long editedSeconds(Cutover c) {
        return c.switched().stream()
                .filter(s -> !s.isHidden())
                .flatMap(s -> c.kept().stream().map(edit -> edit.ttlOf(s.key())))
                .flatMapToLong(OptionalLong::stream)
                .max()
                .orElse(0);
    }

    /**
     * When an authority may last have given the next side. One that was never seen to serve a step may be so
     * late that it shows the step after it agreed with the fallback, and the step itself may have landed long
     * after its try was given up: at the latest just before we last put things back. What an authority gives
     * for a set with somebody's edit in it is not compared at all.
     */
    private static Instant lastShownAt(Cutover c, Instant restoredAt) {
        Instant last = restoredAt;
        if (c.servedAt().isEmpty()) {
            Instant writtenAt =
                    c.tries().values().stream()
                            .filter(
                                    x ->
                                            x.spec() instanceof ActionSpec.SwitchStep
                                                    || x.spec()
                                                            instanceof ActionSpec.RestoreRouting)
                            .map(Cutover.Tries::lastAt)
                            .max(Instant::compareTo)
                            .orElse(restoredAt);
            last = later(last, writtenAt.plus(Pace.SERVED_PATIENCE));
        }
        return c.kept().isEmpty() ? last : later(last, restoredAt.plus(Pace.SERVED_PATIENCE));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
