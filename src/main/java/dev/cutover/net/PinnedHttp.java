package dev.cutover.net;

import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import dev.cutover.net.Exchange.Stage;
import dev.cutover.port.Deadline;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.TrustOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * HTTP to a chosen address: the connection goes where {@link Directions} say, while Host, SNI and the
 * certificate's check follow the URL.
 *
 * <p>Blocks the calling (virtual) thread, never past the deadline. Bodies and headers are bounded;
 * a body over its bound is cut and its connection closed. Reads keep connections alive, eight per
 * address and name; every write gets a connection of its own, so that a peer that closed an idle one
 * cannot leave us in doubt whether the write arrived. Safe for concurrent use.
 */
public final class PinnedHttp implements AutoCloseable {
    /** How many redirects are followed. */
    public static final int MOST_HOPS = 5;

    private static final int MOST_HEADER_BYTES = 32_768;
    private static final int MOST_LINE_BYTES = 8_192;
    private static final int MOST_ADDRESSES = 4;
    private static final int CONNECTIONS = 8;

    private final EgressPolicy egress;
    private final PooledExchanges pooled;
    private final PooledExchanges fresh;

    public PinnedHttp(Vertx vertx, Trust trust, EgressPolicy egress) {
        this(vertx, trust, egress, "cutover");
    }

    /**
     * @param agent what we call ourselves in {@code User-Agent}: a provider's audit log then tells which
     *     node asked. Source: RFC 9110 section 10.1.5.
     */
    public PinnedHttp(Vertx vertx, Trust trust, EgressPolicy egress, String agent) {
        this.egress = egress;
        this.pooled = new PooledExchanges(client(vertx, trust, true), agent);
        this.fresh = new PooledExchanges(client(vertx, trust, false), agent);
    }

    private static HttpClient client(Vertx vertx, Trust trust, boolean keepAlive) {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setTrustOptions(TrustOptions.wrap(trust.judge()))
                        .setVerifyHost(true)
                        .setForceSni(true)
                        .setKeepAlive(keepAlive)
                        .setKeepAliveTimeout(15)
                        .setConnectTimeout(10_000)
                        .setSslHandshakeTimeout(10)
                        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                        .setMaxHeaderSize(MOST_HEADER_BYTES)
                        .setMaxInitialLineLength(MOST_LINE_BYTES)
                        .setDecompressionSupported(false)
                        .setUseAlpn(false),
                new PoolOptions().setHttp1MaxSize(keepAlive ? CONNECTIONS : 64));
    }

    /**
     * One request, no redirect followed.
     *
     * @param beforeSending runs when the connection stands and before a byte of the request leaves;
     *     what it throws ends the request and reaches the caller
     */
    public Exchange send(
            HttpRequest request, Directions directions, Deadline deadline, Runnable beforeSending) {
        String host = request.url().getHost();
        return switch (directions.find(bare(host), deadline)) {
            case Directions.Found.OffThePin off ->
                    none(request, Stage.NO_ADDRESS, host + " has no pinned address");
            case Directions.Found.Nowhere nowhere -> none(request, Stage.NO_ADDRESS, nowhere.why());
            case Directions.Found.At at -> firstThatConnects(request, at, deadline, beforeSending);
        };
    }

    /** One request, no redirect followed. */
    public Exchange send(HttpRequest request, Directions directions, Deadline deadline) {
        return send(request, directions, deadline, () -> {});
    }

    /**
     * A GET or HEAD with its redirects, at most {@link #MOST_HOPS}.
     *
     * <p>Directions hold on every hop; a hop to a name without a pin, from https to http, or back to
     * a URL seen before is reported and not followed. Credentials do not follow.
     */
    public Exchange follow(HttpRequest first, Directions directions, Deadline deadline) {
        if (!first.isRead()) {
            throw new IllegalArgumentException(first.method() + " follows no redirects; use send");
        }
        List<URI> hops = new ArrayList<>();
        HttpRequest request = first;
        while (true) {
            Exchange got = send(request, directions, deadline);
            switch (got) {
                case NoAnswer none -> {
                    return none.after(hops);
                }
                case Answer answer -> {
                    Optional<String> location = redirect(answer);
                    if (location.isEmpty()) {
                        return answer.after(hops);
                    }
                    hops.add(request.url());
                    Optional<URI> next = resolved(request.url(), location.get());
                    Optional<String> refusal =
                            next.isEmpty()
                                    ? Optional.of("a Location that is no http(s) URL")
                                    : refusal(request, next.get(), hops, directions, deadline);
                    if (next.isEmpty() || refusal.isPresent()) {
                        return new NoAnswer(
                                request.url(),
                                Stage.REDIRECT,
                                answer.status(),
                                "%s redirects (%d) to %s: %s"
                                        .formatted(
                                                request.url(),
                                                answer.status(),
                                                clipped(location.get()),
                                                refusal.orElse("")),
                                hops);
                    }
                    request = request.movedTo(next.get());
                }
            }
        }
    }

    @Override
    public void close() {
        pooled.close();
        fresh.close();
    }

    private Exchange firstThatConnects(
            HttpRequest request,
            Directions.Found.At at,
            Deadline deadline,
            Runnable beforeSending) {
        List<InetAddress> addresses = at.addresses();
        List<String> tried = new ArrayList<>();
        NoAnswer last = none(request, Stage.NO_ADDRESS, "no address");
        int most = Math.min(addresses.size(), MOST_ADDRESSES);
        for (int i = 0; i < most; i++) {
            InetAddress address = addresses.get(i);
            Optional<String> closed = egress.closed(address);
            if (closed.isPresent()) {
                // One closed address among several is reason to distrust them all.
                return none(
                        request,
                        Stage.REFUSED,
                        EgressPolicy.refusal(request.url().getHost(), address, closed.get()));
            }
            // A share of what is left, so that one address that swallows packets leaves time for
            // the others; the last one gets all.
            Deadline share =
                    i + 1 == most ? deadline : deadline.within(deadline.left().dividedBy(most - i));
            PooledExchanges wire = request.isRead() ? pooled : fresh;
            Exchange got =
                    wire.exchange(
                            request,
                            new PooledExchanges.Peer(
                                    new InetSocketAddress(
                                            address, at.port().orElse(request.port())),
                                    at),
                            share,
                            deadline,
                            beforeSending);
            if (got instanceof NoAnswer none && none.stage() == Stage.CONNECT) {
                tried.add(none.problem());
                last = none;
            } else {
                return got;
            }
        }
        return new NoAnswer(last.url(), last.stage(), 0, String.join("; ", tried), List.of());
    }

    private static Optional<String> redirect(Answer answer) {
        return switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> answer.header("location");
            default -> Optional.empty();
        };
    }

    private static Optional<String> refusal(
            HttpRequest from, URI to, List<URI> hops, Directions directions, Deadline deadline) {
        if (hops.contains(to)) {
            return Optional.of("a redirect loop");
        }
        if (hops.size() > MOST_HOPS) {
            return Optional.of("more than " + MOST_HOPS + " redirects");
        }
        if (from.isTls() && to.getScheme().equals("http")) {
            return Optional.of("leaves https, not followed");
        }
        return switch (directions.find(bare(to.getHost()), deadline)) {
            case Directions.Found.OffThePin off ->
                    Optional.of(to.getHost() + " has no pinned address, not followed");
            case Directions.Found.Nowhere nowhere -> Optional.of(nowhere.why());
            case Directions.Found.At at -> Optional.empty();
        };
    }

    private static Optional<URI> resolved(URI base, String location) {
        try {
            URI to = base.resolve(location.strip());
            String scheme = String.valueOf(to.getScheme());
            boolean fine =
                    (scheme.equals("https") || scheme.equals("http"))
                            && to.getHost() != null
                            && to.getRawUserInfo() == null;
            return fine ? Optional.of(withoutFragment(to)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static URI withoutFragment(URI url) {
        String text = url.toString();
        int hash = text.indexOf('#');
        return hash < 0 ? url : URI.create(text.substring(0, hash));
    }

    private static NoAnswer none(HttpRequest request, Stage stage, String problem) {
        return new NoAnswer(request.url(), stage, 0, problem, List.of());
    }

    /** A host as it is looked up: IPv6 literals without their brackets. */
    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static String clipped(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() > 200 ? line.substring(0, 200) + "..." : line;
    }
}
