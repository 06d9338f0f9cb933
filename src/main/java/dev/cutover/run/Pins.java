package dev.cutover.run;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.port.SiteChecks.Via;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where each planned name is found on one side, before anybody is routed there. */
final class Pins {
    private Pins() {}

    /** One address or host per name; IPv4 wins over IPv6, both over an alias. */
    static Via of(List<SetChange> changes, Side side) {
        Map<DnsName, String> targets = new HashMap<>();
        for (RecordType type : List.of(RecordType.CNAME, RecordType.AAAA, RecordType.A)) {
            for (SetChange change : changes) {
                List<DnsRecord> records = change.settledOn(side);
                if (change.type() == type && !records.isEmpty()) {
                    targets.put(change.name(), records.getFirst().content());
                }
            }
        }
        return new Via.Pinned(targets);
    }
}
