package dev.cutover.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** BIND from Debian's package. */
public final class Bind implements PrimaryServer {
    private final ChildServer server;
    private final InetSocketAddress address;

    private Bind(ChildServer server, InetSocketAddress address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Starts it; skips the test, or fails it in CI, where Debian's package is missing.
     *
     * @param zones the records of each zone, in the words of a zone file
     */
    public static Bind start(Map<String, List<String>> zones, Signing signing) {
        Path program = Peers.need(Peers.program("named"), "the name server BIND", "bind9");
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), ChildServer.freePort());
        ChildServer server = new ChildServer("bind", "bind");
        zones.forEach((zone, lines) -> server.put(zone, PrimaryServer.zoneFile(zone, lines)));
        String signed =
                switch (signing) {
                    case NONE -> "";
                    case IN_PLACE -> "dnssec-policy default; inline-signing no;";
                    case HASHED -> "dnssec-policy hashed; inline-signing no;";
                    case INLINE -> "dnssec-policy default; inline-signing yes;";
                };
        Path conf =
                server.put(
                        "named.conf",
                        """
                        options {
                            directory "%1$s";
                            pid-file "%1$s/named.pid";
                            session-keyfile "%1$s/session.key";
                            listen-on port %3$d { %2$s; };
                            listen-on-v6 { none; };
                            recursion no;
                            notify no;
                            dnssec-validation no;
                            allow-transfer { none; };
                            max-cache-size 4M;
                        };
                        controls { };
                        key reader { algorithm hmac-sha256; secret "%4$s"; };
                        key cutover { algorithm hmac-sha256; secret "%4$s"; };
                        dnssec-policy hashed { keys { csk lifetime unlimited algorithm 13; };
                            nsec3param iterations 0 optout no salt-length 0; };
                        %5$s
                        """
                                .formatted(
                                        server.folder(),
                                        address.getAddress().getHostAddress(),
                                        address.getPort(),
                                        KEY_SECRET,
                                        zones.keySet().stream()
                                                .map(zone -> zone(zone, signed))
                                                .collect(Collectors.joining("\n"))));
        server.start(address, List.of(program.toString(), "-g", "-n", "1", "-c", conf.toString()));
        server.awaitSaid("all zones loaded");
        return new Bind(server, address);
    }

    private static String zone(String zone, String signed) {
        return """
        zone "%1$s" {
            type primary;
            file "%1$s";
            allow-transfer { key cutover; key reader; };
            allow-update { key cutover; };
            %2$s
        };"""
                .formatted(zone, signed);
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
