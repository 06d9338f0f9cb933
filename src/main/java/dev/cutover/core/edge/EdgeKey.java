package dev.cutover.core.edge;

import dev.cutover.core.dns.DnsName;
import java.util.Comparator;
import java.util.Locale;

/**
 * Which part of the edge is meant; what one live cutover at a time may hold.
 *
 * @param name a pool's name, a phase such as {@code http_request_cache_settings}, a setting's id, the name
 *     whose visitors an origin rule moves
 */
public record EdgeKey(Kind kind, String name) implements Comparable<EdgeKey> {
    private static final Comparator<EdgeKey> ORDER =
            Comparator.comparing(EdgeKey::kind).thenComparing(EdgeKey::name);

    /** The kinds of parts. */
    public enum Kind {
        POOL,
        RULES,
        SETTING,
        RULE
    }

    /** The key of a pool. */
    public static EdgeKey pool(String name) {
        return new EdgeKey(Kind.POOL, name);
    }

    /** The key of a phase's rules. */
    public static EdgeKey rules(String phase) {
        return new EdgeKey(Kind.RULES, phase);
    }

    /** The key of a setting. */
    public static EdgeKey setting(String id) {
        return new EdgeKey(Kind.SETTING, id);
    }

    /** The key of the origin rule by which we move a name's visitors. */
    public static EdgeKey rule(DnsName name) {
        return new EdgeKey(Kind.RULE, name.value());
    }

    @Override
    public int compareTo(EdgeKey other) {
        return ORDER.compare(this, other);
    }

    /** As people read it, such as {@code pool acme-web}. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + name;
    }
}
