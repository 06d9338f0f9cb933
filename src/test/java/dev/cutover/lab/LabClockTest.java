package dev.cutover.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabClockTest {

    private static final Instant START = Instant.parse("2026-12-04T02:00:00Z");

    private final LabClock clock = new LabClock(InstantSource.fixed(START));

    @Test
    void runs_with_the_system_until_it_jumps() {
        assertThat(clock.instant()).isEqualTo(START);
        assertThat(clock.offset()).isZero();

        clock.jump(Duration.ofDays(2));

        assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofDays(2)));
        assertThat(clock.offset()).isEqualTo(Duration.ofDays(2));
    }

    @Test
    void jumps_to_an_instant_ahead_and_stays_put_for_one_behind() {
        Instant opens = Instant.parse("2026-12-06T01:00:00Z");

        clock.jumpTo(opens);
        assertThat(clock.instant()).isEqualTo(opens);

        clock.jumpTo(START);
        assertThat(clock.instant()).isEqualTo(opens);
    }

    @Test
    void refuses_to_go_back() {
        assertThatThrownBy(() -> clock.jump(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT-1S");
        assertThat(clock.offset()).isZero();
    }

    @Test
    void tells_listeners_after_each_real_jump() {
        List<String> told = new ArrayList<>();
        clock.onJump(
                (distance, offset) -> told.add(distance + " " + offset + " " + clock.offset()));

        clock.jump(Duration.ofMinutes(1));
        clock.jump(Duration.ZERO);
        clock.jumpTo(START);
        clock.jump(Duration.ofMinutes(2));

        assertThat(told).containsExactly("PT1M PT1M PT1M", "PT2M PT3M PT3M");
    }
}
