package dev.cutover.core.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Some of the simulated switches of `bench/forecast`.
class ForecastHoldsTest {
    private static final int SWITCHES = 10;

    @Test
    void no_honest_cache_outlasts_a_forecast_and_the_usual_error_is_small() {
        List<Double> errors = new ArrayList<>();
        for (int seed = 0; seed < SWITCHES; seed++) {
            SwitchRun run = SwitchRun.of(seed);
            assertThat(run.broken).as("seed %d", seed).isEmpty();
            assertThat(run.named).as("late ones named, seed %d", seed).isEqualTo(run.toName);
            assertThat(run.asked).isLessThan(run.askedByTick / 2);
            run.errors.forEach((kind, e) -> errors.addAll(kind.isHonest() ? e : List.of()));
        }
        assertThat(errors).hasSizeGreaterThan(100);
        assertThat(ForecastBench.median(errors)).isLessThan(0.05);
    }
}
