package dev.cutover.lab.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.LevelResolverFactory;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is said to and by the lab's Cloudflare against the vendor's OpenAPI file: give {@link #heard}
 * to {@link CloudflareApi#overhear}, ask {@link #breaches} at the end.
 *
 * <p>An operation the file does not know is a breach. Answers of the status 500 and above are a gateway's
 * and no part of the contract; a request without an answer is held against it alone.
 *
 * <p>The file stands beside the project, never inside it: in the folder that CUTOVER_CONTRACTS names, or in
 * shared/contracts of one of the folders above.
 */
public final class VendorContract {
    private static final String NAME = "cloudflare-openapi-subset.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static @Nullable OpenApiInteractionValidator read;

    private final OpenApiInteractionValidator contract = orSkip();
    private final ConcurrentLinkedQueue<Exchange> heard = new ConcurrentLinkedQueue<>();

    private record Exchange(Request request, Reply reply) {
        String name() {
            return request.method() + " " + request.path();
        }
    }

    /** The file as a validator. Skips the calling test with a printed reason without it; fails it in CI. */
    static synchronized OpenApiInteractionValidator orSkip() {
        if (read != null) {
            return read;
        }
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
        try {
            JsonNode tree = JSON.readTree(Files.readString(file.orElseThrow()));
            spellOut(tree);
            OpenApiInteractionValidator made =
                    OpenApiInteractionValidator.createForInlineApiSpecification(tree.toString())
                            .withLevelResolver(
                                    LevelResolverFactory.withAdditionalPropertiesIgnored())
                            .build();
            read = made;
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The contract for a story that is told without the file too; always there in CI. */
    public static Optional<VendorContract> ifHere() {
        return find().isPresent() || System.getenv("CI") != null
                ? Optional.of(new VendorContract())
                : Optional.empty();
    }

    /** Remembers an exchange; it is judged later, so that nobody waits for it. */
    public void heard(Request request, Reply reply) {
        heard.add(new Exchange(request, reply));
    }

    /** The exchanges so far, as method and path. */
    public List<String> calls() {
        return heard.stream().map(Exchange::name).toList();
    }

    /** What broke the contract so far, each breach once, with its call. */
    public Set<String> breaches() {
        Set<String> breaches = new LinkedHashSet<>();
        for (Exchange exchange : heard) {
            judged(exchange).getMessages().stream()
                    .map(m -> exchange.name() + ": " + m.getMessage())
                    .forEach(breaches::add);
        }
        return breaches;
    }

    /** Fails the calling test when something broke the contract, or when zone writes were never heard. */
    public void isKept() {
        assertThat(calls()).anyMatch(call -> call.endsWith("/dns_records/batch"));
        assertThat(breaches()).as("calls that break the vendor's contract").isEmpty();
    }

    private ValidationReport judged(Exchange exchange) {
        Request request = exchange.request();
        var asked =
                new SimpleRequest.Builder(request.method(), request.path())
                        .withAuthorization(request.header("authorization").orElse(""));
        if (request.body().length > 0) {
            asked.withContentType(request.header("content-type").orElse("none"))
                    .withBody(request.text());
        }
        request.parameters().forEach(asked::withQueryParam);
        return switch (exchange.reply()) {
            case Reply.Cut cut -> contract.validateRequest(asked.build());
            case Reply.Answer answer when answer.status() >= 500 ->
                    contract.validateRequest(asked.build());
            case Reply.Answer answer -> {
                var told = SimpleResponse.Builder.status(answer.status()).withBody(answer.body());
                answer.headers().forEach((name, values) -> told.withHeader(name, values));
                yield contract.validate(asked.build(), told.build());
            }
        };
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

    // The file is valid, but the validator's parser needs three things said that it leaves open: of
    // what an array is, that a content or description without a type is text (it would be taken for
    // an object: CNAME, NS, rules), and that a rule's position says one thing.
    private static void spellOut(JsonNode node) {
        if (node instanceof ObjectNode object) {
            if (object.path("type").asText().equals("array") && !object.has("items")) {
                object.putObject("items");
            }
            if (object.path("title").asText().endsWith(" position")) {
                var required = object.putArray("required");
                object.path("properties").fieldNames().forEachRemaining(required::add);
            }
            for (var id : List.of("fallback_pool", "monitor_id")) {
                if (object.path("load-balancing_" + id) instanceof ObjectNode text) {
                    text.put("type", "string");
                }
            }
            for (var text : List.of("content", "description")) {
                if (object.path("properties").path(text) instanceof ObjectNode field
                        && !field.has("type")
                        && !field.has("$ref")) {
                    field.put("type", "string");
                }
            }
        }
        node.forEach(VendorContract::spellOut);
    }
}
