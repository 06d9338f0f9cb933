package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SendWindowTest {

    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final long QUICK = Duration.ofMillis(1).toNanos();
    private static final long SLOW = Duration.ofMillis(200).toNanos();

    private final SendWindow window = new SendWindow();
    private final List<ResolverLine> lines = new ArrayList<>();
    private int nextId;

    @Test
    void opens_with_every_quick_answer_while_it_is_needed() {
        ResolverLine line = heard();
        for (int i = 0; i < 100; i++) {
            answer(line, write(line), QUICK);
        }
        assertThat(window.size()).isEqualTo(SendWindow.FIRST);
        for (int i = 0; i < 100; i++) {
            answer(line, fill(line).getFirst(), QUICK);
        }
        assertThat(window.size()).isEqualTo(SendWindow.FIRST + 100);
        for (int i = 0; i < 10_000; i++) {
            answer(line, fill(line).getFirst(), QUICK);
        }
        assertThat(window.size()).isEqualTo(SendWindow.MOST);
    }

    @Test
    void closes_when_as_many_are_out_as_it_holds_and_opens_with_an_answer() {
        ResolverLine line = heard();
        Exchange first = fill(line).getFirst();
        assertThat(line.outstanding).hasSize(window.size());
        answer(line, first, QUICK);
        assertThat(window.isOpenFor(line)).isTrue();
    }

    @Test
    void halves_when_most_answers_are_late_at_once_and_once_for_all_of_them() {
        ResolverLine line = heard();
        List<Exchange> out = fill(line);
        int before = window.size();
        out.forEach(exchange -> answer(line, exchange, SLOW));
        assertThat(window.size()).isBetween(before / 3, before / 2);
        assertThat(window.size()).isGreaterThanOrEqualTo(SendWindow.LEAST);
    }

    @Test
    void one_slow_server_slows_nobody() {
        ResolverLine slow = heard();
        ResolverLine other = heard();
        ResolverLine third = heard();
        for (int i = 0; i < 200; i++) {
            answer(slow, write(slow), SLOW);
            answer(other, fill(other).getFirst(), QUICK);
            answer(third, write(third), QUICK);
        }
        assertThat(window.size()).isGreaterThan(SendWindow.FIRST);
    }

    @Test
    void a_way_that_has_become_longer_is_no_queue_for_ever() {
        ResolverLine line = heard();
        line.forgetLatency(); // as with each new port
        for (int i = 0; i < 100; i++) {
            answer(line, fill(line).getFirst(), SLOW);
        }
        assertThat(window.size()).isEqualTo(SendWindow.FIRST + 100);
    }

    @Test
    void the_dead_take_no_room() {
        ResolverLine never = line();
        for (int i = 0; i < 10_000; i++) {
            write(never);
        }
        ResolverLine fellSilent = heard();
        for (Exchange exchange : fill(fellSilent)) {
            fellSilent.outstanding.remove(exchange.id);
            window.silent(fellSilent, exchange);
        }
        ResolverLine live = heard();
        assertThat(window.isOpenFor(live)).isTrue();
        for (int i = 0; i < SendWindow.LEAST; i++) {
            assertThat(window.isOpenFor(live)).isTrue();
            write(live);
        }
    }

    private ResolverLine heard() {
        ResolverLine line = line();
        answer(line, write(line), QUICK);
        return line;
    }

    private ResolverLine line() {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1_000 + lines.size());
        var line =
                new ResolverLine(
                        address, ProbeLimits.DEFAULT, OwnDrops.ofThisMachine(), System.nanoTime());
        lines.add(line);
        return line;
    }

    /// Writes until the window is closed; what is outstanding then.
    private List<Exchange> fill(ResolverLine line) {
        while (window.isOpenFor(line)) {
            write(line);
        }
        return List.copyOf(line.outstanding.values());
    }

    private Exchange write(ResolverLine line) {
        Exchange exchange = new Exchange(new byte[12], TIMEOUT, 0, (e, came) -> {});
        exchange.id = nextId++;
        exchange.writtenAt = System.nanoTime();
        line.outstanding.put(exchange.id, exchange);
        window.wrote(line);
        return exchange;
    }

    private void answer(ResolverLine line, Exchange exchange, long nanos) {
        line.outstanding.remove(exchange.id);
        window.answered(line, exchange, nanos);
    }
}
