package dev.cutover.core.edge;

import java.util.Comparator;

/**
 * One field of an edge part: the unit in which we and other people can differ.
 *
 * @param at the place within the part, such as {@code origin production}; empty for the part itself
 * @param what the field, such as {@code weight}
 */
public record EdgeField(String at, String what) implements Comparable<EdgeField> {
    private static final Comparator<EdgeField> ORDER =
            Comparator.comparing(EdgeField::at).thenComparing(EdgeField::what);

    @Override
    public int compareTo(EdgeField other) {
        return ORDER.compare(this, other);
    }

    /** The part and the place in it as people read them, such as {@code pool acme-web origin production}. */
    public String subject(EdgeKey key) {
        return at.isEmpty() ? key.toString() : key + " " + at;
    }

    @Override
    public String toString() {
        return at.isEmpty() ? what : at + " " + what;
    }
}
