package dev.cutover.wiring;

import dev.cutover.run.PlanClock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Plan time as the system tells it: the only place that asks. */
final class SystemTime implements PlanClock {
    @Override
    public Instant instant() {
        // The journal keeps microseconds: what is decided on and what is read back must be equal.
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public void onJump(Runnable listener) {
        // The system's time does not jump by our will.
    }
}
