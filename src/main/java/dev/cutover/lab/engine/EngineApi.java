package dev.cutover.lab.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.CallTap.Kind;
import dev.cutover.lab.CallTap.Moment;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The engine's HTTP side; its words are in the package's description. */
final class EngineApi implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Promotions promotions;
    private final byte[] credential;
    private final CallTap tap;
    private final LoopbackServer server;

    EngineApi(Promotions promotions, String credential, int port, CallTap tap) {
        this.promotions = promotions;
        this.credential = credential.getBytes(StandardCharsets.UTF_8);
        this.tap = tap;
        this.server =
                new LoopbackServer(
                        LoopbackServer.PLAIN_ADDRESS,
                        port,
                        Optional.empty(),
                        64 << 10,
                        this::answered);
    }

    URI endpoint() {
        return server.uri();
    }

    @Override
    public void close() {
        server.close();
        promotions.close();
    }

    private Reply answered(Request request) throws IOException, InterruptedException {
        var given = request.bearer().orElse("").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, credential)) {
            return error(401, "a bearer credential is needed");
        }
        var at = request.segments();
        if (request.path().equals("/lab/fault") && request.method().equals("POST")) {
            return fault(request);
        }
        if (at.isEmpty() || !at.get(0).equals("promotions") || at.size() > 3) {
            return error(404, "no such resource: " + request.path());
        }
        if (at.size() > 1 && !ID.matcher(at.get(1)).matches()) {
            return error(400, "a promotion's id is 1 to 128 of letters, digits, '.', '_', '-'");
        }
        var subject =
                switch (at.size()) {
                    case 1 -> "";
                    case 2 -> " one";
                    default -> " " + at.get(2);
                };
        return switch (request.method() + subject) {
            case "GET" -> list();
            case "PUT one" -> told(Kind.PROMOTION_START, request, () -> start(at.get(1), request));
            case "GET one" -> told(Kind.PROMOTION_LOOK, request, () -> look(at.get(1)));
            case "POST verify" -> told(Kind.PROMOTION_VERIFY, request, () -> verify(at.get(1)));
            case "POST rollback" ->
                    told(Kind.PROMOTION_ROLLBACK, request, () -> rollBack(at.get(1)));
            default -> error(405, "cannot " + request.method() + " " + request.path());
        };
    }

    private interface Act {
        Reply.Answer now() throws IOException, InterruptedException;
    }

    private Reply told(Kind kind, Request request, Act act)
            throws IOException, InterruptedException {
        var detail = request.method() + " " + request.path();
        tap.at(kind, Moment.BEFORE, detail);
        var answer = act.now();
        tap.at(kind, Moment.DURING, detail);
        return answer.then(() -> tap.at(kind, Moment.AFTER, detail));
    }

    private Reply.Answer list() {
        var answer = JSON.createObjectNode();
        var list = answer.putArray("promotions");
        promotions.all().forEach(promotion -> list.add(promotion.json()));
        return Reply.json(200, answer.toString());
    }

    private Reply.Answer start(String id, Request request) throws IOException {
        var body = body(request);
        var from = body.path("staging");
        var to = body.path("production");
        if (!from.isTextual() || !to.isTextual()) {
            return error(400, "expected {\"staging\":\"...\",\"production\":\"...\"}");
        }
        var fresh = promotions.start(id, from.asText(), to.asText());
        var promotion = promotions.find(id).orElseThrow();
        if (!promotion.staging().equals(from.asText())
                || !promotion.production().equals(to.asText())) {
            return error(409, "promotion " + id + " is known with another source or target");
        }
        return Reply.json(fresh ? 202 : 200, promotion.json().toString());
    }

    private Reply.Answer look(String id) {
        return promotions
                .find(id)
                .map(promotion -> Reply.json(200, promotion.json().toString()))
                .orElseGet(() -> unknown(id));
    }

    private Reply.Answer verify(String id) throws IOException {
        var promotion = promotions.find(id);
        if (promotion.isEmpty()) {
            return unknown(id);
        }
        if (promotion.get().stage() != Promotion.Stage.DONE || promotion.get().rolledBack()) {
            return error(409, "promotion " + id + " is not done, so there is nothing to verify");
        }
        return Reply.json(200, promotions.verify(promotion.get()).toString());
    }

    private Reply.Answer rollBack(String id) throws IOException, InterruptedException {
        return promotions.find(id).isEmpty()
                ? unknown(id)
                : Reply.json(200, promotions.rollBack(id).toString());
    }

    /** For the lab only: plants a fault, {@code {"fault":"fail"}}. */
    private Reply.Answer fault(Request request) {
        var named = body(request).path("fault").asText();
        for (var fault : Promotions.Fault.values()) {
            if (fault.name().toLowerCase(Locale.ROOT).equals(named)) {
                promotions.fault(fault);
                return Reply.json(200, "{\"fault\":\"" + named + "\"}");
            }
        }
        return error(400, "no such fault: " + named);
    }

    private static JsonNode body(Request request) {
        try {
            return JSON.readTree(request.text());
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    private static Reply.Answer unknown(String id) {
        return error(404, "never heard of promotion " + id);
    }

    private static Reply.Answer error(int status, String text) {
        return Reply.json(status, JSON.createObjectNode().put("error", text).toString());
    }
}
