package dev.cutover.core.evidence;

/** What can be observed about a cutover's world. The driver observes by these keys, gates judge by them. */
public enum EvidenceKey {
    /** The zone at its provider. */
    ZONE,
    /** The planned parts of the provider's edge. */
    EDGE,
    /** All authoritative servers. */
    AUTHORITIES,
    /** The recursive resolvers. */
    RESOLVERS,
    /** Landing pages on the next side, by pinned address. */
    NEXT_PAGES,
    /** robots.txt on the next side, by pinned address. */
    NEXT_ROBOTS,
    /** Certificates on the next side, by pinned address. */
    NEXT_TLS,
    /** Some landing pages on the side to fall back to, by pinned address. */
    FALLBACK_PAGES,
    /** Landing pages as a visitor gets them. */
    PUBLIC_PAGES,
    /** Certificates as a visitor gets them. */
    PUBLIC_TLS,
    /** The side that answers for proxied names through the edge. */
    SERVED,
    /** Pages through the edge with its cache in play, beside the side that should answer. */
    PURGED_PAGES,
    /** What no cache may keep, through the edge with its cache in play. */
    BYPASSED_PAGES,
    /** Our own probes of the public site. */
    PROBE_ERRORS,
    /** The provider's own error figures. */
    PROVIDER_ERRORS,
    /** What the planned aliases point at. */
    ALIASES,
    /** The zone's name servers as the zone above and the zone itself name them. */
    DELEGATION,
    /** Who may issue certificates. */
    ISSUERS,
    /** The chain of signatures from the root. */
    SIGNATURES,
    /** The promotion engine. */
    ENGINE
}
