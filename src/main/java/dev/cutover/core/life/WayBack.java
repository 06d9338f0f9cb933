package dev.cutover.core.life;

import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.image.EdgeRestoration;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is left to bring back, in zone and edge, as they were last read.
 *
 * @param observedAt when the older of the two was read
 */
record WayBack(
        Restoration records,
        EdgeRestoration edge,
        Evidence.Zone zone,
        EdgeView parts,
        Instant observedAt) {

    /** What is left until visitors are on the fallback side; empty while either was not read since then. */
    static Optional<WayBack> toFallback(Turn t, Instant after) {
        return seen(
                t,
                after,
                zone ->
                        Restoration.of(
                                t.c.restorable(Side.FALLBACK), SetChange::fallback, zone.view()),
                view ->
                        EdgeRestoration.of(
                                t.c.restorableEdge(Side.FALLBACK).stream()
                                        .filter(e -> e.change().routes())
                                        .toList(),
                                e -> e.fallback(),
                                view));
    }

    /** What is left until a side stands as it keeps; empty while either was not read since then. */
    static Optional<WayBack> toSettled(Turn t, Instant after, Side side) {
        return seen(
                t,
                after,
                zone -> Restoration.of(t.c.restorable(side), c -> c.settledOn(side), zone.view()),
                view ->
                        EdgeRestoration.of(
                                t.c.restorableEdge(side), e -> Cutover.settledOn(e, side), view));
    }

    private static Optional<WayBack> seen(
            Turn t,
            Instant after,
            Function<Evidence.Zone, Restoration> records,
            Function<EdgeView, EdgeRestoration> edge) {
        Optional<Evidence.Zone> zone = t.zoneSince(after);
        if (zone.isEmpty()) {
            return Optional.empty();
        }
        Instant zoneAt = zone.get().observedAt();
        Optional<EdgeView> view =
                t.c.edge().isEmpty()
                        ? Optional.of(EdgeView.none(zoneAt))
                        : t.latest(EvidenceKey.EDGE, Evidence.Edge.class)
                                .filter(e -> e.observedAt().isAfter(after))
                                .map(Evidence.Edge::view);
        return view.map(
                v ->
                        new WayBack(
                                records.apply(zone.get()),
                                edge.apply(v),
                                zone.get(),
                                v,
                                v.observedAt().isBefore(zoneAt) ? v.observedAt() : zoneAt));
    }

    boolean isDone() {
        return records.isDone() && edge.isDone();
    }

    /** Other people's edits that are left. */
    List<ForeignEdit> kept() {
        List<ForeignEdit> kept = new ArrayList<>(edge.kept());
        kept.addAll(records.kept());
        return kept;
    }

    /** Every planned field beside what a side promises. */
    List<FieldProof> proof(Cutover c, Side side) {
        List<FieldProof> proof =
                new ArrayList<>(
                        EdgeRestoration.proof(c.edge(), e -> Cutover.settledOn(e, side), parts));
        proof.addAll(FieldProof.of(c.changes(), s -> s.settledOn(side), zone.view()));
        return proof;
    }
}
