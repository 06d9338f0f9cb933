package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.cloudflare.CloudflareAccount.Permission;
import dev.cutover.lab.cloudflare.CloudflareAccount.TokenStatus;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The client API of the lab's Cloudflare, version 4, over plain HTTP on loopback.
 *
 * <p>Serves the zone, record, setting, rule, purge and GraphQL calls a cutover makes; anything else is
 * answered 404 with code 7003. Each call is counted against the client budget, told to the tap at
 * its three moments, and kept in {@link #calls} for an oracle. Source: Cloudflare API v4.
 */
public final class CloudflareApi implements AutoCloseable {

    private static final int MOST_CALLS_KEPT = 50_000;
    private static final String ROOT = "/client/v4";

    /** One call as it was answered; status 0 when the connection was cut. */
    public record Seen(Instant at, String method, String path, int status) {}

    /** Hears each exchange whole: for a judge of its form. Called on the thread that serves the call. */
    @FunctionalInterface
    public interface Ear {
        void heard(Request request, Reply reply);
    }

    /** A call that was understood: what it asks for, what it needs, and how it is done. */
    private record Operation(
            Kind kind, Permission permission, boolean write, Supplier<Reply.Answer> act) {}

    private final CloudflareAccount account;
    private final CallTap tap;
    private final Analytics analytics;
    private final LoopbackServer server;
    private final ApiFaults faults = new ApiFaults();
    private final CallBudget client = new CallBudget(1_200, Duration.ofMinutes(5));
    private final CallBudget graphql = new CallBudget(300, Duration.ofMinutes(5));
    private final PurgeCalls purges;
    private final Deque<Seen> calls = new ArrayDeque<>();
    private volatile Ear ear = (request, reply) -> {};

    /** Starts to answer on any free port of {@link LoopbackServer#PLAIN_ADDRESS}. */
    public CloudflareApi(CloudflareAccount account, CallTap tap) {
        this.account = account;
        this.tap = tap;
        this.analytics = new Analytics(account);
        this.purges = new PurgeCalls(account);
        this.server =
                new LoopbackServer(
                        LoopbackServer.PLAIN_ADDRESS, 0, Optional.empty(), 4 << 20, this::answered);
    }

    /** The base address a client is given, ending in {@code /client/v4}. */
    public URI endpoint() {
        return URI.create(server.uri() + ROOT);
    }

    /** What can be made to go wrong. */
    public ApiFaults faults() {
        return faults;
    }

    /** Tells this ear of every exchange from now on, in place of the one before. */
    public void overhear(Ear listening) {
        ear = listening;
    }

    /** While true connections are refused, as when nobody listens. */
    public void refuse(boolean refused) {
        server.refuse(refused);
    }

    /** Spends calls of the shared budget, as a person working in the dashboard does. */
    public void spendFromDashboard(int calls) {
        client.spend(calls, account.clock().instant());
    }

    /** Somebody in the dashboard uses up all calls but these; after that span all are there again. */
    public void leaveToDashboard(int calls, Duration until) {
        client.leave(calls, until, account.clock().instant());
    }

    /** How many calls of the shared budget are left in its window. */
    public int callsLeft() {
        return client.left(account.clock().instant());
    }

    /** The calls answered so far in order, the last 50,000 of them. */
    public List<Seen> calls() {
        synchronized (calls) {
            return new ArrayList<>(calls);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply answered(Request request) throws InterruptedException {
        var latency = faults.latency();
        if (!latency.isZero()) {
            Thread.sleep(latency);
        }
        Reply reply;
        try {
            reply = handled(request);
        } catch (ApiRefusal e) {
            reply = ApiJson.failure(e.status(), e.code(), e.text());
        }
        var status = 0;
        if (reply instanceof Reply.Answer answer) {
            status = answer.status();
            var now = account.clock().instant();
            reply =
                    answer.with("Ratelimit", client.header(now))
                            .with("Ratelimit-Policy", client.policy());
        }
        ear.heard(request, reply);
        synchronized (calls) {
            if (calls.size() == MOST_CALLS_KEPT) {
                calls.removeFirst();
            }
            calls.add(
                    new Seen(account.clock().instant(), request.method(), request.path(), status));
        }
        return reply;
    }

    private Reply handled(Request request) throws InterruptedException {
        if (faults.isCutting()) {
            return new Reply.Cut();
        }
        if (faults.isUnavailable()) {
            return Reply.text(
                    503, "text/html", "<html><body>503 Service Unavailable</body></html>");
        }
        var token = authenticated(request);
        var blocked = client.spend(account.clock().instant());
        if (blocked.isPresent()) {
            return limited(blocked);
        }
        var limited = faults.takeLimited();
        if (limited.isPresent()) {
            return limited(limited.get());
        }
        var operation = operation(request);
        if (!token.permissions().contains(operation.permission()) || faults.takeForbidden()) {
            throw new ApiRefusal(403, 10000, "Authentication error");
        }
        return done(request, operation);
    }

    private Reply done(Request request, Operation operation) throws InterruptedException {
        tell(operation, Moment.BEFORE, request);
        if (operation.write()) {
            var late = faults.takeLate();
            if (late.isPresent()) {
                Thread.ofVirtual().start(() -> landLate(late.get(), operation));
                return new Reply.Cut();
            }
        }
        Reply.Answer answer;
        try {
            answer = operation.act().get();
        } catch (ApiRefusal e) {
            answer = ApiJson.failure(e.status(), e.code(), e.text());
            if (e.status() == 429) {
                answer = answer.with("retry-after", Long.toString(e.waiting().toSeconds()));
            }
        }
        tell(operation, Moment.DURING, request);
        if (operation.write() && faults.takeLost()) {
            return new Reply.Cut();
        }
        return answer.then(() -> tell(operation, Moment.AFTER, request));
    }

    private void tell(Operation operation, Moment moment, Request request) {
        tap.at(
                new CallTap.Call(
                        operation.kind(),
                        moment,
                        request.method() + " " + request.path(),
                        request.header("user-agent").orElse(""),
                        request.header("x-request-id").orElse("")));
    }

    private static void landLate(Duration after, Operation operation) {
        try {
            Thread.sleep(after);
            var unused = operation.act().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ApiRefusal e) {
            // The late write met a zone it does not fit any more; nobody is left to be told.
        }
    }

    private CloudflareAccount.Token authenticated(Request request) {
        var secret =
                request.bearer()
                        .orElseThrow(() -> new ApiRefusal(401, 10000, "Authentication error"));
        return account.token(secret)
                .filter(token -> token.status() == TokenStatus.ACTIVE || isVerify(request))
                .orElseThrow(() -> new ApiRefusal(401, 9109, "Invalid access token"));
    }

    private static boolean isVerify(Request request) {
        return request.path().equals(ROOT + "/user/tokens/verify");
    }

    private static Reply.Answer limited(Optional<Duration> wait) {
        var answer =
                ApiJson.failure(429, 10300, "More than 1200 requests per 300 seconds reached.");
        return wait.map(
                        duration ->
                                answer.with(
                                        "retry-after",
                                        Long.toString(Math.max(1, duration.toSeconds()))))
                .orElse(answer);
    }

    private Operation operation(Request request) {
        if (!request.path().startsWith(ROOT + "/")) {
            throw noRoute(request);
        }
        var at = request.segments().subList(2, request.segments().size());
        var method = request.method();
        if (at.equals(List.of("graphql")) && method.equals("POST")) {
            return new Operation(
                    Kind.ANALYTICS, Permission.ANALYTICS_READ, false, () -> graphql(request));
        }
        if (at.equals(List.of("user", "tokens", "verify")) && method.equals("GET")) {
            return new Operation(
                    Kind.ZONE_READ, Permission.ZONE_READ, false, () -> verify(request));
        }
        if (at.size() > 2 && at.subList(0, 2).equals(List.of("accounts", account.id()))) {
            return LoadBalancerCalls.ofAccount(
                            method,
                            at.subList(2, at.size()),
                            account.balancing(),
                            () -> json(request))
                    .map(CloudflareApi::balancing)
                    .orElseThrow(() -> noRoute(request));
        }
        if (at.isEmpty() || !at.get(0).equals("zones")) {
            throw noRoute(request);
        }
        if (at.size() == 1 && method.equals("GET")) {
            return new Operation(Kind.ZONE_READ, Permission.ZONE_READ, false, () -> zones(request));
        }
        if (at.size() == 1) {
            throw noRoute(request);
        }
        var zone = account.zone(at.get(1)).orElseThrow(() -> noRoute(request));
        if (at.size() == 2 && method.equals("GET")) {
            return new Operation(
                    Kind.ZONE_READ,
                    Permission.ZONE_READ,
                    false,
                    () -> ApiJson.success(ApiJson.zone(zone, account)));
        }
        var rest = at.subList(2, at.size());
        return switch (rest.isEmpty() ? "" : rest.get(0)) {
            case "dns_records" -> records(request, zone, rest);
            case "load_balancers" ->
                    LoadBalancerCalls.ofZone(method, rest, zone, account.balancing())
                            .map(CloudflareApi::balancing)
                            .orElseThrow(() -> noRoute(request));
            case "settings", "argo", "cache" ->
                    SettingCalls.of(method, rest, zone, () -> json(request))
                            .map(
                                    known ->
                                            new Operation(
                                                    Kind.SETTING,
                                                    known.write()
                                                            ? Permission.SETTINGS_EDIT
                                                            : Permission.SETTINGS_READ,
                                                    known.write(),
                                                    known.act()))
                            .orElseThrow(() -> noRoute(request));
            case "rulesets" ->
                    RulesetCalls.of(method, rest, zone, () -> json(request))
                            .map(
                                    known ->
                                            new Operation(
                                                    Kind.SETTING,
                                                    known.write()
                                                            ? Permission.RULES_EDIT
                                                            : Permission.RULES_READ,
                                                    known.write(),
                                                    known.act()))
                            .orElseThrow(() -> noRoute(request));
            case "purge_cache" -> {
                if (rest.size() != 1 || !method.equals("POST")) {
                    throw noRoute(request);
                }
                yield new Operation(
                        Kind.PURGE,
                        Permission.CACHE_PURGE,
                        true,
                        () -> purges.purge(zone, json(request)));
            }
            default -> throw noRoute(request);
        };
    }

    private Operation records(Request request, ZoneState zone, List<String> rest) {
        var last = rest.size() == 2 ? rest.get(1) : "";
        if (rest.size() > 2) {
            throw noRoute(request);
        }
        var subject =
                switch (last) {
                    case "" -> "";
                    case "batch", "export" -> " " + last;
                    default -> " one";
                };
        return switch (request.method() + subject) {
            case "GET" -> reading(() -> RecordCalls.list(zone, request));
            case "GET export" -> reading(() -> RecordCalls.export(zone));
            case "GET one" -> reading(() -> RecordCalls.one(zone, last));
            case "POST" -> writing(() -> RecordCalls.create(zone, json(request)));
            case "POST batch" -> writing(() -> batch(request, zone));
            case "PUT one" -> writing(() -> RecordCalls.overwrite(zone, last, json(request)));
            case "PATCH one" -> writing(() -> RecordCalls.patch(zone, last, json(request)));
            case "DELETE one" -> writing(() -> RecordCalls.delete(zone, last));
            default -> throw noRoute(request);
        };
    }

    private Reply.Answer batch(Request request, ZoneState zone) {
        if (faults.takeFailedBatch()) {
            throw new ApiRefusal(500, 10001, "Internal error; the batch was rolled back.");
        }
        return RecordCalls.batch(zone, json(request));
    }

    private static Operation reading(Supplier<Reply.Answer> act) {
        return new Operation(Kind.ZONE_READ, Permission.DNS_READ, false, act);
    }

    private static Operation writing(Supplier<Reply.Answer> act) {
        return new Operation(Kind.ZONE_WRITE, Permission.DNS_EDIT, true, act);
    }

    private static Operation balancing(LoadBalancerCalls.Known known) {
        return new Operation(
                Kind.SETTING,
                known.write() ? Permission.LOAD_BALANCERS_EDIT : Permission.LOAD_BALANCERS_READ,
                known.write(),
                known.act());
    }

    private Reply.Answer graphql(Request request) {
        var wait = graphql.spend(account.clock().instant());
        if (wait.isPresent()) {
            return limited(wait);
        }
        var body = json(request);
        return Reply.json(
                200,
                analytics.answer(body.path("query").asText(), body.path("variables")).toString());
    }

    private Reply.Answer verify(Request request) {
        var token = authenticated(request);
        var result = ApiJson.object();
        result.put("id", token.id());
        result.put(
                "status",
                switch (token.status()) {
                    case ACTIVE -> "active";
                    case DISABLED -> "disabled";
                    case EXPIRED -> "expired";
                });
        token.expiresAt().ifPresent(at -> result.put("expires_on", at.toString()));
        return ApiJson.success(result);
    }

    private Reply.Answer zones(Request request) {
        var asked = request.parameters();
        var page = RecordCalls.bounded(asked, "page", 1, 1, 1_000_000);
        var perPage = RecordCalls.bounded(asked, "per_page", 20, 5, 50);
        var found =
                account.zones().stream()
                        .filter(zone -> zone.name().equals(asked.getOrDefault("name", zone.name())))
                        .filter(zone -> asked.getOrDefault("status", "active").equals("active"))
                        .toList();
        var list = ApiJson.array();
        found.stream()
                .skip((long) (page - 1) * perPage)
                .limit(perPage)
                .forEach(zone -> list.add(ApiJson.zone(zone, account)));
        return ApiJson.page(list, page, perPage, found.size());
    }

    private static JsonNode json(Request request) {
        return ApiJson.body(request.text());
    }

    private static ApiRefusal noRoute(Request request) {
        return new ApiRefusal(
                404,
                7003,
                "Could not route to %s, perhaps your object identifier is invalid?"
                        .formatted(request.path()));
    }
}
