package dev.cutover.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Plan time that jumps. */
final class JumpingClock implements PlanClock {
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final List<Runnable> listeners = new ArrayList<>();

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead.get());
    }

    @Override
    public InstantSource machine() {
        return InstantSource.system();
    }

    @Override
    public synchronized void onJump(Runnable listener) {
        listeners.add(listener);
    }

    synchronized void jump(Duration span) {
        ahead.updateAndGet(a -> a.plus(span));
        listeners.forEach(Runnable::run);
    }
}
