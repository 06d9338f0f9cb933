package dev.cutover.core.life;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.core.timeline.TtlClock;
import java.time.Instant;
import java.util.List;

/** A journaled fact. State is only the fold of these; none is ever changed or removed. */
public sealed interface Event {
    /** The first event: a person scheduled this plan against the zone as it was. */
    record Scheduled(
            Plan plan,
            String author,
            List<SetChange> changes,
            List<EdgeChange> edge,
            String planHash)
            implements Event {
        public Scheduled {
            changes = List.copyOf(changes);
            edge = List.copyOf(edge);
        }

        /** The start of a cutover that moves records alone. */
        public Scheduled(Plan plan, String author, List<SetChange> changes, String planHash) {
            this(plan, author, changes, List.of(), planHash);
        }
    }

    /** The cutover entered a phase. Every transition is one of these, so none is silent. */
    record PhaseEntered(Phase phase, Phase.Reason why) implements Event {}

    /** An action was opened; nothing has been sent yet. */
    record ActionIntended(ActionId id, ActionSpec spec, Instant deadlineAt) implements Event {}

    /** An action was closed, after the world was looked at. */
    record ActionEnded(ActionId id, Ending ending) implements Event {}

    /** A gate let the cutover pass, on this evidence. */
    record GatePassed(Judged judged) implements Event {}

    /** A gate's or guard's verdict changed. */
    record VerdictChanged(Judged judged) implements Event {}

    /** The TTL clock started, stopped or restarted for some set. */
    record TtlClockChanged(TtlClock clock) implements Event {}

    /** What a step switched is served from the next side. */
    record StepServed(int step) implements Event {}

    /** The fallback side was proven to be routed to for long enough that no late write can undo it. */
    record RoutingRestored(List<ForeignEdit> kept) implements Event {
        public RoutingRestored {
            kept = List.copyOf(kept);
        }
    }

    /** Every planned field as it stood in the zone when the run ended, beside what was promised. */
    record ZoneProven(Side side, List<FieldProof> fields, Instant observedAt) implements Event {
        public ZoneProven {
            fields = List.copyOf(fields);
        }
    }

    /** Promoted content was left in place although routing went back; what a person must know about it. */
    record ContentKept(String why) implements Event {}

    /** A person agreed to this plan. */
    record Approved(String by, String planHash) implements Event {}

    /** A person accepted that undoing the promotion loses what visitors wrote. */
    record UndoApproved(String by) implements Event {}

    /** A person moved the window. */
    record Postponed(String by, Plan.Window window, String why) implements Event {}

    /** A person asked to hold. */
    record HoldRequested(String by, String why) implements Event {}

    /** A person asked to go on. */
    record ResumeRequested(String by) implements Event {}

    /** A person asked to fall back; accepted in every phase. */
    record AbortRequested(String by, String why) implements Event {}

    /**
     * People are called.
     *
     * @param code a stable word
     * @param message what happened
     * @param steps what a person can do by hand now; may be empty
     */
    record Paged(String code, String message, List<String> steps) implements Event {
        public Paged {
            steps = List.copyOf(steps);
        }
    }
}
