package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.net.TestAuthority;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.Malformed;
import dev.cutover.probe.Answer.TimedOut;
import dev.cutover.probe.Answer.Unreachable;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Type;

/// Questions by HTTPS, to servers that behave and to others.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HttpsTransportTest {

    private static final String NAME = "dns.acme.example";
    private static final Question WWW = new Question("www.acme.example", Type.A, true);
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final String MESSAGE = "application/dns-message";

    private final TestAuthority authority = new TestAuthority();
    private final Vertx vertx = Vertx.vertx();
    private final ProbeEngine engine;
    private final Set<Object> connections = ConcurrentHashMap.newKeySet();
    private HttpServer server;

    HttpsTransportTest(@TempDir Path folder) {
        try {
            engine =
                    new ProbeEngine(
                            new ProbeLimits(256, 10_000, 40_000, 256 << 10),
                            authority.trust(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void honest() {
        serve(true, HttpsTransportTest::answer);
    }

    @AfterEach
    void stop() {
        engine.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void serve(boolean http2, Handler<HttpServerRequest> behaviour) {
        TestAuthority.Pem pem = authority.pemFor(NAME);
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setKeyCertOptions(
                                new PemKeyCertOptions()
                                        .setCertValue(Buffer.buffer(pem.certificate()))
                                        .setKeyValue(Buffer.buffer(pem.key())));
        if (!http2) {
            options.setAlpnVersions(List.of(HttpVersion.HTTP_1_1));
        }
        server =
                vertx.createHttpServer(options)
                        .requestHandler(behaviour)
                        .connectionHandler(connections::add)
                        .listen()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
    }

    private static void answer(HttpServerRequest request) {
        question(
                request,
                query -> {
                    try {
                        byte[] reply =
                                LoopbackServer.answer(query, "www.acme.example 300 A 192.0.2.10");
                        request.response()
                                .putHeader("Content-Type", MESSAGE)
                                .end(Buffer.buffer(reply));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static void question(HttpServerRequest request, Handler<byte[]> then) {
        String inUrl = request.getParam("dns");
        if (inUrl != null) {
            then.handle(Base64.getUrlDecoder().decode(inUrl));
        } else {
            request.bodyHandler(body -> then.handle(body.getBytes()));
        }
    }

    private List<Answer> ask(Transport.Https.Method method, int count, Duration timeout)
            throws InterruptedException {
        return ask(server.actualPort(), method, count, timeout);
    }

    private List<Answer> ask(int port, Transport.Https.Method method, int count, Duration timeout)
            throws InterruptedException {
        Resolver resolver =
                new Resolver(
                        "doh",
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        "test",
                        "-",
                        new Transport.Https(NAME, "/dns-query", method));
        return engine
                .ask(List.of(resolver), Collections.nCopies(count, WWW), timeout)
                .results()
                .stream()
                .map(ProbeResult::answer)
                .toList();
    }

    private Answer once(Duration timeout) throws InterruptedException {
        return ask(Transport.Https.Method.POST, 1, timeout).getFirst();
    }

    @ParameterizedTest
    @EnumSource(Transport.Https.Method.class)
    void many_questions_share_one_connection(Transport.Https.Method method) throws Exception {
        assertThat(ask(method, 100, PATIENT)).allMatch(a -> a instanceof Answered);
        assertThat(ask(method, 100, PATIENT)).allMatch(a -> a instanceof Answered);
        assertThat(connections).hasSize(1);
    }

    @Test
    void a_server_of_an_older_http_is_none() throws Exception {
        serve(false, HttpsTransportTest::answer);
        assertThat(once(PATIENT)).isInstanceOf(Unreachable.class);
    }

    @Test
    void a_page_is_no_answer() throws Exception {
        serve(true, request -> request.response().putHeader("Content-Type", "text/html").end("hi"));
        assertThat(once(PATIENT)).isInstanceOf(Unreachable.class);
        serve(
                true,
                request ->
                        request.response()
                                .setStatusCode(429)
                                .putHeader("Content-Type", MESSAGE)
                                .end("slow down"));
        assertThat(once(PATIENT))
                .isInstanceOfSatisfying(
                        Unreachable.class, a -> assertThat(a.reason()).contains("429"));
    }

    @Test
    void another_questions_answer_is_malformed() throws Exception {
        serve(
                true,
                request ->
                        question(
                                request,
                                query -> {
                                    query[13] = 'x';
                                    query[2] |= (byte) 0x80;
                                    request.response()
                                            .putHeader("Content-Type", MESSAGE)
                                            .end(Buffer.buffer(query));
                                }));
        assertThat(once(PATIENT)).isInstanceOf(Malformed.class);
    }

    @Test
    void an_endless_answer_is_cut_off() throws Exception {
        serve(
                true,
                request -> {
                    var response = request.response().setChunked(true);
                    response.putHeader("Content-Type", MESSAGE);
                    Buffer block = Buffer.buffer(new byte[16_384]);
                    for (int i = 0; i < 64; i++) {
                        response.write(block);
                    }
                });
        assertThat(once(PATIENT)).isInstanceOf(Unreachable.class);
    }

    @Test
    void a_handshake_that_never_finishes_is_silence() throws Exception {
        try (var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(ask(mute.getLocalPort(), Transport.Https.Method.POST, 3, SHORT))
                    .allMatch(a -> a instanceof TimedOut);
        }
    }

    @Test
    void silence_and_half_an_answer_end_with_the_question_and_harm_no_other() throws Exception {
        serve(
                true,
                request -> {
                    var response = request.response().setChunked(true);
                    response.putHeader("Content-Type", MESSAGE);
                    response.write(Buffer.buffer(new byte[5]));
                });
        assertThat(ask(Transport.Https.Method.POST, 20, SHORT))
                .allMatch(a -> a instanceof TimedOut);
        honest();
        assertThat(once(PATIENT)).isInstanceOf(Answered.class);
    }
}
