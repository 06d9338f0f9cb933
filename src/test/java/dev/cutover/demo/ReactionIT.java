package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.cli.DemoLab;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How long a site that fails altogether keeps its visitors: from the moment its server answers nothing but
 * 503 until the provider has taken the write that leads them to the fallback side. Run by {@code
 * bench/reaction}; it prints, it judges no time.
 */
@Tag("bench")
class ReactionIT {
    private static final Duration MOST = Duration.ofMinutes(2);

    @Test
    void twenty_cutovers_meet_a_total_outage() throws Exception {
        try (DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            lab.startController();
            lab.awaitController();
            Company company =
                    new Company(
                            lab,
                            Company.scheduleAll(
                                    lab,
                                    new DemoPlan(Duration.ofSeconds(5), Duration.ofMinutes(30))));
            company.reach("Soaking");
            // Old answers live for a minute; until then a probe may still meet the old server.
            Thread.sleep(Duration.ofSeconds(70));

            lab.world().server(LabWorld.Side.NEXT).failing(503);
            List<Duration> times = reactions(lab, System.nanoTime());

            assertThat(times).hasSize(20);
            System.out.printf(
                    Locale.ROOT,
                    "reaction to a total outage, 20 cutovers at 1 s probes: fallback write accepted after"
                            + " min %.1f s, median %.1f s, max %.1f s (bar 10 s)%n",
                    seconds(times.getFirst()),
                    seconds(times.get(times.size() / 2)),
                    seconds(times.getLast()));
            company.finish();
            assertThat(company.phases()).allMatch(phase -> phase.equals("FellBack(fallback)"));
        }
    }

    /** When each record led to the fallback side, shortest first. */
    private static List<Duration> reactions(DemoLab lab, long fromNanos)
            throws InterruptedException {
        Map<String, Duration> seen = new HashMap<>();
        while (seen.size() < 20 && System.nanoTime() - fromNanos < MOST.toNanos()) {
            for (CloudflareRecord record : lab.world().zone().records()) {
                if (record.content().equals(LabWorld.Side.STAGING.address())) {
                    seen.putIfAbsent(
                            record.name(), Duration.ofNanos(System.nanoTime() - fromNanos));
                }
            }
            Thread.sleep(Duration.ofMillis(20));
        }
        List<Duration> times = new ArrayList<>(seen.values());
        times.sort(null);
        return times;
    }

    private static double seconds(Duration span) {
        return span.toMillis() / 1_000.0;
    }
}
