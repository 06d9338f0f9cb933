package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PulseTest {
    private final long start = System.nanoTime();
    private final Pulse pulse = new Pulse();

    @Test
    void a_steady_pulse_is_no_standstill() {
        for (int i = 1; i <= 20; i++) {
            pulse.beat(after(100L * i));
        }
        assertThat(pulse.stoodStill(start, after(2_050))).isFalse();
    }

    @Test
    void a_late_beat_tells_of_a_standstill_to_whoever_began_before_it() {
        pulse.beat(after(100));
        pulse.beat(after(3_000));

        assertThat(pulse.stoodStill(after(2_900), after(3_050))).isTrue();
        assertThat(pulse.stoodStill(after(3_010), after(3_050)))
                .as("what began after the thaw")
                .isFalse();
    }

    @Test
    void a_beat_that_has_not_come_yet_tells_it_as_well() {
        pulse.beat(after(100));
        assertThat(pulse.stoodStill(after(50), after(5_000))).isTrue();
    }

    private long after(long millis) {
        return start + Duration.ofMillis(millis).toNanos();
    }
}
