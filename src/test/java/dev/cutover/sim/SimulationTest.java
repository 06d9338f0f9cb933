package dev.cutover.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Many seeds, no broken invariant. A failing seed prints its story; `-Dsim.seed=N` tells one seed.
class SimulationTest {
    private static final int MOST_STORIES = 3;

    @Test
    void no_seed_of_two_thousand_breaks_an_invariant() {
        Long one = Long.getLong("sim.seed");
        if (one != null) {
            Simulation.Result result = Simulation.run(one, Brain.REAL, true);
            System.out.println(result.story());
            assertThat(result.broken()).isEmpty();
            return;
        }
        run(1, 2_000);
    }

    @Test
    @Tag("long")
    void no_seed_of_a_hundred_thousand_breaks_an_invariant() {
        run(Long.getLong("sim.from", 2_001), Integer.getInteger("sim.count", 100_000));
    }

    @Test
    void the_same_seed_tells_the_same_story() {
        String first = Simulation.run(7, Brain.REAL, true).trace();
        assertThat(Simulation.run(7, Brain.REAL, true).trace()).isEqualTo(first).isNotEmpty();
    }

    /// A simulation in which every run takes the same way would prove little.
    @Test
    void runs_end_in_every_way() {
        Map<String, Integer> ends = new TreeMap<>();
        for (long seed = 1; seed <= 300; seed++) {
            ends.merge(Simulation.run(seed, Brain.REAL, false).end(), 1, Integer::sum);
        }
        assertThat(ends)
                .containsKeys("Completed", "Cancelled", "FellBack(current)", "FellBack(fallback)");
        assertThat(ends.get("Completed")).isBetween(60, 240);
    }

    private static void run(long from, int count) {
        Map<String, Integer> ends = new TreeMap<>();
        List<Long> broken = new ArrayList<>();
        long started = System.nanoTime();
        for (long seed = from; seed < from + count; seed++) {
            Simulation.Result result = Simulation.run(seed, Brain.REAL, false);
            ends.merge(result.end(), 1, Integer::sum);
            if (result.broken().isPresent()) {
                broken.add(seed);
                if (broken.size() <= MOST_STORIES) {
                    System.out.println(Simulation.run(seed, Brain.REAL, true).story());
                }
            }
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "simulation: %d seeds from %d on one core in %.1f s (%.0f seeds/s), ends %s%n",
                count,
                from,
                seconds,
                count / seconds,
                ends);
        assertThat(broken).as("seeds with a broken invariant").isEmpty();
    }
}
