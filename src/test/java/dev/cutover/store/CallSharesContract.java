package dev.cutover.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.net.RateBudget;
import dev.cutover.net.RateBudget.Limit;
import dev.cutover.net.RateBudget.Priority;
import dev.cutover.port.CallShares;
import dev.cutover.port.CallShares.Ask;
import dev.cutover.port.CallShares.Heard;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One budget for every node that asks with the same token.
abstract class CallSharesContract extends StoreStory {
    private static final Duration WINDOW = Duration.ofMinutes(5);

    /** For the store's answers; shorter than any block or window here, so that a refusal comes at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Where nobody answers. */
    private static final Duration SHORT = Duration.ofMillis(700);

    private SqlCallShares shares;

    CallSharesContract(TestDatabase database) {
        super(database);
    }

    @BeforeEach
    void shared() {
        shares = new SqlCallShares(database.source());
    }

    @Test
    void nodes_that_take_at_once_never_get_more_than_the_window_holds() throws Exception {
        List<Integer> granted =
                JournalContract.allAtOnce(
                        8,
                        i ->
                                () -> {
                                    int all = 0;
                                    for (int k = 0; k < 10; k++) {
                                        all += shares.take(ask(10, 0, 60, 300)).calls();
                                    }
                                    return all;
                                });

        assertThat(granted.stream().mapToInt(Integer::intValue).sum()).isEqualTo(300 - 60);
        assertThat(shares.take(ask(10, 0, 0, 300)).calls()).isEqualTo(10);
    }

    @Test
    void what_was_not_used_is_given_back() {
        assertThat(shares.take(ask(10, 0, 0, 10)).calls()).isEqualTo(10);
        assertThat(shares.take(ask(10, 0, 0, 10)).calls()).isZero();
        assertThat(shares.take(ask(10, 7, 0, 10)).calls()).isEqualTo(7);
    }

    @Test
    void the_peers_word_counts_more_than_our_own_count() {
        assertThat(shares.take(ask(10, 0, 0, 1_200)).calls()).isEqualTo(10);
        assertThat(shares.take(heard(3, Duration.ofSeconds(30))).calls()).isEqualTo(3);
        assertThat(shares.take(ask(10, 0, 0, 1_200)).calls()).isZero();
        // A window that ends much later is another one.
        assertThat(shares.take(heard(1_000, WINDOW)).calls()).isEqualTo(10);
    }

    @Test
    void a_block_that_one_node_was_told_holds_every_node() {
        shares.block("api a", Duration.ofMinutes(5));
        shares.block("api a", Duration.ofSeconds(2));

        assertThat(shares.take(ask(10, 0, 0, 1_200)).blockedFor())
                .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
        RateBudget other = budget(shares);
        assertThatThrownBy(() -> other.take(Priority.NORMAL, soon()))
                .hasMessageContaining("blocked for another");
    }

    @Test
    void a_429_reaches_the_other_node_within_its_portion() {
        RateBudget one = budget(shares);
        RateBudget other = budget(shares);
        one.take(Priority.NORMAL, soon());
        other.take(Priority.NORMAL, soon());
        one.learn(429, Map.of("retry-after", List.of("60")));

        Awaiting.until(
                () -> {
                    try {
                        other.take(Priority.NORMAL, soon());
                        return "";
                    } catch (PortException e) {
                        return String.valueOf(e.getMessage());
                    }
                },
                message -> message.contains("blocked for another"));
    }

    @Test
    void the_last_calls_of_all_nodes_are_for_the_way_back() {
        RateBudget one = budget(shares);
        RateBudget other = budget(shares);
        int calls = takeAll(one) + takeAll(other);

        // A portion that was taken and not used may be counted twice in a second, no more.
        assertThat(calls).isBetween(120 - 60, 120 - 60 + 10);
        other.take(Priority.FALLBACK, soon());
        other.take(Priority.LOOKING_BACK, soon());
    }

    @Test
    void a_busy_node_asks_the_store_once_for_many_calls() {
        AtomicInteger asked = new AtomicInteger();
        RateBudget budget =
                budget(
                        new CallShares() {
                            @Override
                            public Share take(Ask ask) {
                                asked.incrementAndGet();
                                return shares.take(ask);
                            }

                            @Override
                            public void block(String name, Duration span) {
                                shares.block(name, span);
                            }
                        });
        for (int i = 0; i < 50; i++) {
            budget.take(Priority.NORMAL, soon());
        }
        assertThat(asked.get()).isLessThanOrEqualTo(10);
    }

    @Test
    void while_the_store_is_away_a_node_goes_on_with_a_small_share() {
        RateBudget alone =
                budget(
                        new CallShares() {
                            @Override
                            public Share take(Ask ask) {
                                throw PortException.passing("the store is away");
                            }

                            @Override
                            public void block(String name, Duration span) {
                                throw PortException.passing("the store is away");
                            }
                        });

        assertThat(takeAll(alone, SHORT)).isEqualTo(10);
        alone.take(Priority.FALLBACK, soon());
    }

    private static int takeAll(RateBudget budget) {
        return takeAll(budget, PATIENCE);
    }

    private static int takeAll(RateBudget budget, Duration patience) {
        for (int calls = 0; ; calls++) {
            try {
                budget.take(Priority.NORMAL, Deadline.in(patience));
            } catch (PortException none) {
                return calls;
            }
        }
    }

    private static RateBudget budget(CallShares shares) {
        return new RateBudget("cloudflare", "api a", 60, new Limit(120, WINDOW), shares, PATIENCE);
    }

    private static Ask ask(int wanted, int unused, int kept, int most) {
        return new Ask("api a", wanted, unused, kept, most, WINDOW, Optional.empty());
    }

    private static Ask heard(int left, Duration fullAgainIn) {
        return new Ask("api a", 10, 0, 0, 1_200, WINDOW, Optional.of(new Heard(left, fullAgainIn)));
    }

    private static Deadline soon() {
        return Deadline.in(PATIENCE);
    }
}
