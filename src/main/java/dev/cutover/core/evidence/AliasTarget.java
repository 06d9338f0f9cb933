package dev.cutover.core.evidence;

import dev.cutover.core.dns.DnsName;
import java.util.List;

/**
 * What one alias leads to.
 *
 * @param addresses sorted; empty when it resolves to none
 * @param longestTtlSeconds the longest life of any answer on the way; 0 when there was none
 * @param failure empty when its servers answered; else what happened
 */
public record AliasTarget(
        DnsName target, List<String> addresses, long longestTtlSeconds, String failure) {
    public AliasTarget {
        addresses = addresses.stream().sorted().toList();
    }

    public boolean answered() {
        return failure.isEmpty();
    }
}
