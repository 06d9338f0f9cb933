package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.FieldProof.Standing;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.lab.cloudflare.LoadBalancing.Health;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import dev.cutover.lab.world.Share;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
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

    /** A slow machine may not get through all of them while a step lasts. */
    private static final int LEAST = 60;

    private static final int ORDERS = 200;

    /** Nothing is held only because a busy machine shows little for a while. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Where it has to run out. */
    private static final Duration SHORT_PATIENCE = Duration.ofSeconds(20);

    private LabRun run;
    private LabWorld lab;
    private Oracle oracle;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        run = new LabRun(folder, ZonePlan.PRO);
        lab = run.lab;
        oracle = lab.oracle();
    }

    @AfterEach
    void stop() {
        run.close();
    }

    @Test
    void visitors_move_share_by_share_until_all_are_there() throws Exception {
        ObjectNode before = pool();
        CutoverId id = scheduled();

        List<Double> measured = new ArrayList<>();
        for (int step = 1; step <= PERCENTS.size(); step++) {
            measured.add(measured(id, step));
        }
        run.reach(id, "Completed");

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
        run.abort(id, "cold feet");
        run.reach(id, "FellBack(fallback)");

        assertThat(lab.percentOnNext(100)).isZero();
        assertThat(pool()).isEqualTo(before.put("description", "edited by Ada"));
        proves(id, "0");
    }

    @Test
    void an_origin_seen_sick_gets_nobody_and_a_weight_set_by_hand_stays() throws Exception {
        CutoverId id = scheduled(SHORT_PATIENCE);
        measured(id, 1);
        run.until("served", id, () -> run.cutovers.find(id).orElseThrow().servedAt().isPresent());
        lab.balancing().health(LabWorld.Side.NEXT.address(), Health.SICK);
        run.reach(id, "Held(Switching(2/4), OriginsNotHealthy)");
        assertThat(weightOfNext()).isEqualTo(10);

        lab.balancing()
                .editPool(
                        LabWorld.POOL,
                        p -> {
                            ((ObjectNode) p.path("origins").path(1)).put("weight", 0.33);
                            return p;
                        });
        run.abort(id, "enough");
        run.reach(id, "FellBack(fallback)");

        assertThat(weightOfNext()).isEqualTo(33);
        Cutover ended = run.cutovers.find(id).orElseThrow();
        assertThat(ended.kept().toString())
                .contains("pool acme-web origin next: weight expected 0, seen 0.33");
    }

    /** With nothing but the before-image: the controller is stopped, its database not asked. */
    @Test
    void the_before_image_alone_restores_the_pool() throws Exception {
        ObjectNode before = pool();
        CutoverId id = scheduled();
        measured(id, 2);
        run.node.close();
        Cutover left = run.cutovers.find(id).orElseThrow();

        Restore restore = new Restore(run.world.zone("cloudflare"), run.world.edge());
        Restore.Restored restored = restore.restore(left.before().orElseThrow());

        assertThat(restored.written()).isEqualTo(1);
        assertThat(restored.routedElsewhere()).isEmpty();
        assertThat(pool()).isEqualTo(before);
    }

    private CutoverId scheduled() {
        return scheduled(PATIENCE);
    }

    private CutoverId scheduled(Duration patience) {
        return run.scheduled(
                lab.planByWeights(
                        new DemoPlan(Duration.ofSeconds(15), Duration.ofSeconds(10), patience),
                        PERCENTS));
    }

    /** The share of orders at the next side while this step is watched. */
    private double measured(CutoverId id, int step) throws Exception {
        int percent = PERCENTS.get(step - 1);
        run.reach(id, "Switching(" + step + "/" + PERCENTS.size() + ")");
        run.until("at " + percent, id, () -> weightOfNext() == percent);
        // The edge follows a write within 800 ms.
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        Share share = lab.shareOnNext(ORDERS, () -> weightOfNext() == percent);
        assertThat(share.orders()).as("orders at %d %%", percent).isGreaterThanOrEqualTo(LEAST);
        assertThat(share.percent())
                .as("at %d %%", percent)
                .isCloseTo(percent, within(share.orders() < ORDERS ? 8.0 : 3.0));
        return share.percent();
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
        Cutover ended = run.cutovers.find(id).orElseThrow();
        assertThat(ended.before().orElseThrow().edge()).hasSize(1);
        assertThat(run.proof(id))
                .contains(
                        new FieldProof(
                                "pool acme-web origin next",
                                "weight",
                                weightOfNext,
                                weightOfNext,
                                Standing.KEPT));
    }
}
