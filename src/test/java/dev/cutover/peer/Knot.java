package dev.cutover.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Knot DNS from Debian's package. */
public final class Knot implements PrimaryServer {
    private final ChildServer server;
    private final InetSocketAddress address;

    private Knot(ChildServer server, InetSocketAddress address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Starts it; skips the test, or fails it in CI, where Debian's package is missing.
     *
     * @param zones the records of each zone, in the words of a zone file
     */
    public static Knot start(Map<String, List<String>> zones, Signing signing) {
        Path program = Peers.need(Peers.program("knotd"), "the name server Knot", "knot");
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), ChildServer.freePort());
        ChildServer server = new ChildServer("knot", "knot");
        zones.forEach((zone, lines) -> server.put(zone, PrimaryServer.zoneFile(zone, lines)));
        server.folder("db");
        Path conf =
                server.put(
                        "knot.conf",
                        """
                        server:
                            rundir: "%1$s"
                            listen: %2$s@%3$d
                            udp-workers: 1
                            tcp-workers: 2
                            background-workers: 1
                        log:
                          - target: stderr
                            any: info
                        database:
                            storage: "%1$s/db"
                            journal-db-max-size: 16M
                            kasp-db-max-size: 16M
                            timer-db-max-size: 1M
                        key:
                          - id: cutover
                            algorithm: hmac-sha256
                            secret: %4$s
                          - id: reader
                            algorithm: hmac-sha256
                            secret: %4$s
                        acl:
                          - id: cutover
                            key: cutover
                            action: [transfer, update]
                          - id: reader
                            key: reader
                            action: transfer
                        policy:
                          - id: signed
                            algorithm: ecdsap256sha256
                            nsec3: %5$s
                        template:
                          - id: default
                            storage: "%1$s"
                            file: "%%s"
                            zonefile-sync: -1
                            zonefile-load: difference-no-serial
                            journal-content: all
                            acl: [cutover, reader]
                            dnssec-signing: %6$s
                            dnssec-policy: signed
                        zone:
                        %7$s
                        """
                                .formatted(
                                        server.folder(),
                                        address.getAddress().getHostAddress(),
                                        address.getPort(),
                                        KEY_SECRET,
                                        signing == Signing.HASHED ? "on" : "off",
                                        signing == Signing.NONE ? "off" : "on",
                                        zones.keySet().stream()
                                                .map(zone -> "  - domain: " + zone)
                                                .collect(Collectors.joining("\n"))));
        server.start(address, List.of(program.toString(), "-c", conf.toString()));
        return new Knot(server, address);
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public String log() {
        return server.log();
    }

    @Override
    public void close() {
        server.close();
    }
}
