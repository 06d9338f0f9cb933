package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.life.CutoverId;
import dev.cutover.port.Lease;
import dev.cutover.port.Ownership;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A machine whose clock is off leaves cutovers to machines whose clocks are right. */
class ClockCheckTest {
    private static final Instant NOON = Instant.parse("2026-12-06T12:00:00Z");

    private final Store store = new Store();
    private Duration off = Duration.ZERO;
    private long nanos = 11;
    private final ClockCheck check = new ClockCheck(store, this::machine, () -> nanos);

    @Test
    void a_clock_that_is_right_claims_at_once() {
        off = Duration.ofSeconds(-4);

        assertThat(check.mayClaim()).isTrue();
        assertThat(check.isWrong()).isFalse();
        assertThat(check.ahead()).isEqualTo(off);
    }

    @Test
    void a_clock_an_hour_ahead_takes_only_what_nobody_else_took() {
        off = Duration.ofHours(1);

        for (int second = 0; second <= 16; second++) {
            assertThat(check.mayClaim()).as("after %s s", second).isFalse();
            pass(Duration.ofSeconds(1));
        }
        assertThat(check.mayClaim()).isTrue();
        assertThat(check.isWrong()).isTrue();
    }

    @Test
    void what_another_node_takes_starts_the_wait_anew() {
        off = Duration.ofHours(-1);
        assertThat(check.mayClaim()).isFalse();
        pass(Duration.ofSeconds(15));

        store.free = false;
        assertThat(check.mayClaim()).isFalse();
        pass(Duration.ofSeconds(15));
        store.free = true;
        assertThat(check.mayClaim()).isFalse();
        pass(Duration.ofSeconds(15));
        assertThat(check.mayClaim()).isFalse();
    }

    @Test
    void a_slow_answer_is_not_a_wrong_clock() {
        store.answersIn = Duration.ofSeconds(9);

        assertThat(check.mayClaim()).isTrue();
    }

    @Test
    void a_clock_that_was_set_right_claims_again() {
        off = Duration.ofSeconds(6);
        assertThat(check.mayClaim()).isFalse();

        off = Duration.ZERO;

        assertThat(check.mayClaim()).isTrue();
        assertThat(check.isWrong()).isFalse();
    }

    private Instant machine() {
        return NOON.plusNanos(nanos).plus(off);
    }

    private void pass(Duration span) {
        nanos += span.toNanos();
    }

    /** The store's clock is right; its answer is as old as the way it came. */
    private final class Store implements Ownership {
        private boolean free = true;
        private Duration answersIn = Duration.ZERO;

        @Override
        public Instant storeTime() {
            Instant told = NOON.plusNanos(nanos);
            pass(answersIn);
            return told;
        }

        @Override
        public boolean anyFree() {
            return free;
        }

        @Override
        public List<Lease> claim(String node, int most) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<CutoverId> renew(String node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void release(String node) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<CutoverId> awaitSignals(Duration most) {
            throw new UnsupportedOperationException();
        }
    }
}
