package dev.cutover.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Phase;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The published description is complete, and the API does what it says.
@QuarkusTest
@TestProfile(ApiProfile.class)
class DescriptionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ACME = "/api/v1/cutovers/acme-1";
    private static final String STREAM = "text/event-stream";

    @Inject ApiWorld world;

    private JsonNode api = JSON.createObjectNode();
    private final Set<String> made = new TreeSet<>();

    @BeforeEach
    void the_description_is_read() throws IOException {
        world.reset();
        api =
                JSON.readTree(
                        given().queryParam("format", "json")
                                .get("/q/openapi")
                                .then()
                                .statusCode(200)
                                .extract()
                                .asString());
    }

    @Test
    void every_call_is_described_with_examples_and_problems() {
        List<String> missing = new ArrayList<>();
        assertThat(api.at("/components/securitySchemes/key/scheme").asText()).isEqualTo("bearer");
        calls().forEach(
                        (call, operation) -> {
                            for (String field :
                                    List.of("operationId", "summary", "description", "x-role")) {
                                require(missing, call, operation, field);
                            }
                            if (operation.path("security").isEmpty()
                                    && api.path("security").isEmpty()) {
                                missing.add(call + " security");
                            }
                            parameters(missing, call, operation);
                            body(missing, call, operation);
                            answers(missing, call, operation);
                        });
        assertThat(missing).isEmpty();
    }

    private void parameters(List<String> missing, String call, JsonNode operation) {
        Set<String> names = new TreeSet<>();
        for (JsonNode parameter : operation.path("parameters")) {
            String name = parameter.path("name").asText();
            names.add(name);
            require(missing, call + " parameter " + name, parameter, "description");
            require(missing, call + " parameter " + name, parameter, "example");
            require(missing, call + " parameter " + name, parameter, "schema");
        }
        if (call.startsWith("POST") && !names.contains("Idempotency-Key")) {
            missing.add(call + " Idempotency-Key");
        }
    }

    private void body(List<String> missing, String call, JsonNode operation) {
        if (!call.startsWith("POST")) {
            return;
        }
        JsonNode media = resolved(operation.path("requestBody")).at("/content/application~1json");
        require(missing, call + " body", media, "schema");
        JsonNode examples = media.path("examples");
        if (examples.isEmpty()) {
            missing.add(call + " body examples");
        }
        for (JsonNode example : examples) {
            JsonNode value = example.path("value");
            missing.addAll(wrong(call + " body example", media.path("schema"), parsed(value)));
        }
    }

    private static JsonNode parsed(JsonNode value) {
        try {
            return value.isTextual() ? JSON.readTree(value.asText()) : value;
        } catch (IOException e) {
            return value;
        }
    }

    private void answers(List<String> missing, String call, JsonNode operation) {
        Map<String, JsonNode> answers = new TreeMap<>();
        operation
                .path("responses")
                .properties()
                .forEach(e -> answers.put(e.getKey(), e.getValue()));
        for (String status : List.of("401", "403", "500")) {
            if (!answers.containsKey(status)) {
                missing.add(call + " " + status);
            }
        }
        answers.forEach(
                (status, answer) -> {
                    String where = call + " " + status;
                    require(missing, where, answer, "description");
                    if (status.charAt(0) >= '4') {
                        JsonNode problem = answer.path("content").path(Problem.MEDIA_TYPE);
                        require(missing, where, problem, "schema");
                        if (problem.path("examples").isEmpty()) {
                            missing.add(where + " examples");
                        }
                        for (JsonNode example : problem.path("examples")) {
                            missing.addAll(
                                    wrong(where, problem.path("schema"), example.path("value")));
                            if (example.at("/value/status").asInt() != Integer.parseInt(status)) {
                                missing.add(where + " example's status");
                            }
                        }
                        return;
                    }
                    answer.path("content")
                            .properties()
                            .forEach(
                                    media -> {
                                        JsonNode example = media.getValue().path("example");
                                        if (example.isMissingNode() || example.isNull()) {
                                            missing.add(where + " example " + media.getKey());
                                        } else {
                                            missing.addAll(
                                                    wrong(
                                                            where + " example",
                                                            media.getValue().path("schema"),
                                                            example));
                                        }
                                    });
                });
    }

    @Test
    void every_call_answers_as_described() throws Exception {
        Map<String, String> plan = Map.of("plan", "acme");
        good("viewer", "POST", "/api/v1/plans/preview", plan, Map.of());
        Response begun =
                good("operator", "POST", "/api/v1/cutovers", plan, Map.of("Idempotency-Key", "k"));
        assertThat(begun.getHeader("ETag")).isEqualTo("\"1\"");
        good("viewer", "GET", "/api/v1/cutovers?limit=1&site=n0.acme.acme.example", null, Map.of());
        good("viewer", "GET", ACME, null, Map.of());
        good("viewer", "GET", ACME, null, Map.of("If-None-Match", "\"1\""));
        good("viewer", "GET", ACME + "/events", null, Map.of());
        good("viewer", "GET", ACME + "/report", null, Map.of());
        good("viewer", "GET", "/api/v1/schema/plan", null, Map.of());
        good("operator", "POST", ACME + "/hold", Map.of("why", "x"), Map.of());
        good("operator", "POST", ACME + "/resume", Map.of(), Map.of());
        good("approver", "POST", ACME + "/approve", Map.of(), Map.of("If-Match", "\"5\""));
        good("operator", "POST", ACME + "/postpone", WINDOW, Map.of());
        try (StreamClient client =
                new StreamClient(
                        URI.create("http://127.0.0.1:" + io.restassured.RestAssured.port),
                        world.key("viewer"))) {
            assertThat(client.open("/api/v1/changes", Map.of())).isEqualTo(200);
            assertThat(client.next().event()).isEqualTo("look");
            made.add("followChanges");
        }
        good("operator", "POST", ACME + "/abort", Map.of("why", "x"), Map.of());
        world.journal()
                .happens(
                        new CutoverId("acme-1"),
                        new Event.PhaseEntered(
                                new Phase.Cancelled(), new Phase.Reason("Test", "over")));
        good("viewer", "GET", ACME + "/events", null, Map.of("Accept", STREAM));
        good(
                "viewer",
                "GET",
                ACME + "/events?after=99",
                null,
                Map.of("Last-Event-ID", "10", "Accept", STREAM));

        Set<String> all = new TreeSet<>();
        calls().values().forEach(operation -> all.add(operation.path("operationId").asText()));
        assertThat(made).isEqualTo(all);
    }

    private static final Map<String, String> WINDOW =
            Map.of(
                    "opens", "2026-12-10T02:00",
                    "closes", "2026-12-10T05:00",
                    "zone", "Europe/Berlin");

    @Test
    void problems_are_as_described() throws Exception {
        good("operator", "POST", "/api/v1/cutovers", Map.of("plan", "acme"), Map.of());
        problem(400, "viewer", "GET", "/api/v1/cutovers?limit=0", null, Map.of());
        problem(400, "operator", "POST", ACME + "/hold", Map.of("wyh", "x"), Map.of());
        problem(
                400,
                "operator",
                "POST",
                ACME + "/hold",
                Map.of(),
                Map.of("Idempotency-Key", "a b"));
        problem(401, "nobody", "GET", ACME, null, Map.of());
        problem(403, "viewer", "POST", ACME + "/abort", Map.of(), Map.of());
        problem(404, "viewer", "GET", "/api/v1/cutovers/nobody-1/report", null, Map.of());
        problem(409, "operator", "POST", ACME + "/resume", Map.of(), Map.of());
        problem(409, "operator", "POST", "/api/v1/cutovers", Map.of("plan", "acme"), Map.of());
        problem(412, "approver", "POST", ACME + "/approve", Map.of(), Map.of("If-Match", "\"9\""));
        problem(422, "operator", "POST", ACME + "/postpone", Map.of("zone", "x"), Map.of());
        problem(422, "viewer", "POST", "/api/v1/plans/preview", Map.of("plan", "bad"), Map.of());
        problem(428, "approver", "POST", ACME + "/approve", Map.of(), Map.of());
        world.breakProvider();
        problem(503, "viewer", "POST", "/api/v1/plans/preview", Map.of("plan", "a"), Map.of());
    }

    private Response good(
            String who,
            String method,
            String path,
            @org.jspecify.annotations.Nullable Object body,
            Map<String, String> headers)
            throws IOException {
        Response answer = ask(who, method, path, body, headers);
        assertThat(answer.statusCode())
                .as("%s %s: %s", method, path, answer.asString())
                .isLessThan(400);
        return described(answer, method, path);
    }

    private void problem(
            int status,
            String who,
            String method,
            String path,
            @org.jspecify.annotations.Nullable Object body,
            Map<String, String> headers)
            throws IOException {
        Response answer = ask(who, method, path, body, headers);
        assertThat(answer.statusCode())
                .as("%s %s: %s", method, path, answer.asString())
                .isEqualTo(status);
        described(answer, method, path);
        String kind =
                JSON.readTree(answer.asString())
                        .path("type")
                        .asText()
                        .replace("urn:cutover:problem:", "");
        assertThat(
                        answer(method, path, status)
                                .at("/content/application~1problem+json/examples")
                                .has(kind))
                .as("%s %s: an example of %s", method, path, kind)
                .isTrue();
    }

    private Response ask(
            String who,
            String method,
            String path,
            @org.jspecify.annotations.Nullable Object body,
            Map<String, String> headers) {
        RequestSpecification request =
                given().contentType("application/json")
                        .headers(headers)
                        .header("Authorization", "Bearer " + world.key(who));
        return (body == null ? request : request.body(body)).request(method, path);
    }

    /// The status, the media type, the ETag and the shape stand in the description.
    private Response described(Response answer, String method, String path) throws IOException {
        JsonNode described = answer(method, path, answer.statusCode());
        String where = method + " " + path + " " + answer.statusCode();
        assertThat(described.isMissingNode()).as("%s is not described", where).isFalse();
        if (answer.getHeader("ETag") != null && answer.statusCode() < 400) {
            assertThat(described.path("headers").has("ETag")).as("%s ETag", where).isTrue();
        }
        if (answer.asString().isEmpty()) {
            assertThat(described.path("content").isEmpty()).as("%s body", where).isTrue();
        } else {
            String type = answer.contentType().replaceFirst(";.*", "");
            JsonNode media = described.path("content").path(type);
            assertThat(media.isMissingNode()).as("%s %s", where, type).isFalse();
            if (!type.equals(STREAM)) {
                assertThat(wrong(where, media.path("schema"), JSON.readTree(answer.asString())))
                        .isEmpty();
            }
        }
        made.add(operation(method, path).path("operationId").asText());
        return answer;
    }

    private JsonNode answer(String method, String path, int status) {
        return operation(method, path).path("responses").path(Integer.toString(status));
    }

    private JsonNode operation(String method, String path) {
        String template =
                path.replaceFirst("\\?.*", "")
                        .replaceFirst("/cutovers/[a-z]+-[0-9]+", "/cutovers/{id}");
        return calls().getOrDefault(method + " " + template, JSON.missingNode());
    }

    private Map<String, JsonNode> calls() {
        Map<String, JsonNode> calls = new TreeMap<>();
        api.path("paths")
                .properties()
                .forEach(
                        path -> {
                            if (path.getKey().startsWith("/api/")) {
                                for (String method : List.of("get", "post", "put", "delete")) {
                                    if (path.getValue().has(method)) {
                                        calls.put(
                                                method.toUpperCase(java.util.Locale.ROOT)
                                                        + " "
                                                        + path.getKey(),
                                                path.getValue().get(method));
                                    }
                                }
                            }
                        });
        assertThat(calls).isNotEmpty();
        return calls;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? api.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static void require(List<String> missing, String where, JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode()
                || value.isNull()
                || (value.isTextual() && value.asText().isBlank())) {
            missing.add(where + " " + field);
        }
    }

    /// What of a value the schema does not know. Members that stand in no schema count as wrong.
    private List<String> wrong(String where, JsonNode schema, JsonNode value) {
        ObjectNode root = schema.deepCopy();
        root.set("components", api.path("components").deepCopy());
        close(root);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(root)
                .validate(value)
                .stream()
                .map(m -> where + ": " + m.getMessage())
                .toList();
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(DescriptionTest::close);
    }
}
