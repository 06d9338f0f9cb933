package dev.cutover.core.life;

import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Side;
import dev.cutover.core.timeline.TtlClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A cutover's fields while one event is applied: what each event changes, and nothing else. */
final class Draft {
    private final Cutover from;
    private long seq;
    private Plan plan;
    private Phase phase;
    private Instant phaseSince;
    private Optional<BeforeImage> before;
    private List<String> imagePlaces;
    private TtlClock ttlClock;
    private final SortedSet<String> approvers;
    private boolean lowered;
    private Optional<Instant> loweredAt;
    private boolean promotionTouched;
    private final SortedSet<Integer> switchedSteps;
    private final SortedSet<Integer> provenSteps;
    private Optional<Instant> servedAt;
    private Optional<Instant> routedAt;
    private boolean restored;
    private Optional<Side> settled;
    private Optional<Instant> restoredAt;
    private final SortedMap<String, Cutover.Tries> tries;
    private final Map<CheckName, Cutover.Stance> verdicts;
    private List<ForeignEdit> kept;
    private boolean undoApproved;
    private boolean windowOverridden;
    private final SortedSet<String> pages;
    private Instant lastWrittenAt;
    private final SortedMap<ActionId, Action> open;

    Draft(Cutover c) {
        from = c;
        seq = c.seq();
        plan = c.plan();
        phase = c.phase();
        phaseSince = c.phaseSince();
        before = c.before();
        imagePlaces = c.imagePlaces();
        ttlClock = c.ttlClock();
        approvers = new TreeSet<>(c.approvers());
        lowered = c.lowered();
        loweredAt = c.loweredAt();
        promotionTouched = c.promotionTouched();
        switchedSteps = new TreeSet<>(c.switchedSteps());
        provenSteps = new TreeSet<>(c.provenSteps());
        servedAt = c.servedAt();
        routedAt = c.routedAt();
        restored = c.restored();
        settled = c.settled();
        restoredAt = c.restoredAt();
        tries = new TreeMap<>(c.tries());
        verdicts = new EnumMap<>(CheckName.class);
        verdicts.putAll(c.verdicts());
        kept = c.kept();
        undoApproved = c.undoApproved();
        windowOverridden = c.windowOverridden();
        pages = new TreeSet<>(c.pages());
        lastWrittenAt = c.lastWrittenAt();
        open = new TreeMap<>(c.open());
    }

    /** Takes one more event in. */
    Draft apply(JournalEntry entry) {
        seq = entry.seq();
        Instant at = entry.at();
        switch (entry.event()) {
            case Event.Scheduled s ->
                    throw new IllegalArgumentException(
                            from.id()
                                    + ": expected Scheduled only as the first event, seen it at "
                                    + entry.seq());
            case Event.PhaseEntered p -> enter(p.phase(), at);
            case Event.ActionIntended a -> intend(new Action(a.id(), a.spec(), at, a.deadlineAt()));
            case Event.ActionEnded a -> end(a, at);
            case Event.GatePassed g -> verdict(g.judged(), at);
            case Event.VerdictChanged v -> verdict(v.judged(), at);
            case Event.TtlClockChanged t -> ttlClock = t.clock();
            case Event.StepServed s -> servedAt = Optional.of(at);
            case Event.RoutingRestored r -> {
                restoredAt = Optional.of(at);
                kept = r.kept();
            }
            case Event.ZoneProven z -> {}
            case Event.ContentKept k -> promotionTouched = false;
            case Event.Approved a -> approvers.add(a.by());
            case Event.UndoApproved u -> undoApproved = true;
            case Event.Postponed p -> postpone(p.window());
            case Event.HoldRequested h -> {}
            case Event.ResumeRequested r ->
                    windowOverridden |=
                            from.isBegun()
                                    && phase instanceof Phase.Held h
                                    && Guards.isAboutTheWindow(h.why());
            case Event.AbortRequested a -> {}
            case Event.Paged p -> pages.add(p.code());
        }
        return this;
    }

    private void enter(Phase next, Instant at) {
        boolean newStep =
                next instanceof Phase.Switching s
                        && !(phase instanceof Phase.Switching t && t.step() == s.step());
        if (newStep && !(phase instanceof Phase.Held)) {
            servedAt = Optional.empty();
        }
        phase = next;
        phaseSince = at;
        // Each stage of falling back asks for the same purge; people know of it already.
        boolean told =
                next instanceof Phase.FallingBack f
                        && f.stage() != Phase.Stage.ROUTING
                        && pages.contains(Purging.NOT_PURGED);
        pages.clear();
        if (told) {
            pages.add(Purging.NOT_PURGED);
        }
    }

    private void intend(Action action) {
        open.put(action.id(), action);
        Cutover.Tries so = tries.get(action.id().key());
        tries.put(
                action.id().key(),
                new Cutover.Tries(
                        action.spec(),
                        action.id().attempt(),
                        so == null ? Optional.empty() : so.last(),
                        action.intendedAt()));
        switch (action.spec()) {
            case ActionSpec.LowerTtls l -> lowered = true;
            case ActionSpec.Promote p -> promotionTouched = true;
            case ActionSpec.SwitchStep s -> {
                switchedSteps.add(s.step());
                routedAt = routedAt.or(() -> Optional.of(action.intendedAt()));
            }
            case ActionSpec.TakeBeforeImage t -> {}
            case ActionSpec.VerifyPromotion v -> {}
            case ActionSpec.Purge p -> {}
            case ActionSpec.PurgeMore p -> {}
            case ActionSpec.RestoreRouting r -> {}
            case ActionSpec.UndoPromotion u -> {}
            case ActionSpec.SettleTtls s -> {}
        }
    }

    private void end(Event.ActionEnded ended, Instant at) {
        Action action = open.remove(ended.id());
        if (action == null) {
            throw new IllegalArgumentException(
                    from.id() + ": expected an open action to end, seen " + ended.id());
        }
        tries.put(
                ended.id().key(),
                new Cutover.Tries(
                        action.spec(), ended.id().attempt(), Optional.of(ended.ending()), at));
        if (!ended.ending().isSuccess()) {
            return;
        }
        if (ended.ending() instanceof Ending.ImageTaken taken) {
            before = Optional.of(taken.image());
            imagePlaces = taken.places();
        }
        if (ended.ending() instanceof Ending.ZoneWritten written) {
            lastWrittenAt = written.lastWrittenAt();
            kept = union(kept, written.kept());
        }
        switch (action.spec()) {
            case ActionSpec.LowerTtls l -> loweredAt = Optional.of(at);
            case ActionSpec.SwitchStep s -> provenSteps.add(s.step());
            case ActionSpec.RestoreRouting r -> restored = true;
            case ActionSpec.SettleTtls s -> settled = Optional.of(s.side());
            case ActionSpec.UndoPromotion u -> promotionTouched = false;
            case ActionSpec.TakeBeforeImage t -> {}
            case ActionSpec.Promote p -> {}
            case ActionSpec.VerifyPromotion v -> {}
            case ActionSpec.Purge p -> {}
            case ActionSpec.PurgeMore p -> {}
        }
    }

    private static List<ForeignEdit> union(List<ForeignEdit> a, List<ForeignEdit> b) {
        List<ForeignEdit> all = new ArrayList<>(a);
        b.stream().filter(e -> !all.contains(e)).forEach(all::add);
        return List.copyOf(all);
    }

    private void verdict(Judged judged, Instant at) {
        Cutover.Stance so = verdicts.get(judged.check());
        Instant since = so != null && goesOn(so.judged(), judged) ? so.since() : at;
        verdicts.put(judged.check(), new Cutover.Stance(judged, since));
    }

    private static boolean goesOn(Judged so, Judged now) {
        return so.verdict() == now.verdict() || (isUnknown(so) && isUnknown(now));
    }

    private static boolean isUnknown(Judged judged) {
        return judged.verdict() == Verdict.BLIND || judged.verdict() == Verdict.INCONCLUSIVE;
    }

    private void postpone(Plan.Window window) {
        plan = plan.withWindow(window);
        approvers.clear();
    }

    Cutover cutover() {
        return new Cutover(
                from.id(),
                seq,
                plan,
                from.author(),
                from.planHash(),
                from.changes(),
                from.edge(),
                phase,
                phaseSince,
                before,
                imagePlaces,
                ttlClock,
                approvers,
                lowered,
                loweredAt,
                promotionTouched,
                switchedSteps,
                provenSteps,
                servedAt,
                routedAt,
                restored,
                settled,
                restoredAt,
                tries,
                verdicts,
                kept,
                undoApproved,
                windowOverridden,
                pages,
                lastWrittenAt,
                open);
    }
}
