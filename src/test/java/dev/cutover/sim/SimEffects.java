package dev.cutover.sim;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.EdgeAdvance;
import dev.cutover.core.image.EdgeRestoration;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.life.Action;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Ending;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Actions as the real effects mean them. Each can fail, be lost before or after it took effect, or
/// land up to 20 s after it was given up.
final class SimEffects {
    /// What a look at the world says about an action.
    sealed interface Progress {
        record NotFound() implements Progress {}

        record Running() implements Progress {}

        record Done(Ending ending) implements Progress {}

        record Unknown(String why) implements Progress {}
    }

    /// A request on its way. It is the world's: a crash of the controller does not stop it.
    private static final class Flight {
        final Action action;
        final Cutover basis;
        final boolean answers;
        Instant landsAt;
        Optional<Wish> stale = Optional.empty();
        boolean landed;

        Flight(Action action, Cutover basis, Instant landsAt, boolean answers) {
            this.action = action;
            this.basis = basis;
            this.landsAt = landsAt;
            this.answers = answers;
        }
    }

    private final SimWorld world;
    private final Chance chance;
    private final Oracle oracle;
    private final Trace trace;
    private final List<Flight> flights = new ArrayList<>();
    private final Map<String, Ending> answers = new HashMap<>();

    SimEffects(SimWorld world, Chance chance, Oracle oracle, Trace trace) {
        this.world = world;
        this.chance = chance;
        this.oracle = oracle;
        this.trace = trace;
    }

    /// Sends an action's request.
    void start(Action action, Cutover c) {
        Instant now = world.now();
        oracle.started(action, c, now);
        if (action.spec() instanceof ActionSpec.Promote
                || action.spec() instanceof ActionSpec.VerifyPromotion
                || action.spec() instanceof ActionSpec.UndoPromotion) {
            startEngine(action, now);
            return;
        }
        double hostile = world.scenario.faults() * 100;
        Instant soon = chance.after(now, Duration.ofMillis(100), Duration.ofSeconds(3));
        if (chance.in100(hostile * 0.08)) {
            trace.note(now, "  lost before its effect: " + action.id());
        } else if (chance.in100(hostile * 0.08)) {
            trace.note(now, "  answer will be lost: " + action.id());
            flights.add(new Flight(action, c, soon, false));
        } else if (chance.in100(hostile * 0.08)) {
            Instant late = chance.after(action.deadlineAt(), Duration.ZERO, Duration.ofSeconds(20));
            trace.note(now, "  will land late at " + late + ": " + action.id());
            Flight flight = new Flight(action, c, late, false);
            plan(flight).ifPresent(w -> flight.stale = Optional.of(w));
            if (flight.stale.isPresent()) {
                oracle.aboutToWrite(action, now);
                flights.add(flight);
            }
        } else if (chance.in100(hostile * 0.1)) {
            answers.put(
                    action.id().text(),
                    new Ending.Failed(Ending.Failure.TRANSIENT, "503 from the provider"));
        } else if (chance.in100(hostile * 0.01)) {
            answers.put(
                    action.id().text(),
                    new Ending.Failed(
                            chance.of(Ending.Failure.PERMANENT, Ending.Failure.DENIED),
                            "refused by the provider"));
        } else {
            flights.add(new Flight(action, c, soon, true));
        }
    }

    /// The controller gives up waiting: what is on its way lands within 20 s or never.
    void giveUp(Action action) {
        Instant latest = world.now().plusSeconds(20);
        for (Flight f : flights) {
            if (f.action.id().equals(action.id()) && f.landsAt.isAfter(latest)) {
                f.landsAt = latest;
            }
        }
    }

    /// Lets requests land whose time has come.
    void advance() {
        Instant now = world.now();
        for (Flight flight : List.copyOf(flights)) {
            if (!flight.landed && !flight.landsAt.isAfter(now)) {
                flight.landed = true;
                flights.remove(flight);
                Ending ending = land(flight);
                if (flight.answers) {
                    answers.put(flight.action.id().text(), ending);
                } else {
                    trace.note(now, "  landed unanswered: " + flight.action.id() + " " + ending);
                }
            }
        }
    }

    /// The earliest time at which something lands.
    Optional<Instant> nextAt() {
        Instant next = null;
        for (Flight f : flights) {
            next = next == null || f.landsAt.isBefore(next) ? f.landsAt : next;
        }
        return Optional.ofNullable(next);
    }

    /// The answer to a request of this process; none yet, or lost.
    Optional<Ending> answer(Action action) {
        return Optional.ofNullable(answers.remove(action.id().text()));
    }

    /// Looks at the world, as after a crash or without an answer.
    Progress look(Action action, Cutover c) {
        Instant now = world.now();
        return switch (action.spec()) {
            case ActionSpec.Promote p -> lookEngine(action);
            case ActionSpec.VerifyPromotion v -> lookEngine(action);
            case ActionSpec.UndoPromotion u -> lookEngine(action);
            case ActionSpec.TakeBeforeImage t -> new Progress.NotFound();
            case ActionSpec.Purge p -> new Progress.NotFound();
            case ActionSpec.PurgeMore p -> new Progress.NotFound();
            case ActionSpec.LowerTtls l -> lookZone(action, c, now);
            case ActionSpec.SwitchStep s -> lookZone(action, c, now);
            case ActionSpec.RestoreRouting r -> lookZone(action, c, now);
            case ActionSpec.SettleTtls s -> lookZone(action, c, now);
        };
    }

    private Progress lookZone(Action action, Cutover c, Instant now) {
        if (!world.apiUp(now)) {
            return new Progress.Unknown("the API answered 502");
        }
        Flight probe = new Flight(action, c, now, true);
        Wish wish = wish(probe, view(now));
        return wish.isEmpty() && wish.drift().isEmpty()
                ? new Progress.Done(written(0, wish.kept()))
                : new Progress.NotFound();
    }

    private ZoneView view(Instant now) {
        return new ZoneView(Scenario.APEX, world.zone.records(), now);
    }

    /// What an action wants to write to the zone as it stands.
    private record Wish(
            List<RecordWrite> writes,
            List<EdgeWrite> parts,
            List<ForeignEdit> kept,
            List<ForeignEdit> drift) {
        Wish(List<RecordWrite> writes, List<ForeignEdit> kept, List<ForeignEdit> drift) {
            this(writes, List.of(), kept, drift);
        }

        boolean isEmpty() {
            return writes.isEmpty() && parts.isEmpty();
        }

        /// Nothing is written where one of the two drifted.
        Wish and(Wish other) {
            List<ForeignEdit> allDrift = join(drift, other.drift);
            return allDrift.isEmpty()
                    ? new Wish(
                            join(writes, other.writes),
                            join(parts, other.parts),
                            join(kept, other.kept),
                            List.of())
                    : new Wish(List.of(), List.of(), allDrift);
        }

        private static <T> List<T> join(List<T> a, List<T> b) {
            List<T> all = new ArrayList<>(a);
            all.addAll(b);
            return all;
        }
    }

    private EdgeView edge() {
        return world.edgeView(world.now());
    }

    private Wish prepared(Cutover c) {
        return switch (EdgeAdvance.of(
                c.edgeStep(EdgeChange.PREPARED),
                EdgeChange::before,
                e -> e.at(EdgeChange.PREPARED),
                edge())) {
            case EdgeAdvance.AlreadyThere t -> nothing();
            case EdgeAdvance.Drift d -> new Wish(List.of(), List.of(), d.edits());
            case EdgeAdvance.Ready r -> new Wish(List.of(), r.writes(), List.of(), List.of());
        };
    }

    private Wish edgeStep(ActionSpec.SwitchStep s, Cutover c) {
        return switch (EdgeAdvance.of(
                c.edgeStep(s.step()), c::expected, e -> e.at(s.step()), edge())) {
            case EdgeAdvance.AlreadyThere t -> nothing();
            case EdgeAdvance.Drift d -> new Wish(List.of(), List.of(), d.edits());
            case EdgeAdvance.Ready r ->
                    r.writes().stream()
                                    .flatMap(w -> w.seen().modifiedAt().stream())
                                    .anyMatch(at -> at.isAfter(s.notWrittenAfter()))
                            ? new Wish(
                                    List.of(),
                                    List.of(),
                                    List.of(
                                            new ForeignEdit(
                                                    "pool acme-web",
                                                    "part",
                                                    "as we left it",
                                                    "written since")))
                            : new Wish(List.of(), r.writes(), List.of(), List.of());
        };
    }

    private Wish edgeBack(List<EdgeClaim> claims, Function<EdgeChange, EdgePart> promised) {
        EdgeRestoration way = EdgeRestoration.of(claims, promised, edge());
        return new Wish(List.of(), way.writes(), way.kept(), List.of());
    }

    private Wish wish(Flight flight, ZoneView seen) {
        Cutover c = flight.basis;
        List<SetChange> all = c.changes();
        return switch (flight.action.spec()) {
            case ActionSpec.LowerTtls l ->
                    prepared(c)
                            .and(
                                    forward(
                                            Advance.of(
                                                    all,
                                                    SetChange::before,
                                                    SetChange::aged,
                                                    seen)));
            case ActionSpec.SwitchStep s ->
                    edgeStep(s, c).and(switchStep(s, c.step(s.step()), seen));
            case ActionSpec.RestoreRouting r ->
                    edgeBack(
                                    c.restorableEdge(Side.FALLBACK).stream()
                                            .filter(e -> e.change().routes())
                                            .toList(),
                                    EdgeChange::fallback)
                            .and(
                                    back(
                                            Restoration.of(
                                                    c.restorable(Side.FALLBACK),
                                                    SetChange::fallback,
                                                    seen)));
            case ActionSpec.SettleTtls s ->
                    edgeBack(c.restorableEdge(s.side()), e -> Cutover.settledOn(e, s.side()))
                            .and(
                                    back(
                                            Restoration.of(
                                                    c.restorable(s.side()),
                                                    x -> x.settledOn(s.side()),
                                                    seen)));
            case ActionSpec.TakeBeforeImage t -> nothing();
            case ActionSpec.Promote p -> nothing();
            case ActionSpec.VerifyPromotion v -> nothing();
            case ActionSpec.Purge p -> nothing();
            case ActionSpec.PurgeMore p -> nothing();
            case ActionSpec.UndoPromotion u -> nothing();
        };
    }

    private static Wish nothing() {
        return new Wish(List.of(), List.of(), List.of());
    }

    private static Wish back(Restoration r) {
        return new Wish(r.writes(), r.kept(), List.of());
    }

    private static Wish forward(Advance a) {
        return switch (a) {
            case Advance.Ready r -> new Wish(r.writes(), List.of(), List.of());
            case Advance.AlreadyThere t -> nothing();
            case Advance.Drift d -> new Wish(List.of(), List.of(), d.edits());
        };
    }

    private static Wish switchStep(ActionSpec.SwitchStep s, List<SetChange> step, ZoneView seen) {
        Wish wish = forward(Advance.of(step, SetChange::aged, SetChange::next, seen));
        boolean restoredByHand =
                !wish.writes().isEmpty()
                        && step.stream()
                                .flatMap(c -> seen.set(c.key()).stream())
                                .map(DnsRecord::modifiedAt)
                                .flatMap(Optional::stream)
                                .anyMatch(at -> at.isAfter(s.notWrittenAfter()));
        return restoredByHand
                ? new Wish(
                        List.of(),
                        List.of(),
                        List.of(
                                new ForeignEdit(
                                        step.getFirst().key().toString(),
                                        "record",
                                        "as we left it",
                                        "written since")))
                : wish;
    }

    private Optional<Wish> plan(Flight flight) {
        if (!flight.action.spec().writesZone() || !world.apiUp(world.now())) {
            return Optional.empty();
        }
        Wish wish = wish(flight, view(world.now()));
        return wish.drift().isEmpty() && !wish.isEmpty() ? Optional.of(wish) : Optional.empty();
    }

    private Ending land(Flight flight) {
        Instant now = world.now();
        ActionSpec spec = flight.action.spec();
        if (!world.apiUp(now)) {
            return new Ending.Failed(Ending.Failure.TRANSIENT, "the API answered 502");
        }
        if (SimWorld.any(world.apiDenied, now)) {
            return new Ending.Failed(Ending.Failure.DENIED, "the token was refused (403)");
        }
        if (spec instanceof ActionSpec.TakeBeforeImage) {
            return new Ending.ImageTaken(
                    new BeforeImage(
                            flight.basis.id().value(),
                            "sim",
                            Scenario.APEX,
                            Optional.empty(),
                            "${env:TOKEN}",
                            now,
                            flight.basis.changes(),
                            flight.basis.edge(),
                            Optional.empty()),
                    List.of("file:/a", "https://b"));
        }
        if (spec instanceof ActionSpec.Purge || spec instanceof ActionSpec.PurgeMore) {
            world.edge.purged();
            return new Ending.Purged(1);
        }
        Wish wish = flight.stale.orElseGet(() -> wish(flight, view(now)));
        if (!wish.drift().isEmpty()) {
            return new Ending.Drifted(wish.drift());
        }
        return write(flight, wish, now);
    }

    private Ending write(Flight flight, Wish wish, Instant now) {
        for (EdgeWrite part : wish.parts()) {
            if (!(part.target() instanceof EdgePart.Pool target)) {
                world.edge.apply(part);
                trace.note(now, "  edge written by " + flight.action.id() + ": " + part);
                continue;
            }
            SimPool pool = world.pool.orElseThrow();
            EdgePart.Pool was = pool.pool();
            // The whole array, rebuilt from the copy that was read, whoever wrote meanwhile.
            pool.write(target.origins(), now);
            trace.note(now, "  pool written by " + flight.action.id() + ": " + part);
            oracle.poolWritten(flight.action, was, pool.pool(), flight.stale.isPresent());
        }
        if (!wish.parts().isEmpty()
                && !wish.writes().isEmpty()
                && chance.in100(world.scenario.faults() * 10)) {
            trace.note(now, "  cut between edge and zone: " + flight.action.id());
            return new Ending.Failed(Ending.Failure.TRANSIENT, "the API answered 502");
        }
        List<DnsRecord> before = world.zone.records();
        try {
            if (!wish.writes().isEmpty()) {
                if (flight.stale.isEmpty()) {
                    oracle.aboutToWrite(flight.action, now);
                }
                world.zone.apply(wish.writes(), now);
                trace.note(now, "  zone written by " + flight.action.id() + ": " + wish.writes());
            }
        } catch (SimZone.Rejected rejected) {
            trace.note(now, "  batch rejected: " + rejected.getMessage());
            return new Ending.Failed(
                    Ending.Failure.PERMANENT, String.valueOf(rejected.getMessage()));
        }
        oracle.zoneWritten(
                flight.action, before, world.zone.records(), flight.stale.isPresent(), now);
        return written(wish.writes().size() + wish.parts().size(), wish.kept());
    }

    private Ending written(int writes, List<ForeignEdit> kept) {
        Instant last = Instant.EPOCH;
        for (var key : world.scenario.promises().keySet()) {
            for (DnsRecord r : world.zone.set(key)) {
                Instant at = r.modifiedAt().orElse(Instant.EPOCH);
                last = at.isAfter(last) ? at : last;
            }
        }
        return new Ending.ZoneWritten(writes, kept, last);
    }

    private void startEngine(Action action, Instant now) {
        SimEngine.Kind kind =
                action.spec() instanceof ActionSpec.Promote
                        ? SimEngine.Kind.PROMOTE
                        : action.spec() instanceof ActionSpec.VerifyPromotion
                                ? SimEngine.Kind.VERIFY
                                : SimEngine.Kind.UNDO;
        if (world.engine.dead) {
            answers.put(
                    action.id().text(),
                    new Ending.Failed(Ending.Failure.TRANSIENT, "the engine does not answer"));
            return;
        }
        double hostile = world.scenario.faults() * 100;
        if (chance.in100(hostile * 0.05)) {
            trace.note(now, "  never reached the engine: " + action.id());
            return;
        }
        SimEngine.Job job =
                new SimEngine.Job(
                        kind,
                        now.plusSeconds(
                                kind == SimEngine.Kind.PROMOTE ? chance.seconds(5, 150) : 2));
        job.fails = chance.in100(hostile * 0.1);
        job.hangs = chance.in100(hostile * 0.05);
        job.corrupts = chance.in100(hostile * 0.1);
        oracle.engineAsked(kind, action, now);
        world.engine.start(action.id().text(), job);
    }

    private Progress lookEngine(Action action) {
        if (world.engine.dead) {
            return new Progress.Unknown("the engine does not answer");
        }
        String id = action.id().text();
        if (!world.engine.knows(id)) {
            return new Progress.NotFound();
        }
        SimEngine.Job job = world.engine.job(id);
        return switch (job.state) {
            case RUNNING -> new Progress.Running();
            case DONE -> new Progress.Done(new Ending.EngineDone(Map.of("job", id)));
            case FAILED ->
                    new Progress.Done(
                            new Ending.Failed(
                                    job.kind == SimEngine.Kind.UNDO
                                            ? Ending.Failure.TRANSIENT
                                            : Ending.Failure.PERMANENT,
                                    "the engine's job failed"));
            case CANCELLED ->
                    new Progress.Done(
                            new Ending.Failed(Ending.Failure.PERMANENT, "job was cancelled"));
        };
    }
}
