package dev.cutover.port;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.IssuerRule;
import dev.cutover.core.evidence.NameServers;
import dev.cutover.core.evidence.SignedSet;
import java.util.List;
import java.util.Optional;
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
     * Asks for every set, and for each region's clients beside the resolvers' own place. An answer is a
     * region's, and has its name as scope, only when the resolver says that it is for those clients;
     * otherwise it tells of the resolver's own place.
     *
     * @param whom some of the configured recursive resolvers; empty for all of them
     * @param regions at most {@link Region#MOST}; a resolver that answers for none of them is not left out
     */
    default List<ResolverAnswer> askResolvers(
            List<SetKey> sets, Optional<Set<String>> whom, List<Region> regions, Call call) {
        return whom.isPresent() ? askResolvers(sets, whom.get(), call) : askResolvers(sets, call);
    }

    /**
     * The addresses a visitor gets for a name right now, IPv4 first; empty when it does not resolve.
     *
     * @throws PortException TRANSIENT when no resolver answered
     */
    List<String> addresses(DnsName name, Call call);

    /**
     * Follows names to their addresses at their own servers. No resolver is asked for the names themselves:
     * it would remember that one does not exist yet.
     *
     * @return one for each name, in their order; one whose servers do not answer says so
     */
    default List<AliasTarget> follow(List<DnsName> names, Call call) {
        throw notLooked("names outside the plan");
    }

    /**
     * Which servers the zone above and the zone itself name for a zone.
     *
     * @throws PortException TRANSIENT when neither can be found
     */
    default Delegated delegation(DnsName zone, Call call) {
        throw notLooked("delegations");
    }

    /**
     * What CAA records permit for names of a zone, each searched upwards from the name, and for a wildcard
     * from the name above. Source: RFC 8659 sections 3 and 4.3.
     */
    default List<IssuerRule> issuerRules(DnsName zone, List<DnsName> names, Call call) {
        throw notLooked("CAA records");
    }

    /**
     * What a validator says of sets of a zone. Without a DS at the zone above they are all INSECURE, and no
     * resolver is asked for them.
     */
    default List<SignedSet> validate(DnsName zone, List<SetKey> sets, Call call) {
        throw notLooked("signatures");
    }

    private static PortException notLooked(String what) {
        return PortException.lasting(
                "expected somebody who looks at "
                        + what
                        + ", seen none: these resolvers cannot; nothing was asked");
    }

    /** Who names which servers for a zone; a server that did not answer is named. */
    record Delegated(List<NameServers> parent, List<NameServers> child) {
        public Delegated {
            parent = List.copyOf(parent);
            child = List.copyOf(child);
        }
    }
}
