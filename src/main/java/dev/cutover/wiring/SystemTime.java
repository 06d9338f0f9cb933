package dev.cutover.wiring;

import dev.cutover.run.PlanClock;
import java.time.Instant;

/** Plan time as the system tells it: the only place that asks. */
final class SystemTime implements PlanClock {
    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public void onJump(Runnable listener) {
        // The system's time does not jump by our will.
    }
}
