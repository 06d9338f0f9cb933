package dev.cutover.core.life;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.timeline.TtlClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The forward phases up to a verified import, in the order of a life: nothing is routed in any of them.
 * Each reads as its runbook; {@link Switchover} has those that follow.
 */
final class Forward {
    private Forward() {}

    static void scheduled(Turn t) {
        Instant startAt = t.c.plan().lowerTtlsAt().minus(Pace.HEAD_START);
        if (t.now.isBefore(startAt)) {
            t.wake(startAt);
            return;
        }
        Judged zone = t.note(t.unchanged(Pace.FRESH));
        switch (zone.verdict()) {
            case PASS ->
                    t.enter(
                            new Phase.Preparing(),
                            "TimeToPrepare",
                            "TTLs go down " + t.c.plan().ttl().lead() + " before the window");
            case FAIL ->
                    t.hold("Drift", "the zone changed since it was planned: " + zone.summary());
            case INCONCLUSIVE, BLIND -> t.wakeIn(Duration.ofSeconds(5));
        }
    }

    static void preparing(Turn t) {
        switch (t.ensure(new ActionSpec.TakeBeforeImage())) {
            case BUSY -> t.wakeIn(Pace.TICK);
            case STUCK ->
                    t.hold(
                            "NoBeforeImage",
                            "the before-image could not be kept in two places: "
                                    + t.lastWord(new ActionSpec.TakeBeforeImage()));
            case DONE -> lowerTtls(t);
        }
    }

    private static void lowerTtls(Turn t) {
        boolean nothingToLower =
                t.c.changes().stream().allMatch(c -> c.aged().equals(c.before()))
                        && t.c.edgeStep(EdgeChange.PREPARED).isEmpty();
        if (nothingToLower) {
            t.enter(
                    new Phase.Ageing(),
                    "NothingToLower",
                    "no planned record has a TTL above "
                            + t.c.plan().ttl().lowerToSeconds()
                            + " s");
            return;
        }
        ActionSpec lower = new ActionSpec.LowerTtls();
        switch (t.ensure(lower)) {
            case BUSY -> t.wakeIn(Pace.TICK);
            case STUCK -> t.holdStuck(lower);
            case DONE ->
                    t.enter(
                            new Phase.Ageing(),
                            "TtlsLowered",
                            "TTLs are at "
                                    + t.c.plan().ttl().lowerToSeconds()
                                    + " s; old answers die out");
        }
    }

    static void ageing(Turn t) {
        Duration cadence = Pace.gateCadence(t.c.plan(), t.now);
        t.wakeIn(cadence);
        Judged aged = t.note(GoGates.ttlAged(t));
        GoGates.note(t, GoGates.judgeGates(t, cadence.plus(Pace.GO_EVIDENCE)));
        if (zoneDrifted(t, cadence.plus(Pace.GO_EVIDENCE))) {
            return;
        }
        switch (t.c.ttlClock().read(t.c.changes(), GoGates.negativeTtl(t))) {
            case TtlClock.Reading.Waits w -> t.wakeIn(Duration.ofSeconds(5));
            case TtlClock.Reading.Runs r -> {
                wakeIfAhead(t, r.goneAt());
                wakeIfAhead(t, GoGates.leadOver(t));
            }
        }
        if (aged.verdict() == Verdict.PASS) {
            t.emit(new Event.GatePassed(aged));
            t.enter(
                    new Phase.AwaitingGo(),
                    "Aged",
                    "old answers are gone; the window opens at " + t.c.plan().window().opensAt());
        } else if (t.now.plus(Pace.worstCase(t.c.plan())).isAfter(t.c.plan().window().closesAt())) {
            t.hold(
                    "MissedWindow",
                    "the window passed while TTLs were ageing: "
                            + aged.summary()
                            + "; postpone or abort");
        }
    }

    private static void wakeIfAhead(Turn t, Instant at) {
        if (at.isAfter(t.now)) {
            t.wake(at);
        }
    }

    static void awaitingGo(Turn t) {
        Plan.Window window = t.c.plan().window();
        if (t.now.plus(Pace.worstCase(t.c.plan())).isAfter(window.closesAt())) {
            t.hold(
                    "MissedWindow",
                    "the window closes at "
                            + window.closesAt()
                            + ", the worst case needs "
                            + Pace.worstCase(t.c.plan())
                            + "; postpone or abort");
            return;
        }
        boolean open = window.isOpen(t.now);
        Duration cadence = Pace.gateCadence(t.c.plan(), t.now);
        List<Judged> gates =
                new ArrayList<>(
                        GoGates.judgeGates(
                                t, open ? Pace.GO_EVIDENCE : cadence.plus(Pace.GO_EVIDENCE)));
        gates.add(GoGates.ttlAged(t));
        gates.add(GoGates.approved(t));
        gates.add(GoGates.window(t));
        GoGates.note(t, gates);
        if (zoneDrifted(t, cadence.plus(Pace.GO_EVIDENCE))) {
            return;
        }
        if (!open) {
            t.wake(window.opensAt());
            t.wakeIn(cadence);
            return;
        }
        List<Judged> closed = gates.stream().filter(GoGates::isClosed).toList();
        if (closed.isEmpty()) {
            List<Judged> passed = gates.stream().filter(g -> g.verdict() == Verdict.PASS).toList();
            passed.forEach(g -> t.emit(new Event.GatePassed(g)));
            go(t, passed.size());
            return;
        }
        List<Judged> failing = closed.stream().filter(g -> g.verdict() == Verdict.FAIL).toList();
        if (!failing.isEmpty()) {
            t.page(
                    "GatesClosed",
                    "the window is open, but: "
                            + failing.stream()
                                    .map(g -> g.check().text() + ": " + g.summary())
                                    .collect(Collectors.joining("; ")),
                    List.of(
                            "repair it before "
                                    + window.closesAt().minus(Pace.worstCase(t.c.plan())),
                            "or: cutover postpone " + t.c.id(),
                            "or: cutover abort " + t.c.id()));
        }
        t.wakeIn(Duration.ofSeconds(5));
    }

    private static void go(Turn t, int gates) {
        if (t.c.plan().promotion().isPresent()) {
            t.enter(
                    new Phase.Promoting(),
                    "Go",
                    "the window is open and " + gates + " gates passed");
        } else {
            t.enter(
                    new Phase.Switching(1, t.c.plan().steps()),
                    "Go",
                    "the window is open and " + gates + " gates passed; no content to promote");
        }
    }

    static void promoting(Turn t) {
        if (Guards.leave(t)) {
            return;
        }
        t.wakeIn(Pace.TICK);
        ActionSpec promote = new ActionSpec.Promote();
        ActionSpec verify = new ActionSpec.VerifyPromotion();
        Turn.Work work = t.ensure(promote);
        if (work == Turn.Work.DONE) {
            work = t.ensure(verify);
        }
        switch (work) {
            case BUSY -> pageOverdue(t);
            case STUCK -> {
                ActionSpec failed = t.c.isDone(promote) ? verify : promote;
                Phase.Reason why =
                        new Phase.Reason(
                                "ImportFailed",
                                "the promotion failed before any routing: " + t.lastWord(failed));
                t.enter(Backward.firstStage(t.c, why), why.code(), why.text());
            }
            case DONE -> {
                if (!Guards.noRoomLeft(t)) {
                    t.enter(
                            new Phase.Switching(1, t.c.plan().steps()),
                            "ImportVerified",
                            "the engine proved what it promoted");
                }
            }
        }
    }

    private static void pageOverdue(Turn t) {
        Plan plan = t.c.plan();
        Duration longest = plan.promotion().map(Pace::longest).orElse(Duration.ZERO);
        if (t.now.isBefore(t.c.phaseSince().plus(longest))) {
            return;
        }
        Instant roomUntil = plan.window().closesAt().minus(Pace.worstCaseOfRouting(plan));
        t.page(
                "PromotionOverdue",
                "the promotion is not proven after "
                        + longest
                        + ", twice what was expected; nothing is routed, and there is room to route until "
                        + roomUntil,
                List.of(
                        "look at the promotion engine: does it still work?",
                        "if so do nothing: routing begins once the content is proven",
                        "or: cutover abort " + t.c.id() + " to undo what was promoted"));
    }

    private static boolean zoneDrifted(Turn t, Duration maxAge) {
        // Only a finding is journaled: the gate of the same name judges by another age, and two
        // words about one check would follow each other for ever.
        Judged zone = t.unchanged(maxAge);
        if (zone.verdict() != Verdict.FAIL) {
            return false;
        }
        t.note(zone);
        t.hold("Drift", "somebody else edited what is planned: " + zone.summary());
        return true;
    }
}
