package dev.cutover.sim;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.image.RecordWrite;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The zone at its provider and at its authorities, which show each version later, each at its own
/// time.
final class SimZone {
    /// A batch the provider did not take; nothing of it was applied.
    static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        Rejected(String why) {
            super(why, null, false, false);
        }
    }

    /// One version at one authority.
    record Version(Instant from, List<DnsRecord> records) {
        List<DnsRecord> set(SetKey key) {
            List<DnsRecord> found = new ArrayList<>(2);
            for (DnsRecord r : records) {
                if (r.type() == key.type() && r.name().equals(key.name())) {
                    found.add(r);
                }
            }
            return found;
        }
    }

    private final Chance chance;
    private List<DnsRecord> records;
    private final List<List<Version>> authorities = new ArrayList<>();
    private int nextId = 1000;

    /// The longest time a version takes to be shown, for the coming writes.
    Duration mostLag = Duration.ofSeconds(8);

    SimZone(Chance chance, List<DnsRecord> records, int authorities, Instant now) {
        this.chance = chance;
        this.records = List.copyOf(records);
        for (int i = 0; i < authorities; i++) {
            List<Version> versions = new ArrayList<>();
            versions.add(new Version(now.minusSeconds(1_000_000), this.records));
            this.authorities.add(versions);
        }
    }

    List<DnsRecord> records() {
        return records;
    }

    List<DnsRecord> set(SetKey key) {
        return new Version(Instant.MIN, records).set(key);
    }

    int authorities() {
        return authorities.size();
    }

    /// Every version this authority ever showed or will show, oldest first.
    List<Version> versions(int authority) {
        return authorities.get(authority);
    }

    /// What this authority shows.
    Version shown(int authority, Instant now) {
        List<Version> versions = authorities.get(authority);
        for (int i = versions.size() - 1; i > 0; i--) {
            if (!versions.get(i).from().isAfter(now)) {
                return versions.get(i);
            }
        }
        return versions.getFirst();
    }

    String newId() {
        return "id-" + nextId++;
    }

    /// Applies all or nothing, in the batch's order, with the conflicts a provider knows.
    void apply(List<RecordWrite> writes, Instant now) throws Rejected {
        List<DnsRecord> next = new ArrayList<>(records);
        for (RecordWrite write : writes) {
            switch (write) {
                case RecordWrite.Delete d -> next.remove(indexOf(next, d.seen().id()));
                case RecordWrite.Patch p -> {
                    int at = indexOf(next, p.seen().id());
                    DnsRecord patched = patched(next.get(at), p);
                    next.remove(at);
                    refuseConflict(next, patched);
                    next.add(at, stamped(patched, patched.id(), now));
                }
                case RecordWrite.Create c -> {
                    refuseConflict(next, c.target());
                    next.add(stamped(c.target(), newId(), now));
                }
            }
        }
        show(next, now);
    }

    /// Puts these records in place, as a person does in the provider's dashboard.
    void replace(List<DnsRecord> next, Instant now) {
        show(next, now);
    }

    private void show(List<DnsRecord> next, Instant now) {
        records = List.copyOf(next);
        for (List<Version> versions : authorities) {
            Instant shownAt = chance.after(now, Duration.ofMillis(200), mostLag);
            Instant last = versions.getLast().from();
            versions.add(
                    new Version(shownAt.isAfter(last) ? shownAt : last.plusMillis(1), records));
        }
    }

    private static int indexOf(List<DnsRecord> records, String id) throws Rejected {
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i).id().equals(id)) {
                return i;
            }
        }
        throw new Rejected("record " + id + " does not exist (81044)");
    }

    /// Only the fields that differ from what was seen are sent.
    private static DnsRecord patched(DnsRecord now, RecordWrite.Patch patch) {
        DnsRecord next = now;
        for (RecordField field : RecordField.values()) {
            if (!field.of(patch.seen()).equals(field.of(patch.target()))) {
                next = field.copy(patch.target(), next);
            }
        }
        return next;
    }

    private static void refuseConflict(List<DnsRecord> others, DnsRecord record) throws Rejected {
        for (DnsRecord other : others) {
            if (!other.name().equals(record.name())) {
                continue;
            }
            boolean same =
                    other.type() == record.type() && other.content().equals(record.content());
            boolean cname = other.type() == RecordType.CNAME || record.type() == RecordType.CNAME;
            if (same) {
                throw new Rejected(
                        "an identical record already exists (81058): " + record.content());
            }
            if (cname) {
                throw new Rejected("a CNAME must stand alone at " + record.name() + " (81053)");
            }
        }
    }

    static DnsRecord stamped(DnsRecord r, String id, Instant now) {
        return new DnsRecord(
                id,
                r.name(),
                r.type(),
                r.content(),
                r.ttlSeconds(),
                r.proxied(),
                r.comment(),
                r.tags(),
                r.settings(),
                Optional.of(now));
    }

    /// When the last honest cache let go of the last answer of this set that `matches`; empty while
    /// an authority still gives one.
    Optional<Instant> goneAt(
            SetKey key, java.util.function.Predicate<DnsRecord> matches, Instant now) {
        Instant gone = Instant.MIN;
        for (List<Version> versions : authorities) {
            for (int i = 0; i < versions.size(); i++) {
                Version version = versions.get(i);
                if (version.from().isAfter(now)) {
                    break;
                }
                long ttl = -1;
                boolean hit = false;
                for (DnsRecord r : version.set(key)) {
                    hit |= matches.test(r);
                    ttl = Math.max(ttl, answeredTtl(r));
                }
                if (!hit) {
                    continue;
                }
                boolean current =
                        i + 1 == versions.size() || versions.get(i + 1).from().isAfter(now);
                if (current) {
                    return Optional.empty();
                }
                Instant end = versions.get(i + 1).from().plusSeconds(ttl);
                gone = end.isAfter(gone) ? end : gone;
            }
        }
        return Optional.of(gone);
    }

    /// What a cache is told: automatic TTLs are 300 s at this provider.
    static long answeredTtl(DnsRecord r) {
        return r.proxied() || r.ttlSeconds() == 1 ? 300 : r.ttlSeconds();
    }

    /// By id, for telling what a write changed.
    static Map<String, DnsRecord> byId(List<DnsRecord> records) {
        Map<String, DnsRecord> map = new HashMap<>();
        records.forEach(r -> map.put(r.id(), r));
        return map;
    }
}
