package dev.cutover.dns;

import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.port.PortException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Records between the core's words and the wire's. */
final class ZoneRecords {
    /** BIND keeps the state of its signing in the zone, in a type of its own. */
    private static final int BIND_SIGNING = 65_534;

    /**
     * What the server makes, changes and removes by itself: the zone's version and everything of its
     * signing. It is nobody's edit, and never ours to write. Source: RFC 4034, RFC 5155, RFC 7344, RFC
     * 8976.
     */
    private static final Set<Integer> OF_THE_SERVER =
            Set.of(
                    Type.SOA,
                    Type.RRSIG,
                    Type.NSEC,
                    Type.NSEC3,
                    Type.NSEC3PARAM,
                    Type.DNSKEY,
                    Type.CDS,
                    Type.CDNSKEY,
                    Type.ZONEMD,
                    BIND_SIGNING);

    private ZoneRecords() {}

    /**
     * A zone's records as a plan sees them. A name server gives records no keys of their own: one that is
     * alone in its set is known by the set, so that an edit of it is told from a removal.
     */
    static List<DnsRecord> seen(List<Record> records) {
        Map<SetKey, List<DnsRecord>> sets =
                records.stream()
                        .flatMap(r -> seen(r).stream())
                        .collect(Collectors.groupingBy(DnsRecord::key));
        return sets.entrySet().stream()
                .flatMap(
                        set ->
                                set.getValue().size() == 1
                                        ? set.getValue().stream()
                                                .map(r -> r.withId(set.getKey().toString()))
                                        : set.getValue().stream())
                .toList();
    }

    /**
     * A record as a plan sees it; empty for the server's own, and for a name the core cannot say, such as
     * {@code 0/25.2.0.192.in-addr.arpa}, which no plan can name either.
     */
    private static Optional<DnsRecord> seen(Record record) {
        if (OF_THE_SERVER.contains(record.getType())) {
            return Optional.empty();
        }
        RecordType type = RecordType.of(Type.string(record.getType()));
        try {
            return Optional.of(
                    DnsRecord.of(
                            new DnsName(record.getName().toString()),
                            type,
                            content(type, record.rdataToString()),
                            record.getTTL(),
                            false));
        } catch (IllegalArgumentException unspeakable) {
            return Optional.empty();
        }
    }

    private static String content(RecordType type, String text) {
        try {
            return Address.normalContent(type, text);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /**
     * A planned record for the wire.
     *
     * @throws PortException PERMANENT when its content does not fit its type
     */
    static Record wire(DnsRecord record, long ttlSeconds) {
        Name name = name(record.name());
        try {
            return Record.fromString(
                    name, type(record.type()), DClass.IN, ttlSeconds, record.content(), Name.root);
        } catch (IOException e) {
            throw PortException.lasting(
                    record.key()
                            + ": expected what a record of its type may hold, seen '"
                            + record.content()
                            + "' ("
                            + e.getMessage()
                            + "); nothing was sent");
        }
    }

    static int type(RecordType type) {
        return Type.value(type.name());
    }

    static Name name(DnsName name) {
        try {
            return Name.fromString(name.value() + ".");
        } catch (TextParseException e) {
            throw PortException.lasting(
                    name + " is no name: " + e.getMessage() + "; nothing was sent");
        }
    }
}
