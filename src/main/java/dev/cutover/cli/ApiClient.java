package dev.cutover.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Asks a controller over its REST API.
///
/// Plain `HttpURLConnection`: it starts in a tenth of the time of the JDK's newer client, and a
/// command asks once. Redirects are not followed: a key belongs to the server that was named.
/// Bounded: 3 s to connect, 60 s to answer, 64 MB of answer.
public final class ApiClient {
    private static final int CONNECT_MILLIS = 3_000;
    private static final int ANSWER_MILLIS = 60_000;
    private static final int MOST_BYTES = 64 * 1024 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");

    private final URI server;
    private final Optional<String> key;

    /// A client of one controller.
    ///
    /// @param server such as `http://127.0.0.1:8080`
    /// @param key the key to show; empty for none
    public ApiClient(URI server, Optional<String> key) {
        this.server = server;
        this.key = key;
    }

    /// What the controller answered.
    ///
    /// @param body missing when the answer was no JSON
    /// @param tag the entity tag without its quotes; empty when there was none
    public record Answer(int status, JsonNode body, String tag) {
        public boolean isOk() {
            return status >= 200 && status < 300;
        }

        /// What a problem says, in one line.
        String problem() {
            String detail = body.path("detail").asText("");
            String title = body.path("title").asText("");
            return detail.isEmpty() ? title.isEmpty() ? "HTTP " + status : title : detail;
        }
    }

    /// The path of one cutover, or of something below it.
    ///
    /// @throws GivenUpException when that can be no id: an empty one or `..` leads to another path
    public static String cutover(String id, String... below) {
        if (!ID.matcher(id).matches()) {
            throw GivenUpException.wrongUse(
                    List.of(
                            "expected the id of a cutover, such as acme-relaunch-1, seen '"
                                    + Shown.line(id)
                                    + "'; `cutover list` lists the cutovers"));
        }
        StringBuilder path = new StringBuilder("/api/v1/cutovers/").append(encoded(id));
        for (String part : below) {
            path.append('/').append(part);
        }
        return path.toString();
    }

    private static String encoded(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8);
    }

    /// Asks for what is at a path.
    ///
    /// @throws GivenUpException with exit code 3 when the server cannot be reached
    public Answer get(String path) {
        return send("GET", path, null, Map.of());
    }

    /// Sends a body to a path.
    ///
    /// @throws GivenUpException with exit code 3 when the server cannot be reached
    public Answer post(String path, JsonNode body, Map<String, String> headers) {
        return send("POST", path, body, headers);
    }

    private Answer send(
            String method, String path, @Nullable JsonNode body, Map<String, String> headers) {
        try {
            HttpURLConnection connection = open(method, path, headers);
            try {
                if (body != null) {
                    connection.setDoOutput(true);
                    connection.setRequestProperty("Content-Type", "application/json");
                    byte[] bytes = JSON.writeValueAsBytes(body);
                    connection.setFixedLengthStreamingMode(bytes.length);
                    try (OutputStream out = connection.getOutputStream()) {
                        out.write(bytes);
                    }
                }
                int status = connection.getResponseCode();
                String tag = Optional.ofNullable(connection.getHeaderField("ETag")).orElse("");
                return new Answer(status, read(connection, status), tag.replace("\"", ""));
            } finally {
                connection.disconnect();
            }
        } catch (IOException | IllegalArgumentException e) {
            throw GivenUpException.unreachable(
                    List.of(
                            "cannot reach the controller at "
                                    + server
                                    + " ("
                                    + reason(e)
                                    + "); start it with 'cutover serve', or name another with"
                                    + " --server or CUTOVER_SERVER"));
        }
    }

    private HttpURLConnection open(String method, String path, Map<String, String> headers)
            throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(base() + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "application/json, application/problem+json");
        key.ifPresent(k -> connection.setRequestProperty("Authorization", "Bearer " + k));
        headers.forEach(connection::setRequestProperty);
        return connection;
    }

    private String base() {
        String text = server.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static JsonNode read(HttpURLConnection connection, int status) throws IOException {
        try (InputStream in =
                status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            if (in == null) {
                return MissingNode.getInstance();
            }
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException(
                        "expected an answer of at most " + MOST_BYTES + " bytes, seen more");
            }
            try {
                JsonNode node = JSON.readTree(bytes);
                return node == null ? MissingNode.getInstance() : node;
            } catch (JsonProcessingException noJson) {
                return MissingNode.getInstance();
            }
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        String kind =
                e.getClass()
                        .getSimpleName()
                        .replace("Exception", "")
                        .replaceAll("([a-z])([A-Z])", "$1 $2")
                        .toLowerCase(Locale.ROOT);
        return message == null ? kind : kind + ": " + message;
    }
}
