package dev.cutover.core.evidence;

import dev.cutover.core.dns.DnsName;
import java.util.List;

/**
 * The CAA records that hold for one name.
 *
 * @param at the name they stand at: the name itself or the nearest one above that has any
 * @param issuers the domains of {@code issue} records, lower case; {@code ""} forbids all
 * @param restricts whether there is any {@code issue} record; without, everybody may issue
 * @param failure empty when the records could be read; else what happened
 */
public record IssuerRule(
        DnsName name, String at, List<String> issuers, boolean restricts, String failure) {
    public IssuerRule {
        issuers = List.copyOf(issuers);
    }
}
