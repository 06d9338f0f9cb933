package dev.cutover.run;

import java.time.InstantSource;

/** Plan time: the system's time, in the lab plus an offset that only jumps forward. */
public interface PlanClock extends InstantSource {
    /** Calls back after every jump, from any thread. */
    void onJump(Runnable listener);
}
