package dev.cutover.probe;

import static dev.cutover.probe.LoopbackServer.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.TimedOut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.xbill.DNS.Type;

/// What every story about the engine begins with: one engine, one question, three patiences.
abstract class EngineStory {

    static final Question WWW = new Question("www.acme.example", Type.A, true);
    static final String RECORD = "www.acme.example 300 A 192.0.2.10";

    /// For what is answered: longer than any machine stands still.
    static final Duration PATIENT = Duration.ofSeconds(30);

    /// For what is silent.
    static final Duration SHORT = Duration.ofMillis(300);

    final ProbeEngine engine;

    EngineStory() {
        try {
            engine = new ProbeEngine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void the_clock_of_timeouts_runs_on_warm_code() throws Exception {
        try (var server = LoopbackServer.udp((query, back) -> back.send(answer(query, RECORD)))) {
            ask(server, PATIENT);
        }
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    Answer ask(LoopbackServer server, Duration timeout) throws InterruptedException {
        Round round = engine.ask(List.of(server.resolver()), List.of(WWW), timeout);
        assertThat(round.results()).hasSize(1);
        return round.results().getFirst().answer();
    }

    /// Asks what comes to light only when its time has run out: first [#SHORT]ly, then with more
    /// and more time, for a machine on which the server is not quick enough.
    Answer askUntil(Predicate<Answer> seen, LoopbackServer server) throws InterruptedException {
        Duration timeout = SHORT;
        Answer answer = ask(server, timeout);
        while (!seen.test(answer) && timeout.compareTo(PATIENT) < 0) {
            timeout = timeout.multipliedBy(4);
            answer = ask(server, timeout);
        }
        return answer;
    }

    static Answered answered(Answer answer) {
        assertThat(answer).isInstanceOf(Answered.class);
        return (Answered) answer;
    }

    static void assertTimedOut(Answer answer, Duration timeout) {
        assertThat(answer)
                .isInstanceOfSatisfying(
                        TimedOut.class,
                        late -> assertThat(late.after()).isGreaterThanOrEqualTo(timeout));
    }

    static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
