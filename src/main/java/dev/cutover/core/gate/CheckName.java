package dev.cutover.core.gate;

import java.util.Locale;

/** The gates and guards by name; the same word stands in journal, report, API and page. */
public enum CheckName {
    /** Every planned record stands in the zone as we left it: nobody edited one meanwhile. */
    ZONE_UNCHANGED,
    /** Every planned part of the provider's edge stands as we left it. */
    EDGE_UNCHANGED,
    /** The provider's health checks see every origin healthy that is to get visitors. */
    ORIGINS_HEALTHY,
    /** Every authoritative server answers, and they agree. */
    AUTHORITIES_AGREE,
    /** Every authoritative server shows the same version of the zone. */
    SERIALS_AGREE,
    /** What planned aliases point at resolves. */
    ALIASES_RESOLVE,
    /** The zone above names the same name servers as the zone itself. */
    DELEGATION_AGREES,
    /** CAA records permit who issued the certificates that were seen. */
    ISSUERS_PERMITTED,
    /** Signed answers hold from the root down; a zone that is not signed passes. */
    SIGNATURES_HOLD,
    /** No cache can still hold an answer with the old, long TTL. */
    TTL_AGED,
    /** The top landing pages are right on the next side. */
    NEXT_PAGES,
    /** Crawlers may read the landing pages on the next side. */
    NEXT_ROBOTS,
    /** Every TLS name presents a valid certificate on the next side. */
    NEXT_TLS,
    /** The side to fall back to serves as a public visitor would see it. */
    FALLBACK_HEALTHY,
    /** The promotion engine can be reached. */
    ENGINE_READY,
    /** Enough people agreed to this very plan. */
    APPROVED,
    /** The window is open and has room for the worst case. */
    WINDOW,
    /** What was switched is really served: by every authority, or through the edge. */
    SERVED,
    /** No page from before the purge is handed out any more. */
    PURGED,
    /** No cache keeps what must always come from the origin. */
    CACHE_BYPASSED,
    /** Visitors do not see more errors than allowed. */
    ERRORS,
    /** Resolvers answer fast enough. */
    RESOLVER_LATENCY,
    /** Resolvers that answered before go on answering. */
    RESOLVER_ERRORS,
    /** Enough resolvers see the next side. */
    PROPAGATED,
    /** The landing pages are right as visitors get them. */
    PUBLIC_PAGES,
    /** Certificates are right as visitors get them. */
    PUBLIC_TLS;

    /**
     * Whether a go needs no more than that nothing bad is known. Such a gate asks other people's
     * servers: when they cannot be asked, that is said and left unproven, and it does not close the go.
     */
    public boolean mayStayUnproven() {
        return this == ALIASES_RESOLVE
                || this == DELEGATION_AGREES
                || this == ISSUERS_PERMITTED
                || this == SIGNATURES_HOLD;
    }

    /** The name as people read it, such as {@code ttl-aged}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
