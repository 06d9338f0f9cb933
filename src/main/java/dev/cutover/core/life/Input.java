package dev.cutover.core.life;

import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.plan.Plan;
import java.util.Map;

/** What a decision can be asked about: a request of people or the API, evidence, or how an action ended. */
public sealed interface Input {
    /** Somebody wants something. */
    sealed interface Request extends Input {
        /** Who asks. */
        String by();
    }

    /** Agree to this plan; {@code planHash} says which one was seen. */
    record Approve(String by, String planHash) implements Request {}

    /** Stop forward steps. */
    record Hold(String by, String why) implements Request {}

    /** Go on. */
    record Resume(String by) implements Request {}

    /** Move the window, keeping lowered TTLs. */
    record Postpone(String by, Plan.Window window, String why) implements Request {}

    /** Fall back, or cancel when nothing was promoted yet. */
    record Abort(String by, String why) implements Request {}

    /** The latest evidence by key; also the tick by which time is noticed. */
    record Observation(Map<EvidenceKey, Evidence> latest) implements Input {
        public Observation {
            latest = Map.copyOf(latest);
        }
    }

    /** How one action ended. */
    record Outcome(ActionId id, Ending ending) implements Input {}
}
