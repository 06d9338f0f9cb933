package dev.cutover.cloudflare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.cutover.net.Directions;
import dev.cutover.net.Exchange;
import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import dev.cutover.net.Exchange.Stage;
import dev.cutover.net.HttpRequest;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.RateBudget;
import dev.cutover.net.RateBudget.Priority;
import dev.cutover.net.Secret;
import dev.cutover.net.Secrets;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.CallShares;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls to the client API, one token at a time.
 *
 * <p>Reads are tried up to three times while the deadline lasts, also after one 403, since valid
 * calls meet one now and then. A write is sent once, after asking the call's fence when the
 * connection stands; no answer to it means that its effect is unknown. What failed is decided by the
 * HTTP status, because codes drift; they are only told. Safe for concurrent use.
 *
 * <p>Source: Cloudflare API v4, 2026-11; random 403s: octodns/octodns-cloudflare issue 121.
 */
public final class CloudflareApi {
    /** How many calls of a window are kept for falling back: 5 % of the 1,200. */
    public static final int RESERVE_CALLS = 60;

    /** What a window holds. Source: Cloudflare docs, fundamentals/api/reference/limits, April 2026. */
    private static final RateBudget.Limit CALLS =
            new RateBudget.Limit(1_200, Duration.ofMinutes(5));

    private static final RateBudget.Limit QUERIES =
            new RateBudget.Limit(300, Duration.ofMinutes(5));

    private static final String PEER = "cloudflare";
    private static final int TRIES = 3;
    private static final int MOST_ANSWER_BYTES = 16 << 20;
    private static final int MOST_TOKENS = 1_000;
    private static final int MOST_ERRORS_TOLD = 3;

    // A lease lasts eight seconds: a write that may take longer would never pass its fence.
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

    /** An answer is 16 MB at most, and read into memory it is many times that: a page of records takes 200,000. */
    private static final long MOST_TOKENS_OF_AN_ANSWER = 1_000_000;

    private static final ObjectMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxTokenCount(MOST_TOKENS_OF_AN_ANSWER)
                                                    .build())
                                    .build())
                    .build();

    private final URI base;
    private final PinnedHttp http;
    private final Secrets secrets;
    private final CallLog log;
    private final InstantSource clock;
    private final CallShares shares;
    private final Directions directions = Directions.bySystem();
    private final ZoneDirectory directory = new ZoneDirectory(this);
    private final Map<String, RateBudget> budgets = new ConcurrentHashMap<>();

    /**
     * @param base ends in {@code /client/v4}, without a slash behind
     * @param clock plan time, for the log and for what is observed
     */
    public CloudflareApi(
            URI base, PinnedHttp http, Secrets secrets, CallLog log, InstantSource clock) {
        this(base, http, secrets, log, clock, CallShares.ALONE);
    }

    /**
     * @param base ends in {@code /client/v4}, without a slash behind
     * @param clock plan time, for the log and for what is observed
     * @param shares through which nodes share what a token may ask
     */
    public CloudflareApi(
            URI base,
            PinnedHttp http,
            Secrets secrets,
            CallLog log,
            InstantSource clock,
            CallShares shares) {
        this.base = base;
        this.http = http;
        this.secrets = secrets;
        this.log = log;
        this.clock = clock;
        this.shares = shares;
    }

    ZoneDirectory directory() {
        return directory;
    }

    Instant now() {
        return clock.instant();
    }

    /** Reads; returns the whole envelope. */
    JsonNode read(String token, String path, Call call) {
        return good(reading(new Ask("GET", path, Optional.empty(), false, "api"), token, call));
    }

    /** Reads what need not exist; empty when the API answers 404. */
    Optional<JsonNode> find(String token, String path, Call call) {
        return switch (reading(new Ask("GET", path, Optional.empty(), false, "api"), token, call)) {
            case Reply.Good good -> Optional.of(good.envelope());
            case Reply.Bad bad -> {
                if (bad.status() == 404) {
                    yield Optional.empty();
                }
                throw bad.why();
            }
        };
    }

    /** Asks the statistics, which is a read although it is a POST. */
    JsonNode query(String token, String graphql, Call call) {
        String body = JSON.createObjectNode().put("query", graphql).toString();
        return good(
                reading(
                        new Ask("POST", "/graphql", Optional.of(body), false, "graphql"),
                        token,
                        call));
    }

    /** Posts once, within five seconds; returns the whole envelope. */
    JsonNode write(String path, JsonNode body, Call call, String token) {
        return write("POST", path, body, call, token);
    }

    /** Writes once by that method, within five seconds; returns the whole envelope. */
    JsonNode write(String method, String path, JsonNode body, Call call, String token) {
        return sending(method, path, Optional.of(body.toString()), call, token);
    }

    /** Deletes once, within five seconds; returns the whole envelope. */
    JsonNode delete(String path, Call call, String token) {
        return sending("DELETE", path, Optional.empty(), call, token);
    }

    /**
     * Asks once, within five seconds, to delete what does not exist: who is answered 404 was let in.
     *
     * @throws PortException DENIED when that is not allowed; for every other answer as for a write
     */
    void deleteNothing(String path, Call call, String token) {
        Deadline deadline = call.deadline().within(WRITE_LIMIT);
        Call brief = new Call(call.cutover(), call.purpose(), deadline, call.fence());
        Ask ask = new Ask("DELETE", path, Optional.empty(), true, "api");
        if (once(ask, token, brief, deadline) instanceof Reply.Bad bad && bad.status() != 404) {
            throw bad.why();
        }
    }

    private JsonNode sending(
            String method, String path, Optional<String> body, Call call, String token) {
        Call brief =
                new Call(
                        call.cutover(),
                        call.purpose(),
                        call.deadline().within(WRITE_LIMIT),
                        call.fence());
        Ask ask = new Ask(method, path, body, true, "api");
        return good(once(ask, token, brief, brief.deadline()));
    }

    private static JsonNode good(Reply reply) {
        return switch (reply) {
            case Reply.Good good -> good.envelope();
            case Reply.Bad bad -> throw bad.why();
        };
    }

    /**
     * One call to make.
     *
     * @param counted which of the token's budgets it spends
     */
    private record Ask(
            String method, String path, Optional<String> body, boolean write, String counted) {
        @Override
        public String toString() {
            return PEER + " " + method + " " + path;
        }
    }

    private sealed interface Reply {
        record Good(JsonNode envelope) implements Reply {}

        /**
         * @param status 0 when no answer came
         */
        record Bad(PortException why, int status) implements Reply {}
    }

    private Reply reading(Ask ask, String token, Call call) {
        boolean wasForbidden = false;
        Duration pause = FIRST_PAUSE;
        for (int tries = 1; ; tries++) {
            // Half of what is left, so that one call that hangs leaves room for another.
            Deadline share =
                    tries == TRIES
                            ? call.deadline()
                            : call.deadline().within(call.deadline().left().dividedBy(2));
            switch (once(ask, token, call, share)) {
                case Reply.Good good -> {
                    return good;
                }
                case Reply.Bad bad -> {
                    boolean forbiddenFirst = bad.status() == 403 && !wasForbidden;
                    boolean mayPass = bad.why().category() == Category.TRANSIENT || forbiddenFirst;
                    wasForbidden |= bad.status() == 403;
                    if (!mayPass
                            || tries == TRIES
                            || call.deadline().left().compareTo(pause) <= 0) {
                        return bad;
                    }
                    if (bad.status() != 429) {
                        sleep(pause, bad.why());
                    }
                    pause = pause.multipliedBy(3);
                }
            }
        }
    }

    private static void sleep(Duration pause, PortException insteadOf) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw insteadOf;
        }
    }

    private Reply once(Ask ask, String token, Call call, Deadline deadline) {
        Secret secret = secrets.resolve(token);
        RateBudget budget = budget(token, ask.counted());
        try {
            budget.take(priority(call), call.deadline());
        } catch (PortException e) {
            return new Reply.Bad(e, 0);
        }
        HttpRequest request =
                new HttpRequest(
                        ask.method(),
                        URI.create(base + ask.path()),
                        Map.of("Accept", "application/json", "X-Request-Id", requestId(call)),
                        ask.body().map(HttpRequest.Body::json),
                        Optional.of(secret),
                        MOST_ANSWER_BYTES);
        Runnable fence = ask.write() ? () -> call.fence().check(call.deadline()) : () -> {};
        Instant at = clock.instant();
        long from = System.nanoTime();
        Reply reply;
        String outcome = "not sent";
        try {
            Exchange got = http.send(request, directions, deadline, fence);
            outcome =
                    switch (got) {
                        case Answer answer -> Integer.toString(answer.status());
                        case NoAnswer none -> none.problem();
                    };
            reply = judge(ask, token, got, budget);
        } finally {
            log.record(
                    new ProviderCall(
                            call.cutover(),
                            call.purpose(),
                            PEER,
                            ask.method(),
                            ask.path(),
                            at,
                            Duration.ofNanos(System.nanoTime() - from),
                            outcome,
                            ask.write()));
        }
        return reply;
    }

    /** For a provider's log and for support: which cutover asked, and for what. */
    private static String requestId(Call call) {
        String id = call.cutover() + ":" + call.purpose();
        return id.replaceAll("[^!-~]", "-").substring(0, Math.min(id.length(), 200));
    }

    private static Reply judge(Ask ask, String token, Exchange got, RateBudget budget) {
        return switch (got) {
            case NoAnswer none -> new Reply.Bad(unanswered(ask, none), 0);
            case Answer answer -> {
                budget.learn(answer.status(), answer.headers());
                JsonNode envelope = parsed(answer);
                boolean fine =
                        answer.status() / 100 == 2
                                && (ask.counted().equals("graphql")
                                        ? envelope.isObject()
                                        : envelope.path("success").asBoolean(false));
                yield fine
                        ? new Reply.Good(envelope)
                        : new Reply.Bad(refused(ask, token, answer, envelope), answer.status());
            }
        };
    }

    private static PortException unanswered(Ask ask, NoAnswer none) {
        String effect =
                !ask.write()
                        ? ""
                        : none.stage().nothingSent()
                                ? "; nothing was sent"
                                : "; unknown whether it took effect: read the zone";
        String message = ask + ": " + none.problem() + effect;
        return none.stage() == Stage.REFUSED
                ? PortException.denied(message)
                : PortException.passing(message);
    }

    private static PortException refused(Ask ask, String token, Answer answer, JsonNode envelope) {
        int status = answer.status();
        List<String> told = new ArrayList<>();
        for (JsonNode error : envelope.path("errors")) {
            if (told.size() < MOST_ERRORS_TOLD) {
                told.add(
                        error.path("code").asText()
                                + " "
                                + clipped(error.path("message").asText()));
            }
        }
        String message =
                ask
                        + ": "
                        + status
                        + (told.isEmpty()
                                ? answer.cut()
                                        ? " with a body that does not end"
                                        : " without an error in JSON"
                                : ", " + String.join("; ", told));
        return switch (status) {
            case 401, 403 ->
                    PortException.denied(
                            message + "; check that " + token + " is valid and may do this");
            case 429 -> PortException.passing(message + "; nothing was changed");
            default -> {
                if (status / 100 == 4) {
                    yield PortException.lasting(
                            message + (ask.write() ? "; nothing was changed" : ""));
                }
                if (status / 100 == 3) {
                    yield PortException.lasting(message + ", a redirect; not followed");
                }
                yield PortException.passing(
                        message
                                + (ask.write()
                                        ? "; unknown whether it took effect: read the zone"
                                        : ""));
            }
        };
    }

    private static JsonNode parsed(Answer answer) {
        if (answer.cut()) {
            return MissingNode.getInstance();
        }
        try {
            JsonNode node = JSON.readTree(answer.body());
            return node == null ? MissingNode.getInstance() : node;
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        } catch (java.io.IOException e) {
            throw new IllegalStateException("bytes in memory cannot fail to be read", e);
        }
    }

    /** The fewest calls left of any budget the provider told of; empty when it told of none lately. */
    public OptionalLong callsLeft() {
        return budgets.values().stream()
                .map(RateBudget::left)
                .flatMapToLong(OptionalLong::stream)
                .min();
    }

    private RateBudget budget(String token, String counted) {
        if (budgets.size() > MOST_TOKENS) {
            budgets.clear();
        }
        return budgets.computeIfAbsent(
                counted + " " + token,
                key ->
                        new RateBudget(
                                PEER,
                                PEER + " " + key,
                                RESERVE_CALLS,
                                counted.equals("graphql") ? QUERIES : CALLS,
                                shares));
    }

    /** Bringing routing back is the one work that may use the reserve, and looking whether it is back. */
    private static Priority priority(Call call) {
        if (call.purpose().startsWith(Call.LOOKING_BACK)) {
            return Priority.LOOKING_BACK;
        }
        return call.purpose().contains("restore") ? Priority.FALLBACK : Priority.NORMAL;
    }

    private static String clipped(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() > 300 ? line.substring(0, 300) + "..." : line;
    }
}
