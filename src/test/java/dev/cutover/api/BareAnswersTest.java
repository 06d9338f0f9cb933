package dev.cutover.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the platform would refuse without a word is a problem too, and nothing a stranger sends
/// fills the log.
@QuarkusTest
@TestProfile(ApiProfile.class)
class BareAnswersTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final String LARGE_PART = "x".repeat(0x10000);

    @Inject ApiWorld world;

    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord said) {
                    if (said.getLevel().intValue() >= Level.SEVERE.intValue()) {
                        errors.add(said.getLoggerName() + ": " + said.getMessage());
                    }
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };

    @BeforeEach
    void listen() {
        world.reset();
        Logger.getLogger("").addHandler(handler);
    }

    @AfterEach
    void nobody_filled_the_log() {
        Logger.getLogger("").removeHandler(handler);
        assertThat(errors).isEmpty();
    }

    /// Header lines, with `|` for an end of line.
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            value = {
                "GET /api/v1/cutovers HTTP/1.1; 400; bad-parameter",
                "GET /api/v1/cutovers HTTP/1.1|Host: a|Host: b; 400; bad-parameter",
                "POST /api/v1/cutovers HTTP/1.1|Host: x|Content-Length: 99999999; 413; too-large",
                "POST /api/v1/cutovers HTTP/1.1|Host: x|Content-Length: 4194305; 413; too-large",
                "POST /sign-in HTTP/1.1|Host: x|Content-Length: 99999999; 413; too-large",
                "GET /api/v1/cutovers/%FF%FE HTTP/1.1|Host: x; 404; no-such-cutover",
                "GET /nope HTTP/1.1|Host: x; 404; http-404",
                "BREW /api/v1/cutovers HTTP/1.1|Host: x; 405; http-405",
            })
    void a_refusal_says_what_and_why(String request, int status, String kind) throws Exception {
        Answer answer = ask(request, List.of());

        assertThat(answer.head).startsWith("HTTP/1.1 " + status).contains(Problem.MEDIA_TYPE);
        assertThat(answer.body.path("type").asText()).isEqualTo("urn:cutover:problem:" + kind);
        assertThat(answer.body.path("status").asInt()).isEqualTo(status);
        assertThat(answer.body.path("detail").asText()).isNotBlank();
    }

    @Test
    void a_body_without_a_length_is_read_up_to_the_bound_and_no_further() throws Exception {
        List<String> chunks = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            chunks.add("10000\r\n" + LARGE_PART + "\r\n");
        }
        chunks.add("0\r\n\r\n");

        Answer answer =
                ask(
                        "POST /api/v1/plans/preview HTTP/1.1|Host: x|Content-Type: application/json"
                                + "|Transfer-Encoding: chunked",
                        chunks);

        assertThat(answer.head).startsWith("HTTP/1.1 413").contains(Problem.MEDIA_TYPE);
        assertThat(answer.body.path("type").asText()).endsWith(":too-large");
    }

    private record Answer(String head, JsonNode body) {}

    private Answer ask(String request, List<String> body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            String head =
                    request.replace("|", "\r\n")
                            + "\r\nAuthorization: Bearer "
                            + world.key("operator")
                            + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            // Beside reading, as clients do: the answer comes before the body's end.
            Thread unused = Thread.ofVirtual().start(() -> send(socket, body));
            return answer(socket.getInputStream());
        }
    }

    private static void send(Socket socket, List<String> body) {
        try {
            for (String part : body) {
                socket.getOutputStream().write(part.getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            // It does not take the rest.
        }
    }

    private static Answer answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            assertThat(b).as("after %s", head).isNotNegative();
            head.append((char) b);
        }
        int length =
                Arrays.stream(head.toString().toLowerCase(Locale.ROOT).split("\r\n", -1))
                        .filter(line -> line.startsWith("content-length:"))
                        .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                        .findFirst()
                        .orElse(0);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (body.size() < length) {
            int b = in.read();
            assertThat(b).as("within %s", body).isNotNegative();
            body.write(b);
        }
        return new Answer(head.toString(), new ObjectMapper().readTree(body.toByteArray()));
    }
}
