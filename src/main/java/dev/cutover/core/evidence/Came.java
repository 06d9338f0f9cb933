package dev.cutover.core.evidence;

/** What came of a question to a resolver. */
public enum Came {
    RECORDS,
    /** No such name, or no record of the type. Source: RFC 2308 section 2. */
    NEGATIVE,
    REFUSED,
    /** SERVFAIL and its kin, an unreachable or unreadable server. */
    FAILED,
    TIMED_OUT
}
