package dev.cutover.core.gate;

/** What evidence says. Only {@link #PASS} opens a gate; only {@link #FAIL} is a finding. */
public enum Verdict {
    PASS,
    FAIL,
    /** There is evidence, but too little or too old to say. */
    INCONCLUSIVE,
    /** The source itself is down or was never asked. */
    BLIND
}
