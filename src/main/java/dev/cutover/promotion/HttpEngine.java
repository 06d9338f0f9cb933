package dev.cutover.promotion;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.cutover.core.plan.Plan.PromotionPlan;
import dev.cutover.net.Directions;
import dev.cutover.net.Exchange;
import dev.cutover.net.HttpRequest;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.PortException;
import dev.cutover.port.PromotionEngine;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An engine that speaks plain HTTP: PUT starts or joins a promotion by our id, GET looks, POST verifies and
 * rolls back. Each call is made once.
 */
public final class HttpEngine implements PromotionEngine {
    /** Strict: of a name that stands twice nobody knows which value is meant. */
    private static final ObjectMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(50)
                                                    .maxTokenCount(100_000)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private static final int MOST_EVIDENCE = 50;
    private static final int MOST_NAME = 100;
    private static final int MOST_TOLD = 500;

    // A lease vouches for this long. Only the sending must lie within: the engine does the work
    // once for each id, however often and by whomever it is asked, so waiting longer does no harm.
    private static final Duration SENDING_LIMIT = Duration.ofSeconds(5);

    private final URI base;
    private final PinnedHttp http;
    private final Secrets secrets;
    private final CallLog log;
    private final InstantSource clock;

    /**
     * An engine at a base URL.
     *
     * @param base scheme, host and port, without a path
     */
    public HttpEngine(
            URI base, PinnedHttp http, Secrets secrets, CallLog log, InstantSource clock) {
        this.base = base;
        this.http = http;
        this.secrets = secrets;
        this.log = log;
        this.clock = clock;
    }

    @Override
    public String ready(PromotionPlan plan, Call call) {
        Answered answer = ask("GET", "/promotions", Optional.empty(), plan, call, false);
        if (answer.status() != 200) {
            throw problem("GET /promotions", answer);
        }
        return "the engine at " + base + " lets us in";
    }

    @Override
    public void start(String id, PromotionPlan plan, Call call) {
        String body =
                JSON.createObjectNode()
                        .put("staging", plan.staging())
                        .put("production", plan.production())
                        .toString();
        Answered answer = ask("PUT", "/promotions/" + id, Optional.of(body), plan, call, true);
        if (answer.status() != 200 && answer.status() != 202) {
            throw problem("PUT /promotions/" + id, answer);
        }
    }

    @Override
    public State look(String id, PromotionPlan plan, Call call) {
        Answered answer = ask("GET", "/promotions/" + id, Optional.empty(), plan, call, false);
        if (answer.status() == 404) {
            return new State.NotFound();
        }
        if (answer.status() != 200) {
            throw problem("GET /promotions/" + id, answer);
        }
        JsonNode named = answer.body().path("id");
        if (!named.isMissingNode() && !named.asText().equals(id)) {
            // What it says is of other content than ours.
            throw PortException.passing(
                    "the engine at "
                            + base
                            + " was asked about promotion "
                            + id
                            + " and answers about '"
                            + told(named)
                            + "'");
        }
        String state = told(answer.body().path("state"));
        return switch (state) {
            case "queued", "running" ->
                    new State.Running(told(answer.body().path("progress"), state));
            case "done" -> new State.Done(evidence(answer.body().path("evidence")));
            case "failed" -> new State.Failed(told(answer.body().path("error"), "no reason given"));
            default ->
                    throw PortException.lasting(
                            "the engine at "
                                    + base
                                    + " reports the unknown state '"
                                    + state
                                    + "' of promotion "
                                    + id);
        };
    }

    @Override
    public Map<String, String> verify(String id, PromotionPlan plan, Call call) {
        Answered answer =
                ask("POST", "/promotions/" + id + "/verify", Optional.of("{}"), plan, call, false);
        if (answer.status() != 200) {
            throw problem("POST /promotions/" + id + "/verify", answer);
        }
        if (!answer.body().path("verified").isBoolean()) {
            throw PortException.passing(
                    "promotion engine: expected 'verified' true or false for "
                            + id
                            + ", seen "
                            + answer.body().path("verified").getNodeType()
                            + "; it is asked again");
        }
        int mismatches =
                Math.max(
                        answer.body().path("mismatchCount").asInt(),
                        answer.body().path("mismatches").size());
        // Whoever counts mismatches has verified nothing, whatever else it says.
        if (!answer.body().path("verified").asBoolean() || mismatches > 0) {
            throw PortException.lasting(
                    "promotion "
                            + id
                            + " is not what staging holds: "
                            + mismatches
                            + " mismatches, first "
                            + told(answer.body().path("mismatches").path(0)));
        }
        return evidence(answer.body().path("evidence"));
    }

    @Override
    public Map<String, String> rollBack(String id, PromotionPlan plan, Call call) {
        Answered answer =
                ask("POST", "/promotions/" + id + "/rollback", Optional.of("{}"), plan, call, true);
        // Only the engine's own 404 says so; that of something in front of it says nothing.
        if (answer.status() == 404 && answer.body().path("error").isTextual()) {
            return Map.of("rolledBack", "the engine never heard of " + id + ": nothing to undo");
        }
        if (answer.status() == 409) {
            throw PortException.passing(
                    "promotion engine: cannot roll " + id + " back yet (409); it is asked again");
        }
        if (answer.status() != 200) {
            throw problem("POST /promotions/" + id + "/rollback", answer);
        }
        if (!answer.body().path("rolledBack").asBoolean(false)) {
            throw PortException.passing(
                    "promotion engine: expected 'rolledBack' true for "
                            + id
                            + ", seen something else; it is asked again");
        }
        if (!answer.body().path("matchesBackup").asBoolean(true)) {
            throw PortException.lasting(
                    "rollback of " + id + ": production differs from the engine's backup");
        }
        return evidence(answer.body().path("evidence"));
    }

    private record Answered(int status, JsonNode body) {}

    private Answered ask(
            String method,
            String path,
            Optional<String> body,
            PromotionPlan plan,
            Call call,
            boolean write) {
        HttpRequest request =
                new HttpRequest(
                        method,
                        URI.create(base.toString().replaceAll("/+$", "") + path),
                        Map.of("Accept", "application/json"),
                        body.map(HttpRequest.Body::json),
                        Optional.of(secrets.resolve(plan.credentials())),
                        HttpRequest.USUAL_BODY_BYTES);
        Runnable fence =
                write ? () -> call.fence().check(call.deadline().within(SENDING_LIMIT)) : () -> {};
        Instant at = clock.instant();
        long from = System.nanoTime();
        String outcome = "not sent";
        try {
            Exchange got = http.send(request, Directions.bySystem(), call.deadline(), fence);
            return switch (got) {
                case Exchange.Answer answer -> {
                    outcome = Integer.toString(answer.status());
                    JsonNode told = parsed(answer);
                    if (answer.status() == 200 && (answer.cut() || !told.isObject())) {
                        throw PortException.passing(
                                "promotion engine "
                                        + method
                                        + " "
                                        + path
                                        + ": 200 without a JSON object");
                    }
                    yield new Answered(answer.status(), told);
                }
                case Exchange.NoAnswer none -> {
                    outcome = none.problem();
                    String message =
                            "promotion engine " + method + " " + path + ": " + none.problem();
                    throw none.stage() == Exchange.Stage.REFUSED
                            ? PortException.denied(message)
                            : PortException.passing(message);
                }
            };
        } finally {
            log.record(
                    new ProviderCall(
                            call.cutover(),
                            call.purpose(),
                            "engine",
                            method,
                            path,
                            at,
                            Duration.ofNanos(System.nanoTime() - from),
                            outcome,
                            write));
        }
    }

    private static JsonNode parsed(Exchange.Answer answer) {
        try {
            JsonNode node = JSON.readTree(answer.body());
            return node == null ? MissingNode.getInstance() : node;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static Map<String, String> evidence(JsonNode node) {
        Map<String, String> evidence = new TreeMap<>();
        node.properties().stream()
                .limit(MOST_EVIDENCE)
                .forEach(e -> evidence.put(clipped(e.getKey(), MOST_NAME), told(e.getValue())));
        return evidence;
    }

    /** What it says, in one bounded line; empty when it says nothing. It ends in journal, log and pages. */
    private static String told(JsonNode said) {
        if (said.isMissingNode() || said.isNull()) {
            return "";
        }
        // An object's text would be empty, and a finding with it.
        return clipped(said.isTextual() ? said.asText() : said.toString(), MOST_TOLD);
    }

    private static String told(JsonNode said, String otherwise) {
        String told = told(said);
        return told.isBlank() ? otherwise : told;
    }

    private static String clipped(String text, int most) {
        String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ");
        return line.length() > most ? line.substring(0, most) + "..." : line;
    }

    private static PortException problem(String what, Answered answer) {
        String message =
                "promotion engine "
                        + what
                        + ": "
                        + answer.status()
                        + " "
                        + told(answer.body().path("error"));
        return switch (answer.status()) {
            case 401, 403 -> PortException.denied(message);
            case 400, 404, 409, 422 -> PortException.lasting(message);
            default -> PortException.passing(message);
        };
    }
}
