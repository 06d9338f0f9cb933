package dev.cutover.port;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.core.evidence.Evidence.ServedName;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.plan.Plan.Site;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the site serves, by HTTPS with the real host name, whatever address it is asked at. */
public interface SiteChecks {
    /**
     * How an origin is asked for a name by somebody in between, as the provider's edge does by a rule.
     *
     * @param port 1 to 65535; empty for the one visitors use
     * @param hostHeader by HTTP, and by TLS unless {@code tlsName} says otherwise; empty for the name itself
     * @param tlsName by TLS, and what the certificate must hold
     */
    record Manner(
            Optional<Integer> port, Optional<DnsName> hostHeader, Optional<DnsName> tlsName) {}

    /**
     * Which address answers for a name.
     *
     * <p>A pin holds on every redirect hop; a hop to a name without a pin is not followed and reported.
     */
    sealed interface Via {
        /** As any visitor: whatever the name resolves to. */
        record Visitors() implements Via {}

        /**
         * A fixed address or host for each name.
         *
         * @param targets IP literal or host name by the name asked for
         * @param manners how a name is asked where that differs from how visitors ask
         */
        record Pinned(Map<DnsName, String> targets, Map<DnsName, Manner> manners) implements Via {
            public Pinned {
                targets = Map.copyOf(targets);
                manners = Map.copyOf(manners);
            }

            /** Pins that are asked as visitors ask. */
            public Pinned(Map<DnsName, String> targets) {
                this(targets, Map.of());
            }
        }
    }

    /**
     * Fetches pages: expects 200 after at most 5 redirects, text/html, a title, and no holding page.
     *
     * @param fresh whether caches on the way are to be passed by
     */
    List<PageResult> pages(Site site, List<String> paths, Via via, boolean fresh, Call call);

    /** Shakes hands with every name: chain, host name and dates are checked. */
    List<TlsResult> tls(List<DnsName> names, int port, Via via, Call call);

    /**
     * The paths robots.txt forbids to crawlers. An answer of 4xx but 429 allows all, 5xx and 429 block all
     * (RFC 9309 section 2.3.1).
     */
    List<String> robotsBlocked(Site site, List<String> paths, Via via, Call call);

    /**
     * Which origin's marker answers for each name as visitors reach it, caches passed by, beside the
     * marker at the pinned next side.
     */
    List<ServedName> served(List<DnsName> names, int port, Via next, Call call);

    /**
     * How each path is answered with all caches in play, as a visitor gets it; redirects are not followed.
     *
     * @param wanted the side that should answer, asked for the same path to compare with; empty where only
     *     the cache's behaviour is of interest
     */
    List<CachedPage> cached(
            DnsName host, int port, List<String> paths, Optional<Via> wanted, Call call);
}
