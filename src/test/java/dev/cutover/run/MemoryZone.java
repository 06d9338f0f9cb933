package dev.cutover.run;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.DnsZone;
import dev.cutover.port.PortException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * A zone in memory that keeps the rules of a real one: a batch is one transaction, carried out in its order,
 * and refused whole for a record that meets its twin or stands beside an alias. With chance as its enemy
 * some writes fail before their effect, and some after it.
 */
final class MemoryZone implements DnsZone {
    private final DnsName apex;
    private final int most;
    private final Map<String, DnsRecord> records = new LinkedHashMap<>();
    private Optional<Random> enemy = Optional.empty();
    private int nextId;
    private int transactions;

    MemoryZone(DnsName apex, int most, List<DnsRecord> content) {
        this.apex = apex;
        this.most = most;
        content.forEach(this::add);
    }

    /** From now on a third of the writes is not answered, half of these after their effect. */
    void harass(Random chance) {
        enemy = Optional.of(chance);
    }

    void calm() {
        enemy = Optional.empty();
    }

    /** How many transactions took effect. */
    int transactions() {
        return transactions;
    }

    List<DnsRecord> records() {
        return List.copyOf(records.values());
    }

    @Override
    public String provider() {
        return "memory";
    }

    @Override
    public ZoneView read(ZoneRef zone, Call call) {
        return new ZoneView(apex, records(), Instant.EPOCH);
    }

    @Override
    public int mostWrites(ZoneRef zone) {
        return most;
    }

    @Override
    public void apply(ZoneRef zone, List<RecordWrite> writes, Call call) {
        int fate = enemy.map(chance -> chance.nextInt(6)).orElse(5);
        if (fate == 0) {
            throw PortException.passing("503 before the effect");
        }
        if (writes.size() > most) {
            throw new IllegalStateException(writes.size() + " writes in one batch of " + most);
        }
        Map<String, DnsRecord> before = new LinkedHashMap<>(records);
        try {
            writes.forEach(this::write);
        } catch (IllegalStateException refused) {
            records.clear();
            records.putAll(before);
            throw refused;
        }
        transactions++;
        if (fate == 1) {
            throw PortException.passing("the answer was lost after the effect");
        }
    }

    private void write(RecordWrite write) {
        switch (write) {
            case RecordWrite.Delete delete -> {
                if (records.remove(delete.seen().id()) == null) {
                    throw new IllegalStateException("no such record: " + delete);
                }
            }
            case RecordWrite.Patch patch -> {
                DnsRecord now = records.get(patch.seen().id());
                if (now == null || !now.key().equals(patch.target().key())) {
                    throw new IllegalStateException("no such record: " + patch);
                }
                records.put(now.id(), besideOthers(patch.target().withId(now.id())));
            }
            case RecordWrite.Create create -> add(create.target());
        }
    }

    private void add(DnsRecord record) {
        DnsRecord made = besideOthers(record.withId("r" + nextId++));
        records.put(made.id(), made);
    }

    private DnsRecord besideOthers(DnsRecord record) {
        for (DnsRecord other : new ArrayList<>(records.values())) {
            if (other.id().equals(record.id()) || !other.name().equals(record.name())) {
                continue;
            }
            boolean twin =
                    other.type() == record.type() && other.content().equals(record.content());
            boolean alias = other.type() == RecordType.CNAME || record.type() == RecordType.CNAME;
            if (twin || alias) {
                throw new IllegalStateException(record + " cannot stand beside " + other);
            }
        }
        // As providers do: a proxied record has no TTL of its own.
        return record.proxied() ? record.withTtl(DnsRecord.AUTO_TTL) : record;
    }
}
