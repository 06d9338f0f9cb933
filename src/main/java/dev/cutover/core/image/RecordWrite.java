package dev.cutover.core.image;

import dev.cutover.core.dns.DnsRecord;
import java.util.ArrayList;
import java.util.List;

/** One write to one record, as a provider's batch takes it. */
public sealed interface RecordWrite {
    /** Changes a record in place; {@code seen} carries the provider's id. */
    record Patch(DnsRecord seen, DnsRecord target) implements RecordWrite {}

    /** Makes a record. */
    record Create(DnsRecord target) implements RecordWrite {}

    /** Removes a record; {@code seen} carries the provider's id. */
    record Delete(DnsRecord seen) implements RecordWrite {}

    /** Deletes, then patches, then creates: the order in which one transaction never holds a conflict. */
    static List<RecordWrite> inBatchOrder(List<RecordWrite> writes) {
        List<RecordWrite> ordered = new ArrayList<>();
        writes.stream().filter(Delete.class::isInstance).forEach(ordered::add);
        writes.stream().filter(Patch.class::isInstance).forEach(ordered::add);
        writes.stream().filter(Create.class::isInstance).forEach(ordered::add);
        return ordered;
    }

    /** The writes that take one set from its records to other records, position by position. */
    static List<RecordWrite> between(List<DnsRecord> seen, List<DnsRecord> target) {
        List<RecordWrite> writes = new ArrayList<>();
        for (int i = 0; i < Math.max(seen.size(), target.size()); i++) {
            if (i >= target.size()) {
                writes.add(new Delete(seen.get(i)));
            } else if (i >= seen.size()) {
                writes.add(new Create(target.get(i).withId("")));
            } else if (!seen.get(i).sameAs(target.get(i))) {
                writes.add(new Patch(seen.get(i), target.get(i).withId(seen.get(i).id())));
            }
        }
        return writes;
    }
}
