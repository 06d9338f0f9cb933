package dev.cutover.dns;

import dev.cutover.core.dns.DnsName;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.PrimaryServer.Signing;
import dev.cutover.port.DnsZoneContract;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** The contract on a real name server: one process for the class, one zone for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerZoneContract extends DnsZoneContract {
    private static final int ZONES = 40;

    private PrimaryServer server;
    private int used;

    /** Starts the server with these zones, each with its lines. */
    abstract PrimaryServer start(Map<String, List<String>> zones, Signing signing);

    abstract Signing signing();

    @BeforeAll
    void startServer() {
        Map<String, List<String>> zones = new LinkedHashMap<>();
        for (int i = 1; i <= ZONES; i++) {
            String apex = "z" + i + ".example";
            zones.put(apex, ServerHouse.lines(apex));
        }
        server = start(zones, signing());
    }

    @AfterAll
    void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected House open() {
        used++;
        return new ServerHouse(new DnsName("z" + used + ".example"), server);
    }

    final ServerHouse server() {
        return (ServerHouse) house();
    }
}
