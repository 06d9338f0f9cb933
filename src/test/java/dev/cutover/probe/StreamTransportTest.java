package dev.cutover.probe;

import static dev.cutover.probe.LoopbackServer.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.net.TestAuthority;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.Malformed;
import dev.cutover.probe.Answer.TimedOut;
import dev.cutover.probe.Answer.Unreachable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Type;

/// Questions by TCP and TLS, on connections that are kept.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StreamTransportTest {

    private static final String OLD = "old.acme.example";
    private static final Question WWW = new Question("www.acme.example", Type.A, true);
    private static final String RECORD = "www.acme.example 300 A 192.0.2.10";
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final TestAuthority authority = new TestAuthority();
    private final SSLContext certificate = authority.serverFor("dns.acme.example");
    private final ProbeEngine engine;

    StreamTransportTest(@TempDir Path folder) {
        try {
            engine =
                    new ProbeEngine(
                            new ProbeLimits(64, 10_000, 40_000, 256 << 10),
                            authority.trust(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private Answer ask(Resolver resolver, Duration timeout) throws InterruptedException {
        return engine.ask(List.of(resolver), List.of(WWW), timeout).results().getFirst().answer();
    }

    private List<Answer> askMany(Resolver resolver, int count) throws InterruptedException {
        return engine
                .ask(List.of(resolver), Collections.nCopies(count, WWW), PATIENT)
                .results()
                .stream()
                .map(ProbeResult::answer)
                .toList();
    }

    private static void honest(byte[] query, StreamServer.Line line) throws IOException {
        line.send(answer(query, RECORD));
    }

    @Test
    void many_questions_share_one_connection() throws Exception {
        try (var server = StreamServer.tcp(StreamTransportTest::honest)) {
            Resolver resolver = server.resolver(new Transport.Tcp());
            assertThat(askMany(resolver, 50)).allMatch(a -> a instanceof Answered);
            assertThat(askMany(resolver, 50)).allMatch(a -> a instanceof Answered);
            assertThat(server.accepted).hasValue(1);
            assertThat(engine.connections()).isEqualTo(1);
        }
    }

    @Test
    void answers_may_come_in_any_order() throws Exception {
        List<byte[]> held = Collections.synchronizedList(new ArrayList<>());
        try (var server =
                StreamServer.tcp(
                        (query, line) -> {
                            held.add(query);
                            if (held.size() == 20) {
                                for (byte[] one : held.reversed()) {
                                    line.send(answer(one, RECORD));
                                }
                            }
                        })) {
            assertThat(askMany(server.resolver(new Transport.Tcp()), 20))
                    .allMatch(a -> a instanceof Answered);
        }
    }

    @Test
    void a_server_that_closes_an_idle_connection_costs_no_answer() throws Exception {
        try (var server =
                StreamServer.tcp(
                        (query, line) -> {
                            honest(query, line);
                            line.socket().close();
                        })) {
            Resolver resolver = server.resolver(new Transport.Tcp());
            for (int i = 0; i < 10; i++) {
                assertThat(ask(resolver, PATIENT)).isInstanceOf(Answered.class);
            }
        }
    }

    @Test
    void a_late_answer_harms_nobody_and_a_wrong_one_ends_the_connection() throws Exception {
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Asked(byte[] query, StreamServer.Line line) {}
        List<Asked> old = Collections.synchronizedList(new ArrayList<>());
        List<Asked> behindOld = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean together = new AtomicBoolean();
        AtomicBoolean givenUp = new AtomicBoolean();
        try (var late =
                        StreamServer.tcp(
                                (query, line) -> {
                                    if ((query[13] | 0x20) == 'o') { // old.acme.example
                                        old.add(new Asked(query, line));
                                        for (Asked one : behindOld) {
                                            honest(one.query(), one.line());
                                        }
                                        behindOld.clear();
                                        return;
                                    }
                                    if (together.get() && old.isEmpty()) {
                                        behindOld.add(new Asked(query, line));
                                        return;
                                    }
                                    for (Asked one : givenUp.get() ? old : List.<Asked>of()) {
                                        if (one.line().equals(line)) {
                                            line.send(
                                                    answer(one.query(), OLD + " 300 A 192.0.2.1"));
                                        }
                                    }
                                    honest(query, line);
                                });
                var wrong =
                        StreamServer.tcp(
                                (query, line) -> {
                                    byte[] lie = answer(query, RECORD);
                                    lie[13] = 'x';
                                    line.send(lie);
                                })) {
            Resolver resolver = late.resolver(new Transport.Tcp());
            ask(resolver, PATIENT); // a connection that has proven itself
            together.set(true);
            List<Question> both = List.of(new Question(OLD, Type.A, true), WWW);
            Duration timeout = SHORT;
            Round round = engine.ask(List.of(resolver), both, timeout);
            // More time for the one that is answered, on a machine that stood still.
            while (!(round.results().get(1).answer() instanceof Answered)
                    && timeout.compareTo(PATIENT) < 0) {
                timeout = timeout.multipliedBy(4);
                old.clear();
                round = engine.ask(List.of(resolver), both, timeout);
            }
            assertThat(round.results().get(0).answer()).isInstanceOf(TimedOut.class);
            assertThat(round.results().get(1).answer()).isInstanceOf(Answered.class);
            givenUp.set(true); // the late answers come in front of the next
            assertThat(ask(resolver, PATIENT)).isInstanceOf(Answered.class);

            assertThat(ask(wrong.resolver(new Transport.Tcp()), PATIENT))
                    .isInstanceOf(Malformed.class);
            assertThat(engine.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_server_that_says_nothing_gets_another_connection_next_time() throws Exception {
        try (var server = StreamServer.tcp((query, line) -> {})) {
            Resolver resolver = server.resolver(new Transport.Tcp());
            assertThat(ask(resolver, SHORT)).isInstanceOf(TimedOut.class);
            assertThat(ask(resolver, SHORT)).isInstanceOf(TimedOut.class);
            while (server.accepted.get() < 2) { // the kernel takes a connection before it does
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(server.accepted).hasValue(2);
            assertThat(engine.connections()).isZero();
        }
    }

    @Test
    void whoever_sends_more_than_was_promised_is_not_believed() throws Exception {
        byte[] largest = new byte[65_535];
        try (var server = StreamServer.tcp((query, line) -> line.send(largest))) {
            assertThat(ask(server.resolver(new Transport.Tcp()), PATIENT))
                    .isInstanceOf(Malformed.class);
        }
    }

    // ------------------------------------------------------------------ TLS

    @Test
    void the_certificate_is_checked_by_name_or_by_pin_or_by_both() throws Exception {
        try (var server = StreamServer.tls(certificate, StreamTransportTest::honest)) {
            String pin = pinOf(server);
            String other = "A".repeat(43) + "=";
            assertThat(by(server, "dns.acme.example", Set.of())).isInstanceOf(Answered.class);
            assertThat(by(server, "", Set.of(pin))).isInstanceOf(Answered.class);
            assertThat(by(server, "dns.acme.example", Set.of(other, pin)))
                    .isInstanceOf(Answered.class);
            int asked = server.asked.get();

            assertThat(by(server, "dns.elsewhere.example", Set.of()))
                    .isInstanceOf(Unreachable.class);
            assertThat(by(server, "", Set.of(other))).isInstanceOf(Unreachable.class);
            assertThat(by(server, "dns.elsewhere.example", Set.of(pin)))
                    .isInstanceOf(Unreachable.class);
            assertThat(by(server, "dns.acme.example", Set.of(other)))
                    .isInstanceOfSatisfying(
                            Unreachable.class, a -> assertThat(a.reason()).contains(pin));
            assertThat(server.asked).as("questions shown to a stranger").hasValue(asked);
        }
    }

    @Test
    void nobody_is_believed_whose_authority_is_unknown() throws Exception {
        SSLContext strangers = new TestAuthority("Stranger").serverFor("dns.acme.example");
        try (var server = StreamServer.tls(strangers, StreamTransportTest::honest)) {
            assertThat(by(server, "dns.acme.example", Set.of())).isInstanceOf(Unreachable.class);
            assertThat(server.asked).hasValue(0);
        }
    }

    @Test
    void tls_carries_many_questions_at_once() throws Exception {
        try (var server = StreamServer.tls(certificate, StreamTransportTest::honest)) {
            Resolver resolver = server.resolver(Transport.Tls.named("dns.acme.example"));
            assertThat(askMany(resolver, 100)).allMatch(a -> a instanceof Answered);
            assertThat(server.accepted).hasValue(1);
        }
    }

    @Test
    void a_handshake_that_never_finishes_ends_with_the_question() throws Exception {
        try (var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Resolver resolver =
                    new Resolver(
                            "mute",
                            new InetSocketAddress(mute.getInetAddress(), mute.getLocalPort()),
                            "test",
                            "-",
                            Transport.Tls.named("dns.acme.example"));
            List<Question> ten = Collections.nCopies(10, WWW);
            Round round = engine.ask(List.of(resolver), ten, SHORT);
            assertThat(round.results())
                    .extracting(ProbeResult::answer)
                    .allMatch(a -> a instanceof TimedOut);
            assertThat(engine.connections()).isZero();
        }
    }

    private Answer by(StreamServer server, String name, Set<String> pins)
            throws InterruptedException {
        return ask(server.resolver(new Transport.Tls(name, pins)), PATIENT);
    }

    private String pinOf(StreamServer server) throws Exception {
        SSLContext all = SSLContext.getInstance("TLS");
        all.init(null, new TrustManager[] {authorityJudge()}, null);
        InetSocketAddress at = server.address();
        try (var socket =
                (SSLSocket) all.getSocketFactory().createSocket(at.getAddress(), at.getPort())) {
            socket.startHandshake();
            return TlsDoor.pin((X509Certificate) socket.getSession().getPeerCertificates()[0]);
        }
    }

    private TrustManager authorityJudge() throws IOException {
        Path folder = Files.createTempDirectory("judge");
        try {
            return authority.trust(folder).judge();
        } finally {
            try (var files = Files.walk(folder)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(f -> f.toFile().delete());
            }
        }
    }
}
