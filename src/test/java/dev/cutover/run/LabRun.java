package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.cloudflare.CloudflareEdge;
import dev.cutover.cloudflare.CloudflareErrors;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.imagestore.FileImages;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.planfile.PageFiles;
import dev.cutover.planfile.PlanFile;
import dev.cutover.port.Instruments;
import dev.cutover.port.Journal;
import dev.cutover.port.Samples;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.store.SqlJournal;
import dev.cutover.store.SqlOutbox;
import dev.cutover.store.SqlOwnership;
import dev.cutover.store.SqlSamples;
import dev.cutover.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A lab's world and one node of the product that drives cutovers in it, over sockets only. */
final class LabRun implements AutoCloseable {
    private static final Duration MOST = Duration.ofMinutes(8);

    final LabClock clock;
    final LabWorld lab;
    final World world;
    final Journal journal;
    final Node node;
    final Cutovers cutovers;
    private final LabClients clients;
    private final TestDatabase database;
    private final SqlOwnership ownership;

    /** Starts all of it. */
    LabRun(Path folder, ZonePlan level) throws Exception {
        clients = new LabClients(folder, level, new ProbeLimits(64, 1_000, 10_000, 65_536));
        clock = clients.clock;
        lab = clients.lab;
        CloudflareZone zone = new CloudflareZone(clients.api);
        world =
                new World(
                        Map.of(zone.provider(), zone),
                        new CloudflareEdge(clients.api),
                        new CloudflareErrors(clients.api),
                        Map.of(),
                        clients.resolvers,
                        clients.checks,
                        List.of(
                                new FileImages(folder.resolve("images-1")),
                                new FileImages(folder.resolve("images-2"))));
        database = TestDatabase.embedded();
        ownership = new SqlOwnership(database.source());
        journal = new SqlJournal(database.source());
        Samples samples = new SqlSamples(database.source());
        PlanClock time = new LabTime(clock);
        cutovers = new Cutovers(LabRun::read, world, journal, samples, time);
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

    @Override
    public void close() {
        node.close();
        ownership.close();
        database.close();
        clients.close();
    }

    /** Schedules a plan of this lab; a refusal fails the test. */
    CutoverId scheduled(String plan) {
        Cutovers.Scheduled scheduled =
                cutovers.schedule(
                        plan, lab.planFiles(5), "kim", Optional.empty(), Optional.empty());
        assertThat(scheduled).as("%s", scheduled).isInstanceOf(Cutovers.Scheduled.Ok.class);
        return ((Cutovers.Scheduled.Ok) scheduled).cutover().id();
    }

    /** Somebody pulls the cord. */
    void abort(CutoverId id, String why) {
        cutovers.request(id, new Input.Abort("kim", why), c -> true, Optional.empty());
    }

    /** Every proof of planned fields so far. */
    List<FieldProof> proof(CutoverId id) {
        List<FieldProof> proof = new ArrayList<>();
        journal.entries(id, 0, 1_000)
                .forEach(
                        e -> {
                            if (e.event() instanceof Event.ZoneProven z) {
                                proof.addAll(z.fields());
                            }
                        });
        return proof;
    }

    /** Waits for a phase by the beginning of its text. */
    void reach(CutoverId id, String phase) {
        until(phase, id, () -> cutovers.find(id).orElseThrow().phase().text().startsWith(phase));
    }

    /** Approves when asked, and jumps over the days in which nothing happens. */
    void until(String what, CutoverId id, BooleanSupplier reached) {
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
