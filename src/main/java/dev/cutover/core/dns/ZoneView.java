package dev.cutover.core.dns;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

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
        return run(r -> r.key().compareTo(key));
    }

    /** Every record at one name. */
    public List<DnsRecord> at(DnsName name) {
        return run(r -> r.name().compareTo(name));
    }

    /**
     * The records that compare as equal, which stand together. A plan of thousands of sets asks for each of
     * them at every look, so that walking the whole zone would take a second of it.
     */
    private List<DnsRecord> run(ToIntFunction<DnsRecord> comparison) {
        int low = 0;
        int high = records.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (comparison.applyAsInt(records.get(middle)) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int end = low;
        while (end < records.size() && comparison.applyAsInt(records.get(end)) == 0) {
            end++;
        }
        return records.subList(low, end);
    }
}
