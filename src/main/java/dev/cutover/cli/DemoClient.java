package dev.cutover.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** The demo's people at the controller's API: one who plans, one who approves. */
final class DemoClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration READ_LIMIT = Duration.ofSeconds(20);
    private static final Duration ASK_LIMIT = Duration.ofMinutes(1);

    private final URI base;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    /** The controller answered, and said no. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    DemoClient(URI base) {
        this.base = base;
    }

    /** Whether the controller says it is ready. */
    boolean isReady() {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(base.resolve("/q/health/ready"))
                            .timeout(Duration.ofSeconds(2))
                            .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Reads something.
     *
     * @throws IOException when the controller is not there, or says no
     */
    JsonNode get(String key, String path) throws IOException {
        return send(key, HttpRequest.newBuilder(base.resolve("/api/v1" + path)).GET(), READ_LIMIT);
    }

    /**
     * Where a browser signs in once, within ten minutes, as the owner of a key.
     *
     * @throws IOException when the controller is not there, or says no
     */
    URI signInLink(String key) throws IOException {
        HttpResponse<String> response =
                answer(
                        key,
                        HttpRequest.newBuilder(base.resolve("/sign-in/codes"))
                                .POST(HttpRequest.BodyPublishers.noBody()),
                        ASK_LIMIT);
        return base.resolve("/sign-in#" + response.body().strip());
    }

    /** Asks for something; the controller's answer, or its problem as an exception. */
    JsonNode post(String key, String path, Map<String, ?> body, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve("/api/v1" + path))
                        .header("Content-Type", "application/json");
        headers.forEach(request::header);
        try {
            request.POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
        } catch (JsonProcessingException e) {
            throw new IOException(e);
        }
        return send(key, request, ASK_LIMIT);
    }

    private JsonNode send(String key, HttpRequest.Builder request, Duration limit)
            throws IOException {
        return JSON.readTree(answer(key, request, limit).body());
    }

    private HttpResponse<String> answer(String key, HttpRequest.Builder request, Duration limit)
            throws IOException {
        try {
            HttpResponse<String> response =
                    http.send(
                            request.timeout(limit).header("Authorization", "Bearer " + key).build(),
                            HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 400) {
                throw new RefusedException(
                        "the controller answers " + response.statusCode() + ": " + response.body());
            }
            return response;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
