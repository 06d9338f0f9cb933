package dev.cutover.core.life;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.core.timeline.TtlClock;
import java.time.Instant;
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
        return new Draft(this).apply(entry).cutover();
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
        return SetChange.proxiedNames(changes, edge);
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
}
