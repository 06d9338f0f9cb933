package dev.cutover.run;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Ending;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Zone and edge as one piece of work: forward only when neither drifted, back whatever the other does.
 *
 * <p>Parts of the edge come first both ways: it follows within seconds, caches of records do not.
 */
final class Routing {
    private final World world;
    private final Cutover c;

    Routing(World world, Cutover c) {
        this.world = world;
        this.c = c;
    }

    /** Lowers TTLs, and takes those parts along that must stand before any step. */
    Ending lower(Call call) {
        List<EdgeChange> parts = c.edgeStep(EdgeChange.PREPARED);
        Ending moved =
                parts.isEmpty()
                        ? nothing()
                        : edge(parts)
                                .advance(
                                        EdgeChange::before, Routing::prepared, Instant.EPOCH, call);
        return moved.isSuccess() && !c.changes().isEmpty()
                ? both(
                        moved,
                        zone(c.changes())
                                .advance(SetChange::before, SetChange::aged, Instant.EPOCH, call))
                : moved;
    }

    /** What the world says about a lowering of which we do not know whether it took effect. */
    Progress lookAtLowered(Call call) {
        List<EdgeChange> parts = c.edgeStep(EdgeChange.PREPARED);
        Progress records =
                c.changes().isEmpty()
                        ? new Progress.Over(nothing())
                        : zone(c.changes())
                                .lookAtAdvance(
                                        SetChange::before, SetChange::aged, Instant.EPOCH, call);
        if (parts.isEmpty()) {
            return records;
        }
        Progress moved =
                edge(parts)
                        .lookAtAdvance(EdgeChange::before, Routing::prepared, Instant.EPOCH, call);
        return joined(records, moved);
    }

    private static EdgePart prepared(EdgeChange change) {
        return change.at(EdgeChange.PREPARED);
    }

    /** Takes the sets and parts of one step to their next values. */
    Ending advance(ActionSpec.SwitchStep step, Call call) {
        List<EdgeChange> parts = c.edgeStep(step.step());
        ZoneEffect zone = zone(c.step(step.step()));
        if (parts.isEmpty()) {
            return zone.advance(c::expected, SetChange::next, step.notWrittenAfter(), call);
        }
        EdgeEffect edge = edge(parts);
        if (c.step(step.step()).isEmpty()) {
            return edge.advance(c::expected, at(step), step.notWrittenAfter(), call);
        }
        Progress records =
                zone.lookAtAdvance(c::expected, SetChange::next, step.notWrittenAfter(), call);
        if (records instanceof Progress.Over(Ending ending) && !ending.isSuccess()) {
            return ending;
        }
        Ending moved = edge.advance(c::expected, at(step), step.notWrittenAfter(), call);
        return moved.isSuccess()
                ? both(
                        moved,
                        zone.advance(c::expected, SetChange::next, step.notWrittenAfter(), call))
                : moved;
    }

    /** What the world says about a step of which we do not know whether it took effect. */
    Progress look(ActionSpec.SwitchStep step, Call call) {
        List<EdgeChange> parts = c.edgeStep(step.step());
        List<SetChange> sets = c.step(step.step());
        Progress records =
                sets.isEmpty() && !parts.isEmpty()
                        ? new Progress.Over(nothing())
                        : zone(sets)
                                .lookAtAdvance(
                                        c::expected, SetChange::next, step.notWrittenAfter(), call);
        if (parts.isEmpty()) {
            return records;
        }
        return joined(
                records,
                edge(parts).lookAtAdvance(c::expected, at(step), step.notWrittenAfter(), call));
    }

    /** One word of two looks: done when both are, over when either is wrong. */
    private static Progress joined(Progress records, Progress edge) {
        if (records instanceof Progress.Over(Ending a) && edge instanceof Progress.Over(Ending b)) {
            return new Progress.Over(both(b, a));
        }
        if (records instanceof Progress.Over(Ending a) && !a.isSuccess()) {
            return records;
        }
        return edge instanceof Progress.Over(Ending b) && b.isSuccess() ? records : edge;
    }

    /** Takes everything to the fallback side, three-way. */
    Ending restore(Call call) {
        List<EdgeClaim> parts =
                c.restorableEdge(Side.FALLBACK).stream().filter(e -> e.change().routes()).toList();
        return back(Side.FALLBACK, SetChange::fallback, parts, EdgeChange::fallback, call);
    }

    /** Takes everything to what a side keeps, three-way. */
    Ending settle(Side side, Call call) {
        return back(
                side,
                s -> s.settledOn(side),
                c.restorableEdge(side),
                e -> Cutover.settledOn(e, side),
                call);
    }

    private Ending back(
            Side side,
            Function<SetChange, List<DnsRecord>> records,
            List<EdgeClaim> parts,
            Function<EdgeChange, EdgePart> promised,
            Call call) {
        if (parts.isEmpty()) {
            return zone(c.restorable(side)).restore(records, call);
        }
        Ending moved = nothing();
        @Nullable PortException failed = null;
        try {
            moved =
                    edge(parts.stream().map(EdgeClaim::change).toList())
                            .restore(parts, promised, call);
        } catch (PortException e) {
            // Records go back all the same: visitors of either are better off.
            failed = e;
        }
        if (!c.changes().isEmpty()) {
            moved = both(moved, zone(c.restorable(side)).restore(records, call));
        }
        if (failed != null) {
            throw failed;
        }
        return moved;
    }

    private static Function<EdgeChange, EdgePart> at(ActionSpec.SwitchStep step) {
        return change -> change.at(step.step());
    }

    private static Ending nothing() {
        return new Ending.ZoneWritten(0, List.of(), Instant.EPOCH);
    }

    /** One ending of two; what did not succeed is the word of both. */
    private static Ending both(Ending a, Ending b) {
        if (a instanceof Ending.ZoneWritten x && b instanceof Ending.ZoneWritten y) {
            List<ForeignEdit> kept = new ArrayList<>(x.kept());
            kept.addAll(y.kept());
            return new Ending.ZoneWritten(
                    x.writes() + y.writes(),
                    kept,
                    x.lastWrittenAt().isAfter(y.lastWrittenAt())
                            ? x.lastWrittenAt()
                            : y.lastWrittenAt());
        }
        return a.isSuccess() ? b : a;
    }

    private ZoneEffect zone(List<SetChange> changes) {
        return new ZoneEffect(world.zone(c.plan().zone()), c.plan().zone(), changes);
    }

    private EdgeEffect edge(List<EdgeChange> changes) {
        return new EdgeEffect(world.edge(), c.plan().zone(), changes);
    }
}
