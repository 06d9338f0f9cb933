package dev.cutover.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.net.RateBudget.Priority;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RateBudgetTest {
    private final RateBudget budget = new RateBudget("cloudflare", 10);

    @Test
    void without_any_word_from_the_peer_calls_pass() {
        for (int i = 0; i < 100; i++) {
            budget.take(Priority.NORMAL, soon());
        }
    }

    @Test
    void the_reserve_is_for_falling_back_alone() {
        told(12, 300);
        budget.take(Priority.NORMAL, soon());
        budget.take(Priority.NORMAL, soon());

        assertThatThrownBy(() -> budget.take(Priority.NORMAL, soon()))
                .hasMessageStartingWith("cloudflare: 10 calls left for ")
                .hasMessageEndingWith(", the last 10 are kept for falling back; nothing was sent");
        for (int i = 0; i < 10; i++) {
            budget.take(Priority.FALLBACK, soon());
        }
        assertThatThrownBy(() -> budget.take(Priority.FALLBACK, soon()))
                .hasMessageContaining("0 calls left");
    }

    @Test
    void looking_back_leaves_the_last_third_of_the_reserve_to_restoring() {
        told(5, 300);
        budget.take(Priority.LOOKING_BACK, soon());
        budget.take(Priority.LOOKING_BACK, soon());

        assertThatThrownBy(() -> budget.take(Priority.LOOKING_BACK, soon()))
                .hasMessageContaining("3 calls left");
        budget.take(Priority.FALLBACK, soon());
    }

    @Test
    void a_block_is_refused_at_once_when_it_outlasts_the_deadline() {
        budget.learn(429, Map.of("retry-after", List.of("300")));

        assertThatThrownBy(() -> budget.take(Priority.FALLBACK, soon()))
                .hasMessageContaining("blocked for another");
    }

    @Test
    void a_block_is_waited_out_when_the_deadline_allows() {
        long from = System.nanoTime();
        budget.learn(429, Map.of("retry-after", List.of("1")));

        budget.take(Priority.NORMAL, Deadline.in(Duration.ofMinutes(1)));

        assertThat(Duration.ofNanos(System.nanoTime() - from))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_block_without_a_time_grows_while_it_lasts() {
        List<String> date = List.of("Fri, 20 Nov 2026 07:00:00 GMT");
        for (int seconds : new int[] {2, 4, 8, 16, 32, 60, 60}) {
            long from = System.nanoTime();
            budget.learn(429, seconds == 4 ? Map.of("retry-after", date) : Map.of());

            double said = secondsBlocked();

            assertThat(said)
                    .as("of %s s, less what has passed since", seconds)
                    .isBetween(seconds - secondsSince(from) - 0.1, seconds + 0.1);
        }
    }

    /// As the refusal says it, in tenths; zero where the block is over already.
    private double secondsBlocked() {
        try {
            budget.take(Priority.FALLBACK, new Deadline(System.nanoTime()));
            return 0;
        } catch (PortException refused) {
            String message = String.valueOf(refused.getMessage());
            Matcher said = Pattern.compile("blocked for another (\\d+\\.\\d) s").matcher(message);
            assertThat(said.find()).as(message).isTrue();
            return Double.parseDouble(said.group(1));
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    @Test
    void a_new_window_opens_the_budget_again() {
        told(0, 1);

        assertThatCode(() -> budget.take(Priority.NORMAL, Deadline.in(Duration.ofSeconds(3))))
                .doesNotThrowAnyException();
    }

    @Test
    void nonsense_in_the_header_is_ignored() {
        for (String text : List.of("", "r=x", "default", "\"a\";r=99999999999999999999")) {
            budget.learn(200, Map.of("ratelimit", List.of(text)));
            budget.take(Priority.NORMAL, soon());
        }
    }

    private void told(int left, int seconds) {
        budget.learn(200, Map.of("ratelimit", List.of("\"default\";r=" + left + ";t=" + seconds)));
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofMillis(50));
    }
}
