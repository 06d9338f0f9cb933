package dev.cutover.core.life;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.EdgeGates;
import dev.cutover.core.gate.Gates;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.EdgeAdvance;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One decision being made: the events so far, the state they lead to, and when to look again. */
final class Turn {
    static final String CONTROLLER = "controller";
    private static final int MOST_PATIENCE = 6;

    /** The provider takes it back after three hours; that is nobody's edit. */
    private static final EdgeKey ENDS_BY_ITSELF =
            EdgeKey.setting(Plan.EdgeSetting.DEVELOPMENT_MODE_ON.id());

    final Instant now;
    private final Map<EvidenceKey, Evidence> seen;
    private final List<Event> events = new ArrayList<>();
    private Instant wakeAt;
    Cutover c;

    Turn(Cutover c, Map<EvidenceKey, Evidence> seen, Instant now) {
        this.c = c;
        this.seen = new HashMap<>(seen);
        this.now = now;
        this.wakeAt = now.plus(Duration.ofHours(6));
        if (this.seen.get(EvidenceKey.ZONE) instanceof Evidence.Zone zone) {
            forgetOlderThanWrites(zone);
        }
        if (this.seen.get(EvidenceKey.EDGE) instanceof Evidence.Edge edge) {
            forgetOlderThanWrites(edge);
        }
    }

    /** What was read while a write was under way may show either side of it and proves nothing. */
    private void forgetOlderThanWrites(Evidence read) {
        Optional<Instant> openSince =
                c.open().values().stream()
                        .filter(a -> a.spec().writesZone())
                        .map(Action::intendedAt)
                        .min(Instant::compareTo);
        Instant closedAt = lastZoneWriteAt();
        String why;
        if (openSince.isPresent()) {
            why =
                    "not read since the write that began at "
                            + openSince.get()
                            + ", which the provider has not answered yet";
        } else if (!read.observedAt().isAfter(closedAt)) {
            why = "not read since the write that ended at " + closedAt;
        } else {
            return;
        }
        seen.put(read.key(), new Evidence.NotYet(read.key(), why, read.observedAt()));
    }

    /** How far a piece of work is. */
    enum Work {
        DONE,
        /** Open, or waiting for its next attempt. */
        BUSY,
        /** It failed in a way that trying again will not cure, or for too long. */
        STUCK
    }

    void emit(Event event) {
        events.add(event);
        c = c.apply(new JournalEntry(c.id(), c.seq() + 1, now, CONTROLLER, event));
    }

    void enter(Phase phase, String code, String text) {
        emit(new Event.PhaseEntered(phase, new Phase.Reason(code, text)));
    }

    void hold(String code, String text) {
        hold(c.phase(), code, text);
    }

    void hold(Phase from, String code, String text) {
        Instant deadlineAt = now.plus(c.plan().fallback().holdDeadline());
        enter(new Phase.Held(from, new Phase.Reason(code, text), deadlineAt), code, text);
    }

    /** Holds because this piece of forward work cannot go on. */
    void holdStuck(ActionSpec spec) {
        Cutover.Tries tries = c.tries().get(spec.key());
        boolean drifted =
                tries != null
                        && tries.last().isPresent()
                        && tries.last().get() instanceof Ending.Drifted;
        hold(drifted ? "Drift" : "Stuck", spec.key() + ": " + lastWord(spec));
    }

    /** Pages people, once for each code in a phase. */
    void page(String code, String message, List<String> steps) {
        if (!c.pages().contains(code)) {
            emit(new Event.Paged(code, message, steps));
        }
    }

    void wake(Instant at) {
        if (at.isBefore(wakeAt)) {
            wakeAt = at;
        }
    }

    void wakeIn(Duration pause) {
        wake(now.plus(pause));
    }

    EdgeGates edgeGates(Duration maxAge) {
        return new EdgeGates(gates(maxAge));
    }

    /** Whether nobody else wrote to what is planned: the zone's word, or the edge's when that is worse. */
    Judged unchanged(Duration maxAge) {
        Judged zone = gates(maxAge).zoneUnchanged(c.changes(), this::expected);
        if (c.edge().isEmpty() || zone.verdict() == Verdict.FAIL) {
            return zone;
        }
        Judged edge = edgeGates(maxAge).unchanged(c.edge(), this::expected);
        return edge.verdict() == Verdict.PASS ? zone : edge;
    }

    Gates gates(Duration maxAge) {
        return new Gates(seen, now, maxAge);
    }

    /** Journals a verdict when it differs from the last one. */
    Judged note(Judged judged) {
        boolean same =
                c.verdict(judged.check())
                        .map(s -> s.judged().verdict() == judged.verdict())
                        .orElse(false);
        if (!same) {
            emit(new Event.VerdictChanged(judged));
        }
        return judged;
    }

    /** How long the last journaled verdict of this check has stood. */
    Duration standing(Judged judged) {
        return c.verdict(judged.check())
                .map(s -> Duration.between(s.since(), now))
                .orElse(Duration.ZERO);
    }

    <E extends Evidence> Optional<E> latest(EvidenceKey key, Class<E> type) {
        Evidence evidence = seen.get(key);
        return type.isInstance(evidence) ? Optional.of(type.cast(evidence)) : Optional.empty();
    }

    /** The zone, when it was read after that instant. */
    Optional<Evidence.Zone> zoneSince(Instant after) {
        return latest(EvidenceKey.ZONE, Evidence.Zone.class)
                .filter(z -> z.observedAt().isAfter(after));
    }

    /**
     * What a planned set may show without anybody else having written it: what we proved, or the target of
     * a write of ours whose answer was lost.
     */
    List<DnsRecord> expected(SetChange change) {
        List<DnsRecord> proven = c.expected(change);
        Optional<Evidence.Zone> zone = latest(EvidenceKey.ZONE, Evidence.Zone.class);
        if (zone.isEmpty()) {
            return proven;
        }
        List<DnsRecord> shown = zone.get().view().set(change.key());
        List<List<DnsRecord>> unproven = new ArrayList<>();
        if (c.lowered() && c.loweredAt().isEmpty()) {
            unproven.add(change.aged());
        }
        if (c.switchedSteps().contains(change.step()) && !c.provenSteps().contains(change.step())) {
            unproven.add(change.next());
        }
        return unproven.stream()
                .filter(target -> Advance.differences(target, shown).isEmpty())
                .findFirst()
                .orElse(proven);
    }

    /** What a planned part of the edge may show, as {@link #expected(SetChange)} says it of records. */
    EdgePart expected(EdgeChange change) {
        EdgePart proven = c.expected(change);
        Optional<Evidence.Edge> edge = latest(EvidenceKey.EDGE, Evidence.Edge.class);
        if (change.key().equals(ENDS_BY_ITSELF)
                && edge.flatMap(e -> e.view().part(change.key()))
                        .map(seen -> seen.fields().equals(change.before().fields()))
                        .orElse(false)) {
            return change.before();
        }
        return edge.flatMap(
                        e ->
                                change.stages().stream()
                                        .filter(s -> isUnproven(s.step()))
                                        .map(EdgeChange.Stage::target)
                                        .filter(
                                                target ->
                                                        EdgeAdvance.differences(
                                                                        change, target, e.view())
                                                                .isEmpty())
                                        .findFirst())
                .orElse(proven);
    }

    /** Whether a write of this step was intended and its outcome is not known. */
    private boolean isUnproven(int step) {
        return step == EdgeChange.PREPARED
                ? c.lowered() && c.loweredAt().isEmpty()
                : c.switchedSteps().contains(step) && !c.provenSteps().contains(step);
    }

    /** Works on a forward action: opens the next attempt when it is due; gives up as {@link Work#STUCK}. */
    Work ensure(ActionSpec spec) {
        if (c.isDone(spec)) {
            return Work.DONE;
        }
        if (c.openAttempt(spec).isPresent()) {
            return Work.BUSY;
        }
        Cutover.Tries tries = c.tries().get(spec.key());
        if (tries != null && tries.last().isPresent() && !tries.lastAt().isBefore(c.phaseSince())) {
            boolean passing =
                    tries.last().get() instanceof Ending.Failed f
                            && f.failure() == Ending.Failure.TRANSIENT;
            boolean patienceOver =
                    tries.count() >= Pace.FORWARD_TRIES
                            && c.phaseSince().plus(Pace.FORWARD_PATIENCE).isBefore(now);
            if (!passing || patienceOver) {
                return Work.STUCK;
            }
        }
        return attempt(spec, tries, Duration.ofSeconds(30));
    }

    /** Works on an action that must succeed in the end: every failure is tried again. */
    Work insist(ActionSpec spec) {
        if (c.isDone(spec)) {
            return Work.DONE;
        }
        if (c.openAttempt(spec).isPresent()) {
            return Work.BUSY;
        }
        return attempt(spec, c.tries().get(spec.key()), Duration.ofSeconds(5));
    }

    private Work attempt(ActionSpec spec, Cutover.@Nullable Tries tries, Duration mostBackoff) {
        if (tries != null && tries.last().isPresent()) {
            Instant dueAt = tries.lastAt().plus(Pace.backoff(tries.count(), mostBackoff));
            // A clock that was set back must not stop the tries until it has caught up.
            if (now.isBefore(dueAt) && !tries.lastAt().isAfter(now)) {
                wake(dueAt);
                return Work.BUSY;
            }
        }
        boolean zoneBusy =
                spec.writesZone()
                        && c.open().values().stream().anyMatch(a -> a.spec().writesZone());
        if (zoneBusy) {
            return Work.BUSY;
        }
        Duration expected = c.plan().promotion().map(p -> p.expected()).orElse(Duration.ZERO);
        ActionId id = new ActionId(c.id(), spec.key(), tries == null ? 1 : tries.count() + 1);
        Duration limit = spec.limit(expected);
        if (spec instanceof ActionSpec.RestoreRouting) {
            // Quick at first; a provider that is only slow gets more time with each try.
            limit = limit.multipliedBy(Math.min(MOST_PATIENCE, id.attempt()));
        }
        emit(new Event.ActionIntended(id, spec, now.plus(limit)));
        return Work.BUSY;
    }

    /** How often this work failed so far. */
    int failures(ActionSpec spec) {
        Cutover.Tries tries = c.tries().get(spec.key());
        return tries == null || tries.last().isEmpty() ? 0 : tries.count();
    }

    /** When the last attempt was opened or closed; the phase's beginning when there was none. */
    Instant triedAt(ActionSpec spec) {
        Cutover.Tries tries = c.tries().get(spec.key());
        return tries == null ? c.phaseSince() : tries.lastAt();
    }

    /** What the last attempt said, for people. */
    String lastWord(ActionSpec spec) {
        Cutover.Tries tries = c.tries().get(spec.key());
        return tries == null || tries.last().isEmpty()
                ? "not tried yet"
                : switch (tries.last().get()) {
                    case Ending.Failed f -> f.message();
                    case Ending.Drifted d ->
                            d.edits().isEmpty()
                                    ? "somebody else wrote to a planned record"
                                    : d.edits().getFirst().toString();
                    case Ending.ImageTaken i -> "done";
                    case Ending.ZoneWritten z -> "done";
                    case Ending.EngineDone e -> "done";
                    case Ending.Purged p -> "done";
                };
    }

    /** The latest time the journal tells of anything. */
    Instant latestKnown() {
        return Stream.of(
                        Stream.of(c.phaseSince()),
                        c.verdicts().values().stream().map(Cutover.Stance::since),
                        c.tries().values().stream().map(Cutover.Tries::lastAt))
                .flatMap(times -> times)
                .max(Instant::compareTo)
                .orElse(c.phaseSince());
    }

    /** When the last zone write was closed; {@link Instant#MIN} when there was none. */
    private Instant lastZoneWriteAt() {
        return c.tries().entrySet().stream()
                .filter(e -> isZoneWrite(e.getKey()))
                .map(e -> e.getValue().lastAt())
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
    }

    /**
     * When a zone write that may not have had its last effect was last on its way; {@link Instant#EPOCH} when
     * there is none. A request of which we never got a good answer may land late. So may a forward one that
     * ended well: a controller that was killed and came back sends it again, and the first is still out.
     */
    Instant lastUnsureZoneWriteAt() {
        return c.tries().values().stream()
                .filter(x -> x.spec().writesZone())
                .filter(
                        x ->
                                x.spec() instanceof ActionSpec.LowerTtls
                                        || x.spec() instanceof ActionSpec.SwitchStep
                                        || x.count() > 1
                                        || x.last().filter(Ending::isSuccess).isEmpty())
                .map(Cutover.Tries::lastAt)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    private static boolean isZoneWrite(String key) {
        return key.equals("lower-ttls")
                || key.startsWith("switch-")
                || key.startsWith("restore-routing-")
                || key.startsWith("settle-ttls-");
    }

    Decision done() {
        return new Decision(events, wakeAt, Optional.empty());
    }
}
