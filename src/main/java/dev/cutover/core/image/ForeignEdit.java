package dev.cutover.core.image;

import dev.cutover.core.dns.SetKey;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A value somebody else put where we had planned one; it is kept and named.
 *
 * @param subject the record, such as {@code www.acme.example A 198.51.100.10}, or the place at the edge,
 *     such as {@code pool acme-web origin production}
 * @param what the field, or {@code record} when a whole record was added or removed
 * @param ours what we had written or would have restored
 * @param seen what stands there now
 */
public record ForeignEdit(String subject, String what, String ours, String seen) {
    /** What is named of an edge part that is gone as a whole. */
    static final String PART = "part";

    private static final Set<String> ROUTING =
            Set.of("record", "content", "proxied", PART, "weight", "enabled", "address", "rule");

    /** Whether it decides where visitors go; a note, a tag or a TTL does not. */
    public boolean routes() {
        return ROUTING.contains(what);
    }

    /** The TTL in seconds that somebody gave a record of this set; empty for any other edit. */
    public OptionalLong ttlOf(SetKey set) {
        boolean number = seen.matches("[0-9]{1,10}");
        return what.equals("ttl") && number && subject.startsWith(set + " ")
                ? OptionalLong.of(Long.parseLong(seen))
                : OptionalLong.empty();
    }

    @Override
    public String toString() {
        return subject + ": " + what + " expected " + ours + ", seen " + seen;
    }
}
