package dev.cutover.core.edge;

import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * One part to be written: the read copy, and the same copy with our fields changed.
 *
 * @param seen as it was read just before; what was written in between is found by reading back
 * @param target what is to stand there; everything the plan does not speak of as in {@code seen}
 */
public record EdgeWrite(EdgePart seen, EdgePart target) {
    public EdgeKey key() {
        return target.key();
    }

    /** The fields that change, sorted. */
    public List<EdgeField> changed() {
        if (seen.equals(target)) {
            return List.of();
        }
        SortedMap<EdgeField, Object> from = seen.fields();
        SortedMap<EdgeField, Object> to = target.fields();
        TreeSet<EdgeField> all = new TreeSet<>(from.keySet());
        all.addAll(to.keySet());
        all.removeIf(f -> Objects.equals(from.get(f), to.get(f)));
        return List.copyOf(all);
    }

    @Override
    public String toString() {
        return key()
                + ": "
                + String.join(
                        ", ",
                        changed().stream()
                                .map(
                                        f ->
                                                f
                                                        + " "
                                                        + seen.fields().getOrDefault(f, "none")
                                                        + " -> "
                                                        + target.fields().getOrDefault(f, "none"))
                                .toList());
    }
}
