package dev.cutover.core.life;

import dev.cutover.core.gate.Judged;
import dev.cutover.core.life.Input.Abort;
import dev.cutover.core.life.Input.Approve;
import dev.cutover.core.life.Input.Hold;
import dev.cutover.core.life.Input.Observation;
import dev.cutover.core.life.Input.Outcome;
import dev.cutover.core.life.Input.Postpone;
import dev.cutover.core.life.Input.Request;
import dev.cutover.core.life.Input.Resume;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides what happens next: a pure function of the cutover, one input and plan time.
 *
 * <p>It is called again and again by one driver; called twice with the same input it decides the same,
 * and an input that changes nothing yields no events.
 */
public final class Decider {
    /** More phases than this are never passed in one decision; the bound keeps a mistake from spinning. */
    private static final int MOST_PHASES_AT_ONCE = 6;

    private Decider() {}

    /** What follows from this input at this time. */
    public static Decision decide(Cutover c, Input in, Instant now) {
        return switch (in) {
            case Request r -> request(c, r, now);
            case Outcome o -> outcome(c, o, now);
            case Observation o -> observe(c, o, now);
        };
    }

    private static Decision outcome(Cutover c, Outcome o, Instant now) {
        if (!c.open().containsKey(o.id())) {
            return new Decision(List.of(), now, Optional.empty());
        }
        return new Decision(
                List.of(new Event.ActionEnded(o.id(), o.ending())), now, Optional.empty());
    }

    private static Decision observe(Cutover c, Observation o, Instant now) {
        Turn t = new Turn(c, o.latest(), now);
        for (int i = 0; i < MOST_PHASES_AT_ONCE; i++) {
            Phase before = t.c.phase();
            GoGates.lookAtTtlClock(t);
            step(t);
            if (t.c.phase().equals(before)) {
                break;
            }
        }
        return t.done();
    }

    private static void step(Turn t) {
        switch (t.c.phase()) {
            case Phase.Scheduled p -> Forward.scheduled(t);
            case Phase.Preparing p -> Forward.preparing(t);
            case Phase.Ageing p -> Forward.ageing(t);
            case Phase.AwaitingGo p -> Forward.awaitingGo(t);
            case Phase.Promoting p -> Forward.promoting(t);
            case Phase.Switching p -> Switchover.switching(t, p);
            case Phase.Soaking p -> Switchover.soaking(t);
            case Phase.Closing p -> Switchover.closing(t);
            case Phase.Held p -> held(t, p);
            case Phase.Cancelling p -> Backward.cancelling(t);
            case Phase.FallingBack p -> Backward.fallingBack(t, p);
            case Phase.NeedsOperator p -> Backward.needsOperator(t, p);
            case Phase.Completed p -> {}
            case Phase.Cancelled p -> {}
            case Phase.FellBack p -> {}
        }
    }

    private static void held(Turn t, Phase.Held held) {
        if (held.from().isPastPromotion() && Guards.fellBack(t)) {
            return;
        }
        if (!t.now.isBefore(held.deadlineAt())) {
            t.page(
                    "HoldOverdue",
                    "held since "
                            + t.c.phaseSince()
                            + ": "
                            + held.why()
                            + "; resume, postpone or abort",
                    List.of());
        } else {
            t.wake(held.deadlineAt());
        }
        if (held.from().isPastPromotion()) {
            if (held.why().code().startsWith("Resolver")) {
                Judged unused = Guards.resolverLatency(t);
                Judged unusedToo = Guards.resolverErrors(t);
            }
            t.wakeIn(Duration.ofSeconds(1));
        }
    }

    private static Decision request(Cutover c, Request r, Instant now) {
        return switch (r) {
            case Approve a -> approve(c, a, now);
            case Hold h -> hold(c, h, now);
            case Resume u -> resume(c, u, now);
            case Postpone p -> postpone(c, p, now);
            case Abort a -> abort(c, a, now);
        };
    }

    private static Decision accept(Cutover c, Instant now, String by, List<Event> events) {
        Cutover folded = c;
        for (Event event : events) {
            folded = folded.apply(new JournalEntry(c.id(), folded.seq() + 1, now, by, event));
        }
        return new Decision(events, now, Optional.empty());
    }

    private static Decision approve(Cutover c, Approve a, Instant now) {
        if (c.phase() instanceof Phase.FallingBack f
                && f.stage() == Phase.Stage.CONTENT
                && a.planHash().equals(c.planHash())) {
            return accept(
                    c,
                    now,
                    a.by(),
                    c.undoApproved() ? List.of() : List.of(new Event.UndoApproved(a.by())));
        }
        if (c.phase().isPastPromotion() || c.phase().isFinal()) {
            return Decision.refuse(
                    now,
                    "TooLate",
                    c.id() + " is " + c.phase().text() + "; approvals are for before promotion");
        }
        if (!a.planHash().equals(c.planHash())) {
            return Decision.refuse(
                    now,
                    "OtherPlan",
                    "expected plan hash "
                            + c.planHash()
                            + ", seen "
                            + a.planHash()
                            + "; look at the plan again before approving");
        }
        return accept(
                c,
                now,
                a.by(),
                c.approvers().contains(a.by())
                        ? List.of()
                        : List.of(new Event.Approved(a.by(), a.planHash())));
    }

    private static Decision hold(Cutover c, Hold h, Instant now) {
        if (c.phase() instanceof Phase.Held) {
            return accept(c, now, h.by(), List.of());
        }
        if (c.phase().isFinal()) {
            return Decision.refuse(
                    now, "AlreadyOver", c.id() + " is " + c.phase().text() + ", nothing to hold");
        }
        if (c.phase().isWayBack()) {
            return Decision.refuse(
                    now,
                    "NotHeld",
                    c.id() + " is " + c.phase().text() + "; the way back is not held up");
        }
        return holdFrom(c, h, now);
    }

    private static Decision holdFrom(Cutover c, Hold h, Instant now) {
        Phase.Reason why = new Phase.Reason("Requested", h.by() + " asked to hold: " + h.why());
        Phase.Held held =
                new Phase.Held(c.phase(), why, now.plus(c.plan().fallback().holdDeadline()));
        return accept(
                c,
                now,
                h.by(),
                List.of(
                        new Event.HoldRequested(h.by(), h.why()),
                        new Event.PhaseEntered(held, why)));
    }

    private static Decision resume(Cutover c, Resume u, Instant now) {
        if (c.phase() instanceof Phase.FallingBack f
                && f.stage() == Phase.Stage.CONTENT
                && c.promotionTouched()
                && c.openAttempt(new ActionSpec.UndoPromotion()).isEmpty()) {
            return accept(
                    c,
                    now,
                    u.by(),
                    List.of(
                            new Event.ResumeRequested(u.by()),
                            new Event.ContentKept(u.by() + " chose to keep the promoted content")));
        }
        if (!(c.phase() instanceof Phase.Held held)) {
            return Decision.refuse(
                    now, "NotHeld", c.id() + " is " + c.phase().text() + ", nothing to resume");
        }
        boolean anew = held.from().isPastPromotion() && !c.isBegun();
        return accept(
                c,
                now,
                u.by(),
                List.of(
                        new Event.ResumeRequested(u.by()),
                        new Event.PhaseEntered(
                                anew ? new Phase.AwaitingGo() : held.from(),
                                new Phase.Reason(
                                        "Resumed",
                                        u.by()
                                                + (anew
                                                        ? " resumed; nothing was sent yet, every gate"
                                                                + " and the window are judged anew"
                                                        : " resumed; evidence is judged anew")))));
    }

    private static Decision postpone(Cutover c, Postpone p, Instant now) {
        Phase from = c.phase() instanceof Phase.Held h ? h.from() : c.phase();
        boolean early =
                !from.isPastPromotion() && !from.isFinal() && !(from instanceof Phase.Cancelling);
        if (!early) {
            return Decision.refuse(
                    now,
                    "TooLate",
                    c.id()
                            + " is "
                            + c.phase().text()
                            + "; only a cutover before promotion can be postponed");
        }
        Plan.Window w = p.window();
        if (!w.opensAt().isAfter(now) || !w.closesAt().isAfter(w.opensAt())) {
            return Decision.refuse(
                    now,
                    "ImpossibleWindow",
                    "expected a window in the future that closes after it opens, seen "
                            + w.opensAt()
                            + " to "
                            + w.closesAt());
        }
        if (w.opensAt().isAfter(now.plus(Plan.Window.FURTHEST))) {
            return Decision.refuse(
                    now,
                    "TooFarAhead",
                    "expected a window that opens within "
                            + Plan.Window.FURTHEST.toDays()
                            + " days, by "
                            + now.plus(Plan.Window.FURTHEST)
                            + ", seen "
                            + w.opensAt());
        }
        if (w.closesAt().isAfter(w.opensAt().plus(Plan.Window.LONGEST))) {
            return Decision.refuse(
                    now,
                    "WindowTooLong",
                    "expected a window of at most "
                            + Plan.Window.LONGEST.toDays()
                            + " days, seen "
                            + w.opensAt()
                            + " to "
                            + w.closesAt());
        }
        if (w.opensAt().plus(Pace.worstCase(c.plan())).isAfter(w.closesAt())) {
            return Decision.refuse(
                    now,
                    "WindowTooShort",
                    "the worst case with falling back takes "
                            + Pace.worstCase(c.plan())
                            + ", the window is open for "
                            + Duration.between(w.opensAt(), w.closesAt()));
        }
        Instant agedAt = c.loweredAt().orElse(now).plus(c.plan().ttl().lead());
        if (agedAt.plus(Pace.worstCase(c.plan())).isAfter(w.closesAt())) {
            return Decision.refuse(
                    now,
                    "TooSoon",
                    "old answers need until "
                            + agedAt
                            + " to die out and the worst case then takes "
                            + Pace.worstCase(c.plan())
                            + ", the window closes at "
                            + w.closesAt());
        }
        if (w.equals(c.plan().window()) && !(c.phase() instanceof Phase.Held)) {
            return accept(c, now, p.by(), List.of());
        }
        List<Event> events =
                c.phase() instanceof Phase.Held
                        ? List.of(
                                new Event.Postponed(p.by(), w, p.why()),
                                new Event.PhaseEntered(
                                        from,
                                        new Phase.Reason(
                                                "Postponed",
                                                p.by() + " moved the window to " + w.opensAt())))
                        : List.of(new Event.Postponed(p.by(), w, p.why()));
        return accept(c, now, p.by(), events);
    }

    /** Always accepted while there is anything to take back. */
    private static Decision abort(Cutover c, Abort a, Instant now) {
        Phase.Reason why =
                new Phase.Reason("AbortRequested", a.by() + " asked to fall back: " + a.why());
        Event asked = new Event.AbortRequested(a.by(), a.why());
        if (c.phase().isWayBack()) {
            return accept(c, now, a.by(), List.of());
        }
        if (c.phase() instanceof Phase.Cancelled || c.phase() instanceof Phase.FellBack) {
            return Decision.refuse(
                    now, "AlreadyBack", c.id() + " is " + c.phase().text() + " already");
        }
        if (!c.phase().isPastPromotion()) {
            return accept(
                    c,
                    now,
                    a.by(),
                    List.of(asked, new Event.PhaseEntered(new Phase.Cancelling(why), why)));
        }
        Instant keptUntil = c.phaseSince().plus(c.plan().fallback().readOnly());
        if (c.phase() instanceof Phase.Completed && now.isAfter(keptUntil)) {
            return Decision.refuse(
                    now,
                    "FallbackGone",
                    "the fallback side was kept until "
                            + keptUntil
                            + "; use 'cutover restore' with the before-image if it still serves");
        }
        return accept(
                c,
                now,
                a.by(),
                List.of(asked, new Event.PhaseEntered(Backward.firstStage(c, why), why)));
    }
}
