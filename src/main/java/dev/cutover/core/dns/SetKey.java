package dev.cutover.core.dns;

import java.util.Comparator;

/**
 * The records of one type at one name: the unit a plan speaks of and a resolver caches.
 *
 * @param name the owner name
 * @param type the type of every record in the set
 */
public record SetKey(DnsName name, RecordType type) implements Comparable<SetKey> {
    private static final Comparator<SetKey> ORDER =
            Comparator.comparing(SetKey::name).thenComparing(SetKey::type);

    @Override
    public int compareTo(SetKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return name + " " + type;
    }
}
