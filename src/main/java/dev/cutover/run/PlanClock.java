package dev.cutover.run;

import java.time.InstantSource;

/** Plan time: the system's time, in the lab plus an offset that only jumps forward. */
public interface PlanClock extends InstantSource {
    /** The machine's own clock: plan time without what a lab adds to it. */
    default InstantSource machine() {
        return this;
    }

    /** Calls back after every jump, from any thread. */
    void onJump(Runnable listener);
}
