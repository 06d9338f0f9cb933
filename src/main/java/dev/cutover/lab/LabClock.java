package dev.cutover.lab;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The lab's time: the system's time plus an offset that grows by jumps and never shrinks.
 *
 * <p>Between jumps it runs at the system's own rate, so timeouts and latencies mean in the lab what
 * they mean outside. It is the only place of the lab that reads the system's clock. Safe for use by
 * many threads; a reader sees either the time before a jump or the time after it.
 */
public final class LabClock implements InstantSource {

    private final InstantSource system;
    private final List<JumpListener> listeners = new CopyOnWriteArrayList<>();
    private volatile Duration offset = Duration.ZERO;

    /** Starts at the system's present time, with no offset. */
    public LabClock() {
        this(InstantSource.system());
    }

    /** Starts at the present time of {@code system}; for tests that want to stand still. */
    public LabClock(InstantSource system) {
        this.system = system;
    }

    @Override
    public Instant instant() {
        return system.instant().plus(offset);
    }

    /** How far the lab is ahead of the system; zero before the first jump, never negative. */
    public Duration offset() {
        return offset;
    }

    /**
     * Moves the lab's time forward by {@code distance} and tells every listener, in the order they
     * came, on this thread.
     *
     * @return the offset after the jump
     * @throws IllegalArgumentException when {@code distance} is negative: time does not go back
     */
    public Duration jump(Duration distance) {
        if (distance.isNegative()) {
            throw new IllegalArgumentException(
                    "lab clock: expected a jump forward, got "
                            + distance
                            + "; nothing was changed");
        }
        return distance.isZero() ? offset : move(distance);
    }

    /**
     * Moves the lab's time forward to {@code target}; does nothing when it is there or past it.
     *
     * @return the offset after the jump
     */
    public Duration jumpTo(Instant target) {
        Duration distance = Duration.between(instant(), target);
        return distance.isPositive() ? move(distance) : offset;
    }

    /** Has {@code listener} called after each later jump. */
    public void onJump(JumpListener listener) {
        listeners.add(listener);
    }

    private Duration move(Duration distance) {
        Duration after;
        synchronized (this) {
            after = offset.plus(distance);
            offset = after;
        }
        // Outside the lock: a listener may read the clock on another thread and wait for it.
        for (JumpListener listener : listeners) {
            listener.jumped(distance, after);
        }
        return after;
    }

    /** Told of each jump after it happened. */
    @FunctionalInterface
    public interface JumpListener {

        /**
         * The clock has jumped.
         *
         * @param distance how far this jump went; positive
         * @param offset how far the lab is ahead of the system now
         */
        void jumped(Duration distance, Duration offset);
    }
}
