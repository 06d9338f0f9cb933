package dev.cutover.core.image;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeField;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The strict way forward at the edge, as {@link Advance} is for records: any difference stops it. */
public sealed interface EdgeAdvance {
    /** Everything is as expected; these writes lead to the target. */
    record Ready(List<EdgeWrite> writes) implements EdgeAdvance {
        public Ready {
            writes = List.copyOf(writes);
        }
    }

    /** The target already stands there: the write took effect before. */
    record AlreadyThere() implements EdgeAdvance {}

    /** Somebody else wrote; nothing may be written. */
    record Drift(List<ForeignEdit> edits) implements EdgeAdvance {
        public Drift {
            edits = List.copyOf(edits);
        }
    }

    /** Computes the way from the expected to the target states. Parts at their target count as done. */
    static EdgeAdvance of(
            List<EdgeChange> changes,
            Function<EdgeChange, EdgePart> expected,
            Function<EdgeChange, EdgePart> target,
            EdgeView seen) {
        List<EdgeWrite> writes = new ArrayList<>();
        List<ForeignEdit> drift = new ArrayList<>();
        for (EdgeChange change : changes) {
            if (differences(change, target.apply(change), seen).isEmpty()) {
                continue;
            }
            List<ForeignEdit> edits = differences(change, expected.apply(change), seen);
            drift.addAll(edits);
            Optional<EdgePart> now = seen.part(change.key());
            if (edits.isEmpty() && now.isPresent()) {
                writes.add(towards(change, target.apply(change), now.get()));
            }
        }
        if (!drift.isEmpty()) {
            return new Drift(drift);
        }
        return writes.isEmpty() ? new AlreadyThere() : new Ready(writes);
    }

    /** Every watched field of one part in which the edge differs from what is expected there. */
    static List<ForeignEdit> differences(EdgeChange change, EdgePart expected, EdgeView seen) {
        Optional<EdgePart> found = seen.part(change.key());
        if (found.isEmpty()) {
            return List.of(gone(change, seen));
        }
        List<ForeignEdit> edits = new ArrayList<>();
        SortedMap<EdgeField, Object> want = expected.fields();
        SortedMap<EdgeField, Object> have = found.get().fields();
        for (EdgeField field : change.watched(found.get())) {
            Object wanted = want.get(field);
            Object now = have.get(field);
            if (!Objects.equals(wanted, now)) {
                edits.add(edit(change, field, wanted, now));
            }
        }
        if (expected instanceof EdgePart.OriginRule ours && ours.rule().isPresent()) {
            edits.addAll(overruled(ours, seen));
        }
        return edits;
    }

    /** Other people's rules behind ours that name the same visitors: the last that matches wins. */
    private static List<ForeignEdit> overruled(EdgePart.OriginRule ours, EdgeView seen) {
        List<ForeignEdit> edits = new ArrayList<>();
        if (seen.part(EdgeKey.rules(EdgePart.OriginRule.PHASE)).orElse(null)
                instanceof EdgePart.Rules phase) {
            boolean behind = false;
            for (EdgeRule rule : phase.rules()) {
                if (behind && EdgePart.OriginRule.names(rule, ours.name())) {
                    edits.add(
                            new ForeignEdit(
                                    ours.key().toString(),
                                    "rule",
                                    "nobody's rule behind ours",
                                    "rule '" + rule.ref() + "', which wins"));
                }
                behind |= rule.ref().equals(EdgePart.OriginRule.ref(ours.name()));
            }
        }
        return edits;
    }

    private static EdgeWrite towards(EdgeChange change, EdgePart target, EdgePart now) {
        EdgePart next = now;
        for (EdgeField field : change.planned()) {
            next = next.with(field, target);
        }
        return new EdgeWrite(now, next);
    }

    /** What is said of a part that is not there any more. */
    static ForeignEdit gone(EdgeChange change, EdgeView seen) {
        return new ForeignEdit(
                change.key().toString(),
                ForeignEdit.PART,
                "as it was read before",
                seen.lack(change.key()).map(EdgeView.Lack::why).orElse("removed"));
    }

    /** What is said of one field. */
    static ForeignEdit edit(
            EdgeChange change, EdgeField field, @Nullable Object ours, @Nullable Object seen) {
        return new ForeignEdit(field.subject(change.key()), field.what(), shown(ours), shown(seen));
    }

    /** A field's value for people. */
    static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "none";
            case Optional<?> o -> o.map(String::valueOf).orElse("none");
            default -> value.toString();
        };
    }
}
