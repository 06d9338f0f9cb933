package dev.cutover.lab.dns;

import java.time.Duration;

/** How a resolver behaves: well, or in one of the ways real resolvers misbehave. */
public sealed interface Behaviour {

    /** Keeps each answer as long as its TTL says and counts the TTL down. */
    record Honest() implements Behaviour {}

    /**
     * Keeps answers at least this long, whatever their TTL, and says so in the TTL it shows.
     *
     * @param least positive, whole seconds
     */
    record ClampMin(Duration least) implements Behaviour {
        public ClampMin {
            requirePositive("least TTL", least);
        }
    }

    /**
     * Keeps answers at most this long.
     *
     * @param most positive, whole seconds
     */
    record ClampMax(Duration most) implements Behaviour {
        public ClampMax {
            requirePositive("most TTL", most);
        }
    }

    /**
     * Goes on serving an expired answer with a TTL of 30 seconds for this long before it asks again.
     * Source: RFC 8767 section 4.
     *
     * @param period positive; counted from the answer's expiry
     */
    record Stale(Duration period) implements Behaviour {
        public Stale {
            requirePositive("stale period", period);
        }
    }

    /**
     * Answers honestly, but this much later.
     *
     * @param latency positive; real time, not the lab's
     */
    record Slow(Duration latency) implements Behaviour {
        public Slow {
            requirePositive("latency", latency);
        }
    }

    /** Never answers. */
    record Dead() implements Behaviour {}

    /** Answers every question with REFUSED. */
    record Refusing() implements Behaviour {}

    /**
     * Many caches behind one address; which of them answers a question is chance.
     *
     * @param caches 2 to 64
     */
    record AnycastFarm(int caches) implements Behaviour {
        public AnycastFarm {
            if (caches < 2 || caches > 64) {
                throw new IllegalArgumentException("expected 2 to 64 caches, got " + caches);
            }
        }
    }

    /**
     * Loses some of the questions and answers the others honestly.
     *
     * @param rate the part that is lost, 0 to 1
     * @param seed decides which ones, the same each time
     */
    record Lossy(double rate, long seed) implements Behaviour {
        public Lossy {
            if (!(rate >= 0 && rate <= 1)) {
                throw new IllegalArgumentException("expected a rate from 0 to 1, got " + rate);
            }
        }
    }

    private static void requirePositive(String what, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(what + ": expected more than zero, got " + value);
        }
    }
}
