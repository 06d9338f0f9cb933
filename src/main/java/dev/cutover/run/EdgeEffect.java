package dev.cutover.run;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.image.EdgeAdvance;
import dev.cutover.core.image.EdgeRestoration;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.life.Ending;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.Edge;
import dev.cutover.port.PortException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes to the edge as {@link ZoneEffect} writes to a zone: read, compare, write whole, read back. */
final class EdgeEffect {
    private final Edge edge;
    private final ZoneRef ref;
    private final List<EdgeChange> changes;

    EdgeEffect(Edge edge, ZoneRef ref, List<EdgeChange> changes) {
        this.edge = edge;
        this.ref = ref;
        this.changes = changes;
    }

    /** Takes the parts strictly from what is expected to the target. */
    Ending advance(
            Function<EdgeChange, EdgePart> expected,
            Function<EdgeChange, EdgePart> target,
            Instant notWrittenAfter,
            Call call) {
        EdgeView view = read(call);
        return switch (EdgeAdvance.of(changes, expected, target, view)) {
            case EdgeAdvance.AlreadyThere there -> written(0, List.of(), view);
            case EdgeAdvance.Drift drift -> new Ending.Drifted(drift.edits());
            case EdgeAdvance.Ready ready -> {
                Optional<ForeignEdit> touched = touchedSince(ready.writes(), notWrittenAfter);
                if (touched.isPresent()) {
                    yield new Ending.Drifted(List.of(touched.get()));
                }
                write(ready.writes(), call);
                EdgeView after = read(call);
                yield switch (EdgeAdvance.of(changes, expected, target, after)) {
                    case EdgeAdvance.AlreadyThere there ->
                            written(ready.writes().size(), List.of(), after);
                    case EdgeAdvance.Drift drift -> new Ending.Drifted(drift.edits());
                    case EdgeAdvance.Ready again ->
                            new Ending.Failed(
                                    Ending.Failure.TRANSIENT,
                                    "the provider accepted "
                                            + again.writes().getFirst()
                                            + ", but does not show it yet");
                };
            }
        };
    }

    /** What the edge says about a forward write of which we do not know whether it took effect. */
    Progress lookAtAdvance(
            Function<EdgeChange, EdgePart> expected,
            Function<EdgeChange, EdgePart> target,
            Instant notWrittenAfter,
            Call call) {
        EdgeView view = read(call);
        return switch (EdgeAdvance.of(changes, expected, target, view)) {
            case EdgeAdvance.AlreadyThere there -> new Progress.Over(written(0, List.of(), view));
            case EdgeAdvance.Drift drift -> new Progress.Over(new Ending.Drifted(drift.edits()));
            case EdgeAdvance.Ready ready ->
                    touchedSince(ready.writes(), notWrittenAfter)
                            .<Progress>map(e -> new Progress.Over(new Ending.Drifted(List.of(e))))
                            .orElseGet(Progress.NotFound::new);
        };
    }

    /** Takes the parts three-way to what is promised. */
    Ending restore(List<EdgeClaim> claims, Function<EdgeChange, EdgePart> promised, Call call) {
        EdgeView before = read(call);
        EdgeRestoration way = EdgeRestoration.of(claims, promised, before);
        if (way.isDone()) {
            return written(0, way.kept(), before);
        }
        write(way.writes(), call);
        EdgeView after = read(call);
        EdgeRestoration left = EdgeRestoration.of(claims, promised, after);
        return left.isDone()
                ? written(way.writes().size(), left.kept(), after)
                : new Ending.Failed(
                        Ending.Failure.TRANSIENT,
                        left.writes().size()
                                + " parts of the edge are not back yet, first "
                                + left.writes().getFirst());
    }

    private EdgeView read(Call call) {
        return edge.read(ref, keys(), call);
    }

    private Set<EdgeKey> keys() {
        return changes.stream().map(EdgeChange::key).collect(Collectors.toSet());
    }

    private void write(List<EdgeWrite> writes, Call call) {
        for (EdgeWrite write : writes) {
            Call one =
                    new Call(
                            call.cutover(),
                            call.purpose(),
                            call.deadline().within(ZoneEffect.WRITE_LIMIT),
                            call.fence());
            if (one.deadline().passed()) {
                throw PortException.passing(
                        "no time left to write " + write.key() + "; it was not sent");
            }
            edge.apply(ref, write, one);
        }
    }

    /** A part that was written after we last looked, although it shows old values: somebody put it back. */
    private static Optional<ForeignEdit> touchedSince(
            List<EdgeWrite> writes, Instant notWrittenAfter) {
        if (notWrittenAfter.equals(Instant.EPOCH)) {
            return Optional.empty();
        }
        return writes.stream()
                .map(EdgeWrite::seen)
                .filter(p -> p.modifiedAt().map(at -> at.isAfter(notWrittenAfter)).orElse(false))
                .findFirst()
                .map(
                        p ->
                                new ForeignEdit(
                                        p.key().toString(),
                                        "part",
                                        "not written since it was looked at",
                                        "written at "
                                                + p.modifiedAt()
                                                        .map(Instant::toString)
                                                        .orElse("an unknown time")));
    }

    private Ending written(int writes, List<ForeignEdit> kept, EdgeView view) {
        Instant last =
                changes.stream()
                        .flatMap(c -> view.part(c.key()).stream())
                        .flatMap(p -> p.modifiedAt().stream())
                        .max(Instant::compareTo)
                        .orElse(Instant.EPOCH);
        return new Ending.ZoneWritten(writes, kept, last);
    }
}
