package dev.cutover.core.life;

/**
 * A cutover's key: its plan's name and a number, such as {@code acme-relaunch-3}.
 *
 * @param value 1 to 80 of {@code a-z 0-9 -}
 */
public record CutoverId(String value) implements Comparable<CutoverId> {
    public CutoverId {
        if (!value.matches("[a-z0-9][a-z0-9-]{0,79}")) {
            throw new IllegalArgumentException(
                    "expected 1 to 80 of a-z, 0-9 and '-', seen '" + value + "'");
        }
    }

    @Override
    public int compareTo(CutoverId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
