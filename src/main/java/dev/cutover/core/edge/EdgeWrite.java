package dev.cutover.core.edge;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

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
        return Stream.concat(seen.fields().keySet().stream(), target.fields().keySet().stream())
                .distinct()
                .filter(f -> !Objects.equals(seen.fields().get(f), target.fields().get(f)))
                .sorted()
                .toList();
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
