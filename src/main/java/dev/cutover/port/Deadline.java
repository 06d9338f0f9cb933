package dev.cutover.port;

import java.time.Duration;

/**
 * A moment in real time after which waiting is over. It runs on the monotonic clock, never on plan time.
 *
 * @param atNanos the moment, as {@link System#nanoTime} tells it
 */
public record Deadline(long atNanos) {
    /** The deadline that far from now. */
    public static Deadline in(Duration span) {
        return new Deadline(System.nanoTime() + span.toNanos());
    }

    /** What is left; zero when it has passed. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, atNanos - System.nanoTime()));
    }

    public boolean passed() {
        return atNanos - System.nanoTime() <= 0;
    }

    /** The earlier of this deadline and one that far from now. */
    public Deadline within(Duration most) {
        Deadline other = in(most);
        return other.atNanos - atNanos < 0 ? other : this;
    }
}
