package dev.cutover.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Predicate;

/** Speaks with an engine as a caller does. */
final class EngineClient {

    static final String BODY =
            "{\"staging\":\"https://staging.acme.example\",\"production\":\"https://www.acme.example\"}";

    record Answer(int status, JsonNode body) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI engine;
    private final String credential;

    EngineClient(URI engine, String credential) {
        this.engine = engine;
        this.credential = credential;
    }

    Answer call(String method, String path, String body) throws Exception {
        var response =
                http.send(
                        HttpRequest.newBuilder(URI.create(engine + path))
                                .timeout(Duration.ofSeconds(40))
                                .header("Authorization", "Bearer " + credential)
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    Answer start(String id) throws Exception {
        return call("PUT", "/promotions/" + id, BODY);
    }

    JsonNode look(String id) throws Exception {
        return call("GET", "/promotions/" + id, "").body();
    }

    /** Looks until the state is as wanted, at most a minute. */
    JsonNode until(String id, Predicate<JsonNode> wanted) throws Exception {
        var end = System.nanoTime() + 60_000_000_000L;
        while (true) {
            var state = look(id);
            if (wanted.test(state)) {
                return state;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("after a minute still " + state);
            }
            Thread.sleep(10);
        }
    }

    JsonNode untilState(String id, String state) throws Exception {
        return until(id, node -> node.path("state").asText().equals(state));
    }
}
