package dev.cutover.core.image;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One write to one record, as a provider's batch takes it. */
public sealed interface RecordWrite {
    /** Changes a record in place; {@code seen} carries the provider's id. */
    record Patch(DnsRecord seen, DnsRecord target) implements RecordWrite {}

    /** Makes a record. */
    record Create(DnsRecord target) implements RecordWrite {}

    /** Removes a record; {@code seen} carries the provider's id. */
    record Delete(DnsRecord seen) implements RecordWrite {}

    /**
     * Deletes, then patches, then creates: the order in which one transaction never holds a conflict.
     *
     * <p>A patch to a content that another patched record still shows would meet an identical record;
     * it becomes a delete and a create. Source: Cloudflare error 81058.
     */
    static List<RecordWrite> inBatchOrder(List<RecordWrite> all) {
        List<RecordWrite> writes = withoutCollisions(all);
        List<RecordWrite> ordered = new ArrayList<>();
        writes.stream().filter(Delete.class::isInstance).forEach(ordered::add);
        writes.stream().filter(Patch.class::isInstance).forEach(ordered::add);
        writes.stream().filter(Create.class::isInstance).forEach(ordered::add);
        return ordered;
    }

    /**
     * These writes in as few batches as a provider's limit allows, each in batch order, all writes of one
     * name in the same batch: between two batches no name stands half on one side. A name with more
     * writes than the limit cannot be kept together.
     */
    static List<List<RecordWrite>> batches(List<RecordWrite> writes, int most) {
        Map<DnsName, List<RecordWrite>> byName = new LinkedHashMap<>();
        withoutCollisions(writes)
                .forEach(w -> byName.computeIfAbsent(w.name(), n -> new ArrayList<>()).add(w));
        List<List<RecordWrite>> batches = new ArrayList<>();
        List<RecordWrite> batch = new ArrayList<>();
        for (List<RecordWrite> name : byName.values()) {
            if (!batch.isEmpty() && batch.size() + name.size() > most) {
                batches.add(inBatchOrder(batch));
                batch = new ArrayList<>();
            }
            for (RecordWrite write : name) {
                if (batch.size() == most) {
                    batches.add(inBatchOrder(batch));
                    batch = new ArrayList<>();
                }
                batch.add(write);
            }
        }
        if (!batch.isEmpty()) {
            batches.add(inBatchOrder(batch));
        }
        return batches;
    }

    /** The name of the record that is written. */
    default DnsName name() {
        return switch (this) {
            case Patch p -> p.target().name();
            case Create c -> c.target().name();
            case Delete d -> d.seen().name();
        };
    }

    private static List<RecordWrite> withoutCollisions(List<RecordWrite> writes) {
        Map<SetKey, List<Patch>> bySet = new HashMap<>();
        for (RecordWrite write : writes) {
            if (write instanceof Patch p) {
                bySet.computeIfAbsent(p.seen().key(), key -> new ArrayList<>()).add(p);
            }
        }
        List<RecordWrite> clean = new ArrayList<>();
        for (RecordWrite write : writes) {
            if (write instanceof Patch p
                    && bySet.getOrDefault(p.target().key(), List.of()).stream()
                            .anyMatch(other -> collides(p, other))) {
                clean.add(new Delete(p.seen()));
                clean.add(new Create(p.target().withId("")));
            } else {
                clean.add(write);
            }
        }
        return clean;
    }

    private static boolean collides(Patch patch, Patch other) {
        return !other.equals(patch) && other.seen().content().equals(patch.target().content());
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
