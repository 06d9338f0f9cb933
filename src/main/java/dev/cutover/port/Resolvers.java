package dev.cutover.port;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import java.util.List;
import java.util.Set;

/** What the world resolves. Every server that does not answer is named in the result, never left out. */
public interface Resolvers {
    /**
     * Asks every authoritative server of the zone, on every address it has, for every set.
     *
     * @throws PortException TRANSIENT when the zone's servers cannot be found at all
     */
    List<AuthorityAnswer> askAuthorities(DnsName zone, List<SetKey> sets, Call call);

    /** Asks every configured recursive resolver for every set. */
    List<ResolverAnswer> askResolvers(List<SetKey> sets, Call call);

    /**
     * Asks some of the configured recursive resolvers for every set.
     *
     * @param whom their names, as earlier answers gave them; names nobody has are passed over
     */
    default List<ResolverAnswer> askResolvers(List<SetKey> sets, Set<String> whom, Call call) {
        return askResolvers(sets, call).stream()
                .filter(answer -> whom.contains(answer.resolver()))
                .toList();
    }

    /**
     * The addresses a visitor gets for a name right now, IPv4 first; empty when it does not resolve.
     *
     * @throws PortException TRANSIENT when no resolver answered
     */
    List<String> addresses(DnsName name, Call call);
}
