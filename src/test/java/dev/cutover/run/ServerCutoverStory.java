package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Input;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.dns.Rfc2136Zone;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.Secrets;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.Validator;
import dev.cutover.planfile.PageFiles;
import dev.cutover.planfile.PlanFile;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.Instruments;
import dev.cutover.port.Journal;
import dev.cutover.port.Samples;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.ProbedResolvers;
import dev.cutover.probe.Resolver;
import dev.cutover.store.SqlJournal;
import dev.cutover.store.SqlOutbox;
import dev.cutover.store.SqlOwnership;
import dev.cutover.store.SqlSamples;
import dev.cutover.store.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whole cutovers of a zone on a real name server that signs it: plan file, driver, judge, database, zone and
 * probes are the product's, only the site's pages answer by themselves. Time jumps while nothing happens.
 * All the while somebody asks for the planned names and believes nothing without a signature.
 */
abstract class ServerCutoverStory {
    private static final DnsName APEX = new DnsName("acme.example");
    private static final DnsName WWW = new DnsName("www.acme.example");
    private static final DnsName SHOP = new DnsName("shop.acme.example");
    private static final Duration MOST = Duration.ofMinutes(6);
    private static final ProbeLimits LIMITS = new ProbeLimits(64, 1_000, 10_000, 65_536);

    private final JumpingClock clock = new JumpingClock();
    private final HonestWorld site = new HonestWorld(clock);
    private final List<ProviderCall> calls = new CopyOnWriteArrayList<>();
    private final Rfc2136Zone zone =
            new Rfc2136Zone(
                    EgressPolicy.opening(List.of("127.0.0.0/8")),
                    new Secrets(Set.of("TSIG_KEY"), Optional.empty(), name -> PrimaryServer.KEY),
                    calls::add,
                    clock);
    private final Set<String> brokenMeanwhile = ConcurrentHashMap.newKeySet();
    private final AtomicInteger looked = new AtomicInteger();
    private PrimaryServer server;
    private Thread doubter;
    private volatile boolean doubting = true;
    private Validator validator;
    private TestDatabase database;
    private SqlOwnership ownership;
    private ProbeEngine probes;
    private Node node;
    private Cutovers cutovers;

    /** Starts the server with these records of each zone, which it signs. */
    abstract PrimaryServer start(Map<String, List<String>> zones);

    @BeforeEach
    void start() throws IOException {
        server =
                start(
                        Map.of(
                                APEX.value(),
                                List.of(
                                        "www 3600 IN A 127.50.0.1",
                                        "www 3600 IN A 127.50.0.2",
                                        "shop 3600 IN A 127.50.0.1",
                                        "mail 3600 IN A 127.50.0.9",
                                        "@ 3600 IN MX 10 mail",
                                        "www 3600 IN TXT \"of another team\"",
                                        "a 300 IN A 127.50.0.9",
                                        "b 300 IN A 127.50.0.9",
                                        "c 300 IN A 127.50.0.9",
                                        "d 300 IN A 127.50.0.9",
                                        "e 300 IN A 127.50.0.9")));
        validator = Validator.of(APEX, server.address());
        validator.awaitSigned(WWW);
        database = TestDatabase.embedded();
        ownership = new SqlOwnership(database.source());
        probes = new ProbeEngine(LIMITS);
        // For names of its zone an authority answers as a resolver does; with no cache in between.
        ProbedResolvers resolvers =
                new ProbedResolvers(
                        probes,
                        List.of(new Resolver("primary", server.address(), "ours", "-")),
                        server.address().getPort(),
                        Duration.ofSeconds(2),
                        clock);
        World world =
                new World(
                        Map.of(zone.provider(), zone),
                        site,
                        site,
                        Map.of(),
                        resolvers,
                        site,
                        List.of(site, site));
        Journal journal = new SqlJournal(database.source());
        Samples samples = new SqlSamples(database.source());
        cutovers = new Cutovers(ServerCutoverStory::read, world, journal, samples, clock);
        node =
                new Node(
                        "test",
                        journal,
                        ownership,
                        samples,
                        new SqlOutbox(database.source()),
                        List.of(),
                        world,
                        clock,
                        Instruments.NONE);
        node.start();
        doubter = Thread.ofVirtual().name("doubter").start(this::doubt);
    }

    /** Looks at the signatures again and again, from before the first write until the story is over. */
    private void doubt() {
        while (doubting) {
            brokenMeanwhile.addAll(validator.unproven(WWW, SHOP));
            looked.incrementAndGet();
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private void wasNeverBroken() throws InterruptedException {
        doubting = false;
        doubter.join(Duration.ofSeconds(30));
        assertThat(looked).as("looks").hasPositiveValue();
        assertThat(brokenMeanwhile).as("in %s looks", looked).isEmpty();
        assertThat(validator.delv(WWW, SHOP, new DnsName("gone.acme.example"))).isEmpty();
    }

    @AfterEach
    void stop() throws InterruptedException {
        doubting = false;
        doubter.join(Duration.ofSeconds(30));
        node.close();
        ownership.close();
        probes.close();
        database.close();
        server.close();
    }

    @Test
    void a_signed_zone_is_switched_and_completed_with_its_chain_valid_throughout()
            throws InterruptedException {
        ZoneView before = zone();
        CutoverId id = untilSoaking();

        assertThat(at(WWW)).containsExactly("A 127.60.0.1 300", "TXT \"of another team\" 3600");
        assertThat(at(SHOP)).containsExactly("CNAME www.acme.example 300");
        assertThat(validator.unproven(WWW, SHOP, APEX)).isEmpty();

        clock.jump(Duration.ofHours(2));
        reach(id, "Completed");

        assertThat(at(WWW)).containsExactly("A 127.60.0.1 3600", "TXT \"of another team\" 3600");
        assertThat(at(SHOP)).containsExactly("CNAME www.acme.example 3600");
        assertThat(others(zone())).isEqualTo(others(before));
        assertThat(validator.unproven(WWW, SHOP, APEX, new DnsName("gone.acme.example"))).isEmpty();
        // Proving the rights, lowering, switching, raising.
        assertThat(calls.stream().filter(ProviderCall::write))
                .extracting(ProviderCall::outcome)
                .containsExactly("NOERROR", "NOERROR", "NOERROR", "NOERROR");
        wasNeverBroken();
    }

    @Test
    void an_abort_while_soaking_brings_every_record_back_and_the_chain_stays_valid()
            throws InterruptedException {
        ZoneView before = zone();
        CutoverId id = untilSoaking();

        cutovers.request(
                id, new Input.Abort("kim", "a test of the way back"), c -> true, Optional.empty());
        reach(id, "FallingBack", "FellBack");
        jumpUntil(id, "FellBack");

        assertThat(zone().records()).isEqualTo(before.records());
        assertThat(validator.unproven(WWW, SHOP, APEX)).isEmpty();
        wasNeverBroken();
    }

    @Test
    void a_planned_record_edited_by_somebody_stops_the_switch_and_is_named() {
        CutoverId id = scheduled();
        reach(id, "Ageing");
        ZoneView seen = zone();
        DnsRecord shop = seen.at(SHOP).getFirst();
        zone.apply(
                ref(),
                seen,
                List.of(new RecordWrite.Patch(shop, shop.withContent("127.70.0.1"))),
                call());

        approve(id);
        clock.jump(Duration.ofDays(2));
        reach(id, "Held");

        assertThat(cutovers.find(id).orElseThrow().phase().toString()).contains("127.70.0.1");
        assertThat(at(SHOP)).containsExactly("A 127.70.0.1 300");
    }

    private CutoverId untilSoaking() {
        CutoverId id = scheduled();
        reach(id, "Ageing");
        assertThat(at(SHOP)).containsExactly("A 127.50.0.1 300");
        approve(id);
        clock.jump(Duration.ofDays(2));
        reach(id, "Soaking");
        return id;
    }

    private CutoverId scheduled() {
        Instant opensAt =
                clock.instant().plus(Duration.ofHours(49)).truncatedTo(ChronoUnit.MINUTES);
        Cutovers.Scheduled scheduled =
                cutovers.schedule(
                        plan(opensAt), Map.of(), "kim", Optional.empty(), Optional.empty());
        assertThat(scheduled).isInstanceOf(Cutovers.Scheduled.Ok.class);
        CutoverId id = ((Cutovers.Scheduled.Ok) scheduled).cutover().id();
        clock.jump(Duration.ofHours(1).plusMinutes(1));
        return id;
    }

    private String plan(Instant opensAt) {
        DateTimeFormatter local =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm").withZone(ZoneOffset.UTC);
        return """
        cutover: acme
        site: www.acme.example
        preset: fast
        window: { opens: %s, closes: %s, zone: UTC }
        zone: { provider: rfc2136, name: acme.example, server: "127.0.0.1:%d", key: "${env:TSIG_KEY}" }
        records:
          - { name: www, type: A, from: [127.50.0.1, 127.50.0.2], to: [127.60.0.1] }
          - { name: shop, type: A, from: [127.50.0.1], to: [] }
          - { name: shop, type: CNAME, from: [], to: [www.acme.example] }
        writes: none
        dwell: PT1S
        watch: { window: PT30S }
        checks: { landing-pages: [/, /shop, /about], tls-names: [www.acme.example] }
        """
                .formatted(
                        local.format(opensAt),
                        local.format(opensAt.plus(Duration.ofHours(6))),
                        server.address().getPort());
    }

    private static PlanReader.Read read(String text, Map<String, String> files, Instant now) {
        PlanFile.Context context =
                PlanFile.Context.of(PageFiles.inline(files), Set.of("TSIG_KEY"), name -> true, now);
        return switch (PlanFile.read(text, context)) {
            case PlanFile.Ok ok ->
                    new PlanReader.Read.Ok(
                            ok.plan(), ok.notes(), new PlanReader.Mistake("", 1, 1, "zone", ""));
            case PlanFile.Bad bad -> throw new AssertionError(bad.text("plan"));
        };
    }

    private void approve(CutoverId id) {
        String hash = cutovers.find(id).orElseThrow().planHash();
        cutovers.request(id, new Input.Approve("grace", hash), c -> true, Optional.empty());
    }

    private void reach(CutoverId id, String... phases) {
        long until = System.nanoTime() + MOST.toNanos();
        while (true) {
            Cutover cutover = cutovers.find(id).orElseThrow();
            String phase = cutover.phase().text();
            for (String wanted : phases) {
                if (phase.startsWith(wanted)) {
                    return;
                }
            }
            assertThat(System.nanoTime() - until)
                    .as(
                            "%s is %s, open %s, judged %s",
                            id, cutover.phase(), cutover.open(), cutover.verdicts())
                    .isNegative();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** Until old answers have died, however often that is looked at. */
    private void jumpUntil(CutoverId id, String phase) {
        long until = System.nanoTime() + MOST.toNanos();
        while (!cutovers.find(id).orElseThrow().phase().text().startsWith(phase)) {
            assertThat(System.nanoTime() - until).as("%s is not %s", id, phase).isNegative();
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            clock.jump(Duration.ofMinutes(5));
        }
    }

    private ZoneRef ref() {
        return new ZoneRef(
                "rfc2136",
                APEX,
                Optional.of("127.0.0.1:" + server.address().getPort()),
                "${env:TSIG_KEY}");
    }

    private static Call call() {
        return Call.reading("", "by hand", Deadline.in(Duration.ofSeconds(5)));
    }

    private ZoneView zone() {
        return zone.read(ref(), call());
    }

    private List<String> at(DnsName name) {
        return zone().at(name).stream()
                .map(r -> r.type() + " " + r.content() + " " + r.ttlSeconds())
                .toList();
    }

    private static List<DnsRecord> others(ZoneView view) {
        return view.records().stream()
                .filter(r -> !r.type().isPlannable() || !Set.of(WWW, SHOP).contains(r.name()))
                .toList();
    }
}
