package dev.cutover.lab.world;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.CloudflareAccount;
import dev.cutover.lab.cloudflare.CloudflareApi;
import dev.cutover.lab.cloudflare.LoadBalancing;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.cloudflare.ZoneState;
import dev.cutover.lab.dns.Authorities;
import dev.cutover.lab.dns.CachingResolver.Place;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.ResolverFleet;
import dev.cutover.lab.dns.StubResolver;
import dev.cutover.lab.engine.TapEndpoint;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.peer.NginxOrigin;
import dev.cutover.lab.peer.UnboundResolvers;
import dev.cutover.lab.site.EdgeProxy;
import dev.cutover.lab.site.LabCertificates;
import dev.cutover.lab.site.Origin;
import dev.cutover.lab.site.ServerNames;
import dev.cutover.lab.site.SiteContent;
import dev.cutover.lab.site.Visitors;
import dev.cutover.lab.site.WebServer;
import dev.cutover.lab.store.ObjectStore;
import dev.cutover.lab.store.WebhookSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * A whole world on loopback: a provider with its edge, authoritative servers, caching resolvers, three
 * sides of one site, visitors, an object store, and time that can jump.
 *
 * <p>The controller meets it over sockets only; {@link #environment} is all it is told.
 */
public final class LabWorld implements AutoCloseable {
    /** The site's zone. */
    public static final String ZONE = "acme.example";

    private static final long SEED = 7;
    private static final int AUTHORITIES = 2;
    private static final int REAL_RESOLVERS = 6;
    private static final String TOKEN = "lab-token-of-the-zone";
    private static final String ENGINE_CREDENTIAL = "lab-credential-of-the-engine";
    private static final String IMAGES_CREDENTIAL = "lab-credential-of-the-images";
    private static final String HOOKS_SECRET = "whsec_bGFiLXNlY3JldC1vZi10aGUtaG9va3MtMDAwMQ==";

    /** The pool behind the lab's load balancer. */
    public static final String POOL = "acme-web";

    private static final String EDGE = "127.77.10.9";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Path folder;
    private final LabClock clock;
    private final CloudflareAccount account;
    private final ZoneState zone;
    private final CloudflareApi api;
    private final Map<Side, WebServer> servers = new LinkedHashMap<>();
    private final ObjectStore images;
    private final WebhookSink hooks;
    private final TapEndpoint tapEndpoint;
    private final LoopbackServer time;
    private final LabCertificates certificates;
    private final Visitors visitors;
    private final Map<String, Visitors> buyers = new ConcurrentHashMap<>();
    private final StubResolver stub;
    private final Optional<ResolverFleet> fleet;
    private final List<Place> resolvers;
    private final int port;
    private final int dnsPort;

    /** Who plays the origins and the resolvers. */
    public enum Peers {
        /** The lab's own, with all their faults and habits. */
        BUILT_IN,
        /** nginx and Unbound of this machine; see {@link dev.cutover.lab.peer.PeerProgram#missing}. */
        REAL
    }

    /** The three sides of the lab's site, each an origin of its own. */
    public enum Side {
        /** The old production server. */
        CURRENT("127.77.10.1"),
        /** The new production server. */
        NEXT("127.77.10.2"),
        /** Read-only staging. */
        STAGING("127.77.10.3");

        private final String address;

        Side(String address) {
            this.address = address;
        }

        /** Its address. */
        public String address() {
            return address;
        }
    }

    /** Starts the world with the lab's own servers. */
    public LabWorld(Path folder, LabClock clock, CallTap tap) throws IOException {
        this(folder, clock, tap, Peers.BUILT_IN);
    }

    /**
     * Starts the world.
     *
     * @param folder an empty folder for its files
     * @param tap told of every call the controller makes; not of those to real peers
     * @throws IOException when a socket, a file or a peer cannot be had; nothing is left open then
     */
    public LabWorld(Path folder, LabClock clock, CallTap tap, Peers peers) throws IOException {
        this(folder, clock, tap, peers, ZonePlan.PRO);
    }

    /**
     * Starts a world whose zone has another subscription than the usual one.
     *
     * @throws IOException as for the usual one
     */
    public LabWorld(Path folder, LabClock clock, CallTap tap, Peers peers, ZonePlan level)
            throws IOException {
        this.folder = folder;
        this.clock = clock;
        try {
            List<InetAddress> places = new ArrayList<>(Authorities.places(AUTHORITIES));
            places.addAll(ResolverFleet.places(ResolverFleet.USUAL_SIZE));
            dnsPort = LabAddresses.freePort(places);
            List<InetAddress> sites = new ArrayList<>();
            for (Side side : Side.values()) {
                sites.add(InetAddress.getByName(side.address()));
            }
            sites.add(InetAddress.getByName(EDGE));
            port = LabAddresses.freePort(sites);
            account = new CloudflareAccount(clock, SEED);
            account.allow(TOKEN);
            zone =
                    account.addZone(
                            ZONE, level, List.of("ns1.dns.lab", "ns2.dns.lab"), List.of(EDGE));
            DemoZone.fill(zone);
            zone.settle();
            balance();
            api = opened(new CloudflareApi(account, tap));
            certificates = new LabCertificates(clock);
            certificates.writeTrust(folder.resolve("lab-ca.pem"));
            LabCertificates.Identity identity = certificates.serverFor(DemoZone.tlsNames());
            ServerNames names = new ServerNames(identity);
            writeSites();
            if (peers == Peers.REAL) {
                // Servers that run as users of their own must get to the sites below.
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            }
            for (Side side : Side.values()) {
                servers.put(
                        side,
                        opened(
                                switch (peers) {
                                    case BUILT_IN -> new Origin(setup(side), names, tap);
                                    case REAL ->
                                            NginxOrigin.start(
                                                    folder,
                                                    setup(side),
                                                    identity,
                                                    Map.of(),
                                                    SiteContent.redirects());
                                }));
            }
            server(Side.STAGING).readOnly(true);
            opened(new EdgeProxy(account, EDGE, port, names, certificates.authorityPem(), tap));
            Authorities authorities =
                    opened(Authorities.start(List.of(zone), AUTHORITIES, dnsPort, clock, tap));
            List<InetSocketAddress> asked = authorities.addresses();
            if (peers == Peers.BUILT_IN) {
                ResolverFleet own =
                        opened(
                                ResolverFleet.start(
                                        ResolverFleet.usualMix(ResolverFleet.USUAL_SIZE),
                                        dnsPort,
                                        asked,
                                        clock,
                                        tap));
                fleet = Optional.of(own);
                resolvers = own.places();
            } else {
                fleet = Optional.empty();
                resolvers =
                        opened(
                                        UnboundResolvers.start(
                                                folder, REAL_RESOLVERS, dnsPort, asked, clock))
                                .places();
            }
            ResolverFleet.writeList(resolvers, folder.resolve("resolvers.txt"));
            images = opened(new ObjectStore(IMAGES_CREDENTIAL, 16 << 20, tap));
            hooks = opened(new WebhookSink(clock, tap));
            tapEndpoint = opened(new TapEndpoint(tap));
            time =
                    opened(
                            LoopbackServer.plain(
                                    request ->
                                            Reply.text(
                                                    200, "text/plain", clock.offset().toString())));
            stub =
                    new StubResolver(
                            new InetSocketAddress(LabAddresses.resolver(1), dnsPort),
                            LabAddresses.visitor(1),
                            Duration.ofSeconds(5));
            visitors = opened(visitorsOf(site()));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Visitors visitorsOf(URI where) {
        return new Visitors(
                where,
                host -> stub.addresses(host).stream().map(InetAddress::getHostAddress).toList(),
                certificates.authorityPem(),
                clock,
                5,
                SEED);
    }

    /** A pool with the old and the new production server, all visitors at the old one. */
    private void balance() {
        LoadBalancing balancing = account.balancing();
        String pool =
                balancing.addPool(
                        POOL,
                        true,
                        List.of(
                                new LoadBalancing.Origin("current", Side.CURRENT.address(), 1),
                                new LoadBalancing.Origin("next", Side.NEXT.address(), 0)));
        balancing.addBalancer(zone, DemoZone.host(DemoZone.BALANCED), List.of(pool), pool, "none");
    }

    /** Leaves the controller's token nothing but these permissions. */
    public void tokenMayOnly(Set<CloudflareAccount.Permission> permissions) {
        account.allow(TOKEN, CloudflareAccount.TokenStatus.ACTIVE, permissions);
    }

    /** The provider's load balancers and pools. */
    public LoadBalancing balancing() {
        return account.balancing();
    }

    /**
     * Lets so many people order behind the load balancer, one after the other.
     *
     * @return the percentage of orders that the new production server took
     */
    public double percentOnNext(int orders) throws InterruptedException {
        return percentOnNext(DemoZone.BALANCED, orders);
    }

    /**
     * The same for as long as something holds, such as a step of a cutover: fewer orders on a machine that
     * does not get through all of them meanwhile.
     */
    public Share shareOnNext(int orders, BooleanSupplier holds) throws InterruptedException {
        return orders(DemoZone.BALANCED).shareOnNext(orders, holds);
    }

    /** The same at another of the demo's names, such as {@code shop}. */
    public double percentOnNext(String name, int orders) throws InterruptedException {
        return orders(name).percentOnNext(orders);
    }

    private Orders orders(String name) {
        Visitors people =
                buyers.computeIfAbsent(
                        name,
                        n ->
                                opened(
                                        visitorsOf(
                                                URI.create(
                                                        "https://"
                                                                + DemoZone.host(n)
                                                                + ":"
                                                                + port))));
        return new Orders(people);
    }

    private <T extends AutoCloseable> T opened(T thing) {
        open.push(thing);
        return thing;
    }

    private void writeSites() throws IOException {
        SiteContent.good(site(), "release-1").writeTo(folder.resolve("current"));
        SiteContent.good(site(), "release-1").writeTo(folder.resolve("next"));
        SiteContent.good(site(), "release-2").writeTo(folder.resolve("staging"));
    }

    private Origin.Setup setup(Side side) {
        String word = side.name().toLowerCase(Locale.ROOT);
        return new Origin.Setup(
                word,
                side.address(),
                port,
                siteFolder(side),
                site(),
                Set.of(DemoZone.tlsNames()),
                Set.of());
    }

    /** The files of a side; a link where the engine has taken it over. */
    Path siteFolder(Side side) {
        return folder.resolve(side.name().toLowerCase(Locale.ROOT));
    }

    /** Lets visitors come and caches fill: the world as it is before anybody plans anything. */
    public void liven() {
        visitors.start();
        opened(
                        new Crowd(
                                resolvers.stream().map(Place::address).toList(),
                                DemoZone.DIRECT.stream().map(DemoZone::host).toList()))
                .start();
    }

    /** The site as visitors type it. */
    public URI site() {
        return URI.create("https://www." + ZONE + ":" + port);
    }

    /** The plan of the demo's cutover, ready to be scheduled. */
    public String plan(DemoPlan demo) {
        return demo.yaml(clock.instant(), port);
    }

    /**
     * The plan that moves the load balancer's visitors by weights.
     *
     * @param percents the shares, rising to 100
     */
    public String planByWeights(DemoPlan demo, List<Integer> percents) {
        return demo.yamlByWeights(clock.instant(), port, percents);
    }

    /**
     * The plan that moves one proxied name's visitors by an origin rule.
     *
     * @param name such as {@code shop}
     * @param to the rule's target in YAML, such as {@code host: origin-next}
     */
    public String planByRule(DemoPlan demo, String name, String to) {
        return demo.yamlByRule(clock.instant(), port, name, to);
    }

    /** Twenty plans, one for each of the demo's names, each a cutover of its own. */
    public List<String> plansByName(DemoPlan demo) {
        return demo.yamls(clock.instant(), port);
    }

    /** The files the plan refers to, by name. */
    public Map<String, String> planFiles() {
        return planFiles(Integer.MAX_VALUE);
    }

    /** The same with at most so many landing pages. */
    public Map<String, String> planFiles(int pages) {
        return Map.of(
                "top-pages.csv",
                SiteContent.landingPages().stream()
                        .limit(pages)
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    /** All the controller is told about this world. */
    public Map<String, String> environment() {
        Map<String, String> env = new LinkedHashMap<>();
        env.put("CUTOVER_CLOCK_OFFSET_URL", time.uri() + "/offset");
        env.put("CUTOVER_CLOUDFLARE_URL", api.endpoint().toString());
        env.put("CUTOVER_IMAGES_URL", images.endpoint().toString());
        env.put("CUTOVER_IMAGES_CREDENTIALS", "env:LAB_IMAGES");
        env.put("CUTOVER_DNS_RESOLVERS", folder.resolve("resolvers.txt").toString());
        env.put("CUTOVER_DNS_AUTHORITY_PORT", Integer.toString(dnsPort));
        env.put("CUTOVER_TLS_TRUST_FILE", folder.resolve("lab-ca.pem").toString());
        env.put("CUTOVER_EGRESS_ALLOW", "127.0.0.0/8");
        env.put("CUTOVER_WEBHOOKS_LAB_URL", hooks.endpoint().toString());
        env.put("CUTOVER_WEBHOOKS_LAB_SECRETS", "env:LAB_HOOKS");
        env.put("CUTOVER_SECRETS_ALLOW", "LAB_TOKEN,LAB_ENGINE,LAB_IMAGES,LAB_HOOKS");
        env.put("LAB_TOKEN", TOKEN);
        env.put("LAB_ENGINE", ENGINE_CREDENTIAL);
        env.put("LAB_IMAGES", IMAGES_CREDENTIAL);
        env.put("LAB_HOOKS", HOOKS_SECRET);
        return env;
    }

    /** The arguments of the engine's process. */
    public List<String> engineArguments(int enginePort, String fault) {
        return List.of(
                "--staging",
                folder.resolve("staging").toString(),
                "--production",
                folder.resolve("next").toString(),
                "--data",
                folder.resolve("engine").toString(),
                "--port",
                Integer.toString(enginePort),
                "--delay-ms",
                "4000",
                "--fault",
                fault);
    }

    /** The environment of the engine's process. */
    public Map<String, String> engineEnvironment() {
        return Map.of(
                "LAB_ENGINE_CREDENTIAL",
                ENGINE_CREDENTIAL,
                "LAB_TAP_URL",
                tapEndpoint.url().toString());
    }

    public LabClock clock() {
        return clock;
    }

    public ZoneState zone() {
        return zone;
    }

    public CloudflareApi api() {
        return api;
    }

    public WebServer server(Side side) {
        WebServer server = servers.get(side);
        if (server == null) {
            throw new IllegalStateException("no server for " + side);
        }
        return server;
    }

    /** The receiver of announcements. */
    public WebhookSink hooks() {
        return hooks;
    }

    /**
     * The lab's own resolvers.
     *
     * @throws IllegalStateException when real ones play their part
     */
    public ResolverFleet resolvers() {
        return fleet.orElseThrow(() -> new IllegalStateException("real resolvers have no habits"));
    }

    /** A judge who remembers the zone as it is now. */
    public Oracle oracle() {
        return new Oracle(this);
    }

    /** Where the world's files are. */
    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                System.getLogger(LabWorld.class.getName())
                        .log(System.Logger.Level.DEBUG, "closing the lab", e);
            }
        }
    }

    /** Makes the folder of a new world. */
    public static Path newFolder() throws IOException {
        return Files.createTempDirectory("cutover-lab-");
    }
}
