package dev.cutover.core.image;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgeField;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.image.FieldProof.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * The three-way way back at the edge, per planned field, as {@link Restoration} is for records.
 *
 * @param writes what to write; parts in the changes' order
 * @param kept what was left because somebody else wrote it
 */
public record EdgeRestoration(List<EdgeWrite> writes, List<ForeignEdit> kept) {
    public EdgeRestoration {
        writes = List.copyOf(writes);
        kept = List.copyOf(kept);
    }

    /** Whether nothing of ours is left to write. */
    public boolean isDone() {
        return writes.isEmpty();
    }

    /**
     * Computes the way to the promised states.
     *
     * @param claims what of each change we may have written
     * @param promised which of a change's states to bring back, such as {@code EdgeChange::fallback}
     */
    public static EdgeRestoration of(
            List<EdgeClaim> claims, Function<EdgeChange, EdgePart> promised, EdgeView seen) {
        List<EdgeWrite> writes = new ArrayList<>();
        List<ForeignEdit> kept = new ArrayList<>();
        for (EdgeClaim claim : claims) {
            EdgeChange change = claim.change();
            Optional<EdgePart> found = seen.part(change.key());
            if (found.isEmpty()) {
                kept.add(EdgeAdvance.gone(change, seen));
                continue;
            }
            EdgePart now = found.get();
            EdgePart wanted = promised.apply(change);
            EdgePart next = now;
            SortedMap<EdgeField, Object> have = now.fields();
            SortedMap<EdgeField, Object> want = wanted.fields();
            for (EdgeField field : change.planned()) {
                Object has = have.get(field);
                if (Objects.equals(has, want.get(field))) {
                    continue;
                }
                EdgePart changed = claim.isOurs(field, has) ? next.with(field, wanted) : next;
                if (changed.equals(next)) {
                    kept.add(EdgeAdvance.edit(change, field, want.get(field), has));
                }
                next = changed;
            }
            if (!next.equals(now)) {
                writes.add(new EdgeWrite(now, next));
            }
        }
        return new EdgeRestoration(writes, kept);
    }

    /** The proof for every planned field: what it should be beside what it is. */
    public static List<FieldProof> proof(
            List<EdgeChange> changes, Function<EdgeChange, EdgePart> promised, EdgeView seen) {
        List<FieldProof> proof = new ArrayList<>();
        for (EdgeChange change : changes) {
            Optional<EdgePart> found = seen.part(change.key());
            for (EdgeField field : change.planned()) {
                Object wanted = promised.apply(change).fields().get(field);
                Object has = found.map(p -> p.fields().get(field)).orElse(null);
                boolean held = found.isPresent() && Objects.equals(wanted, has);
                proof.add(
                        new FieldProof(
                                field.subject(change.key()),
                                field.what(),
                                EdgeAdvance.shown(wanted),
                                found.isPresent() ? EdgeAdvance.shown(has) : "absent",
                                held ? Standing.KEPT : Standing.FOREIGN));
            }
        }
        return proof;
    }
}
