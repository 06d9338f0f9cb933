package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cli.DemoLab;
import dev.cutover.cli.DemoNode;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import dev.cutover.peer.DebianPostgres;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two controllers on one database: one drives, the other takes over; a database that goes away and comes
 * back. One test after the other, since each takes the room of two.
 */
@Order(2)
@Execution(ExecutionMode.SAME_THREAD)
class CompanyIT {
    /** What is promised of a machine that does nothing else. */
    private static final Duration TAKEOVER = Duration.ofSeconds(15);

    /** Enough for a test in passing, beside others; {@link #five_minutes_of_it} takes its time. */
    @Test
    void cutovers_survive_nodes_that_die_and_freeze() throws Exception {
        survive(
                Duration.ofSeconds(60),
                new DemoPlan(Duration.ofSeconds(15), Duration.ofSeconds(20)),
                TAKEOVER.multipliedBy(4));
    }

    @Test
    @Tag("long")
    void five_minutes_of_it() throws Exception {
        survive(
                Duration.ofMinutes(5),
                new DemoPlan(Duration.ofSeconds(90), Duration.ofMinutes(2)),
                TAKEOVER);
    }

    private static void survive(Duration trouble, DemoPlan plan, Duration takeover)
            throws Exception {
        long seed = Long.getLong("cutover.test.seed", System.nanoTime());
        System.out.println("company: seed " + seed + " (-Dcutover.test.seed=" + seed + ")");
        AtomicReference<CallTap> watch = new AtomicReference<>(CallTap.NONE);
        try (DebianPostgres database = DebianPostgres.start();
                DemoLab lab =
                        new DemoLab(
                                call -> Objects.requireNonNull(watch.get()).at(call),
                                settings(database),
                                2);
                Leases leases = new Leases(database)) {
            Optional<VendorContract> contract = listening(lab);
            watch.set(leases::check);
            Oracle oracle = lab.world().oracle();
            start(lab.nodes());
            Company company = new Company(lab, Company.scheduleAll(lab, plan));
            company.reach("Switching");

            Trouble.in(lab.nodes(), leases, new Random(seed)).last(trouble);
            company.finish();

            assertThat(company.phases())
                    .as(lab::lastWords)
                    .allMatch(phase -> phase.equals("Completed"));
            assertThat(oracle.wrongWith(LabWorld.Side.NEXT)).isEmpty();
            for (String id : company.ids()) {
                Announced.inFull(lab.report(id), lab.world().hooks());
            }
            assertThat(leases.writesOfLosers())
                    .as("writes by a node whose lease was lost")
                    .isEmpty();
            assertThat(leases.writes()).as("writes that were looked at").isGreaterThan(40);
            System.out.println(
                    "company: "
                            + leases.writes()
                            + " writes checked, takeovers took "
                            + leases.takeovers());
            assertThat(leases.takeovers()).allMatch(t -> t.compareTo(takeover) <= 0);
            contract.ifPresent(VendorContract::isKept);
            lab.leaveNothing();
        }
    }

    /**
     * A node is frozen with its switch on the wire. The other takes over, people abort, everything is put
     * back, and only then the provider carries the old switch out.
     */
    @Test
    void a_switch_that_lands_after_the_fallback_is_found_and_undone() throws Exception {
        CountDownLatch onTheWire = new CountDownLatch(1);
        CountDownLatch land = new CountDownLatch(1);
        CountDownLatch landed = new CountDownLatch(1);
        AtomicReference<Thread> held = new AtomicReference<>(Thread.currentThread());
        CallTap holdsTheFirstSwitch =
                call -> {
                    if (call.kind() != Kind.ZONE_WRITE || !call.request().contains("switch-1")) {
                        return;
                    }
                    if (call.moment() == Moment.BEFORE && onTheWire.getCount() > 0) {
                        held.set(Thread.currentThread());
                        onTheWire.countDown();
                        await(land, Duration.ofMinutes(15));
                    } else if (call.moment() == Moment.DURING
                            && Thread.currentThread().equals(held.get())) {
                        landed.countDown();
                    }
                };
        try (DebianPostgres database = DebianPostgres.start();
                DemoLab lab = new DemoLab(holdsTheFirstSwitch, settings(database), 2)) {
            Optional<VendorContract> contract = listening(lab);
            lab.startEngine("none");
            DemoNode first = lab.nodes().get(0);
            DemoNode second = lab.nodes().get(1);
            first.start();
            first.awaitReady();
            lab.awaitEngine();
            Oracle oracle = lab.world().oracle();
            Company company = new Company(lab, List.of(lab.schedule(DemoPlan.brief())));
            Thread drivenOn = Thread.ofVirtual().start(() -> company.tryToReach("Soaking"));
            assertThat(onTheWire.await(8, TimeUnit.MINUTES))
                    .as(() -> "a switch was sent; " + lab.lastWords())
                    .isTrue();
            first.freeze();
            second.start();
            second.awaitReady();

            String id = company.ids().getFirst();
            lab.ask(id, "abort", "the first node does not answer");
            company.reach("FallingBack");
            company.until("restored", () -> leadTo(lab, LabWorld.Side.STAGING) == 20);
            land.countDown();
            // Not seen in the zone: what landed may be undone before anybody looks.
            assertThat(landed.await(1, TimeUnit.MINUTES)).as("the late switch lands").isTrue();
            first.thaw();

            company.reach("FellBack");
            drivenOn.interrupt();
            assertThat(oracle.wrongWith(LabWorld.Side.STAGING)).as(lab::lastWords).isEmpty();
            contract.ifPresent(VendorContract::isKept);
            lab.leaveNothing();
        }
    }

    @Test
    void a_database_that_goes_away_in_a_switch_costs_time_and_nothing_else() throws Exception {
        databaseAway(Duration.ofSeconds(20));
    }

    @Test
    @Tag("long")
    void a_database_away_for_two_minutes_costs_time_and_nothing_else() throws Exception {
        assertThat(databaseAway(Duration.ofMinutes(2)))
                .as("who saw nothing for two minutes does not go on by itself")
                .isPositive();
    }

    /** How often a person had to resume. */
    private static int databaseAway(Duration span) throws Exception {
        try (DebianPostgres database = DebianPostgres.start();
                DemoLab lab = new DemoLab(CallTap.NONE, settings(database), 2)) {
            DemoPlan plan = new DemoPlan(Duration.ofSeconds(8), Duration.ofSeconds(15));
            Optional<VendorContract> contract = listening(lab);
            lab.startEngine("none");
            start(lab.nodes());
            lab.awaitEngine();
            Oracle oracle = lab.world().oracle();
            Company company = new Company(lab, List.of(lab.schedule(plan)));
            company.reach("Switching");
            long seq = lab.status(company.ids().getFirst()).path("seq").asLong();
            database.goAway();
            List<CloudflareRecord> left = settled(lab);
            Thread.sleep(span);
            assertThat(lab.world().zone().records())
                    .as("nothing is written that cannot be journaled")
                    .isEqualTo(left);
            database.comeBack();

            company.finish();
            JsonNode end = lab.status(company.ids().getFirst());
            assertThat(end.path("phase").asText()).as(lab::lastWords).isEqualTo("Completed");
            assertThat(end.path("seq").asLong()).isGreaterThan(seq);
            assertThat(oracle.wrongWith(LabWorld.Side.NEXT)).isEmpty();
            contract.ifPresent(VendorContract::isKept);
            lab.leaveNothing();
            return company.resumes();
        }
    }

    /** Every exchange with the provider is held against the vendor's file, where it is at hand. */
    private static Optional<VendorContract> listening(DemoLab lab) {
        Optional<VendorContract> contract = VendorContract.ifHere();
        contract.ifPresent(c -> lab.world().api().overhear(c::heard));
        return contract;
    }

    /** The zone once a write that was under way has landed. */
    private static List<CloudflareRecord> settled(DemoLab lab) throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(8));
        return lab.world().zone().records();
    }

    /** How many records lead to that side. */
    private static long leadTo(DemoLab lab, LabWorld.Side side) {
        return lab.world().zone().records().stream()
                .filter(r -> r.content().equals(side.address()))
                .count();
    }

    private static Map<String, String> settings(DebianPostgres database) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("CUTOVER_STORE_URL", database.url());
        settings.put("CUTOVER_STORE_USER", database.user());
        settings.put("CUTOVER_STORE_PASSWORD", database.password());
        return settings;
    }

    private static void start(List<DemoNode> nodes) throws Exception {
        for (DemoNode node : nodes) {
            node.start();
            node.awaitReady();
        }
    }

    private static void await(CountDownLatch latch, Duration most) {
        try {
            boolean unused = latch.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills and freezes nodes at random, one at a time or both, and starts them again. */
    private record Trouble(List<DemoNode> nodes, Leases leases, Random chance) {
        static Trouble in(List<DemoNode> nodes, Leases leases, Random chance) {
            return new Trouble(nodes, leases, chance);
        }

        void last(Duration span) throws Exception {
            long until = System.nanoTime() + span.toNanos();
            while (System.nanoTime() - until < 0) {
                Thread.sleep(Duration.ofMillis(chance.nextLong(1_000, 5_000)));
                DemoNode node = nodes.get(chance.nextInt(nodes.size()));
                if (chance.nextBoolean()) {
                    leases.lost(node.name());
                    node.kill();
                    Thread.sleep(Duration.ofMillis(chance.nextLong(200, 12_000)));
                    node.start();
                    node.awaitReady();
                } else {
                    leases.lost(node.name());
                    node.freeze();
                    // Past the lease more often than not.
                    Thread.sleep(Duration.ofMillis(chance.nextLong(3_000, 14_000)));
                    node.thaw();
                    leases.back();
                }
            }
        }
    }
}
