package dev.cutover.core.life;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeField;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * The way back: routing first, then content once the last cache let go, then TTLs.
 *
 * <p>Nothing here waits for approval, window or drift; what cannot be done now is tried again, and people
 * are told what they can do by hand.
 */
final class Backward {
    private static final Duration UNDO_EVIDENCE = Duration.ofSeconds(30);
    private static final Duration AUTHORITY_PATIENCE = Duration.ofMinutes(2);

    private Backward() {}

    /** Where falling back begins: with routing if any may have moved, else with content. */
    static Phase.FallingBack firstStage(Cutover c, Phase.Reason why) {
        return new Phase.FallingBack(
                c.switchedSteps().isEmpty() ? Phase.Stage.CONTENT : Phase.Stage.ROUTING, why);
    }

    static void fallingBack(Turn t, Phase.FallingBack phase) {
        switch (phase.stage()) {
            case ROUTING -> routing(t, phase.why());
            case DRAINING -> draining(t, phase.why());
            case CONTENT -> content(t, phase.why());
            case CLOSING -> closing(t);
        }
    }

    static void needsOperator(Turn t, Phase.NeedsOperator phase) {
        if (phase.from() instanceof Phase.FallingBack from) {
            routing(t, from.why());
        }
    }

    private static void routing(Turn t, Phase.Reason why) {
        t.wakeIn(Pace.TICK);
        int round = round(t, r -> new ActionSpec.RestoreRouting(r));
        ActionSpec restore = new ActionSpec.RestoreRouting(round);
        if (t.insist(restore) != Turn.Work.DONE) {
            callForHelp(t, restore, why);
            return;
        }
        Instant restoredAt = t.triedAt(restore);
        WayBack left = WayBack.toFallback(t, restoredAt).orElse(null);
        if (left == null) {
            // A clock that jumped is no reason by itself: a look must have failed since, or be long
            // overdue.
            boolean failed =
                    Stream.of(EvidenceKey.ZONE, EvidenceKey.EDGE)
                            .flatMap(k -> t.latest(k, Evidence.NoEvidence.class).stream())
                            .anyMatch(e -> e.observedAt().isAfter(restoredAt));
            if ((failed && restoredAt.plus(Pace.FORWARD_PATIENCE).isBefore(t.now))
                    || restoredAt.plus(Pace.FORWARD_PATIENCE.multipliedBy(100)).isBefore(t.now)) {
                t.page(
                        "NotReadBack",
                        "routing was restored at " + restoredAt + " but cannot be read back",
                        manualSteps(t.c, SetChange::fallback));
            }
            return;
        }
        if (!left.isDone()) {
            t.insist(new ActionSpec.RestoreRouting(round + 1));
            return;
        }
        if (left.observedAt().isBefore(restoredAt.plus(Pace.STABLE))
                || !authoritiesFollow(t, restoredAt, left.records())) {
            return;
        }
        t.emit(new Event.RoutingRestored(left.kept()));
        if (!left.kept().isEmpty()) {
            t.page(
                    "EditsKept",
                    "routing is back, but edits by others were kept: " + left.kept().getFirst(),
                    left.kept().stream().map(Object::toString).limit(20).toList());
        }
        t.enter(
                new Phase.FallingBack(Phase.Stage.DRAINING, why),
                "RoutingRestored",
                "every planned set is on the fallback side; caches let go of the next side");
    }

    /** Every authority must serve the fallback; a sick one is paged and does not hold up the rest for ever. */
    private static boolean authoritiesFollow(Turn t, Instant restoredAt, Restoration left) {
        List<SetChange> own =
                t.c.changes().stream()
                        .filter(
                                c ->
                                        left.kept().stream()
                                                .noneMatch(
                                                        k -> k.subject().startsWith(c.key() + " ")))
                        .toList();
        if (own.isEmpty()) {
            return true;
        }
        Judged judged = t.gates(Pace.GO_EVIDENCE).authoritiesAgree(own, SetChange::fallback);
        boolean fresh = judged.observedAt().map(at -> at.isAfter(restoredAt)).orElse(false);
        if (judged.verdict() == Verdict.PASS && fresh) {
            t.note(judged);
            return true;
        }
        if (restoredAt.plus(AUTHORITY_PATIENCE).isAfter(t.now)) {
            return false;
        }
        t.note(judged);
        t.page(
                "AuthoritiesBehind",
                "the provider shows the fallback side, but " + judged.summary(),
                List.of("ask the provider about its nameservers"));
        return true;
    }

    private static void callForHelp(Turn t, ActionSpec spec, Phase.Reason why) {
        int failures = t.failures(spec);
        if (failures >= Pace.PAGE_AFTER_TRIES) {
            t.page(
                    "CannotRestore",
                    spec.key()
                            + " failed "
                            + failures
                            + " times: "
                            + t.lastWord(spec)
                            + "; trying on",
                    manualSteps(t.c, SetChange::fallback));
        }
        if (failures >= Pace.OPERATOR_AFTER_TRIES
                && t.c.phase() instanceof Phase.FallingBack phase) {
            Phase.Reason stuck =
                    new Phase.Reason(
                            "CannotRestore",
                            t.lastWord(spec) + " (falling back because: " + why.text() + ")");
            t.enter(new Phase.NeedsOperator(phase, stuck), stuck.code(), stuck.text());
        }
    }

    /** What a person can do in the provider's dashboard when its API does not answer. */
    private static List<String> manualSteps(Cutover c, Function<SetChange, List<DnsRecord>> side) {
        List<String> steps = new ArrayList<>();
        for (EdgeChange change : c.edge()) {
            EdgeWrite back = new EdgeWrite(change.at(Integer.MAX_VALUE), change.fallback());
            for (EdgeField field : back.changed()) {
                steps.add(
                        "set "
                                + field.subject(change.key())
                                + " "
                                + field.what()
                                + " to "
                                + change.fallback().fields().getOrDefault(field, "none"));
            }
        }
        for (SetChange change : c.changes()) {
            steps.add(
                    "set "
                            + change.key()
                            + " to "
                            + side.apply(change).stream()
                                    .map(
                                            r ->
                                                    r.content()
                                                            + (r.proxied()
                                                                    ? " (proxied)"
                                                                    : " (TTL "
                                                                            + r.ttlSeconds()
                                                                            + " s)"))
                                    .toList());
        }
        steps.add(
                "or run: cutover restore with the before-image at "
                        + String.join(" or ", c.imagePlaces()));
        return steps;
    }

    /**
     * Goes back to routing when the zone shows the next side again: a person or a very late write put it
     * there, and its content must not be taken from under visitors.
     */
    private static boolean routedAgain(Turn t, Phase.Reason why) {
        boolean done =
                WayBack.toFallback(t, t.c.restoredAt().orElse(Instant.MAX))
                        .map(WayBack::isDone)
                        .orElse(true);
        if (done) {
            return false;
        }
        t.enter(
                new Phase.FallingBack(Phase.Stage.ROUTING, why),
                "RoutedAgain",
                "zone or edge show the next side again although routing was restored");
        return true;
    }

    /**
     * Has the edge forget what the next side answered; true when that is proven, or when it was tried for long
     * enough and people know. Routing does not wait for it, putting the shield back does.
     */
    private static boolean forgotten(Turn t) {
        if (t.c.switchedSteps().isEmpty()) {
            return true;
        }
        return switch (Purging.work(t, Side.FALLBACK)) {
            case DONE -> true;
            case BUSY -> {
                t.wakeIn(Pace.TICK);
                yield false;
            }
            case STUCK -> {
                t.page(
                        Purging.NOT_PURGED,
                        "the edge may still hand out pages of the next side: "
                                + Purging.problem(t, Side.FALLBACK),
                        Purging.byHand(t.c));
                yield true;
            }
        };
    }

    private static void draining(Turn t, Phase.Reason why) {
        if (routedAgain(t, why)) {
            return;
        }
        boolean unused = forgotten(t);
        Instant goneAt = Drain.goneAt(t.c, t.c.restoredAt().orElse(t.c.phaseSince()));
        if (t.now.isBefore(goneAt)) {
            t.wake(goneAt);
            return;
        }
        t.enter(
                new Phase.FallingBack(Phase.Stage.CONTENT, why),
                "Drained",
                "no honest cache shows the next side any more");
    }

    private static void content(Turn t, Phase.Reason why) {
        t.wakeIn(Pace.TICK);
        if (routedAgain(t, why)) {
            return;
        }
        boolean unused = forgotten(t);
        Optional<Action> importing =
                t.c.openAttempt(new ActionSpec.Promote())
                        .or(() -> t.c.openAttempt(new ActionSpec.VerifyPromotion()));
        if (importing.isPresent()) {
            pageOverdue(t, importing.get());
            return;
        }
        if (!t.c.promotionTouched()) {
            t.enter(
                    new Phase.FallingBack(Phase.Stage.CLOSING, why),
                    "ContentSettled",
                    "content needs nothing more");
            return;
        }
        boolean tookWrites =
                !t.c.switchedSteps().isEmpty() && t.c.plan().writes() != Plan.Writes.NONE;
        Plan.AfterWrites rule =
                tookWrites ? t.c.plan().fallback().afterWrites() : Plan.AfterWrites.UNDO;
        if (rule == Plan.AfterWrites.KEEP) {
            t.emit(
                    new Event.ContentKept(
                            "the next side may have taken writes; the plan says to keep them"));
        } else if (rule == Plan.AfterWrites.HOLD && !t.c.undoApproved()) {
            t.page(
                    "UndoNeedsApproval",
                    "visitors may have written to the next side; undoing its content loses that",
                    List.of(
                            "cutover approve " + t.c.id() + " to undo and lose it",
                            "cutover resume " + t.c.id() + " to keep the content"));
        } else if (t.c.switchedSteps().isEmpty() || seenJustNow(t)) {
            undo(t);
        }
    }

    private static void pageOverdue(Turn t, Action engineWork) {
        Duration longest = t.c.plan().promotion().map(Pace::longest).orElse(Duration.ZERO);
        if (!t.now.isBefore(engineWork.intendedAt().plus(longest))) {
            t.page(
                    "UndoOverdue",
                    "visitors are back, but the content is not undone yet: the engine has worked at "
                            + engineWork.spec().key()
                            + " since "
                            + engineWork.intendedAt()
                            + ", longer than twice what an import takes",
                    List.of("look at the promotion engine: does it still work?"));
        }
    }

    /** Whether the zone was read just now; content is not undone on old knowledge of where visitors go. */
    private static boolean seenJustNow(Turn t) {
        boolean seen = t.zoneSince(t.now.minus(UNDO_EVIDENCE)).isPresent();
        if (!seen && t.c.phaseSince().plus(Pace.FORWARD_PATIENCE).isBefore(t.now)) {
            t.page("NotReadBack", "content is not undone while the zone cannot be read", List.of());
        }
        return seen;
    }

    private static void undo(Turn t) {
        ActionSpec undo = new ActionSpec.UndoPromotion();
        if (t.insist(undo) == Turn.Work.DONE) {
            return;
        }
        t.c.openAttempt(undo).ifPresent(open -> pageOverdue(t, open));
        if (t.failures(undo) < Pace.KEEP_CONTENT_AFTER_TRIES) {
            return;
        }
        // An engine that is still importing may say "not yet" for as long as an import takes.
        Duration expected = t.c.plan().promotion().map(p -> p.expected()).orElse(Duration.ZERO);
        Instant patienceOver =
                t.c.phaseSince().plus(expected.multipliedBy(3)).plus(Pace.FORWARD_PATIENCE);
        if (t.c.openAttempt(undo).isEmpty() && patienceOver.isBefore(t.now)) {
            String text =
                    "content could not be undone after "
                            + t.failures(undo)
                            + " tries: "
                            + t.lastWord(undo);
            t.page(
                    "ContentNotUndone",
                    text,
                    List.of("put the content back from the engine's backup"));
            t.emit(new Event.ContentKept(text));
        }
    }

    private static void closing(Turn t) {
        boolean routed = !t.c.switchedSteps().isEmpty();
        Side side = routed ? Side.FALLBACK : Side.CURRENT;
        if (!forgotten(t)) {
            return;
        }
        settled(t, side)
                .ifPresent(
                        kept ->
                                t.enter(
                                        new Phase.FellBack(side),
                                        "FellBack",
                                        "visitors are on the "
                                                + side.text()
                                                + " side and TTLs are back"
                                                + exceptFor(kept)));
    }

    static void cancelling(Turn t) {
        if (!t.c.lowered()) {
            t.enter(new Phase.Cancelled(), "Cancelled", "nothing was written");
            return;
        }
        settled(t, Side.CURRENT)
                .ifPresent(
                        kept ->
                                t.enter(
                                        new Phase.Cancelled(),
                                        "Cancelled",
                                        "the zone is as it was"
                                                + exceptFor(kept)
                                                + "; nothing was promoted or routed"));
    }

    /**
     * Puts TTLs back until the zone shows it, and journals the proof.
     *
     * @return the edits by others that were kept, once the zone shows it; empty until then
     */
    static Optional<List<ForeignEdit>> settled(Turn t, Side side) {
        t.wakeIn(Pace.TICK);
        int round = round(t, r -> new ActionSpec.SettleTtls(side, r));
        ActionSpec settle = new ActionSpec.SettleTtls(side, round);
        if (t.insist(settle) != Turn.Work.DONE) {
            if (t.failures(settle) >= Pace.PAGE_AFTER_TRIES) {
                t.page(
                        "CannotSettle",
                        settle.key()
                                + " failed "
                                + t.failures(settle)
                                + " times: "
                                + t.lastWord(settle)
                                + "; trying on",
                        List.of());
            }
            return Optional.empty();
        }
        WayBack left = WayBack.toSettled(t, t.triedAt(settle), side).orElse(null);
        if (left == null) {
            return Optional.empty();
        }
        if (!left.isDone()) {
            t.insist(new ActionSpec.SettleTtls(side, round + 1));
            return Optional.empty();
        }
        if (left.observedAt().isBefore(t.lastUnsureZoneWriteAt().plus(Pace.STABLE))) {
            return Optional.empty();
        }
        if (!left.kept().isEmpty()) {
            t.page(
                    "EditsKept",
                    "edits by others that were kept: "
                            + left.kept().size()
                            + ", first: "
                            + left.kept().getFirst(),
                    left.kept().stream().map(Object::toString).limit(20).toList());
        }
        t.emit(new Event.ZoneProven(side, left.proof(t.c, side), left.observedAt()));
        return Optional.of(left.kept());
    }

    /** The last words of a run must not claim what an edit by others contradicts. */
    static String exceptFor(List<ForeignEdit> kept) {
        return kept.isEmpty()
                ? ""
                : ", except for "
                        + kept.size()
                        + " of others' edits that were kept, first: "
                        + kept.getFirst();
    }

    /** The latest round of a repeated piece of work, from 1. */
    private static int round(Turn t, IntFunction<ActionSpec> spec) {
        int round = 1;
        while (t.c.tries().containsKey(spec.apply(round + 1).key())) {
            round++;
        }
        return round;
    }
}
