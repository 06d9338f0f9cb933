package dev.cutover.sim;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.core.timeline.TtlClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Deciders with one planted mistake each: what a careless change to the core might do.
final class Mutants {
    private Mutants() {}

    /// Says nothing when people must be called.
    static final Brain NEVER_PAGES =
            (c, in, now) -> events(Decider.decide(c, in, now), e -> !(e instanceof Event.Paged));

    /// Takes the TTL clock for run out as soon as TTLs were lowered.
    static final Brain SKIPS_THE_TTL_CLOCK = Mutants::withoutTtlClock;

    /// Moves routing while the engine still promotes.
    static final Brain ROUTES_BEFORE_THE_IMPORT = Mutants::routingFirst;

    /// Sees the zone as it wants it to be.
    static final Brain IGNORES_DRIFT =
            (c, in, now) -> Decider.decide(c, seeing(in, m -> undrifted(c, m)), now);

    /// Believes a restoration as soon as the provider accepted it.
    static final Brain CLAIMS_WITHOUT_READING_BACK = Mutants::claimsBack;

    /// Takes the side to fall back to for healthy.
    static final Brain FLIPS_TO_A_SICK_SIDE =
            (c, in, now) -> Decider.decide(c, seeing(in, Mutants::healthyFallback), now);

    /// Does not see visitors' errors.
    static final Brain IGNORES_ERRORS =
            (c, in, now) -> Decider.decide(c, seeing(in, Mutants::noErrors), now);

    /// Lets the author approve alone.
    static final Brain TAKES_THE_AUTHOR_FOR_EVERYBODY = Mutants::authorIsEnough;

    /// Goes on although people asked to hold.
    static final Brain FORGETS_HOLDS =
            (c, in, now) ->
                    in instanceof Input.Hold && Decider.decide(c, in, now).refused().isEmpty()
                            ? new Decision(
                                    List.of(new Event.HoldRequested("x", "x")),
                                    now,
                                    java.util.Optional.empty())
                            : Decider.decide(c, in, now);

    /// Refuses to abort while something is being promoted.
    static final Brain REFUSES_TO_ABORT =
            (c, in, now) ->
                    in instanceof Input.Abort && c.phase() instanceof Phase.Promoting
                            ? new Decision(
                                    List.of(),
                                    now,
                                    java.util.Optional.of(
                                            new Phase.Reason("Busy", "wait for the import")))
                            : Decider.decide(c, in, now);

    /// Undoes content as soon as routing is back.
    static final Brain DOES_NOT_DRAIN = Mutants::withoutDraining;

    private static Decision events(Decision d, java.util.function.Predicate<Event> keep) {
        return new Decision(d.events().stream().filter(keep).toList(), d.wakeAt(), d.refused());
    }

    private static Decision replace(Decision d, UnaryOperator<Event> change) {
        return new Decision(d.events().stream().map(change).toList(), d.wakeAt(), d.refused());
    }

    private static Input seeing(Input in, UnaryOperator<Map<EvidenceKey, Evidence>> change) {
        return in instanceof Input.Observation o
                ? new Input.Observation(change.apply(new HashMap<>(o.latest())))
                : in;
    }

    private static Cutover pretend(Cutover c, Event event, Instant now) {
        return c.apply(new JournalEntry(c.id(), c.seq() + 1, now, "mutant", event));
    }

    private static Decision withoutTtlClock(Cutover c, Input in, Instant now) {
        if (!c.lowered()) {
            return Decider.decide(c, in, now);
        }
        Map<String, Instant> longAgo = new TreeMap<>();
        for (SetChange change : c.changes()) {
            longAgo.put(change.key().toString(), Instant.EPOCH);
        }
        Cutover sure =
                pretend(
                        c,
                        new Event.TtlClockChanged(new TtlClock(longAgo, Map.of(), Map.of())),
                        now);
        return events(Decider.decide(sure, in, now), e -> !(e instanceof Event.TtlClockChanged));
    }

    private static Decision routingFirst(Cutover c, Input in, Instant now) {
        return replace(
                Decider.decide(c, in, now),
                e ->
                        e instanceof Event.PhaseEntered p
                                        && p.phase() instanceof Phase.Promoting
                                        && !(c.phase() instanceof Phase.Held)
                                ? new Event.PhaseEntered(
                                        new Phase.Switching(1, c.plan().steps()), p.why())
                                : e);
    }

    private static Map<EvidenceKey, Evidence> undrifted(
            Cutover c, Map<EvidenceKey, Evidence> seen) {
        if (!c.phase().isWayBack()
                && !(c.phase() instanceof Phase.Closing)
                && seen.get(EvidenceKey.ZONE) instanceof Evidence.Zone zone) {
            List<DnsRecord> wanted = new ArrayList<>(zone.view().records());
            for (SetChange change : c.changes()) {
                wanted.removeIf(r -> r.key().equals(change.key()));
                wanted.addAll(c.expected(change));
            }
            seen.put(
                    EvidenceKey.ZONE,
                    new Evidence.Zone(
                            new ZoneView(zone.view().zone(), wanted, zone.view().observedAt())));
        }
        return seen;
    }

    private static Decision claimsBack(Cutover c, Input in, Instant now) {
        Decision d = Decider.decide(c, in, now);
        boolean accepted =
                in instanceof Input.Outcome
                        && c.phase() instanceof Phase.FallingBack f
                        && f.stage() == Phase.Stage.ROUTING
                        && d.events().stream()
                                .anyMatch(
                                        e ->
                                                e instanceof Event.ActionEnded a
                                                        && a.id().key().startsWith("restore"));
        if (!accepted) {
            return d;
        }
        List<Event> more = new ArrayList<>(d.events());
        Phase.Reason why = new Phase.Reason("FellBack", "the provider answered");
        more.add(new Event.PhaseEntered(new Phase.FallingBack(Phase.Stage.DRAINING, why), why));
        more.add(new Event.PhaseEntered(new Phase.FallingBack(Phase.Stage.CONTENT, why), why));
        more.add(new Event.PhaseEntered(new Phase.FallingBack(Phase.Stage.CLOSING, why), why));
        more.add(new Event.PhaseEntered(new Phase.FellBack(Side.FALLBACK), why));
        return new Decision(more, d.wakeAt(), d.refused());
    }

    private static Map<EvidenceKey, Evidence> healthyFallback(Map<EvidenceKey, Evidence> seen) {
        if (seen.get(EvidenceKey.FALLBACK_PAGES) instanceof Evidence.Pages p) {
            seen.put(
                    p.key(),
                    new Evidence.Pages(
                            p.key(),
                            List.of(new Evidence.PageResult("/", 200, "", "")),
                            p.observedAt()));
        }
        return seen;
    }

    private static Map<EvidenceKey, Evidence> noErrors(Map<EvidenceKey, Evidence> seen) {
        for (EvidenceKey key : List.of(EvidenceKey.PROBE_ERRORS, EvidenceKey.PROVIDER_ERRORS)) {
            if (seen.get(key) instanceof Evidence.Errors e) {
                seen.put(
                        key,
                        new Evidence.Errors(
                                key,
                                e.buckets().stream()
                                        .map(
                                                b ->
                                                        new dev.cutover.core.judge.Bucket(
                                                                b.startsAt(),
                                                                b.length(),
                                                                b.all(),
                                                                0))
                                        .toList(),
                                e.observedAt()));
            }
        }
        if (seen.get(EvidenceKey.PUBLIC_PAGES) instanceof Evidence.Pages p) {
            seen.put(
                    p.key(),
                    new Evidence.Pages(
                            p.key(),
                            List.of(new Evidence.PageResult("/", 200, "", "")),
                            p.observedAt()));
        }
        return seen;
    }

    private static Decision authorIsEnough(Cutover c, Input in, Instant now) {
        if (!(c.phase() instanceof Phase.AwaitingGo) || c.approvers().isEmpty()) {
            return Decider.decide(c, in, now);
        }
        Cutover agreed = pretend(c, new Event.Approved("somebody", c.planHash()), now);
        return Decider.decide(
                pretend(agreed, new Event.Approved("somebody else", c.planHash()), now), in, now);
    }

    private static Decision withoutDraining(Cutover c, Input in, Instant now) {
        boolean draining =
                c.phase() instanceof Phase.FallingBack f && f.stage() == Phase.Stage.DRAINING;
        if (!draining || !(in instanceof Input.Observation)) {
            return Decider.decide(c, in, now);
        }
        Phase.Reason why = new Phase.Reason("Drained", "surely nobody is there any more");
        return new Decision(
                List.of(
                        new Event.PhaseEntered(
                                new Phase.FallingBack(Phase.Stage.CONTENT, why), why)),
                now,
                java.util.Optional.empty());
    }

    /// Repeats an action under an id that was used before.
    static final Brain REUSES_IDS =
            (c, in, now) ->
                    replace(
                            Decider.decide(c, in, now),
                            e ->
                                    e instanceof Event.ActionIntended a
                                                    && a.spec() instanceof ActionSpec.RestoreRouting
                                            ? new Event.ActionIntended(
                                                    new dev.cutover.core.life.ActionId(
                                                            a.id().cutover(), a.id().key(), 1),
                                                    a.spec(),
                                                    a.deadlineAt())
                                            : e);
}
