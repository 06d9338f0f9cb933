package dev.cutover.core.edge;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What of a change is ours to take back. All its planned fields are looked at and named; only a value that
 * we may have written is replaced, whatever else stands there is somebody else's.
 *
 * @param ours the states that we may have written, or have promised
 */
public record EdgeClaim(EdgeChange change, List<EdgePart> ours) {
    public EdgeClaim {
        ours = List.copyOf(ours);
    }

    /** Every state of the plan may have been written. */
    public static EdgeClaim whole(EdgeChange change) {
        return new EdgeClaim(change, change.states());
    }

    /** Whether that value of a field may be our writing. */
    public boolean isOurs(EdgeField field, @Nullable Object value) {
        return ours.stream().anyMatch(state -> Objects.equals(state.fields().get(field), value));
    }
}
