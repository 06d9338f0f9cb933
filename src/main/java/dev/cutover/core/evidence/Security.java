package dev.cutover.core.evidence;

/** What a validator says of an answer. Source: RFC 4033 section 5. */
public enum Security {
    /** Every signature from the root's key down holds. */
    SECURE,
    /** The zone above says, provably, that this zone is not signed. */
    INSECURE,
    /** Signatures are due, and do not hold: validating resolvers answer SERVFAIL. */
    BOGUS,
    /** Nobody answered. */
    UNKNOWN
}
