package dev.cutover.lab.dns;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A small lab for one test: authorities for {@code acme.example}, and resolvers as wanted. */
final class DnsLab implements AutoCloseable {

    /** For answers that must come, however long the machine stands still meanwhile. */
    static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Stands still between jumps, so that every TTL is exact. */
    final LabClock clock = new LabClock(() -> Instant.parse("2026-12-04T02:00:00Z"));

    final PlainZone acme;
    final Authorities authorities;
    final int port;
    private final List<CachingResolver> resolvers = new ArrayList<>();
    private final CallTap tap;

    DnsLab(int servers, CallTap tap, ZoneRecord... records) throws IOException {
        this.tap = tap;
        List<InetAddress> places = new ArrayList<>(Authorities.places(servers));
        places.addAll(ResolverFleet.places(ResolverFleet.USUAL_SIZE));
        port = LabAddresses.freePort(places);
        acme = new PlainZone("acme.example", records);
        authorities = Authorities.start(List.of(acme), servers, port, clock, tap);
    }

    static DnsLab withRecords(ZoneRecord... records) throws IOException {
        return new DnsLab(2, CallTap.NONE, records);
    }

    static ZoneRecord record(String name, String type, long ttlSeconds, String content) {
        return new ZoneRecord(name, type, ttlSeconds, content);
    }

    /** The authority with this number, from 1. */
    InetSocketAddress authority(int number) {
        return new InetSocketAddress(LabAddresses.authority(number), port);
    }

    CachingResolver resolver(Behaviour behaviour) throws IOException {
        int number = resolvers.size() + 1;
        CachingResolver resolver =
                CachingResolver.start(
                        new CachingResolver.Place(
                                "r" + number,
                                new InetSocketAddress(LabAddresses.resolver(number), port),
                                "test",
                                "XA"),
                        behaviour,
                        authorities.addresses(),
                        clock,
                        tap,
                        TIMEOUT);
        resolvers.add(resolver);
        return resolver;
    }

    /** A visitor who asks this resolver. */
    static StubResolver visitor(CachingResolver resolver) {
        return new StubResolver(resolver.place().address(), LabAddresses.visitor(1), TIMEOUT);
    }

    /** Asks as the controller does: from no address of the lab's, with EDNS. */
    static Message ask(InetSocketAddress server, String name, String type, EDNSOption... options)
            throws IOException {
        Message query = query(name, type);
        query.addRecord(new OPTRecord(1232, 0, 0, 0, options), Section.ADDITIONAL);
        return exchange().ask(server, query);
    }

    static Message query(String name, String type) {
        return Message.newQuery(
                Record.newRecord(StubResolver.name(name), Type.value(type), DClass.IN));
    }

    static Exchange exchange() {
        return new Exchange(InetAddress.getLoopbackAddress(), TIMEOUT);
    }

    static List<String> contents(Message message, int section) {
        return message.getSection(section).stream()
                .filter(record -> record.getType() != Type.OPT)
                .map(Record::rdataToString)
                .toList();
    }

    /** Which server or cache says it answered (NSID). */
    static String site(Message answer) throws IOException {
        byte[] option = answer.getOPT().getOptions(EDNSOption.Code.NSID).getFirst().toWire();
        // Code and length are two bytes each (RFC 6891 section 6.1.2).
        return new String(option, 4, option.length - 4, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        resolvers.forEach(CachingResolver::close);
        authorities.close();
    }
}
