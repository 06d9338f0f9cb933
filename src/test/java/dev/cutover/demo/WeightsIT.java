package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.cli.DemoLab;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import dev.cutover.lab.world.Share;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A whole cutover of a pool: visitors' orders are counted at each share, on the way there and back. */
class WeightsIT {
    private static final List<Integer> PERCENTS = List.of(10, 25, 50, 100);

    /** A slow machine may not get through all of them while a step lasts. */
    private static final int LEAST = 60;

    private static final int ORDERS = 300;

    @Test
    void visitors_move_by_weights_until_all_are_there() throws Exception {
        try (DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            Optional<VendorContract> contract = VendorContract.ifHere();
            contract.ifPresent(c -> lab.world().api().overhear(c::heard));
            Oracle oracle = lab.world().oracle();
            ObjectNode before = pool(lab);
            Company company = scheduled(lab);

            List<Double> measured = new ArrayList<>();
            for (int step = 1; step <= PERCENTS.size(); step++) {
                measured.add(measured(lab, company, step));
            }
            company.finish();

            System.out.printf(
                    Locale.ROOT,
                    "weights: planned %s, measured %s percent over %d orders each%n",
                    PERCENTS,
                    measured,
                    ORDERS);
            assertThat(company.phases()).as(lab::lastWords).containsExactly("Completed");
            assertThat(lab.world().percentOnNext(50)).isEqualTo(100);
            assertThat(pool(lab)).isEqualTo(weighted(before, 0, 1));
            assertThat(oracle.wrongWith(LabWorld.Side.CURRENT))
                    .as("records, none of which was planned")
                    .isEmpty();
            proves(lab.report(company.ids().getFirst()), "1");
            contract.ifPresent(c -> assertThat(c.breaches()).isEmpty());
            lab.leaveNothing();
        }
    }

    @Test
    void an_abort_at_fifty_percent_brings_everybody_back() throws Exception {
        try (DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            ObjectNode before = pool(lab);
            Company company = scheduled(lab);
            assertThat(measured(lab, company, 3)).isCloseTo(50, within(3.0));

            // Somebody else works on the same pool meanwhile.
            lab.world()
                    .balancing()
                    .editPool(LabWorld.POOL, p -> p.put("description", "edited by Ada"));
            String id = company.ids().getFirst();
            lab.ask(id, "abort", "the shop's owner got cold feet");
            company.finish();

            assertThat(company.phases()).as(lab::lastWords).containsExactly("FellBack(fallback)");
            assertThat(lab.world().percentOnNext(100)).isZero();
            assertThat(pool(lab)).isEqualTo(before.put("description", "edited by Ada"));
            proves(lab.report(id), "0");
            lab.leaveNothing();
        }
    }

    private static Company scheduled(DemoLab lab) throws Exception {
        lab.startController();
        lab.awaitController();
        String plan =
                lab.world()
                        .planByWeights(
                                new DemoPlan(Duration.ofSeconds(25), Duration.ofSeconds(20)),
                                PERCENTS);
        return new Company(
                lab, List.of(lab.schedule(plan, lab.world().planFiles(5), "by-weights")));
    }

    /** The share of orders at the next side while this step is watched. */
    private static double measured(DemoLab lab, Company company, int step) throws Exception {
        int percent = PERCENTS.get(step - 1);
        company.reach("Switching(" + step + "/" + PERCENTS.size() + ")");
        company.until("at " + percent, () -> weightOfNext(lab) == percent);
        // The edge follows a write within 800 ms.
        Thread.sleep(Duration.ofSeconds(1));
        Share share = lab.world().shareOnNext(ORDERS, () -> weightOfNext(lab) == percent);
        assertThat(share.orders()).as("orders at %d %%", percent).isGreaterThanOrEqualTo(LEAST);
        assertThat(share.percent())
                .as("at %d %%", percent)
                .isCloseTo(percent, within(share.orders() < ORDERS ? 8.0 : 3.0));
        return share.percent();
    }

    private static long weightOfNext(DemoLab lab) {
        return Math.round(100 * pool(lab).path("origins").path(1).path("weight").asDouble());
    }

    private static ObjectNode pool(DemoLab lab) {
        ObjectNode pool = (ObjectNode) lab.world().balancing().poolNamed(LabWorld.POOL);
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

    private static void proves(JsonNode report, String weightOfNext) {
        assertThat(report.path("beforeImage").path("edge")).hasSize(1);
        assertThat(report.path("proof").toString())
                .contains(
                        "\"record\":\"pool acme-web origin next\",\"field\":\"weight\",\"promised\":\""
                                + weightOfNext
                                + "\",\"seen\":\""
                                + weightOfNext
                                + "\"");
    }
}
