package dev.cutover.lab.dns;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The lab's set of authoritative servers, {@code ns1.dns.lab} and on: one port, one address each.
 *
 * <p>Beside the zones they are given they serve {@code dns.lab}, which holds their own addresses, and
 * the lab's root, which delegates to each of these zones and denies every other name. So all that a
 * resolver has to know is where these servers are.
 */
public final class Authorities implements AutoCloseable {

    /** The zone that holds the servers' own names. */
    public static final String PROVIDER = "dns.lab";

    private static final long PROVIDER_TTL_SECONDS = 86_400;

    private final List<AuthoritativeServer> servers;

    private Authorities(List<AuthoritativeServer> servers) {
        this.servers = List.copyOf(servers);
    }

    /**
     * Starts {@code count} servers (1 to 254) for these zones.
     *
     * @param port the port of all of them, such as {@link LabAddresses#freePort} finds
     * @throws IOException when a socket cannot be bound; then none is left open
     */
    public static Authorities start(
            List<ZoneSource> zones, int count, int port, InstantSource clock, CallTap tap)
            throws IOException {
        List<String> names =
                IntStream.rangeClosed(1, count).mapToObj(n -> "ns" + n + "." + PROVIDER).toList();
        ZoneSource provider = provider(names);
        List<ZoneSource> all = new ArrayList<>(zones);
        all.add(provider);
        all.add(root(all, names));
        List<AuthoritativeServer> started = new ArrayList<>();
        try {
            for (int index = 0; index < count; index++) {
                InetSocketAddress address =
                        new InetSocketAddress(LabAddresses.authority(index + 1), port);
                started.add(
                        AuthoritativeServer.start(
                                new AuthoritativeServer.Seat(index, names.get(index), address),
                                all,
                                names,
                                clock,
                                tap));
            }
        } catch (IOException e) {
            started.forEach(AuthoritativeServer::close);
            throw e;
        }
        return new Authorities(started);
    }

    /** The addresses that {@code count} servers will have; to find a port that is free at each. */
    public static List<InetAddress> places(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(LabAddresses::authority).toList();
    }

    private static ZoneSource provider(List<String> names) {
        return new PlainZone(
                PROVIDER,
                IntStream.range(0, names.size())
                        .mapToObj(
                                i ->
                                        new ZoneRecord(
                                                names.get(i),
                                                "A",
                                                PROVIDER_TTL_SECONDS,
                                                LabAddresses.authority(i + 1).getHostAddress()))
                        .toArray(ZoneRecord[]::new));
    }

    private static ZoneSource root(List<ZoneSource> zones, List<String> names) {
        Stream<ZoneRecord> delegations =
                zones.stream()
                        .flatMap(
                                zone ->
                                        names.stream()
                                                .map(
                                                        name ->
                                                                new ZoneRecord(
                                                                        zone.origin(),
                                                                        "NS",
                                                                        PROVIDER_TTL_SECONDS,
                                                                        name)));
        return new PlainZone(".", delegations.toArray(ZoneRecord[]::new));
    }

    /** The servers, in the order of their index. */
    public List<AuthoritativeServer> servers() {
        return servers;
    }

    /** Where the servers are, in the order of their index. */
    public List<InetSocketAddress> addresses() {
        return servers.stream().map(server -> server.seat().address()).toList();
    }

    @Override
    public void close() {
        servers.forEach(AuthoritativeServer::close);
    }
}
