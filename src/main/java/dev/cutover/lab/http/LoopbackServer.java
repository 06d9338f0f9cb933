package dev.cutover.lab.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP or HTTPS listener on a loopback address, each request answered on a virtual thread.
 *
 * <p>Speaks HTTP/1.1 and keeps connections alive. A listener can be told to refuse connections and
 * to listen again on the same port, as a crashed and restarted server does. A body larger than the
 * limit is answered 413.
 */
public final class LoopbackServer implements AutoCloseable {

    /** Turns a request into what goes back; may block; a thrown exception becomes a 500. */
    @FunctionalInterface
    public interface Handler {
        Reply answer(Request request) throws IOException, InterruptedException;
    }

    /**
     * Where the lab's plain listeners sit. Not 127.0.0.1, from which every client connects: one of its
     * sockets could take the port of a listener that is down and about to come back.
     */
    public static final String PLAIN_ADDRESS = "127.78.0.1";

    // A peer that opens a connection and says nothing is dropped.
    private static final int IDLE_SECONDS = 60;

    private final InetAddress address;
    private final int port;
    private final @Nullable X509ExtendedKeyManager keys;
    private final Handler handler;
    private final int maxBodyBytes;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("lab-http-", 0).factory());
    private @Nullable HttpServer listening;
    private boolean closed;

    /**
     * Binds at once and starts to answer.
     *
     * @param address inside 127.0.0.0/8, otherwise refused
     * @param port 0 for any free port
     * @param keys what to present over TLS; empty for plain HTTP
     * @param maxBodyBytes the largest request body that is read
     */
    public LoopbackServer(
            String address,
            int port,
            Optional<X509ExtendedKeyManager> keys,
            int maxBodyBytes,
            Handler handler) {
        this.address = loopback(address);
        this.keys = keys.orElse(null);
        this.handler = handler;
        this.maxBodyBytes = maxBodyBytes;
        var server = open(this.address, port, this.keys);
        this.listening = server;
        this.port = server.actualPort();
    }

    /** A plain listener on any free port of {@link #PLAIN_ADDRESS} with bodies up to 1 MiB. */
    public static LoopbackServer plain(Handler handler) {
        return new LoopbackServer(PLAIN_ADDRESS, 0, Optional.empty(), 1 << 20, handler);
    }

    /** The port bound at the start; the same for the life of the object. */
    public int port() {
        return port;
    }

    /** The address bound. */
    public InetAddress address() {
        return address;
    }

    /** The root of this listener as a URI by its address, without a trailing slash. */
    public URI uri() {
        return URI.create(
                (keys == null ? "http://" : "https://") + address.getHostAddress() + ":" + port);
    }

    /**
     * Stops or resumes listening: while refused, a connection attempt gets a reset and open
     * connections are closed. Idempotent.
     */
    public synchronized void refuse(boolean refused) {
        if (closed) {
            return;
        }
        var server = listening;
        if (refused && server != null) {
            stop(server);
            listening = null;
        } else if (!refused && server == null) {
            listening = open(address, port, keys);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        var server = listening;
        if (server != null) {
            stop(server);
            listening = null;
        }
        threads.shutdownNow();
    }

    private static InetAddress loopback(String address) {
        try {
            var found = InetAddress.getByName(address);
            if (!found.isLoopbackAddress()) {
                throw new IllegalArgumentException(
                        "lab servers listen on loopback only, not on " + address);
            }
            return found;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address: " + address, e);
        }
    }

    private HttpServer open(InetAddress at, int wanted, @Nullable X509ExtendedKeyManager present) {
        var options =
                new HttpServerOptions()
                        .setUseAlpn(false)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setTcpNoDelay(true);
        if (present != null) {
            options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(present));
        }
        var server = LabVertx.shared().createHttpServer(options);
        server.requestHandler(this::received);
        // A client that hangs up half-way through a handshake or request is its own affair.
        server.exceptionHandler(gone -> {});
        try {
            return server.listen(wanted, at.getHostAddress())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw new UncheckedIOException(
                    "cannot listen on " + at.getHostAddress() + ":" + wanted,
                    new IOException(e.getCause()));
        }
    }

    private static void stop(HttpServer server) {
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    private void received(HttpServerRequest request) {
        var body = Buffer.buffer();
        request.exceptionHandler(gone -> {});
        request.handler(
                part -> {
                    if (body.length() <= maxBodyBytes) {
                        body.appendBuffer(part);
                    }
                });
        request.endHandler(
                end -> {
                    try {
                        threads.execute(() -> answer(request, body));
                    } catch (RejectedExecutionException e) {
                        request.connection().close();
                    }
                });
    }

    private void answer(HttpServerRequest request, Buffer body) {
        Reply reply;
        try {
            reply =
                    body.length() > maxBodyBytes
                            ? Reply.text(413, "text/plain", "body over " + maxBodyBytes + " B")
                            : handler.answer(read(request, body));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reply = new Reply.Cut();
        } catch (IOException | RuntimeException e) {
            reply = Reply.text(500, "text/plain", "the lab failed: " + e);
        }
        switch (reply) {
            case Reply.Answer answer -> send(request, answer);
            case Reply.Cut cut -> request.connection().close();
        }
    }

    private static Request read(HttpServerRequest request, Buffer body) {
        Map<String, List<String>> headers = Headers.of(request.headers());
        var raw = request.path();
        var query = request.query();
        return new Request(
                request.method().name(),
                raw == null || raw.isEmpty() ? "/" : decoded(raw),
                query == null ? "" : query,
                headers,
                body.getBytes(),
                request.remoteAddress().hostAddress());
    }

    private static String decoded(String raw) {
        try {
            return String.valueOf(URI.create(raw).getPath());
        } catch (IllegalArgumentException e) {
            // No path of ours is written so; as it stands it will not be found.
            return raw;
        }
    }

    private void send(HttpServerRequest request, Reply.Answer answer) {
        var response = request.response();
        if (response.closed()) {
            return;
        }
        response.setStatusCode(answer.status());
        answer.headers().forEach(response::putHeader);
        var head = request.method().equals(HttpMethod.HEAD);
        if (head) {
            response.putHeader("Content-Length", Integer.toString(answer.body().length));
        }
        var sent = head ? response.end() : response.end(Buffer.buffer(answer.body()));
        sent.onComplete(
                done -> {
                    try {
                        threads.execute(answer.afterwards());
                    } catch (RejectedExecutionException e) {
                        // Closed meanwhile; nobody waits for what comes after.
                    }
                });
    }
}
