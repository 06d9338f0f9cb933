package dev.cutover.core.life;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CacheGates;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Gates;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.judge.Watched;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The forward phases in which visitors are on their way: switching step by step, soaking, closing. Each reads as its runbook. */
final class Switchover {
    private Switchover() {}

    static void switching(Turn t, Phase.Switching phase) {
        if (Guards.leave(t)) {
            return;
        }
        t.wakeIn(Pace.TICK);
        Cutover c = t.c;
        if (!c.isDone(new ActionSpec.SwitchStep(phase.step(), Instant.EPOCH))) {
            switchStep(t, phase);
        } else if (c.servedAt().isEmpty()) {
            awaitServed(t, phase);
        } else if (phase.step() < phase.steps() || purged(t)) {
            dwell(t, phase, c.servedAt().get());
        }
    }

    private static void switchStep(Turn t, Phase.Switching phase) {
        Optional<Evidence.Zone> zone =
                t.latest(EvidenceKey.ZONE, Evidence.Zone.class)
                        .filter(z -> z.observedAt().plus(Pace.FRESH).isAfter(t.now));
        ActionSpec.SwitchStep spec =
                new ActionSpec.SwitchStep(
                        phase.step(),
                        firstBound(t, phase.step())
                                .or(() -> zone.map(z -> lastWritten(t, z, phase.step())))
                                .orElse(Instant.EPOCH));
        if (t.c.openAttempt(spec).isEmpty()
                && (zone.isEmpty() || ttlsRaised(t, phase) || !originsReady(t, phase))) {
            return;
        }
        if (t.ensure(spec) == Turn.Work.STUCK) {
            t.holdStuck(spec);
        }
    }

    /**
     * Whether the origins that get visitors in this step were seen healthy just now; holds when they are
     * not for longer than the plan's patience.
     */
    private static boolean originsReady(Turn t, Phase.Switching phase) {
        List<EdgeChange> moved = t.c.edgeStep(phase.step());
        if (moved.isEmpty()) {
            return true;
        }
        Judged healthy = t.note(t.edgeGates(Pace.FRESH).originsHealthy(moved));
        if (healthy.verdict() == Verdict.PASS) {
            return true;
        }
        Instant waitedUntil = t.c.phaseSince().plus(t.c.plan().watch().patience());
        if (!t.now.isBefore(waitedUntil)) {
            t.hold(
                    "OriginsNotHealthy",
                    "step " + phase.step() + " cannot go on: " + healthy.summary());
        }
        return false;
    }

    /** Holds when somebody raised a TTL of this step's sets after the go: caches may keep old answers. */
    private static boolean ttlsRaised(Turn t, Phase.Switching phase) {
        List<SetChange> cached =
                t.c.step(phase.step()).stream()
                        .filter(c -> !c.before().isEmpty() && c.isAnswered(c.before()))
                        .toList();
        if (cached.isEmpty()) {
            return false;
        }
        Judged aged =
                t.gates(Pace.GO_EVIDENCE)
                        .ttlAged(t.c.ttlClock(), cached, Duration.ZERO, t.c.phaseSince());
        if (aged.verdict() == Verdict.PASS) {
            return false;
        }
        t.note(aged);
        t.hold("TtlsRaised", "step " + phase.step() + " cannot go on: " + aged.summary());
        return true;
    }

    /**
     * The bound of this step's first attempt since it was entered or resumed. A later attempt must not take
     * a newer one: an unanswered attempt may have landed and somebody may have put the records back.
     */
    private static Optional<Instant> firstBound(Turn t, int step) {
        Cutover.Tries tries = t.c.tries().get(new ActionSpec.SwitchStep(step, Instant.EPOCH).key());
        return tries != null
                        && !tries.lastAt().isBefore(t.c.phaseSince())
                        && tries.spec() instanceof ActionSpec.SwitchStep s
                ? Optional.of(s.notWrittenAfter())
                : Optional.empty();
    }

    private static Instant lastWritten(Turn t, Evidence.Zone zone, int step) {
        Stream<Optional<Instant>> records =
                t.c.step(step).stream()
                        .flatMap(change -> zone.view().set(change.key()).stream())
                        .map(DnsRecord::modifiedAt);
        Stream<Optional<Instant>> parts =
                t.latest(EvidenceKey.EDGE, Evidence.Edge.class).stream()
                        .flatMap(
                                e ->
                                        t.c.edgeStep(step).stream()
                                                .flatMap(x -> e.view().part(x.key()).stream()))
                        .map(EdgePart::modifiedAt);
        return Stream.concat(records, parts)
                .flatMap(Optional::stream)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    private static void awaitServed(Turn t, Phase.Switching phase) {
        Instant writtenAt = t.triedAt(new ActionSpec.SwitchStep(phase.step(), Instant.EPOCH));
        Judged served = served(t, phase.step());
        boolean after = served.observedAt().map(at -> at.isAfter(writtenAt)).orElse(false);
        if (served.verdict() == Verdict.PASS && after) {
            t.emit(new Event.GatePassed(served));
            t.emit(new Event.StepServed(phase.step()));
            return;
        }
        Instant patienceFrom = writtenAt.isAfter(t.c.phaseSince()) ? writtenAt : t.c.phaseSince();
        if (patienceFrom.plus(Pace.SERVED_PATIENCE).isBefore(t.now)) {
            t.note(served);
            t.hold(
                    "NotServed",
                    "step "
                            + phase.step()
                            + " was written at "
                            + writtenAt
                            + " but is not served: "
                            + served.summary());
        }
    }

    private static Judged served(Turn t, int step) {
        Judged records = t.gates(Pace.FRESH).served(t.c.step(step));
        List<EdgeChange> moved =
                t.c.edgeStep(step).stream().filter(e -> !e.names().isEmpty()).toList();
        return moved.isEmpty() || records.verdict() != Verdict.PASS
                ? records
                : t.edgeGates(Pace.FRESH).served(moved, step);
    }

    private static boolean purged(Turn t) {
        return switch (Purging.work(t, Side.NEXT)) {
            case DONE -> bypassed(t);
            case BUSY -> false;
            case STUCK -> {
                t.hold(Purging.NOT_PURGED, Purging.problem(t, Side.NEXT));
                yield false;
            }
        };
    }

    /** Whether no cache keeps what must not be kept, now that the next side answers for it. */
    private static boolean bypassed(Turn t) {
        if (t.c.plan().edge().bypassCache().isEmpty()) {
            return true;
        }
        Judged judged = t.note(new CacheGates(t.gates(Pace.FRESH)).bypassed());
        Instant servedAt = t.c.servedAt().orElse(t.c.phaseSince());
        if (judged.verdict() == Verdict.PASS
                && judged.observedAt().map(at -> at.isAfter(servedAt)).orElse(false)) {
            return true;
        }
        Instant from = servedAt.isAfter(t.c.phaseSince()) ? servedAt : t.c.phaseSince();
        if (judged.verdict() != Verdict.PASS && from.plus(Pace.SERVED_PATIENCE).isBefore(t.now)) {
            t.hold("CacheNotBypassed", judged.summary());
        }
        return false;
    }

    private static void dwell(Turn t, Phase.Switching phase, Instant servedAt) {
        Duration dwell = t.c.plan().dwellOf(phase.step());
        Instant dwellOver = servedAt.plus(dwell);
        boolean over =
                !t.now.isBefore(dwellOver)
                        && !t.now.isBefore(watchedEnough(t, dwell))
                        && errors(t) == Verdict.PASS;
        if (!over) {
            return;
        }
        if (phase.step() < phase.steps()) {
            t.enter(
                    new Phase.Switching(phase.step() + 1, phase.steps()),
                    "StepHealthy",
                    "step " + phase.step() + " was healthy for " + dwell);
        } else {
            t.enter(new Phase.Soaking(), "AllSwitched", "every step is switched and served");
        }
    }

    private static Verdict errors(Turn t) {
        return t.c.verdict(CheckName.ERRORS)
                .map(s -> s.judged().verdict())
                .orElse(Verdict.INCONCLUSIVE);
    }

    /**
     * When requests will have been counted without a break for that long, or for {@link
     * Pace#WATCHED_MOST} where that is shorter. What nobody saw was not healthy.
     */
    private static Instant watchedEnough(Turn t, Duration span) {
        Duration wanted = span.compareTo(Pace.WATCHED_MOST) > 0 ? Pace.WATCHED_MOST : span;
        return t.latest(EvidenceKey.PROBE_ERRORS, Evidence.Errors.class)
                .flatMap(e -> Watched.since(e.buckets(), t.now))
                .orElse(t.now)
                .plus(wanted);
    }

    /** The unbroken end of a soak: breaks before it may be made up for by the rest of a day. */
    private static Duration watchedEnd(Plan plan) {
        Duration window = plan.watch().window();
        Duration most = window.compareTo(plan.dwell()) > 0 ? window : plan.dwell();
        return plan.soak().compareTo(most) > 0 ? most : plan.soak();
    }

    static void soaking(Turn t) {
        if (Guards.leave(t)) {
            return;
        }
        t.wakeIn(Pace.TICK);
        Plan plan = t.c.plan();
        Instant planned = t.c.phaseSince().plus(plan.soak());
        Instant watched = watchedEnough(t, watchedEnd(plan));
        Instant soakOver = watched.isAfter(planned) ? watched : planned;
        Gates gates = t.gates(Pace.GO_EVIDENCE);
        List<Judged> wanted = new ArrayList<>();
        wanted.add(gates.resolvers().propagated(t.c.changes(), plan.watch()));
        wanted.add(gates.pages(CheckName.PUBLIC_PAGES, EvidenceKey.PUBLIC_PAGES));
        wanted.add(gates.tls(CheckName.PUBLIC_TLS, EvidenceKey.PUBLIC_TLS, t.now));
        wanted.add(t.gates(Needs.SLOW_HEALTH.plus(Pace.GO_EVIDENCE)).zone().signaturesHold());
        if (!plan.edge().bypassCache().isEmpty()) {
            wanted.add(new CacheGates(gates).bypassed());
        }
        wanted.forEach(t::note);
        if (t.now.isBefore(soakOver)) {
            return;
        }
        List<Judged> closed =
                Stream.concat(
                                wanted.stream(),
                                t.c.verdict(CheckName.ERRORS).stream().map(s -> s.judged()))
                        .filter(GoGates::isClosed)
                        .toList();
        if (closed.isEmpty() && errors(t) == Verdict.PASS) {
            wanted.stream()
                    .filter(g -> g.verdict() == Verdict.PASS)
                    .forEach(g -> t.emit(new Event.GatePassed(g)));
            t.enter(new Phase.Closing(), "Soaked", "the next side was healthy for " + plan.soak());
        } else if (soakOver.plus(plan.watch().patience().multipliedBy(5)).isBefore(t.now)) {
            t.hold(
                    "NotProven",
                    "the soak is over, but: "
                            + closed.stream()
                                    .map(g -> g.check().text() + ": " + g.summary())
                                    .collect(Collectors.joining("; ")));
        }
    }

    static void closing(Turn t) {
        if (Guards.fellBack(t) || Guards.putBack(t)) {
            return;
        }
        Backward.settled(t, Side.NEXT)
                .ifPresent(
                        kept ->
                                t.enter(
                                        new Phase.Completed(),
                                        "Closed",
                                        "the next side serves and TTLs are back"
                                                + Backward.exceptFor(kept)));
    }
}
