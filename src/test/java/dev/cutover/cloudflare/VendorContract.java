package dev.cutover.cloudflare;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.LevelResolverFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.http.LoopbackServer;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// Stands between the adapter and the lab and holds each exchange against the vendor's OpenAPI
/// file.
///
/// The file stands beside the project, never inside it: in the folder that CUTOVER_CONTRACTS names,
/// or in shared/contracts of one of the folders above.
final class VendorContract implements AutoCloseable {
    private static final String NAME = "cloudflare-openapi-subset.json";
    private static final String ROOT = "/client/v4";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OpenApiInteractionValidator contract;
    private final URI behind;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> breaches = new CopyOnWriteArrayList<>();
    private final List<String> checked = new CopyOnWriteArrayList<>();
    private final LoopbackServer server = LoopbackServer.plain(this::passed);

    private VendorContract(OpenApiInteractionValidator contract, URI behind) {
        this.contract = contract;
        this.behind = behind;
    }

    /// Skips the calling test with a printed reason when the file is absent; fails it in CI.
    static VendorContract before(URI lab) throws IOException {
        Optional<Path> file = find();
        if (file.isEmpty()) {
            String reason =
                    "the vendor's OpenAPI file was not found: set CUTOVER_CONTRACTS to its folder,"
                            + " or place it in ../shared/contracts";
            if (System.getenv("CI") != null) {
                fail(reason);
            }
            System.out.println("skipped: " + reason);
            abort(reason);
        }
        JsonNode tree = JSON.readTree(Files.readString(file.orElseThrow()));
        spellOut(tree);
        return new VendorContract(
                OpenApiInteractionValidator.createForInlineApiSpecification(tree.toString())
                        .withLevelResolver(LevelResolverFactory.withAdditionalPropertiesIgnored())
                        .build(),
                lab);
    }

    URI endpoint() {
        return URI.create(server.uri() + ROOT);
    }

    /// What broke the contract, each with its call.
    List<String> breaches() {
        return List.copyOf(breaches);
    }

    /// The exchanges that were checked, as method and path.
    List<String> checked() {
        return List.copyOf(checked);
    }

    @Override
    public void close() {
        server.close();
    }

    private Reply passed(Request request) throws IOException, InterruptedException {
        String path = request.path().substring(ROOT.length());
        String query = request.query().isEmpty() ? "" : "?" + request.query();
        var onward =
                HttpRequest.newBuilder(URI.create(behind + path + query))
                        .method(
                                request.method(),
                                request.body().length == 0
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(request.body()))
                        .header("Authorization", request.header("authorization").orElse(""))
                        .header("Content-Type", "application/json")
                        .build();
        var answer = http.send(onward, HttpResponse.BodyHandlers.ofString());

        var asked =
                new SimpleRequest.Builder(request.method(), ROOT + path)
                        .withAuthorization(request.header("authorization").orElse(""));
        if (request.body().length > 0) {
            asked.withContentType(request.header("content-type").orElse("none"))
                    .withBody(request.text());
        }
        request.parameters().forEach(asked::withQueryParam);
        var told = SimpleResponse.Builder.status(answer.statusCode()).withBody(answer.body());
        answer.headers().map().forEach((name, values) -> told.withHeader(name, values));
        checked.add(request.method() + " " + path);
        contract.validate(asked.build(), told.build()).getMessages().stream()
                .map(m -> request.method() + " " + path + ": " + m.getMessage())
                .forEach(breaches::add);
        return Reply.json(answer.statusCode(), answer.body());
    }

    private static Optional<Path> find() {
        String named = System.getenv("CUTOVER_CONTRACTS");
        if (named != null) {
            return Optional.of(Path.of(named, NAME)).filter(Files::isReadable);
        }
        Path folder = Path.of("").toAbsolutePath();
        for (int up = 0; up < 4 && folder != null; up++) {
            Path file = folder.resolve("shared/contracts").resolve(NAME);
            if (Files.isReadable(file)) {
                return Optional.of(file);
            }
            folder = folder.getParent();
        }
        return Optional.empty();
    }

    // The validator's parser needs two things said that the file leaves open: of what an array is,
    // and that a content without a type is text.
    private static void spellOut(JsonNode node) {
        if (node instanceof ObjectNode object) {
            if (object.path("type").asText().equals("array") && !object.has("items")) {
                object.putObject("items");
            }
            if (object.path("properties").path("content") instanceof ObjectNode content
                    && !content.has("type")
                    && !content.has("$ref")) {
                content.put("type", "string");
            }
        }
        node.forEach(VendorContract::spellOut);
    }
}
