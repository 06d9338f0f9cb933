package dev.cutover.core.dns;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * Every record of one zone as its provider showed them.
 *
 * @param zone the zone's apex
 * @param records sorted by name, type and content
 * @param observedAt when the read began: what was written later may be missing from it
 */
public record ZoneView(DnsName zone, List<DnsRecord> records, Instant observedAt) {
    private static final Comparator<DnsRecord> ORDER =
            Comparator.comparing(DnsRecord::key)
                    .thenComparing(DnsRecord::content)
                    .thenComparing(DnsRecord::id);

    public ZoneView {
        records = records.stream().sorted(ORDER).toList();
    }

    /** The records of one set; empty when there is none. */
    public List<DnsRecord> set(SetKey key) {
        return records.stream().filter(r -> r.key().equals(key)).toList();
    }

    /** Every record at one name. */
    public List<DnsRecord> at(DnsName name) {
        return records.stream().filter(r -> r.name().equals(name)).toList();
    }
}
