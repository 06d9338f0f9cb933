package dev.cutover.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Refusal;
import dev.cutover.run.PlanReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Why a request was not answered as wanted. Source: RFC 9457.
///
/// @param kind the stable last part of the type `urn:cutover:problem:...`
/// @param title what this kind is called; the same for every problem of the kind
/// @param status the HTTP status
/// @param detail expected, seen, what to do, of this very problem
/// @param extras further members by name
public record Problem(
        String kind, String title, int status, String detail, Map<String, JsonNode> extras) {
    /// The media type. Source: RFC 9457 section 3.
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    public Problem {
        extras = new LinkedHashMap<>(extras);
    }

    /// The body that is sent.
    ///
    /// @param instance the path that was asked for
    public ObjectNode body(String instance) {
        ObjectNode body = JSON.objectNode();
        body.put("type", "urn:cutover:problem:" + kind);
        body.put("title", title);
        body.put("status", status);
        body.put("detail", detail);
        body.put("instance", instance);
        extras.forEach(body::set);
        return body;
    }

    private static Problem of(String kind, String title, int status, String detail) {
        return new Problem(kind, title, status, detail, Map.of());
    }

    private Problem with(String name, JsonNode value) {
        Map<String, JsonNode> more = new LinkedHashMap<>(extras);
        more.put(name, value);
        return new Problem(kind, title, status, detail, more);
    }

    /// The body is no JSON, or not of the expected shape.
    ///
    /// @param line from 1; 0 when unknown
    static Problem badBody(String detail, int line, int column) {
        Problem problem = of("bad-body", "The body is not what this call takes", 400, detail);
        return line < 1
                ? problem
                : problem.with("line", JSON.numberNode(line))
                        .with("column", JSON.numberNode(column));
    }

    /// A request whose body ended early or cannot be decoded, before anything was made of it.
    static Problem unreadable(String expected) {
        return of("unreadable", "The body cannot be read", 400, expected);
    }

    /// A parameter or header is not of the expected form.
    static Problem badParameter(String name, String detail) {
        return of(
                        "bad-parameter",
                        "A parameter or header cannot be used",
                        400,
                        name + ": " + detail)
                .with("parameter", JSON.textNode(name));
    }

    /// A value in a well-formed body means nothing.
    static Problem badValue(String pointer, String detail) {
        return of("bad-value", "A value in the body cannot be used", 422, pointer + ": " + detail)
                .with("pointer", JSON.textNode("#/" + pointer));
    }

    /// The text is no plan.
    static Problem badPlan(List<PlanReader.Mistake> mistakes) {
        var all = JSON.arrayNode();
        for (PlanReader.Mistake m : mistakes) {
            all.addObject()
                    .put("file", m.file())
                    .put("line", m.line())
                    .put("column", m.column())
                    .put("path", m.path())
                    .put("message", m.message());
        }
        String first =
                mistakes.isEmpty()
                        ? "the plan cannot be read"
                        : where(mistakes.getFirst()) + mistakes.getFirst().message();
        return of(
                        "bad-plan",
                        "The text is no plan",
                        422,
                        (mistakes.size() == 1
                                        ? "1 mistake: "
                                        : mistakes.size() + " mistakes, first ")
                                + first)
                .with("mistakes", all);
    }

    /// A mistake about the file as a whole has no key.
    private static String where(PlanReader.Mistake mistake) {
        return mistake.path().isEmpty() ? "the plan " : mistake.path() + ": ";
    }

    /// The plan may not run against the zone as it is.
    static Problem planRefused(List<Refusal> refusals, String hash) {
        var all = JSON.arrayNode();
        for (Refusal r : refusals) {
            all.addObject()
                    .put("code", r.code())
                    .put("subject", r.subject())
                    .put("message", r.message())
                    .put("remedy", r.remedy());
        }
        return of(
                        "plan-refused",
                        "The plan may not run against the zone as it is",
                        409,
                        "nothing was changed; "
                                + (refusals.size() == 1
                                        ? "1 refusal: "
                                        : refusals.size() + " refusals, first ")
                                + (refusals.isEmpty() ? "" : refusals.getFirst()))
                .with("refusals", all)
                .with("hash", JSON.textNode(hash));
    }

    /// The cutover does not accept this request where it is.
    static Problem requestRefused(Phase.Reason why, Cutover cutover) {
        return why.code().equals("OtherPlan")
                ? planChanged(why.text())
                        .with("code", JSON.textNode(why.code()))
                        .with("phase", JSON.textNode(cutover.phase().text()))
                : notAccepted(why.code(), why.text(), cutover.phase().text());
    }

    static Problem notAccepted(String code, String why, String phase) {
        return of("request-refused", "The cutover does not accept this where it is", 409, why)
                .with("code", JSON.textNode(code))
                .with("phase", JSON.textNode(phase));
    }

    /// The plan that was looked at is not the one that would run.
    private static Problem planChanged(String detail) {
        return of("plan-changed", "This is not the plan that was looked at", 412, detail);
    }

    /// Something happened since the caller looked. Tells what there is now.
    static Problem changedSince(String seen, Cutover now) {
        return changedSince(seen, now.phase().text(), now.seq(), now.planHash());
    }

    static Problem changedSince(String seen, String phase, long seq, String planHash) {
        return of(
                        "changed-since",
                        "This is not what was looked at",
                        412,
                        "expected the entity tag \""
                                + seq
                                + "\" or the plan hash "
                                + planHash
                                + ", seen \""
                                + seen
                                + "\"; nothing was changed, look at the cutover again")
                .with("phase", JSON.textNode(phase))
                .with("seq", JSON.numberNode(seq))
                .with("planHash", JSON.textNode(planHash));
    }

    /// A key came again with something else. Source:
    /// draft-ietf-httpapi-idempotency-key-header-07 section 2.7.
    static Problem keyReused() {
        return of(
                "key-reused",
                "The key was used for another request",
                422,
                "expected the same body and If-Match as the first time this Idempotency-Key was"
                        + " used, seen others; nothing was changed, use a new key for a new request");
    }

    /// More streams are open than this node keeps.
    static Problem tooManyStreams(int most) {
        return of(
                "too-many-streams",
                "Too many streams are open",
                503,
                "expected fewer than "
                        + most
                        + " open event streams on this node; close some, come again, or read pages");
    }

    /// One reader has more streams than a fair share of this node's. Source: RFC 6585 section 4.
    static Problem tooManyStreamsOfOne(String name, int most) {
        return of(
                "too-many-streams-of-one",
                "Too many of your streams are open",
                429,
                "expected at most "
                        + most
                        + " open event streams of "
                        + name
                        + " on this node; close some, or follow /api/v1/changes for all cutovers at"
                        + " once");
    }

    /// A condition is missing. Source: RFC 6585 section 3.
    static Problem conditionMissing(String detail) {
        return of("condition-missing", "A condition is required", 428, detail);
    }

    private static final String WITHOUT_DATABASE =
            "to bring visitors back without a database: cutover restore FILE, with the"
                    + " before-image whose place the first announcement names";

    /// A provider cannot be asked, so nothing can be said about its zone.
    static Problem unreachable(String why) {
        return of(
                "unreachable",
                "A provider cannot be reached",
                503,
                why + "; nothing was changed, try again");
    }

    static Problem storeUnavailable() {
        return of(
                "store-unavailable",
                "The journal cannot be reached",
                503,
                "the controller's database does not answer; whether the request was journaled is"
                        + " unknown, ask again with the same Idempotency-Key; "
                        + WITHOUT_DATABASE);
    }

    static Problem storeNotWritable(String why) {
        return of(
                "store-not-writable",
                "The journal cannot be written",
                503,
                why
                        + "; nothing was journaled and nothing was done, ask again once it can"
                        + " write; "
                        + WITHOUT_DATABASE);
    }

    static Problem noSuchCutover(String id) {
        return of(
                "no-such-cutover",
                "There is no such cutover",
                404,
                "expected the id of a cutover, seen '" + id + "'; the list of cutovers names them");
    }

    static Problem noKey(String detail) {
        return of("no-key", "A key is required", 401, detail);
    }

    static Problem roleMissing(String name, Role needed) {
        return of(
                        "role-missing",
                        "The key may not do this",
                        403,
                        "expected a key with the role "
                                + needed.text()
                                + ", seen the key of "
                                + name)
                .with("role", JSON.textNode(needed.text()));
    }

    static Problem tooLarge(long mostBytes) {
        return of(
                        "too-large",
                        "The body is too large",
                        413,
                        "expected at most "
                                + mostBytes
                                + " bytes, seen more; leave files out that the plan does not need")
                .with("mostBytes", JSON.numberNode(mostBytes));
    }

    /// What the platform refused by itself, such as an unknown path or method.
    static Problem ofStatus(int status, String reason) {
        String detail =
                switch (status) {
                    case 404 -> "there is nothing at this path; /q/openapi lists what there is";
                    case 405 ->
                            "this path does not take this method; /q/openapi lists what it takes";
                    case 406 ->
                            "expected to be asked for application/json, or text/event-stream where /q/openapi says so";
                    case 415 -> "expected a body of Content-Type application/json";
                    default -> reason;
                };
        return of("http-" + status, reason, status, detail);
    }

    /// Something nobody foresaw. What it was is in the log, under the number given here.
    static Problem unforeseen(String number) {
        return of(
                        "unforeseen",
                        "Something unforeseen happened",
                        500,
                        "the controller could not answer; its log says more under " + number)
                .with("number", JSON.textNode(number));
    }
}
