package dev.cutover.core.life;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.core.timeline.TtlClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One planned move of a site: the fold of its events and nothing else.
 *
 * @param seq of the last event
 * @param edge the planned parts of the provider's edge
 * @param phaseSince when the present phase was entered
 * @param before empty until the before-image was taken
 * @param imagePlaces where it can be read from
 * @param approvers who agreed to {@code planHash} for the present window
 * @param lowered whether TTLs may have been lowered
 * @param loweredAt when the lowering was proven
 * @param promotionTouched whether the engine may have changed content
 * @param switchedSteps steps whose write was intended; their records may stand on the next side
 * @param provenSteps steps whose write was read back
 * @param servedAt when the present step was seen served
 * @param routedAt when the first step was intended
 * @param restored whether the last word on routing is the fallback side
 * @param settled whose TTLs were put back, if anybody's
 * @param restoredAt when routing was last proven to be restored
 * @param tries by action key, how often it was tried and how it last ended
 * @param verdicts the last journaled verdict of each check
 * @param kept other people's edits that were left during restoration
 * @param undoApproved whether a person accepted the loss that undoing the promotion means
 * @param windowOverridden whether a person resumed after the window closed in the middle of the run
 * @param pages codes of pages sent in the present phase, so that each is sent once
 * @param lastWrittenAt the provider's latest time of writing after our own last write
 */
public record Cutover(
        CutoverId id,
        long seq,
        Plan plan,
        String author,
        String planHash,
        List<SetChange> changes,
        List<EdgeChange> edge,
        Phase phase,
        Instant phaseSince,
        Optional<BeforeImage> before,
        List<String> imagePlaces,
        TtlClock ttlClock,
        SortedSet<String> approvers,
        boolean lowered,
        Optional<Instant> loweredAt,
        boolean promotionTouched,
        SortedSet<Integer> switchedSteps,
        SortedSet<Integer> provenSteps,
        Optional<Instant> servedAt,
        Optional<Instant> routedAt,
        boolean restored,
        Optional<Side> settled,
        Optional<Instant> restoredAt,
        SortedMap<String, Tries> tries,
        Map<CheckName, Stance> verdicts,
        List<ForeignEdit> kept,
        boolean undoApproved,
        boolean windowOverridden,
        SortedSet<String> pages,
        Instant lastWrittenAt,
        SortedMap<ActionId, Action> open) {

    /**
     * How often a piece of work was tried.
     *
     * @param spec the last attempt's work
     * @param count attempts opened
     * @param last how the last closed attempt ended; empty while the first is open
     * @param lastAt when that was
     */
    public record Tries(ActionSpec spec, int count, Optional<Ending> last, Instant lastAt) {}

    /** A verdict and since when it stands; thin and blind count as one, for neither is known. */
    public record Stance(Judged judged, Instant since) {}

    /** The state after the first event. */
    public static Cutover begin(JournalEntry first) {
        if (!(first.event() instanceof Event.Scheduled s)) {
            throw new IllegalArgumentException(
                    "expected Scheduled as first event of "
                            + first.cutover()
                            + ", seen "
                            + first.event());
        }
        return new Cutover(
                first.cutover(),
                first.seq(),
                s.plan(),
                s.author(),
                s.planHash(),
                s.changes(),
                s.edge(),
                new Phase.Scheduled(),
                first.at(),
                Optional.empty(),
                List.of(),
                TtlClock.stopped(),
                new TreeSet<>(),
                false,
                Optional.empty(),
                false,
                new TreeSet<>(),
                new TreeSet<>(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(),
                new EnumMap<>(CheckName.class),
                List.of(),
                false,
                false,
                new TreeSet<>(),
                Instant.EPOCH,
                new TreeMap<>());
    }

    /** The fold of a whole journal. */
    public static Cutover of(List<JournalEntry> journal) {
        Cutover c = begin(journal.getFirst());
        for (JournalEntry entry : journal.subList(1, journal.size())) {
            c = c.apply(entry);
        }
        return c;
    }

    /** The state after one more event. */
    public Cutover apply(JournalEntry entry) {
        if (entry.seq() != seq + 1) {
            throw new IllegalArgumentException(
                    "expected seq " + (seq + 1) + " of " + id + ", seen " + entry.seq());
        }
        Draft d = new Draft(this);
        d.seq = entry.seq();
        Instant at = entry.at();
        switch (entry.event()) {
            case Event.Scheduled s ->
                    throw new IllegalArgumentException(id + " is scheduled already");
            case Event.PhaseEntered p -> d.enter(p.phase(), at);
            case Event.ActionIntended a ->
                    d.intend(new Action(a.id(), a.spec(), at, a.deadlineAt()));
            case Event.ActionEnded a -> d.end(a, at);
            case Event.GatePassed g -> d.verdict(g.judged(), at);
            case Event.VerdictChanged v -> d.verdict(v.judged(), at);
            case Event.TtlClockChanged t -> d.ttlClock = t.clock();
            case Event.StepServed s -> d.servedAt = Optional.of(at);
            case Event.RoutingRestored r -> {
                d.restoredAt = Optional.of(at);
                d.kept = r.kept();
            }
            case Event.ZoneProven z -> {}
            case Event.ContentKept k -> d.promotionTouched = false;
            case Event.Approved a -> d.approvers.add(a.by());
            case Event.UndoApproved u -> d.undoApproved = true;
            case Event.Postponed p -> d.postpone(p.window());
            case Event.HoldRequested h -> {}
            case Event.ResumeRequested r ->
                    d.windowOverridden |=
                            isBegun()
                                    && d.phase instanceof Phase.Held h
                                    && h.why().code().equals("WindowClosed");
            case Event.AbortRequested a -> {}
            case Event.Paged p -> d.pages.add(p.code());
        }
        return d.cutover();
    }

    /** The records a planned set must show by what we wrote and proved; empty list when the set must be absent. */
    public List<DnsRecord> expected(SetChange change) {
        if (settled.isPresent()) {
            return switch (settled.get()) {
                case CURRENT -> change.before();
                case NEXT -> change.nextSettled();
                case FALLBACK -> change.fallbackSettled();
            };
        }
        if (restored) {
            return change.fallback();
        }
        if (provenSteps.contains(change.step())) {
            return change.next();
        }
        return loweredAt.isPresent() ? change.aged() : change.before();
    }

    /**
     * The changes as a restoration to this side must see them: only values that stood there before or that
     * we may have written count as ours. A value of the next side that was never switched to is a
     * person's, and so is an old value that came back before closing.
     */
    public List<SetChange> restorable(Side side) {
        return switch (side) {
            case CURRENT -> changes.stream().map(c -> c.unswitched(false)).toList();
            case NEXT -> changes.stream().map(SetChange::closing).toList();
            case FALLBACK ->
                    changes.stream()
                            .map(c -> switchedSteps.contains(c.step()) ? c : c.unswitched(true))
                            .toList();
        };
    }

    /** What a planned part of the edge must show by what we wrote and proved. */
    public EdgePart expected(EdgeChange change) {
        if (settled.isPresent()) {
            return settledOn(change, settled.get());
        }
        if (restored) {
            return change.fallback();
        }
        if (!provenSteps.isEmpty()) {
            return change.at(provenSteps.last());
        }
        return loweredAt.isPresent() ? change.at(EdgeChange.PREPARED) : change.before();
    }

    /** What a planned part of the edge keeps on a side when all is done. */
    public static EdgePart settledOn(EdgeChange change, Side side) {
        return switch (side) {
            case CURRENT, FALLBACK -> change.before();
            case NEXT -> change.settled();
        };
    }

    /** Whether content or routing may have been changed; before that there is nothing to finish. */
    public boolean isBegun() {
        return promotionTouched || !switchedSteps.isEmpty();
    }

    /** The parts of the edge as {@link #restorable} has the records: only what we may have written is ours. */
    public List<EdgeClaim> restorableEdge(Side side) {
        return switch (side) {
            case CURRENT -> edge.stream().map(e -> e.written(prepared(Set.of()), false)).toList();
            case NEXT -> edge.stream().map(EdgeChange::closing).toList();
            case FALLBACK ->
                    edge.stream().map(e -> e.written(prepared(switchedSteps), true)).toList();
        };
    }

    /** The steps whose writes to the edge were intended, with what goes with the lowered TTLs. */
    private Set<Integer> prepared(Set<Integer> steps) {
        Set<Integer> all = new TreeSet<>(steps);
        if (lowered) {
            all.add(EdgeChange.PREPARED);
        }
        return all;
    }

    /** The planned names whose visitors reach the provider's edge, sorted. */
    public List<DnsName> proxiedNames() {
        TreeSet<DnsName> names = new TreeSet<>();
        changes.stream().filter(SetChange::isProxied).forEach(c -> names.add(c.name()));
        edge.forEach(e -> names.addAll(e.names()));
        return List.copyOf(names);
    }

    /** The parts of the edge that one switching step touches. */
    public List<EdgeChange> edgeStep(int step) {
        return edge.stream().filter(e -> e.movesAt(step)).toList();
    }

    /** The changes of one switching step. */
    public List<SetChange> step(int step) {
        return changes.stream().filter(c -> c.step() == step).toList();
    }

    /** The changes whose write to the next side was intended. */
    public List<SetChange> switched() {
        return changes.stream().filter(c -> switchedSteps.contains(c.step())).toList();
    }

    /** The last journaled verdict of a check. */
    public Optional<Stance> verdict(CheckName check) {
        return Optional.ofNullable(verdicts.get(check));
    }

    /** Whether this piece of work ended well. */
    public boolean isDone(ActionSpec spec) {
        return Optional.ofNullable(tries.get(spec.key()))
                .flatMap(Tries::last)
                .map(Ending::isSuccess)
                .orElse(false);
    }

    /**
     * Whether an open action that was never sent, as after a crash, may be sent now. Forward work may not
     * while held or on the way back: it is closed as failed instead, and decided anew.
     */
    public boolean maySend(ActionSpec spec) {
        return !spec.isForward() || !(phase instanceof Phase.Held || isPointless(spec));
    }

    /** Whether an open action has lost its purpose: it is cancelled, looked at and closed at once. */
    public boolean isPointless(ActionSpec spec) {
        return spec.isForward() && (phase.isWayBack() || phase.isFinal());
    }

    /** The open attempt at this piece of work. */
    public Optional<Action> openAttempt(ActionSpec spec) {
        return open.values().stream().filter(a -> a.id().key().equals(spec.key())).findFirst();
    }

    /** A cutover's fields while one event is applied. */
    private static final class Draft {
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
        private final SortedMap<String, Tries> tries;
        private final Map<CheckName, Stance> verdicts;
        private List<ForeignEdit> kept;
        private boolean undoApproved;
        private boolean windowOverridden;
        private final SortedSet<String> pages;
        private Instant lastWrittenAt;
        private final SortedMap<ActionId, Action> open;

        Draft(Cutover c) {
            from = c;
            seq = c.seq;
            plan = c.plan;
            phase = c.phase;
            phaseSince = c.phaseSince;
            before = c.before;
            imagePlaces = c.imagePlaces;
            ttlClock = c.ttlClock;
            approvers = new TreeSet<>(c.approvers);
            lowered = c.lowered;
            loweredAt = c.loweredAt;
            promotionTouched = c.promotionTouched;
            switchedSteps = new TreeSet<>(c.switchedSteps);
            provenSteps = new TreeSet<>(c.provenSteps);
            servedAt = c.servedAt;
            routedAt = c.routedAt;
            restored = c.restored;
            settled = c.settled;
            restoredAt = c.restoredAt;
            tries = new TreeMap<>(c.tries);
            verdicts = new EnumMap<>(CheckName.class);
            verdicts.putAll(c.verdicts);
            kept = c.kept;
            undoApproved = c.undoApproved;
            windowOverridden = c.windowOverridden;
            pages = new TreeSet<>(c.pages);
            lastWrittenAt = c.lastWrittenAt;
            open = new TreeMap<>(c.open);
        }

        void enter(Phase next, Instant at) {
            boolean newStep =
                    next instanceof Phase.Switching s
                            && !(phase instanceof Phase.Switching t && t.step() == s.step());
            if (newStep && !(phase instanceof Phase.Held)) {
                servedAt = Optional.empty();
            }
            phase = next;
            phaseSince = at;
            pages.clear();
        }

        void intend(Action action) {
            open.put(action.id(), action);
            Tries so = tries.get(action.id().key());
            tries.put(
                    action.id().key(),
                    new Tries(
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

        void end(Event.ActionEnded ended, Instant at) {
            Action action = open.remove(ended.id());
            if (action == null) {
                throw new IllegalArgumentException("action " + ended.id() + " is not open");
            }
            tries.put(
                    ended.id().key(),
                    new Tries(
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

        void verdict(Judged judged, Instant at) {
            Stance so = verdicts.get(judged.check());
            Instant since = so != null && goesOn(so.judged(), judged) ? so.since() : at;
            verdicts.put(judged.check(), new Stance(judged, since));
        }

        private static boolean goesOn(Judged so, Judged now) {
            return so.verdict() == now.verdict() || (isUnknown(so) && isUnknown(now));
        }

        private static boolean isUnknown(Judged judged) {
            return judged.verdict() == Verdict.BLIND || judged.verdict() == Verdict.INCONCLUSIVE;
        }

        void postpone(Plan.Window window) {
            plan = plan.withWindow(window);
            approvers.clear();
        }

        Cutover cutover() {
            return new Cutover(
                    from.id,
                    seq,
                    plan,
                    from.author,
                    from.planHash,
                    from.changes,
                    from.edge,
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
}
