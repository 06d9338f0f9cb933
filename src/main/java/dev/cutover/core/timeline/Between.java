package dev.cutover.core.timeline;

import java.time.Instant;
import java.util.Optional;

/**
 * When something happens, as a range.
 *
 * @param earliest not before this; what is expected where nothing is in doubt
 * @param latest not after this; empty when nothing bounds it
 */
public record Between(Instant earliest, Optional<Instant> latest) {
    public Between {
        Instant from = earliest;
        latest = latest.map(at -> at.isBefore(from) ? from : at);
    }

    /** A bounded range; an end before its beginning is the beginning. */
    public static Between of(Instant earliest, Instant latest) {
        return new Between(earliest, Optional.of(latest));
    }

    /** A range without an end. */
    public static Between from(Instant earliest) {
        return new Between(earliest, Optional.empty());
    }

    /** When both have happened. */
    public Between both(Between other) {
        return new Between(
                later(earliest, other.earliest),
                latest.flatMap(a -> other.latest.map(b -> later(a, b))));
    }

    /** Whether it has surely happened by then. */
    public boolean isOver(Instant now) {
        return latest.isPresent() && !latest.get().isAfter(now);
    }

    static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
