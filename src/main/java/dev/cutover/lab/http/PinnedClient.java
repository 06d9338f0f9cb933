package dev.cutover.lab.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTPS calls to a given address for a given name: Host, SNI and the certificate's check follow the
 * name, the connection goes to the address. No name is looked up and no redirect followed.
 *
 * <p>Blocks the calling (virtual) thread, keeps connections alive. Safe for many threads.
 */
public final class PinnedClient implements AutoCloseable {

    /**
     * One call.
     *
     * @param address an IPv4 address as text
     * @param host the name to ask for, without port; a header {@code host} leaves it to SNI and certificate
     * @param uri path and query
     */
    @SuppressWarnings("ArrayRecordComponent") // a body is written once, never compared
    public record Outgoing(
            String method,
            String address,
            int port,
            String host,
            String uri,
            Map<String, List<String>> headers,
            byte[] body) {}

    /** What came back; header names in lower case. */
    @SuppressWarnings("ArrayRecordComponent") // a body is read once, never compared
    public record Incoming(int status, Map<String, List<String>> headers, byte[] body) {

        /** The first value of a header, or empty text. */
        public String header(String name) {
            var values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
            return values.isEmpty() ? "" : values.get(0);
        }
    }

    /** No answer within the time the caller had. */
    public static final class NoAnswer extends IOException {
        private static final long serialVersionUID = 1L;

        NoAnswer(String message) {
            super(message);
        }
    }

    private final HttpClient client;

    /**
     * A client that trusts the given authority only.
     *
     * @param trustPem the authority's certificate
     * @param connect how long a connection may take to be made
     */
    public PinnedClient(String trustPem, Duration connect) {
        this.client =
                LabVertx.shared()
                        .createHttpClient(
                                new HttpClientOptions()
                                        .setSsl(true)
                                        .setVerifyHost(true)
                                        .setForceSni(true)
                                        .setTrustOptions(
                                                new PemTrustOptions()
                                                        .addCertValue(Buffer.buffer(trustPem)))
                                        .setConnectTimeout((int) connect.toMillis())
                                        .setKeepAlive(true)
                                        .setKeepAliveTimeout(20)
                                        .setMaxPoolSize(64));
    }

    /**
     * Sends one call and reads the whole answer.
     *
     * @throws IOException when no connection, no handshake or no answer came about
     */
    public Incoming send(Outgoing out, Duration timeout) throws IOException, InterruptedException {
        var options =
                new RequestOptions()
                        .setMethod(HttpMethod.valueOf(out.method()))
                        .setServer(SocketAddress.inetSocketAddress(out.port(), out.address()))
                        .setHost(out.host())
                        .setPort(out.port())
                        .setURI(out.uri());
        // The body is asked for inside the innermost step: chained from this thread it could come
        // after the body had passed, and would then wait for ever (seen once in 2,500 calls).
        var answer =
                client.request(options)
                        .compose(
                                request -> {
                                    out.headers().forEach(request::putHeader);
                                    return request.send(Buffer.buffer(out.body()))
                                            .compose(PinnedClient::whole);
                                })
                        .toCompletionStage()
                        .toCompletableFuture();
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new NoAnswer(
                    "%s %s at %s: no answer within %s"
                            .formatted(out.method(), out.uri(), out.address(), timeout));
        } catch (ExecutionException e) {
            var cause = e.getCause();
            throw cause instanceof IOException io
                    ? io
                    : new IOException(String.valueOf(cause), cause);
        }
    }

    @Override
    public void close() {
        client.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Future<Incoming> whole(HttpClientResponse response) {
        return response.body().map(body -> incoming(response, body));
    }

    private static Incoming incoming(HttpClientResponse response, Buffer body) {
        Map<String, List<String>> headers = Headers.of(response.headers());
        return new Incoming(response.statusCode(), headers, body.getBytes());
    }
}
