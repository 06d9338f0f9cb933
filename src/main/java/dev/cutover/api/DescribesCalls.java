package dev.cutover.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/// Completes the API's description when it is built: each call's role, its headers, the problems it
/// may answer and an example of everything. The problems' examples are made by the code that makes
/// the problems.
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public final class DescribesCalls implements OASFilter {
    private static final String PROBLEM = "#/components/schemas/ProblemView";
    private static final ObjectMapper JSON = new ObjectMapper();

    /// The classes whose methods answer calls.
    static final List<Class<?>> RESOURCES =
            List.of(
                    ChangesResource.class,
                    CutoversResource.class,
                    EventsResource.class,
                    PlansResource.class,
                    SchemaResource.class,
                    VerbsResource.class);

    private static final Map<String, String> PARAMETERS =
            Map.of(
                    "id", "acme-relaunch-1",
                    "after", "12",
                    "limit", "50",
                    "cursor", "acme-relaunch-1",
                    "state", "live",
                    "phase", "Switching",
                    "site", "www.acme.example",
                    "Last-Event-ID", "12",
                    "If-Match", "\"12\"",
                    "If-None-Match", "\"12\"");

    private final Map<String, Role> roles = new TreeMap<>();

    public DescribesCalls() {
        for (Class<?> resource : RESOURCES) {
            for (Method method : resource.getDeclaredMethods()) {
                var operation =
                        method.getAnnotation(
                                org.eclipse.microprofile.openapi.annotations.Operation.class);
                NeedsRole needs = method.getAnnotation(NeedsRole.class);
                if (operation != null && needs != null) {
                    roles.put(operation.operationId(), needs.value());
                }
            }
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Schema problem = OASFactory.createSchema();
        problem.setRef(PROBLEM);
        Map<String, PathItem> paths = api.getPaths().getPathItems();
        if (paths == null) {
            return;
        }
        paths.forEach(
                (path, item) ->
                        item.getOperations()
                                .forEach(
                                        (method, operation) -> {
                                            if (path.startsWith("/api/")) {
                                                describe(path, operation, problem);
                                            }
                                        }));
    }

    private void describe(String path, Operation operation, Schema problem) {
        String id = operation.getOperationId();
        Role role = Objects.requireNonNull(roles.get(id), "no role is known of " + id);
        operation.addExtension("x-role", role.text());
        operation.setDescription(
                Stream.of(operation.getDescription(), "Needs the role " + role.text() + ".")
                        .filter(Objects::nonNull)
                        .reduce((a, b) -> a + " " + b)
                        .orElse(""));
        parameters(operation);
        examples(operation, id);
        for (Problem p : CallProblems.of(id)) {
            add(operation, path, p, problem);
        }
    }

    private static void parameters(Operation operation) {
        for (Parameter p :
                operation.getParameters() == null
                        ? List.<Parameter>of()
                        : operation.getParameters()) {
            switch (String.valueOf(p.getName())) {
                case "Idempotency-Key" -> {
                    p.setDescription(
                            "Up to 120 visible ASCII characters that name this one request. A"
                                    + " repeat within seven days with the same key and body changes"
                                    + " nothing and is answered as the first was, also while the first"
                                    + " still runs; with another body it is refused with 422.");
                    p.setExample("5f2c1d7e-hold-1");
                }
                case "If-Match" -> {
                    p.setDescription(
                            "What was looked at: the ETag of the cutover, or its planHash in"
                                    + " quotes. 412 tells what there is now.");
                    p.setRequired("approve".equals(operation.getOperationId()));
                }
                case "If-None-Match" ->
                        p.setDescription("The ETag that is known; 304 when it still holds.");
                case "id" -> p.setDescription("The cutover's id.");
                default -> {}
            }
            String example = PARAMETERS.get(String.valueOf(p.getName()));
            if (example != null) {
                p.setExample(example);
            }
        }
    }

    /// Examples of good answers are files named after the operation; every request is answered with
    /// a
    /// cutover.
    private static void examples(Operation operation, String id) {
        operation
                .getResponses()
                .getAPIResponses()
                .forEach(
                        (status, response) -> {
                            if (!status.startsWith("2") || response.getContent() == null) {
                                return;
                            }
                            response.getContent()
                                    .getMediaTypes()
                                    .forEach((type, media) -> media.setExample(example(id, type)));
                        });
        for (String status : List.of("200", "201", "304")) {
            APIResponse response = operation.getResponses().getAPIResponse(status);
            if (response != null && CallProblems.TAGGED.contains(id)) {
                Header tag = OASFactory.createHeader();
                tag.setDescription("The number of the last journal entry, in quotes");
                tag.setExample("\"12\"");
                response.addHeader("ETag", tag);
            }
        }
    }

    private static @Nullable Object example(String id, String type) {
        String of = CallProblems.TAGGED.contains(id) ? "getCutover" : id;
        String file = "examples/" + of + (type.equals("text/event-stream") ? ".txt" : ".json");
        try (InputStream in = DescribesCalls.class.getResourceAsStream(file)) {
            if (in == null) {
                return null;
            }
            byte[] bytes = in.readAllBytes();
            return file.endsWith(".txt")
                    ? new String(bytes, StandardCharsets.UTF_8)
                    : plain(JSON.readTree(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    /// JSON as the description's model takes it.
    private static @Nullable Object plain(JsonNode node) {
        return JSON.convertValue(node, Object.class);
    }

    private static void add(Operation operation, String path, Problem p, Schema schema) {
        String status = Integer.toString(p.status());
        APIResponse response = operation.getResponses().getAPIResponse(status);
        if (response == null || response.getContent() == null) {
            // The platform describes some by itself, without a body.
            response = OASFactory.createAPIResponse();
            response.setDescription(p.title());
            response.setContent(
                    OASFactory.createContent()
                            .addMediaType(
                                    Problem.MEDIA_TYPE,
                                    OASFactory.createMediaType().schema(schema)));
            operation.getResponses().addAPIResponse(status, response);
        } else if (!String.valueOf(response.getDescription()).contains(p.title())) {
            response.setDescription(
                    response.getDescription() + "; or: " + p.title().toLowerCase(Locale.ROOT));
        }
        MediaType media =
                Objects.requireNonNull(response.getContent().getMediaType(Problem.MEDIA_TYPE));
        var example = OASFactory.createExample();
        example.setSummary(p.title());
        example.setValue(plain(p.body(path.replace("{id}", "acme-relaunch-1"))));
        media.addExample(p.kind(), example);
        if (p.status() == 503) {
            Header again = OASFactory.createHeader();
            again.setDescription("Seconds after which to ask again");
            again.setExample("10");
            response.addHeader("Retry-After", again);
        }
    }
}
