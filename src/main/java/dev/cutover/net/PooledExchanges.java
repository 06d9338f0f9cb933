package dev.cutover.net;

import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import dev.cutover.net.Exchange.Stage;
import dev.cutover.port.Deadline;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Blocking exchanges with one address over one pool of connections. */
final class PooledExchanges implements AutoCloseable {
    /**
     * Who is asked.
     *
     * @param found where it was found, and as what it is asked there
     */
    record Peer(InetSocketAddress address, Directions.Found.At found) {
        /** The Host header: with a port only where visitors' is unusual. Source: RFC 9110 section 7.2. */
        String host(HttpRequest request) {
            String name = found.hostHeader().orElse(request.url().getHost());
            return request.url().getPort() < 0 ? name : name + ":" + request.url().getPort();
        }
    }

    private final HttpClient client;
    private final Set<HttpConnection> usedBefore =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private final String agent;

    PooledExchanges(HttpClient client, String agent) {
        this.client = client;
        this.agent = agent;
    }

    /**
     * Connects until {@code connect}, then sends and reads until {@code whole}.
     *
     * <p>A read that fails without an answer on a connection that was used before is sent once
     * more: the peer may have closed it while it was idle. Source: RFC 9112 section 9.3.1.
     */
    Exchange exchange(
            HttpRequest request,
            Peer peer,
            Deadline connect,
            Deadline whole,
            Runnable beforeSending) {
        String at =
                request.url().getHost()
                        + " at "
                        + peer.address().getAddress().getHostAddress()
                        + ":"
                        + peer.address().getPort();
        while (true) {
            CompletableFuture<HttpClientRequest> connecting =
                    client.request(options(request, peer, connect))
                            .map(PooledExchanges::quiet)
                            .toCompletionStage()
                            .toCompletableFuture();
            HttpClientRequest out;
            try {
                out = await(connecting, connect);
            } catch (TimeoutException e) {
                // Whoever gets the connection after we left has no use for it.
                CompletableFuture<?> unused = connecting.thenAccept(PooledExchanges::drop);
                return none(request, Stage.CONNECT, at + ": " + late(request));
            } catch (ExecutionException e) {
                return unconnected(request, at, cause(e));
            }
            boolean reused = !usedBefore.add(out.connection());
            try {
                beforeSending.run();
            } catch (RuntimeException e) {
                drop(out);
                throw e;
            }
            Exchange got = answered(request, out, at, whole);
            boolean stale =
                    got instanceof NoAnswer none
                            && none.problem().endsWith(CLOSED)
                            && reused
                            && request.isRead();
            if (!stale) {
                return got;
            }
        }
    }

    @Override
    public void close() {
        Object unused = client.close();
    }

    private static final String CLOSED = "connection closed without an answer";

    private RequestOptions options(HttpRequest request, Peer peer, Deadline connect) {
        String path = request.url().getRawPath();
        String query = request.url().getRawQuery();
        RequestOptions options =
                new RequestOptions()
                        .setMethod(HttpMethod.valueOf(request.method()))
                        .setServer(SocketAddress.inetSocketAddress(peer.address()))
                        .setHost(peer.found().tlsName(request.url().getHost()))
                        .setPort(request.port())
                        .setSsl(request.isTls())
                        .setURI(
                                (path == null || path.isEmpty() ? "/" : path)
                                        + (query == null ? "" : "?" + query))
                        .setFollowRedirects(false)
                        .setConnectTimeout(Math.max(1, connect.left().toMillis()))
                        .putHeader("User-Agent", agent)
                        .putHeader("Accept-Encoding", "gzip");
        request.headers().forEach(options::putHeader);
        if (peer.found().hostHeader().isPresent() || peer.found().tlsName().isPresent()) {
            // Else it would follow the name of the handshake.
            options.putHeader("Host", peer.host(request));
        }
        request.authorization().ifPresent(s -> options.putHeader("Authorization", s.bearer()));
        request.body().ifPresent(b -> options.putHeader("Content-Type", b.mediaType()));
        return options;
    }

    private Exchange answered(
            HttpRequest request, HttpClientRequest out, String at, Deadline deadline) {
        CompletableFuture<Raw> whole = new CompletableFuture<>();
        // Before sending, so that it runs where the response's parts are handed out: set later, it
        // may miss the end.
        var unused =
                out.response()
                        .onComplete(
                                response -> read(response, request.mostBodyBytes(), whole),
                                whole::completeExceptionally);
        var sent =
                request.body().isEmpty()
                        ? out.send()
                        : out.send(
                                Buffer.buffer(
                                        request.body()
                                                .get()
                                                .text()
                                                .getBytes(StandardCharsets.UTF_8)));
        unused = sent.onFailure(whole::completeExceptionally);
        try {
            Raw raw = await(whole, deadline);
            if (raw.cut()) {
                drop(out);
            }
            return answer(request, raw, at);
        } catch (TimeoutException e) {
            drop(out);
            return none(request, Stage.ANSWER, at + ": no whole answer in time");
        } catch (ExecutionException e) {
            Throwable cause = cause(e);
            String text = TlsFault.brief(cause);
            String lower = text.toLowerCase(Locale.ROOT);
            // A pipe is broken where the peer's end and its reset both came before our write.
            boolean closed =
                    Stream.of("connection was closed", "connection reset", "broken pipe")
                            .anyMatch(lower::contains);
            return none(request, Stage.ANSWER, at + ": " + (closed ? CLOSED : text));
        }
    }

    /** A response as it came off the wire. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    private record Raw(int status, Map<String, List<String>> headers, byte[] body, boolean cut) {}

    private static void read(HttpClientResponse response, int most, CompletableFuture<Raw> whole) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        response.headers()
                .forEach(
                        (name, value) ->
                                headers.computeIfAbsent(
                                                name.toLowerCase(Locale.ROOT),
                                                n -> new ArrayList<>())
                                        .add(value));
        Buffer body = Buffer.buffer();
        response.exceptionHandler(whole::completeExceptionally);
        response.handler(
                part -> {
                    if (whole.isDone()) {
                        return;
                    }
                    int room = most - body.length();
                    body.appendBuffer(part, 0, Math.min(room, part.length()));
                    if (part.length() > room) {
                        whole.complete(
                                new Raw(response.statusCode(), headers, body.getBytes(), true));
                    }
                });
        response.endHandler(
                end ->
                        whole.complete(
                                new Raw(response.statusCode(), headers, body.getBytes(), false)));
    }

    private static Exchange answer(HttpRequest request, Raw raw, String at) {
        String encoding =
                String.join(",", raw.headers().getOrDefault("content-encoding", List.of()))
                        .strip()
                        .toLowerCase(Locale.ROOT);
        if (raw.body().length == 0 || encoding.isEmpty() || encoding.equals("identity")) {
            return new Answer(
                    request.url(), raw.status(), raw.headers(), raw.body(), raw.cut(), List.of());
        }
        if (!encoding.equals("gzip") && !encoding.equals("x-gzip")) {
            return none(
                    request,
                    Stage.ANSWER,
                    at + ": body in encoding '" + encoding + "', which was not asked for");
        }
        // A bomb stops at the bound like any other long body.
        int most = request.mostBodyBytes();
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(raw.body()))) {
            byte[] plain = in.readNBytes(most);
            boolean cut = raw.cut() || in.read() >= 0;
            return new Answer(request.url(), raw.status(), raw.headers(), plain, cut, List.of());
        } catch (IOException e) {
            return raw.cut()
                    ? new Answer(
                            request.url(),
                            raw.status(),
                            raw.headers(),
                            new byte[0],
                            true,
                            List.of())
                    : none(request, Stage.ANSWER, at + ": body is no gzip although it says so");
        }
    }

    private static Exchange unconnected(HttpRequest request, String at, Throwable cause) {
        if (TlsFault.isTls(cause)) {
            String text = String.valueOf(cause.getMessage());
            if (text.contains("handshake timed out")) {
                return none(
                        request, Stage.HANDSHAKE, at + ": TLS handshake did not finish in time");
            }
            return none(
                    request,
                    Stage.HANDSHAKE,
                    at
                            + ": "
                            + TlsFault.describe(request.url().getHost(), cause, Optional.empty()));
        }
        String text = TlsFault.brief(cause).toLowerCase(Locale.ROOT);
        String problem =
                text.contains("refused")
                        ? "connection refused"
                        : text.contains("timeout") || text.contains("timed out")
                                ? late(request)
                                : text.contains("closed") || text.contains("reset")
                                        ? "connection closed before it was ready"
                                        : TlsFault.brief(cause);
        return none(request, Stage.CONNECT, at + ": " + problem);
    }

    private static String late(HttpRequest request) {
        return request.isTls() ? "no TLS connection in time" : "no connection in time";
    }

    /**
     * The library logs failures nobody listens for at ERROR; ours are told to our caller. Done
     * where the request is made, before it can fail.
     */
    private static HttpClientRequest quiet(HttpClientRequest out) {
        out.exceptionHandler(gone -> {});
        out.connection().exceptionHandler(gone -> {});
        return out;
    }

    /** Ends a request and its connection. */
    private static void drop(HttpClientRequest out) {
        boolean unused = out.reset();
    }

    private static <T> T await(CompletableFuture<T> future, Deadline deadline)
            throws TimeoutException, ExecutionException {
        Duration left = deadline.left();
        try {
            return future.get(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            TimeoutException gone = new TimeoutException("interrupted while waiting for the peer");
            gone.initCause(e);
            throw gone;
        }
    }

    private static Throwable cause(ExecutionException e) {
        Throwable cause = e.getCause();
        return cause == null ? e : cause;
    }

    private static NoAnswer none(HttpRequest request, Stage stage, String problem) {
        return new NoAnswer(request.url(), stage, 0, problem, List.of());
    }
}
