package dev.cutover.dns;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.port.PortException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * Writes to single records as what a name server can change: whole sets, in one message that says what
 * must still be there.
 *
 * <pre>
 *   prerequisites   each touched set exactly as seen, or absent as seen
 *                   beside a new CNAME nothing, beside a new address no CNAME
 *   changes         a set removed, made, or replaced; only single records where its TTL stays
 * </pre>
 *
 * A server ignores, without an error, a CNAME beside other records and the reverse: the prerequisites
 * keep half a change from being taken for a whole one. The records of one set share one TTL (RFC 2181
 * section 5.2): a new TTL is everybody's, records somebody else has in the set included; where the
 * writes ask for several, the lowest. Source: RFC 2136 sections 2.4, 2.5, 3.4.2.
 *
 * @param wanted every touched set as it shall be; empty lists for sets that go
 * @param message unsigned; empty of changes when all is as wanted already
 */
record ZoneUpdate(SortedMap<SetKey, List<DnsRecord>> wanted, Update message) {
    /** What may not stand beside a CNAME, as far as zones are known to hold it. */
    private static final List<Integer> NEVER_BESIDE_CNAME =
            List.of(
                    Type.A,
                    Type.AAAA,
                    Type.CAA,
                    Type.CERT,
                    Type.DNAME,
                    Type.DS,
                    Type.HINFO,
                    Type.HTTPS,
                    Type.LOC,
                    Type.MX,
                    Type.NAPTR,
                    Type.NS,
                    Type.OPENPGPKEY,
                    Type.PTR,
                    Type.SMIMEA,
                    Type.SRV,
                    Type.SSHFP,
                    Type.SVCB,
                    Type.TLSA,
                    Type.TXT,
                    Type.URI);

    /**
     * The message for these writes.
     *
     * @param seen the zone as it was when they were decided
     * @throws PortException TRANSIENT when the writes are not of this view: somebody changed the zone in
     *     between; PERMANENT when no name server could carry them out
     */
    static ZoneUpdate of(ZoneView seen, List<RecordWrite> writes) {
        SortedMap<SetKey, List<RecordWrite>> bySet = new TreeMap<>();
        for (RecordWrite write : writes) {
            bySet.computeIfAbsent(key(write), k -> new ArrayList<>()).add(write);
        }
        SortedMap<SetKey, List<DnsRecord>> wanted = new TreeMap<>();
        bySet.forEach((key, ofSet) -> wanted.put(key, after(seen, key, ofSet)));
        Update message = new Update(ZoneRecords.name(seen.zone()));
        wanted.keySet().forEach(key -> expectSet(message, seen, key));
        Set<DnsName> names = new TreeSet<>();
        wanted.keySet().forEach(key -> names.add(key.name()));
        names.forEach(name -> expectAlone(message, seen, wanted, name));
        // What goes first, so that a CNAME finds its name free.
        names.stream()
                .filter(name -> becomesCname(seen, wanted, name))
                .forEach(name -> message.delete(ZoneRecords.name(name)));
        wanted.forEach(
                (key, after) -> {
                    if (!becomesCname(seen, wanted, key.name())) {
                        remove(message, seen.set(key), after);
                    }
                });
        wanted.forEach((key, after) -> add(message, seen.set(key), after));
        return new ZoneUpdate(wanted, message);
    }

    /** Whether every touched set is as it shall be. */
    boolean isDoneIn(ZoneView view) {
        return wanted.entrySet().stream()
                .allMatch(set -> same(view.set(set.getKey()), set.getValue()));
    }

    private static SetKey key(RecordWrite write) {
        return switch (write) {
            case RecordWrite.Patch p -> p.target().key();
            case RecordWrite.Create c -> c.target().key();
            case RecordWrite.Delete d -> d.seen().key();
        };
    }

    private static List<DnsRecord> after(ZoneView seen, SetKey key, List<RecordWrite> writes) {
        if (!key.type().isPlannable()) {
            throw PortException.lasting(
                    key
                            + ": this adapter writes A, AAAA and CNAME records only; nothing was changed");
        }
        Map<String, DnsRecord> now = byContent(seen.set(key));
        List<DnsRecord> targets = new ArrayList<>();
        for (RecordWrite write : writes) {
            switch (write) {
                case RecordWrite.Delete d -> take(now, d.seen());
                case RecordWrite.Patch p -> {
                    if (!p.seen().key().equals(key)) {
                        throw PortException.lasting(
                                p.seen().key()
                                        + " cannot become "
                                        + key
                                        + " in place: delete one and create the other");
                    }
                    take(now, p.seen());
                    targets.add(p.target());
                }
                case RecordWrite.Create c -> targets.add(c.target());
            }
        }
        long ttl =
                targets.stream()
                        .mapToLong(DnsRecord::ttlSeconds)
                        .min()
                        .orElseGet(
                                () ->
                                        now.values().stream()
                                                .mapToLong(DnsRecord::ttlSeconds)
                                                .min()
                                                .orElse(0));
        targets.forEach(t -> now.put(t.content(), bare(t)));
        if (key.type() == RecordType.CNAME && now.size() > 1) {
            throw PortException.lasting(
                    key + ": a name has one CNAME, the writes leave " + now.keySet());
        }
        return now.values().stream().map(r -> r.withTtl(ttl)).toList();
    }

    private static void take(Map<String, DnsRecord> now, DnsRecord seen) {
        DnsRecord there = now.remove(seen.content());
        if (there == null || !there.sameAs(bare(seen))) {
            throw conflict(
                    seen.key()
                            + ": expected "
                            + seen.content()
                            + " with TTL "
                            + seen.ttlSeconds()
                            + ", seen "
                            + (there == null
                                    ? now.isEmpty() ? "no record" : String.join(", ", now.keySet())
                                    : "TTL " + there.ttlSeconds()));
        }
    }

    /** Somebody else's edit came between; nothing was changed, and reading again shows it. */
    static PortException conflict(String what) {
        return PortException.passing(
                what
                        + ": somebody changed it since it was read; nothing was changed by us: read"
                        + " the zone, then decide");
    }

    /** Without what a name server does not keep. */
    private static DnsRecord bare(DnsRecord r) {
        return DnsRecord.of(r.name(), r.type(), r.content(), r.ttlSeconds(), false);
    }

    private static Map<String, DnsRecord> byContent(List<DnsRecord> records) {
        Map<String, DnsRecord> map = new LinkedHashMap<>();
        records.forEach(r -> map.put(r.content(), r));
        return map;
    }

    private static boolean same(List<DnsRecord> one, List<DnsRecord> other) {
        return new TreeSet<>(one.stream().map(ZoneUpdate::text).toList())
                .equals(new TreeSet<>(other.stream().map(ZoneUpdate::text).toList()));
    }

    private static String text(DnsRecord r) {
        return r.ttlSeconds() + " " + r.content();
    }

    static void expectSet(Update message, ZoneView seen, SetKey key) {
        List<DnsRecord> set = seen.set(key);
        if (set.isEmpty()) {
            message.absent(ZoneRecords.name(key.name()), ZoneRecords.type(key.type()));
        }
        // Source: RFC 2136 section 2.4.2: all records of the set, with TTL 0.
        set.forEach(r -> message.present(ZoneRecords.wire(r, 0)));
    }

    /** A CNAME stands alone; whoever adds something beside it meanwhile makes the server refuse all. */
    private static void expectAlone(
            Update message,
            ZoneView seen,
            SortedMap<SetKey, List<DnsRecord>> wanted,
            DnsName name) {
        Set<RecordType> left = new TreeSet<>();
        seen.at(name).stream()
                .filter(r -> !wanted.containsKey(r.key()))
                .forEach(r -> left.add(r.type()));
        wanted.forEach(
                (key, after) -> {
                    if (key.name().equals(name) && !after.isEmpty()) {
                        left.add(key.type());
                    }
                });
        if (!left.contains(RecordType.CNAME)) {
            SetKey cname = new SetKey(name, RecordType.CNAME);
            if (!left.isEmpty() && !wanted.containsKey(cname)) {
                message.absent(ZoneRecords.name(name), Type.CNAME);
            }
            return;
        }
        if (left.size() > 1) {
            throw PortException.lasting(
                    name
                            + ": a CNAME stands alone (RFC 1034 section 3.6.2), these writes would leave "
                            + left
                            + " there; nothing was changed");
        }
        if (seen.at(name).isEmpty()) {
            message.absent(ZoneRecords.name(name));
            return;
        }
        if (!becomesCname(seen, wanted, name)) {
            return;
        }
        Set<Integer> said = new TreeSet<>();
        wanted.keySet().stream()
                .filter(key -> key.name().equals(name))
                .forEach(key -> said.add(ZoneRecords.type(key.type())));
        NEVER_BESIDE_CNAME.stream()
                .filter(type -> !said.contains(type))
                .forEach(type -> message.absent(ZoneRecords.name(name), type));
    }

    /**
     * Whether a name gives up all it has for a CNAME. It is emptied as a whole then: to Knot a name is
     * still taken while signatures of removed records are there, and it would leave the CNAME out without
     * an error (seen with 3.2).
     */
    private static boolean becomesCname(
            ZoneView seen, SortedMap<SetKey, List<DnsRecord>> wanted, DnsName name) {
        SetKey cname = new SetKey(name, RecordType.CNAME);
        return !wanted.getOrDefault(cname, List.of()).isEmpty()
                && seen.set(cname).isEmpty()
                && !seen.at(name).isEmpty();
    }

    private static void remove(Update message, List<DnsRecord> before, List<DnsRecord> after) {
        if (before.isEmpty() || same(before, after)) {
            return;
        }
        boolean isAlias = before.getFirst().type() == RecordType.CNAME;
        if (isAlias && !after.isEmpty()) {
            // A new CNAME takes the old one's place; see becomesCname for why it is not removed
            // first.
            return;
        }
        if (isReplaced(before, after)) {
            SetKey key = before.getFirst().key();
            message.delete(ZoneRecords.name(key.name()), ZoneRecords.type(key.type()));
            return;
        }
        Set<String> kept = byContent(after).keySet();
        before.stream()
                .filter(r -> !kept.contains(r.content()))
                .forEach(r -> message.delete(ZoneRecords.wire(r, 0)));
    }

    private static void add(Update message, List<DnsRecord> before, List<DnsRecord> after) {
        if (same(before, after)) {
            return;
        }
        Set<String> there = isReplaced(before, after) ? Set.of() : byContent(before).keySet();
        after.stream()
                .filter(r -> !there.contains(r.content()))
                .forEach(r -> message.add(ZoneRecords.wire(r, r.ttlSeconds())));
    }

    /** Whether nothing of the set stays as it is: another TTL, or no record in common. */
    private static boolean isReplaced(List<DnsRecord> before, List<DnsRecord> after) {
        return before.stream()
                .noneMatch(b -> after.stream().anyMatch(a -> text(a).equals(text(b))));
    }
}
