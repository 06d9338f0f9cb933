package dev.cutover.core.evidence;

import java.util.List;

/**
 * What an answer tells beside its records.
 *
 * @param came what came of the question
 * @param site which of the caches behind the resolver's address answered (NSID, RFC 5001); empty when
 *     it does not say
 * @param scope the clients the answer is for, such as {@code 192.0.2.0/24} (RFC 7871); empty for all
 * @param aliases the names its CNAMEs lead over, in order; empty for none
 * @param reached what the end of that chain owns of the type, sorted; empty without aliases
 * @param leastTtlSeconds the smallest TTL along the chain: what a client may keep of it; 0 when it is
 *     not known
 * @param markedStale whether the resolver says itself that the answer is stale (RFC 8914, codes 3
 *     and 19)
 * @param operator who runs the resolver; empty when not known
 * @param country where it stands; empty when not known
 */
public record Told(
        Came came,
        String site,
        String scope,
        List<String> aliases,
        List<String> reached,
        long leastTtlSeconds,
        boolean markedStale,
        String operator,
        String country) {
    public Told {
        aliases = List.copyOf(aliases);
        reached = reached.stream().sorted().toList();
    }

    /** Nothing but what came of the question. */
    public static Told plainly(Came came) {
        return new Told(came, "", "", List.of(), List.of(), 0, false, "", "");
    }

    /** The same, from that cache. */
    public Told from(String otherSite, String otherScope) {
        return new Told(
                came,
                otherSite,
                otherScope,
                aliases,
                reached,
                leastTtlSeconds,
                markedStale,
                operator,
                country);
    }

    /** The same, from a resolver of that operator and country. */
    public Told by(String itsOperator, String itsCountry) {
        return new Told(
                came,
                site,
                scope,
                aliases,
                reached,
                leastTtlSeconds,
                markedStale,
                itsOperator,
                itsCountry);
    }
}
