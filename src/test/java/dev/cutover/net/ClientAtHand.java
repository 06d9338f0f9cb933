package dev.cutover.net;

import dev.cutover.net.Exchange.NoAnswer;
import dev.cutover.net.Exchange.Stage;
import dev.cutover.port.Deadline;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A client and the names, certificates and requests that the tests of it share.
abstract class ClientAtHand {
    static final String WWW = "www.acme.example";
    static final String APEX = "acme.example";
    static final TestAuthority AUTHORITY = new TestAuthority();
    static final String PLANTED = "planted-secret-0815";

    static Vertx vertx;

    @TempDir Path folder;
    PinnedHttp http;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void openClient() {
        http = client(EgressPolicy.opening(List.of("127.0.0.0/8")));
    }

    @AfterEach
    void closeClient() {
        http.close();
    }

    PinnedHttp client(EgressPolicy egress) {
        return new PinnedHttp(vertx, AUTHORITY.trust(folder), egress);
    }

    static HostileServer good(HostileServer.Script script) {
        return HostileServer.https(AUTHORITY.serverFor(WWW, APEX), script);
    }

    static boolean said(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        return true;
    }

    static URI url(HostileServer server, String path) {
        return URI.create("https://" + WWW + ":" + server.port() + path);
    }

    static HttpRequest www(HostileServer server, String path) {
        return HttpRequest.get(url(server, path));
    }

    static Directions pin(HostileServer server) {
        return pins(server, WWW);
    }

    static Directions pins(HostileServer server, String... names) {
        return (host, deadline) ->
                List.of(names).contains(host)
                        ? new Directions.Found.At(List.of(server.address()))
                        : new Directions.Found.OffThePin();
    }

    static String port(String head) {
        String host = head.substring(head.toLowerCase(java.util.Locale.ROOT).indexOf("host: "));
        return host.substring(host.indexOf(':', 6) + 1, host.indexOf('\r'));
    }

    static Secret secret() {
        return new Secrets(Set.of("T"), Optional.empty(), Map.of("T", PLANTED)::get)
                .resolve("${env:T}");
    }

    static InetAddress address(String literal) {
        return Literals.parse(literal).orElseThrow();
    }

    /// For what is answered: longer than any machine stands still.
    static Deadline patient() {
        return Deadline.in(Duration.ofMinutes(1));
    }

    /// What becomes of a request that cannot succeed, by a deadline that leaves time for its
    /// connection: twice as long each time, until the connection stood.
    static NoAnswer givenUp(Function<Deadline, Exchange> request) {
        Duration span = Duration.ofMillis(700);
        NoAnswer got = (NoAnswer) request.apply(Deadline.in(span));
        while (got.stage() != Stage.ANSWER && span.compareTo(Duration.ofMinutes(1)) < 0) {
            span = span.multipliedBy(2);
            got = (NoAnswer) request.apply(Deadline.in(span));
        }
        return got;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] gzip(byte[] plain) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    /// A byte now and then, until the other end hangs up.
    static void drip(OutputStream out) throws IOException {
        while (true) {
            out.write('x');
            out.flush();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
