package dev.cutover.core.evidence;

import dev.cutover.core.dns.DnsName;
import java.util.List;

/**
 * What CAA records permit for one name: for a certificate of that very name, and for one of a wildcard that
 * covers it. Source: RFC 8659 sections 3 and 4.3.
 *
 * @param exact for the name itself; {@code issuewild} records are ignored
 * @param wildcard for a wildcard, searched from the name above: its {@code issuewild} records, or where it
 *     has none its {@code issue} records
 * @param failure empty when the records could be read; else what happened
 */
public record IssuerRule(DnsName name, Permit exact, Permit wildcard, String failure) {
    /**
     * Who may issue.
     *
     * @param at the name whose records hold: the nearest one that has any; empty when none has
     * @param tag {@code issue} or {@code issuewild}
     * @param issuers the domains of those records, lower case; {@code ""} forbids all
     * @param restricts whether there is any such record; without, everybody may issue
     */
    public record Permit(String at, String tag, List<String> issuers, boolean restricts) {
        /** Where no record restricts anybody. */
        public static final Permit ALL = new Permit("", "issue", List.of(), false);

        public Permit {
            issuers = List.copyOf(issuers);
        }
    }

    /** A rule that could not be read. */
    public static IssuerRule unknown(DnsName name, String failure) {
        return new IssuerRule(name, Permit.ALL, Permit.ALL, failure);
    }
}
