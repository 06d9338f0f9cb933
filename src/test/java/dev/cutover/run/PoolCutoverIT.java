package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.checks.HttpSiteChecks;
import dev.cutover.cloudflare.CloudflareApi;
import dev.cutover.cloudflare.CloudflareEdge;
import dev.cutover.cloudflare.CloudflareErrors;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.FieldProof.Standing;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.imagestore.FileImages;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.LoadBalancing.Health;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.planfile.PageFiles;
import dev.cutover.planfile.PlanFile;
import dev.cutover.port.CallLog;
import dev.cutover.port.Instruments;
import dev.cutover.port.Journal;
import dev.cutover.port.Samples;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.ProbedResolvers;
import dev.cutover.probe.ResolverList;
import dev.cutover.store.SqlJournal;
import dev.cutover.store.SqlOutbox;
import dev.cutover.store.SqlOwnership;
import dev.cutover.store.SqlSamples;
import dev.cutover.store.TestDatabase;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole cutovers of a pool: plan file, driver, judge, database, adapters and probes are the product's, the
 * provider, its edge, the origins and the visitors are the lab's.
 */
class PoolCutoverIT {
    private static final List<Integer> PERCENTS = List.of(10, 25, 50, 100);
    private static final int ORDERS = 200;
    private static final Duration MOST = Duration.ofMinutes(4);

    private final LabClock clock = new LabClock();
    private final Vertx vertx = Vertx.vertx();
    private LabWorld lab;
    private Oracle oracle;
    private TestDatabase database;
    private SqlOwnership ownership;
    private ProbeEngine probes;
    private PinnedHttp http;
    private Journal journal;
    private Node node;
    private Cutovers cutovers;
    private World world;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        lab = new LabWorld(folder, clock, CallTap.NONE);
        oracle = lab.oracle();
        Map<String, String> env = lab.environment();
        Trust trust = Trust.withExtra(Optional.of(Path.of(get(env, "CUTOVER_TLS_TRUST_FILE"))));
        EgressPolicy egress = EgressPolicy.opening(List.of("127.0.0.0/8"));
        http = new PinnedHttp(vertx, trust, egress);
        Secrets secrets = new Secrets(Set.of("LAB_TOKEN"), Optional.empty(), env::get);
        probes = new ProbeEngine(new ProbeLimits(64, 1_000, 10_000, 65_536));
        ProbedResolvers resolvers =
                new ProbedResolvers(
                        probes,
                        ResolverList.read(Path.of(get(env, "CUTOVER_DNS_RESOLVERS"))),
                        Integer.parseInt(get(env, "CUTOVER_DNS_AUTHORITY_PORT")),
                        Duration.ofSeconds(2));
        CloudflareApi api =
                new CloudflareApi(
                        URI.create(get(env, "CUTOVER_CLOUDFLARE_URL")),
                        http,
                        secrets,
                        CallLog.NONE,
                        clock);
        CloudflareZone zone = new CloudflareZone(api);
        world =
                new World(
                        Map.of(zone.provider(), zone),
                        new CloudflareEdge(api),
                        new CloudflareErrors(api),
                        Map.of(),
                        resolvers,
                        new HttpSiteChecks(http, trust, egress, resolvers),
                        List.of(
                                new FileImages(folder.resolve("images-1")),
                                new FileImages(folder.resolve("images-2"))));
        database = TestDatabase.embedded();
        ownership = new SqlOwnership(database.source());
        journal = new SqlJournal(database.source());
        Samples samples = new SqlSamples(database.source());
        PlanClock time = new LabTime(clock);
        cutovers = new Cutovers(PoolCutoverIT::read, world, journal, samples, time);
        node =
                new Node(
                        "test",
                        journal,
                        ownership,
                        samples,
                        new SqlOutbox(database.source()),
                        List.of(),
                        world,
                        time,
                        Instruments.NONE);
        node.start();
    }

    @AfterEach
    void stop() {
        node.close();
        ownership.close();
        probes.close();
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        database.close();
        lab.close();
    }

    @Test
    void visitors_move_share_by_share_until_all_are_there() throws Exception {
        ObjectNode before = pool();
        CutoverId id = scheduled();

        List<Double> measured = new ArrayList<>();
        for (int step = 1; step <= PERCENTS.size(); step++) {
            measured.add(measured(id, step));
        }
        reach(id, "Completed");

        System.out.printf(
                Locale.ROOT,
                "weights: planned %s, measured %s percent over %d orders each%n",
                PERCENTS,
                measured,
                ORDERS);
        assertThat(lab.percentOnNext(50)).isEqualTo(100);
        assertThat(pool()).isEqualTo(weighted(before, 0, 1));
        assertThat(oracle.wrongWith(LabWorld.Side.CURRENT)).as("records, none planned").isEmpty();
        proves(id, "1");
    }

    @Test
    void an_abort_at_half_brings_everybody_back_and_keeps_others_edits() throws Exception {
        ObjectNode before = pool();
        CutoverId id = scheduled();
        assertThat(measured(id, 3)).isCloseTo(50, within(3.0));

        lab.balancing().editPool(LabWorld.POOL, p -> p.put("description", "edited by Ada"));
        cutovers.request(id, new Input.Abort("kim", "cold feet"), c -> true, Optional.empty());
        reach(id, "FellBack(fallback)");

        assertThat(lab.percentOnNext(100)).isZero();
        assertThat(pool()).isEqualTo(before.put("description", "edited by Ada"));
        proves(id, "0");
    }

    @Test
    void an_origin_seen_sick_gets_nobody_and_a_weight_set_by_hand_stays() throws Exception {
        CutoverId id = scheduled();
        measured(id, 1);
        until("served", id, () -> cutovers.find(id).orElseThrow().servedAt().isPresent());
        lab.balancing().health(LabWorld.Side.NEXT.address(), Health.SICK);
        reach(id, "Held(Switching(2/4), OriginsNotHealthy)");
        assertThat(weightOfNext()).isEqualTo(10);

        lab.balancing()
                .editPool(
                        LabWorld.POOL,
                        p -> {
                            ((ObjectNode) p.path("origins").path(1)).put("weight", 0.33);
                            return p;
                        });
        cutovers.request(id, new Input.Abort("kim", "enough"), c -> true, Optional.empty());
        reach(id, "FellBack(fallback)");

        assertThat(weightOfNext()).isEqualTo(33);
        Cutover ended = cutovers.find(id).orElseThrow();
        assertThat(ended.kept().toString())
                .contains("pool acme-web origin next: weight expected 0, seen 0.33");
    }

    /** With nothing but the before-image: the controller is stopped, its database not asked. */
    @Test
    void the_before_image_alone_restores_the_pool() throws Exception {
        ObjectNode before = pool();
        CutoverId id = scheduled();
        measured(id, 2);
        node.close();
        Cutover left = cutovers.find(id).orElseThrow();

        Restore restore = new Restore(world.zone("cloudflare"), world.edge());
        Restore.Restored restored = restore.restore(left.before().orElseThrow());

        assertThat(restored.written()).isEqualTo(1);
        assertThat(restored.routedElsewhere()).isEmpty();
        assertThat(pool()).isEqualTo(before);
    }

    private CutoverId scheduled() {
        String plan =
                lab.planByWeights(
                        new DemoPlan(
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(20)),
                        PERCENTS);
        Cutovers.Scheduled scheduled =
                cutovers.schedule(
                        plan, lab.planFiles(5), "kim", Optional.empty(), Optional.empty());
        assertThat(scheduled).as("%s", scheduled).isInstanceOf(Cutovers.Scheduled.Ok.class);
        return ((Cutovers.Scheduled.Ok) scheduled).cutover().id();
    }

    /** The share of orders at the next side while this step is watched. */
    private double measured(CutoverId id, int step) throws Exception {
        int percent = PERCENTS.get(step - 1);
        reach(id, "Switching(" + step + "/" + PERCENTS.size() + ")");
        until("at " + percent, id, () -> weightOfNext() == percent);
        // The edge follows a write within 800 ms.
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        double measured = lab.percentOnNext(ORDERS);
        assertThat(measured).as("at %d %%", percent).isCloseTo(percent, within(3.0));
        return measured;
    }

    private int weightOfNext() {
        return (int) Math.round(100 * pool().path("origins").path(1).path("weight").asDouble());
    }

    private ObjectNode pool() {
        ObjectNode pool = (ObjectNode) lab.balancing().poolNamed(LabWorld.POOL);
        pool.remove("modified_on");
        return weighted(
                pool,
                pool.path("origins").path(0).path("weight").asDouble(),
                pool.path("origins").path(1).path("weight").asDouble());
    }

    private static ObjectNode weighted(ObjectNode pool, double current, double next) {
        ((ObjectNode) pool.path("origins").path(0)).put("weight", current);
        ((ObjectNode) pool.path("origins").path(1)).put("weight", next);
        return pool;
    }

    private void proves(CutoverId id, String weightOfNext) {
        Cutover ended = cutovers.find(id).orElseThrow();
        assertThat(ended.before().orElseThrow().edge()).hasSize(1);
        List<FieldProof> proof = new ArrayList<>();
        journal.entries(id, 0, 1_000)
                .forEach(
                        e -> {
                            if (e.event() instanceof Event.ZoneProven z) {
                                proof.addAll(z.fields());
                            }
                        });
        assertThat(proof)
                .contains(
                        new FieldProof(
                                "pool acme-web origin next",
                                "weight",
                                weightOfNext,
                                weightOfNext,
                                Standing.KEPT));
    }

    private void reach(CutoverId id, String phase) {
        until(phase, id, () -> cutovers.find(id).orElseThrow().phase().text().startsWith(phase));
    }

    /** Approves when asked, and jumps over the days in which nothing happens. */
    private void until(String what, CutoverId id, BooleanSupplier reached) {
        long until = System.nanoTime() + MOST.toNanos();
        while (!reached.getAsBoolean()) {
            Cutover c = cutovers.find(id).orElseThrow();
            assertThat(System.nanoTime() - until)
                    .as("not %s: %s is %s, %s", what, id, c.phase(), c.verdicts())
                    .isNegative();
            assertThat(c.phase().isFinal()).as("not %s: ended %s", what, c.phase()).isFalse();
            String phase = c.phase().text();
            if (phase.equals("AwaitingGo") && c.approvers().isEmpty()) {
                cutovers.request(
                        id, new Input.Approve("grace", c.planHash()), x -> true, Optional.empty());
            }
            if (phase.equals("Scheduled")) {
                clock.jumpTo(c.plan().lowerTtlsAt());
            } else if (phase.equals("AwaitingGo") && c.open().isEmpty()) {
                clock.jumpTo(c.plan().window().opensAt());
            } else if (phase.equals("FallingBack(draining)") && c.open().isEmpty()) {
                // Where an edit was kept nobody knows what an authority gives for a while.
                clock.jump(Duration.ofSeconds(30));
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static PlanReader.Read read(String text, Map<String, String> files, Instant now) {
        PlanFile.Context context =
                PlanFile.Context.of(
                        PageFiles.inline(files), Set.of("LAB_TOKEN"), name -> true, now);
        return switch (PlanFile.read(text, context)) {
            case PlanFile.Ok ok ->
                    new PlanReader.Read.Ok(
                            ok.plan(), ok.notes(), new PlanReader.Mistake("", 1, 1, "zone", ""));
            case PlanFile.Bad bad -> throw new AssertionError(bad.text("plan"));
        };
    }

    private static String get(Map<String, String> env, String name) {
        return Objects.requireNonNull(env.get(name), name);
    }

    /** The lab's time as plan time. */
    private record LabTime(LabClock clock) implements PlanClock {
        @Override
        public Instant instant() {
            return clock.instant();
        }

        @Override
        public InstantSource machine() {
            return InstantSource.system();
        }

        @Override
        public void onJump(Runnable listener) {
            clock.onJump((distance, offset) -> listener.run());
        }
    }
}
