package dev.cutover.lab.site;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.cloudflare.CloudflareAccount;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.cloudflare.LoadBalancing;
import dev.cutover.lab.cloudflare.ZoneState;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.PinnedClient;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;

/**
 * The edge in front of the origins: takes HTTPS for every proxied name, forwards by the record it
 * has learnt from the account and the zone's rules, and caches what both let it cache.
 *
 * <p>The forwarded request keeps Host and SNI. The origin's certificate is checked as by the mode
 * "strict". Answers carry {@code CF-Ray} and {@code CF-Cache-Status}; a dead origin shows as 521 to
 * 526. Every answer is counted for the account's analytics. Source: Cloudflare 5xx errors; cache
 * responses.
 */
public final class EdgeProxy implements AutoCloseable {

    private static final Duration ORIGIN_PATIENCE = Duration.ofSeconds(10);
    private static final Set<String> NOT_FORWARDED =
            Set.of(
                    "host",
                    "connection",
                    "content-length",
                    "transfer-encoding",
                    "keep-alive",
                    "upgrade",
                    "accept-encoding",
                    "cf-ray",
                    "cf-connecting-ip");
    private static final Set<String> NOT_RETURNED =
            Set.of("connection", "content-length", "transfer-encoding", "keep-alive", "date");

    private final CloudflareAccount account;
    private final CallTap tap;
    private final PinnedClient origins;
    private final LoopbackServer server;
    private final EdgeCache cache;
    private final AtomicLong rays = new AtomicLong(0x8c0ffee000000L);
    private final AtomicLong turns = new AtomicLong();
    private final AtomicLong visits = new AtomicLong();
    private volatile int places = 1;

    /**
     * Starts to serve at once; origins are reached on the port the edge itself listens on.
     *
     * @param address inside 127.0.0.0/8
     * @param port the common HTTPS port of the lab; 0 for any
     * @param names what it presents to visitors
     * @param trustPem the authority that must have issued the origins' certificates
     */
    public EdgeProxy(
            CloudflareAccount account,
            String address,
            int port,
            ServerNames names,
            String trustPem,
            CallTap tap) {
        this.account = account;
        this.tap = tap;
        this.origins = new PinnedClient(trustPem, Duration.ofSeconds(3));
        this.cache = new EdgeCache(account.clock());
        this.server =
                new LoopbackServer(
                        address, port, Optional.of(names.keyManager()), 1 << 20, this::answered);
    }

    /** The address it listens on, as text. */
    public String address() {
        return server.address().getHostAddress();
    }

    /** How long after its acceptance a purge takes effect here; 500 ms at first. */
    public void purgeLag(Duration lag) {
        cache.purgeLag(lag);
    }

    /** How much later than the places the upper tier drops what was purged; nothing at first. */
    public void upperPurgeLag(Duration more) {
        cache.upperLag(more);
    }

    /**
     * In how many places of the world the edge stands, each with a cache of its own; visitors come
     * to them by turns. 1 at first.
     */
    public void places(int howMany) {
        places = Math.max(1, howMany);
    }

    /** While true connections are refused, as when the whole edge is down. */
    public void down(boolean down) {
        server.refuse(down);
    }

    @Override
    public void close() {
        server.close();
        origins.close();
    }

    private Reply answered(Request request) throws InterruptedException {
        var told = !request.header("user-agent").orElse("").equals(Origin.VISITOR_AGENT);
        var detail = "edge " + request.method() + " " + request.host() + request.path();
        if (told) {
            tap.at(Kind.PAGE, Moment.BEFORE, detail);
        }
        var answer = handled(request);
        if (!told) {
            return answer;
        }
        tap.at(Kind.PAGE, Moment.DURING, detail);
        return answer.then(() -> tap.at(Kind.PAGE, Moment.AFTER, detail));
    }

    private Reply.Answer handled(Request request) throws InterruptedException {
        var host = request.host();
        var zone = account.zoneOf(host);
        // A load balancer wins over the records of its name.
        var sent = account.balancing().send(host, request.header("cookie").orElse(""));
        var target =
                sent.isPresent()
                        ? sent.map(LoadBalancing.Sent::address).filter(a -> !a.isEmpty())
                        : zone.flatMap(z -> target(host));
        var ray = "%x-LAB".formatted(rays.incrementAndGet());
        if (zone.isEmpty() || target.isEmpty()) {
            return edge(error(530, "error code: 1016"), ray, "DYNAMIC");
        }
        var rules = new EdgeRules(zone.get(), request, account.clock().instant());
        var route = rules.route();
        if (route.host().isPresent()) {
            target = target(route.host().get(), 1);
            if (target.isEmpty()) {
                return edge(error(530, "error code: 1016"), ray, "DYNAMIC");
            }
        }
        var way = new Way(zone.get(), target.get(), route, ray, places());
        var cacheable =
                request.method().equals("GET")
                        && !asksFresh(request)
                        && !isOn(zone.get(), "development_mode")
                        && !rules.bypassesCache();
        if (cacheable) {
            var kept = found(request, way);
            if (kept.isPresent()) {
                account.traffic().answered(host, kept.get().status(), 0);
                return edge(kept.get(), ray, "HIT");
            }
        }
        var answer = forwarded(request, way, cacheable);
        var cookie = sent.map(LoadBalancing.Sent::setCookie).orElse("");
        return cookie.isEmpty() ? answer : answer.with("Set-Cookie", cookie);
    }

    /** How one request goes: by which zone and rules, to which address, seen in which place. */
    private record Way(
            ZoneState zone, String target, EdgeRules.Route route, String ray, int place) {}

    private int places() {
        return (int) (visits.getAndIncrement() % places);
    }

    private Optional<Reply.Answer> found(Request request, Way way) {
        var url = request.host() + uri(request);
        var here = cache.find(way.place(), url, request.host(), way.zone());
        if (here.isPresent() || !isShielded(way.zone())) {
            return here;
        }
        var upper = cache.find(EdgeCache.UPPER, url, request.host(), way.zone());
        upper.ifPresent(answer -> cache.keep(way.place(), url, answer));
        return upper;
    }

    private Reply.Answer forwarded(Request request, Way way, boolean cacheable)
            throws InterruptedException {
        var host = request.host();
        var url = host + uri(request);
        Reply.Answer answer;
        var originStatus = 0;
        try {
            var came = asked(request, way);
            originStatus = came.status();
            answer = returned(came);
        } catch (IOException e) {
            answer = failure(e);
            if (cacheable && isOn(way.zone(), "always_online")) {
                var old = cache.stale(way.place(), url, host, way.zone());
                if (old.isPresent()) {
                    account.traffic().answered(host, old.get().status(), originStatus);
                    return edge(old.get(), way.ray(), "STALE");
                }
            }
        }
        account.traffic().answered(host, answer.status(), originStatus);
        if (!cacheable) {
            return edge(answer, way.ray(), request.method().equals("GET") ? "BYPASS" : "DYNAMIC");
        }
        var kept = cache.keep(way.place(), url, answer);
        if (kept && isShielded(way.zone())) {
            cache.keep(EdgeCache.UPPER, url, answer);
        }
        return edge(answer, way.ray(), kept ? "MISS" : "DYNAMIC");
    }

    private static boolean isShielded(ZoneState zone) {
        return isOn(zone, "tiered_caching");
    }

    private PinnedClient.Incoming asked(Request request, Way way)
            throws IOException, InterruptedException {
        var headers = new LinkedHashMap<String, List<String>>();
        request.headers()
                .forEach(
                        (name, values) -> {
                            if (!NOT_FORWARDED.contains(name)) {
                                headers.put(name, values);
                            }
                        });
        headers.put("cf-ray", List.of(way.ray()));
        headers.put("cf-connecting-ip", List.of(request.from()));
        headers.put("x-forwarded-for", List.of(request.from()));
        headers.put("x-forwarded-proto", List.of("https"));
        var asked = way.route().hostHeader().orElse(request.host());
        var tlsName = way.route().sni().orElse(asked);
        if (!tlsName.equals(asked)) {
            headers.put("host", List.of(asked));
        }
        var out =
                new PinnedClient.Outgoing(
                        request.method(),
                        way.target(),
                        way.route().port().orElse(server.port()),
                        tlsName,
                        uri(request),
                        headers,
                        request.body());
        try {
            return origins.send(out, ORIGIN_PATIENCE);
        } catch (ConnectException | SSLException | PinnedClient.NoAnswer e) {
            throw e;
        } catch (IOException e) {
            // A kept connection that the origin has closed meanwhile; only reads are sent twice.
            if (request.method().equals("GET") || request.method().equals("HEAD")) {
                return origins.send(out, ORIGIN_PATIENCE);
            }
            throw e;
        }
    }

    private static Reply.Answer returned(PinnedClient.Incoming came) {
        var headers = new LinkedHashMap<String, List<String>>();
        came.headers()
                .forEach(
                        (name, values) -> {
                            if (!NOT_RETURNED.contains(name)) {
                                headers.put(name, values);
                            }
                        });
        return new Reply.Answer(came.status(), headers, came.body(), () -> {});
    }

    private static Reply.Answer failure(IOException e) {
        if (e instanceof PinnedClient.NoAnswer) {
            return error(524, "error code: 524");
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoRouteToHostException) {
                return error(523, "error code: 523");
            }
            if (cause instanceof CertificateException
                    || cause instanceof CertPathValidatorException) {
                return error(526, "error code: 526");
            }
        }
        if (e instanceof ConnectException) {
            var timedOut = String.valueOf(e.getMessage()).contains("timed out");
            return timedOut ? error(522, "error code: 522") : error(521, "error code: 521");
        }
        return e instanceof SSLException
                ? error(525, "error code: 525")
                : error(520, "error code: 520");
    }

    private static Reply.Answer error(int status, String text) {
        return Reply.text(status, "text/plain", text).with("Cache-Control", "no-store");
    }

    private static Reply.Answer edge(Reply.Answer answer, String ray, String cacheStatus) {
        return answer.with("server", "cloudflare")
                .with("cf-ray", ray)
                .with("cf-cache-status", cacheStatus);
    }

    /** The address the proxied records of a host lead to; several records take turns. */
    private Optional<String> target(String host) {
        return target(host, 0);
    }

    private Optional<String> target(String host, int hops) {
        if (hops > 8) {
            return Optional.empty();
        }
        var now = account.clock().instant();
        var zone = account.zoneOf(host);
        if (zone.isEmpty()) {
            return Optional.empty();
        }
        List<CloudflareRecord> found = new ArrayList<>();
        for (var record : zone.get().seenByEdge(host, now)) {
            // The first name must be proxied; what an alias leads to need not be.
            if (record.proxied() || hops > 0) {
                found.add(record);
            }
        }
        var addresses = found.stream().filter(record -> record.type().equals("A")).toList();
        if (!addresses.isEmpty()) {
            var turn = (int) (turns.getAndIncrement() % addresses.size());
            return Optional.of(addresses.get(turn).content());
        }
        return found.stream()
                .filter(record -> record.type().equals("CNAME"))
                .findFirst()
                .flatMap(alias -> target(alias.content(), hops + 1));
    }

    private static boolean isOn(ZoneState zone, String setting) {
        return zone.setting(setting).filter(s -> s.value().equals("on")).isPresent();
    }

    // Kinder than the vendor, who heeds this only where a rule says so: probes need a way through.
    private static boolean asksFresh(Request request) {
        var wish = request.header("cache-control").orElse("").toLowerCase(Locale.ROOT);
        return wish.contains("no-cache") || wish.contains("no-store");
    }

    private static String uri(Request request) {
        return request.path() + (request.query().isEmpty() ? "" : "?" + request.query());
    }
}
