package dev.cutover.lab.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP or HTTPS listener on a loopback address, each request answered on a virtual thread.
 *
 * <p>Keeps connections alive. A listener can be told to refuse connections and to listen again on
 * the same port, as a crashed and restarted server does. A body larger than the limit is answered
 * 413 and the connection is closed.
 */
public final class LoopbackServer implements AutoCloseable {

    /** Turns a request into what goes back; may block; a thrown exception becomes a 500. */
    @FunctionalInterface
    public interface Handler {
        Reply answer(Request request) throws IOException, InterruptedException;
    }

    static {
        // Read once by the JDK's server: without it small answers wait for a delayed ACK (40 ms).
        System.setProperty("sun.net.httpserver.nodelay", "true");
        // Guard against a peer that opens a connection and sends nothing (seconds).
        System.setProperty("sun.net.httpserver.maxReqTime", "60");
    }

    private final InetAddress address;
    private final int port;
    private final @Nullable SSLContext tls;
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
     * @param tls what to present; empty for plain HTTP
     * @param maxBodyBytes the largest request body that is read
     */
    public LoopbackServer(
            String address, int port, Optional<SSLContext> tls, int maxBodyBytes, Handler handler) {
        try {
            this.address = InetAddress.getByName(address);
            if (!this.address.isLoopbackAddress()) {
                throw new IllegalArgumentException(
                        "lab servers listen on loopback only, not on " + address);
            }
            this.tls = tls.orElse(null);
            this.handler = handler;
            this.maxBodyBytes = maxBodyBytes;
            var server = open(this.address, port, this.tls);
            this.listening = server;
            this.port = server.getAddress().getPort();
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address + ":" + port, e);
        }
    }

    /** A plain listener on any free port of 127.0.0.1 with bodies up to 1 MiB. */
    public static LoopbackServer plain(Handler handler) {
        return new LoopbackServer("127.0.0.1", 0, Optional.empty(), 1 << 20, handler);
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
                (tls == null ? "http://" : "https://") + address.getHostAddress() + ":" + port);
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
            server.stop(0);
            listening = null;
        } else if (!refused && server == null) {
            try {
                var again = open(address, port, tls);
                again.start();
                listening = again;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot listen again on " + uri(), e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        var server = listening;
        if (server != null) {
            server.stop(0);
            listening = null;
        }
        threads.shutdownNow();
    }

    private HttpServer open(InetAddress at, int wanted, @Nullable SSLContext context)
            throws IOException {
        var socket = new InetSocketAddress(at, wanted);
        HttpServer server;
        if (context == null) {
            server = HttpServer.create(socket, 128);
        } else {
            var secure = HttpsServer.create(socket, 128);
            secure.setHttpsConfigurator(new HttpsConfigurator(context));
            server = secure;
        }
        server.setExecutor(threads);
        server.createContext("/", this::exchange);
        return server;
    }

    private void exchange(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readNBytes(maxBodyBytes + 1);
            if (body.length > maxBodyBytes) {
                send(exchange, Reply.text(413, "text/plain", "body over " + maxBodyBytes + " B"));
                return;
            }
            Reply reply;
            try {
                reply = handler.answer(read(exchange, body));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                reply = Reply.text(500, "text/plain", "the lab failed: " + e);
            }
            switch (reply) {
                case Reply.Answer answer -> send(exchange, answer);
                case Reply.Cut cut -> {}
            }
        }
    }

    private static Request read(HttpExchange exchange, byte[] body) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders()
                .forEach(
                        (name, values) ->
                                headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
        var uri = exchange.getRequestURI();
        var path = uri.getPath();
        var query = uri.getRawQuery();
        return new Request(
                exchange.getRequestMethod(),
                path == null || path.isEmpty() ? "/" : path,
                query == null ? "" : query,
                headers,
                body,
                exchange.getRemoteAddress().getAddress().getHostAddress());
    }

    private static void send(HttpExchange exchange, Reply.Answer answer) throws IOException {
        answer.headers().forEach((name, values) -> exchange.getResponseHeaders().put(name, values));
        var head = exchange.getRequestMethod().equals("HEAD");
        if (head && answer.body().length > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Length", Integer.toString(answer.body().length));
        }
        var none = head || answer.body().length == 0;
        exchange.sendResponseHeaders(answer.status(), none ? -1 : answer.body().length);
        if (!none) {
            exchange.getResponseBody().write(answer.body());
        }
        exchange.getResponseBody().close();
        answer.afterwards().run();
    }
}
