package dev.cutover.lab.dns;

import dev.cutover.lab.CallTap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * One authoritative name server of the lab, on real UDP and TCP sockets.
 *
 * <p>Answers for all its zones with the AA bit, NXDOMAIN and NODATA with the SOA (RFC 2308), referrals
 * at delegations, wildcards (RFC 4592), EDNS and NSID, and TC where the answer is larger than what
 * the asker takes. It offers no recursion and no zone transfer, and refuses names outside its zones.
 * Every question sees the zone's present version. Safe for many threads.
 */
public final class AuthoritativeServer implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(AuthoritativeServer.class.getName());

    private final Seat seat;
    private final List<ServedZone> zones;
    private final InstantSource clock;
    private final LongAdder questions = new LongAdder();
    private final ServerSockets sockets;

    /**
     * Which server of its set this is.
     *
     * @param index from 0; what {@link ZoneSource} knows it by
     * @param name its full host name without the dot at the end, such as {@code ns1.dns.lab}
     */
    public record Seat(int index, String name, InetSocketAddress address) {}

    private AuthoritativeServer(
            Seat seat,
            List<ZoneSource> sources,
            List<String> serverNames,
            InstantSource clock,
            CallTap tap)
            throws IOException {
        this.seat = seat;
        this.clock = clock;
        List<Name> servers = serverNames.stream().map(AuthoritativeServer::name).toList();
        // The deepest zone that a name lies in is the one that answers for it.
        this.zones =
                sources.stream()
                        .map(source -> new ServedZone(name(source.origin()), source, servers))
                        .sorted(Comparator.comparing(zone -> -zone.origin.labels()))
                        .toList();
        this.sockets =
                ServerSockets.bind(
                        seat.address(),
                        new ServerSockets.Outside(
                                seat.name(), false, CallTap.Kind.DNS_AUTHORITY, tap),
                        this::answer);
    }

    /**
     * Starts a server.
     *
     * @param zones what it answers for
     * @param serverNames the names of all servers of the set, which become the zones' NS records;
     *     the first is named in the SOA; at least one
     * @throws IOException when a socket cannot be bound; then none is
     */
    public static AuthoritativeServer start(
            Seat seat,
            List<ZoneSource> zones,
            List<String> serverNames,
            InstantSource clock,
            CallTap tap)
            throws IOException {
        AuthoritativeServer server = new AuthoritativeServer(seat, zones, serverNames, clock, tap);
        server.sockets.open();
        return server;
    }

    /** Which server this is and where. */
    public Seat seat() {
        return seat;
    }

    /** How many questions it was asked since it started. */
    public long questions() {
        return questions.sum();
    }

    private Optional<Reply> answer(Record question, boolean dnssecOk) {
        questions.increment();
        Instant now = clock.instant();
        Name name = question.getName();
        for (ServedZone zone : zones) {
            if (name.subdomain(zone.origin) && !isAbove(zone, name, question.getType())) {
                ZoneSnapshot snapshot = zone.at(now);
                if (snapshot == null) {
                    return Optional.of(
                            Reply.failure(seat.name(), ExtendedErrorCodeOption.INVALID_DATA));
                }
                Reply reply = snapshot.answer(name, question.getType(), seat.name(), dnssecOk);
                return Optional.of(reply.withAdditional(glue(reply, now)));
            }
        }
        return Optional.of(Reply.of(Rcode.REFUSED, seat.name()));
    }

    /** Whether the zone above is asked for and served here: DS is its own. Source: RFC 4035 section 3.1.4.1. */
    private boolean isAbove(ServedZone zone, Name name, int type) {
        return type == Type.DS
                && name.equals(zone.origin)
                && zones.stream()
                        .anyMatch(
                                other ->
                                        name.subdomain(other.origin)
                                                && other.origin.labels() < zone.origin.labels());
    }

    /** The addresses of the name servers that the reply names, as far as they are known here. */
    private List<Record> glue(Reply reply, Instant now) {
        List<Record> glue = new ArrayList<>();
        for (List<Record> section : List.of(reply.answers(), reply.authority())) {
            for (Record record : section) {
                if (record instanceof NSRecord ns) {
                    glue.addAll(addresses(ns.getTarget(), now));
                }
            }
        }
        return glue;
    }

    private List<Record> addresses(Name host, Instant now) {
        for (ServedZone zone : zones) {
            if (host.subdomain(zone.origin)) {
                ZoneSnapshot snapshot = zone.at(now);
                return snapshot == null ? List.of() : snapshot.exactly(host, Type.A);
            }
        }
        return List.of();
    }

    private static Name name(String text) {
        return Name.fromConstantString(text.endsWith(".") ? text : text + ".");
    }

    @Override
    public void close() {
        sockets.close();
    }

    /** One zone as this server last read it. */
    private final class ServedZone {

        private final Name origin;
        private final ZoneSource source;
        private final List<Name> servers;
        private volatile @Nullable ZoneSnapshot latest;
        private volatile long brokenVersion = -1;

        ServedZone(Name origin, ZoneSource source, List<Name> servers) {
            this.origin = origin;
            this.source = source;
            this.servers = servers;
        }

        /**
         * The zone as served now. A version that cannot be read is logged, and the version before
         * goes on being served, as real servers do; null when there is none.
         */
        @Nullable ZoneSnapshot at(Instant now) {
            long version = source.version(seat.index(), now);
            ZoneSnapshot last = latest;
            if (version == brokenVersion || (last != null && last.version() == version)) {
                return last;
            }
            return read(version, now);
        }

        private synchronized @Nullable ZoneSnapshot read(long version, Instant now) {
            ZoneSnapshot last = latest;
            if (last != null && last.version() == version) {
                return last;
            }
            try {
                ZoneSnapshot next =
                        new ZoneSnapshot(
                                new ZoneSnapshot.Apex(origin, servers, source.key(), now),
                                version,
                                source.recordsAt(seat.index(), now));
                latest = next;
                return next;
            } catch (IllegalArgumentException e) {
                brokenVersion = version;
                LOG.log(
                        System.Logger.Level.ERROR,
                        "{0}: version {1} is not served: {2}",
                        seat.name(),
                        Long.toString(version),
                        e.getMessage());
                return last;
            }
        }
    }
}
