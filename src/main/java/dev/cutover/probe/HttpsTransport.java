package dev.cutover.probe;

import dev.cutover.net.Trust;
import dev.cutover.probe.Exchange.Outcome;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// DNS over HTTPS on one kept HTTP/2 connection to each server.
///
/// Vert.x, since the connection must go to the resolver's address while SNI, Host and the
/// certificate's check follow its name; the JDK's client asks the system's resolver for the address
/// and cannot be told. Started by the first question, so that who asks by UDP never pays for it.
/// Blocks the calling thread, which should be virtual. Source: RFC 8484, RFC 9113.
final class HttpsTransport implements AutoCloseable {

    private static final String MESSAGE = "application/dns-message";
    private static final int LARGEST_MESSAGE = 65_535;
    private static final int OK = 200;
    private static final int CONNECT_MILLIS = 10_000;
    private static final int IDLE_SECONDS = 15;

    private final Turnstile turnstile;
    private final Supplier<Trust> trust;
    private @Nullable Vertx vertx;
    private @Nullable HttpClient client;
    private boolean closed;

    private record Endpoint(InetSocketAddress address, String host) {}

    /// The body as far as it came, and the response it belongs to.
    private record Said(HttpClientResponse response, Buffer body) {}

    HttpsTransport(Turnstile turnstile, Supplier<Trust> trust) {
        this.turnstile = turnstile;
        this.trust = trust;
    }

    /// Asks once.
    ///
    /// @param query the message; its id becomes 0, so that caches on the way know it again.
    ///     Source: RFC 8484 section 4.1
    Outcome ask(
            InetSocketAddress address,
            Transport.Https how,
            byte[] query,
            Duration timeout,
            long until)
            throws InterruptedException {
        Turnstile.Gate gate = turnstile.to(new Endpoint(address, how.host()), address.getAddress());
        if (!gate.enter(until)) {
            return new Outcome.NeverWritten();
        }
        long began = System.nanoTime();
        AtomicReference<@Nullable HttpClientRequest> running = new AtomicReference<>();
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        try {
            Wire.setId(query, 0);
            send(address, how, query, timeout, running, answer);
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(false); // one that is still waiting for its connection is not sent
            HttpClientRequest late = running.get();
            if (late != null) {
                late.reset();
            }
            return new Outcome.Silent(System.nanoTime() - began, false);
        } catch (ExecutionException e) {
            if (System.nanoTime() - began >= timeout.toNanos()) { // no connection, or none in time
                return new Outcome.Silent(System.nanoTime() - began, false);
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Outcome.Failed("DNS over HTTPS to " + address + ": " + cause.getMessage());
        } finally {
            gate.leave();
        }
    }

    private void send(
            InetSocketAddress address,
            Transport.Https how,
            byte[] query,
            Duration timeout,
            AtomicReference<@Nullable HttpClientRequest> running,
            CompletableFuture<Outcome> outcome) {
        boolean get = how.method() == Transport.Https.Method.GET;
        String uri =
                get
                        ? how.path()
                                + "?dns="
                                + Base64.getUrlEncoder().withoutPadding().encodeToString(query)
                        : how.path();
        RequestOptions options =
                new RequestOptions()
                        .setServer(
                                SocketAddress.inetSocketAddress(
                                        address.getPort(), address.getAddress().getHostAddress()))
                        .setHost(how.host())
                        .setPort(address.getPort())
                        .setSsl(true)
                        .setMethod(get ? HttpMethod.GET : HttpMethod.POST)
                        .setURI(uri)
                        .setConnectTimeout(Math.min(timeout.toMillis(), CONNECT_MILLIS))
                        .putHeader("Accept", MESSAGE);
        HttpClient open;
        try {
            open = client();
        } catch (IllegalStateException e) {
            outcome.completeExceptionally(e);
            return;
        }
        open.request(options)
                .onFailure(outcome::completeExceptionally)
                .onSuccess(
                        request -> {
                            running.set(request);
                            if (outcome.isDone()) {
                                request.reset();
                                return;
                            }
                            long writtenAt = System.nanoTime();
                            (get
                                            ? request.send()
                                            : request.putHeader("Content-Type", MESSAGE)
                                                    .send(Buffer.buffer(query)))
                                    .onFailure(outcome::completeExceptionally)
                                    .onSuccess(
                                            response -> read(response, query, writtenAt, outcome));
                        });
    }

    private static void read(
            HttpClientResponse response,
            byte[] query,
            long writtenAt,
            CompletableFuture<Outcome> outcome) {
        Said said = new Said(response, Buffer.buffer());
        response.exceptionHandler(outcome::completeExceptionally);
        response.handler(
                part -> {
                    if (said.body().length() + part.length() > LARGEST_MESSAGE) {
                        response.request().reset();
                        outcome.complete(
                                new Outcome.Failed(
                                        "DNS over HTTPS: an answer of more than 65,535 bytes"));
                    } else {
                        said.body().appendBuffer(part);
                    }
                });
        response.endHandler(
                end -> outcome.complete(judge(said, query, System.nanoTime() - writtenAt)));
    }

    private static Outcome judge(Said said, byte[] query, long nanos) {
        HttpClientResponse response = said.response();
        String type = response.getHeader("Content-Type");
        if (response.version() != HttpVersion.HTTP_2) {
            return new Outcome.Failed(
                    "DNS over HTTPS: expected HTTP/2, the server speaks an older one");
        }
        if (response.statusCode() != OK || type == null || !type.startsWith(MESSAGE)) {
            return new Outcome.Failed(
                    "DNS over HTTPS: expected status 200 and "
                            + MESSAGE
                            + ", seen "
                            + response.statusCode()
                            + " and "
                            + (type == null ? "no type" : printable(type)));
        }
        byte[] reply = said.body().getBytes();
        return Wire.answers(query, reply) && Wire.id(reply) == 0
                ? new Outcome.Replied(reply, nanos, false)
                : new Outcome.Silent(nanos, true);
    }

    private static String printable(String text) {
        return text.substring(0, Math.min(60, text.length())).replaceAll("[^ -~]", "?");
    }

    private synchronized HttpClient client() {
        if (closed) {
            throw new IllegalStateException("the probe engine was closed");
        }
        HttpClient open = client;
        if (open == null) {
            Vertx started =
                    Vertx.vertx(
                            new VertxOptions()
                                    .setEventLoopPoolSize(1)
                                    .setWorkerPoolSize(1)
                                    .setInternalBlockingPoolSize(1)
                                    .setFileSystemOptions(
                                            new FileSystemOptions()
                                                    .setFileCachingEnabled(false)
                                                    .setClassPathResolvingEnabled(false)));
            open =
                    started.createHttpClient(
                            new HttpClientOptions()
                                    .setProtocolVersion(HttpVersion.HTTP_2)
                                    .setUseAlpn(true)
                                    .setSsl(true)
                                    .setTrustOptions(TrustOptions.wrap(trust.get().judge()))
                                    .setVerifyHost(true)
                                    .setForceSni(true)
                                    .setConnectTimeout(CONNECT_MILLIS)
                                    .setSslHandshakeTimeout(CONNECT_MILLIS)
                                    .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                                    .setHttp2KeepAliveTimeout(IDLE_SECONDS)
                                    .setDecompressionSupported(false),
                            new PoolOptions().setHttp2MaxSize(1).setHttp1MaxSize(1));
            vertx = started;
            client = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        closed = true;
        Vertx started = vertx;
        vertx = null;
        client = null;
        if (started != null) {
            started.close();
        }
    }
}
