package dev.cutover.lab.site;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.CloudflareAccount;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.cloudflare.ZoneState;
import dev.cutover.lab.http.PinnedClient;
import dev.cutover.lab.http.PinnedClient.Incoming;
import dev.cutover.lab.http.PinnedClient.Outgoing;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Two origins and an edge on loopback, as small as a test needs them. */
final class LabSite implements AutoCloseable {

    static final String HOST = "www.acme.example";

    /** For answers that must come. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /**
     * Stands still between jumps, so that nothing is learnt, purged or older before a test says so. At the
     * present time, because certificates are checked by the system's clock.
     */
    final LabClock clock = new LabClock(InstantSource.fixed(Instant.now()));

    final LabCertificates authority = new LabCertificates(clock);
    final List<String> tapped = Collections.synchronizedList(new ArrayList<>());
    final CallTap tap = call -> tapped.add(call.moment() + " " + call.detail());
    final CloudflareAccount account = new CloudflareAccount(clock, 5);
    final ZoneState zone;
    final Origin staging;
    final Origin production;
    final EdgeProxy edge;
    final PinnedClient client;
    final int port;
    final URI base;

    LabSite(Path folder) {
        this(folder, ZonePlan.FREE);
    }

    LabSite(Path folder, ZonePlan level) {
        zone =
                account.addZone(
                        "acme.example", level, List.of("ns1.lab.example"), List.of("127.60.0.1"));
        // The port is not known before the first server has bound it, and no page needs it here.
        base = URI.create("https://www.acme.example");
        SiteContent.good(base, "one").writeTo(folder.resolve("staging"));
        SiteContent.good(base, "zero").writeTo(folder.resolve("production"));
        staging = origin("staging", "127.50.0.1", 0, folder);
        port = staging.port();
        production = origin("production", "127.50.0.2", port, folder);
        edge =
                new EdgeProxy(
                        account,
                        "127.60.0.1",
                        port,
                        new ServerNames(authority.serverFor("*.acme.example", "acme.example")),
                        authority.authorityPem(),
                        tap);
        client = new PinnedClient(authority.authorityPem(), PATIENCE);
        zone.addByHand(RecordDraft.of("A", "www", "127.50.0.1", 1, true));
        zone.settle();
    }

    private Origin origin(String side, String address, int at, Path folder) {
        return new Origin(
                new Origin.Setup(
                        side,
                        address,
                        at,
                        folder.resolve(side),
                        base,
                        Set.of(HOST),
                        Set.of("acme.example")),
                new ServerNames(authority.serverFor(HOST, "acme.example")),
                tap);
    }

    Incoming get(String address, String uri) throws IOException, InterruptedException {
        return get(address, HOST, uri, Map.of());
    }

    Incoming get(String address, String host, String uri, Map<String, List<String>> headers)
            throws IOException, InterruptedException {
        return client.send(
                new Outgoing("GET", address, port, host, uri, headers, new byte[0]), PATIENCE);
    }

    Incoming edge(String uri) throws IOException, InterruptedException {
        return get(edge.address(), uri);
    }

    @Override
    public void close() {
        client.close();
        edge.close();
        production.close();
        staging.close();
    }
}
