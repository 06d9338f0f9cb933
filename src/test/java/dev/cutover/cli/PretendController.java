package dev.cutover.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Answers over HTTP what a test told it to, and remembers what it was asked.
final class PretendController implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new HashMap<>();
    private final List<Asked> asked = new ArrayList<>();

    private record Answer(int status, String body) {}

    /// One request.
    record Asked(String call, String body, String key, String ifMatch, String idempotencyKey) {}

    PretendController() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext("/", this::handle);
        server.start();
    }

    /// Answers a call such as `GET /api/v1/cutovers/acme-1`; of several answers the last stays.
    PretendController answers(String call, int status, String body) {
        synchronized (answers) {
            answers.computeIfAbsent(call, c -> new ArrayDeque<>()).add(new Answer(status, body));
        }
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Asked> asked() {
        synchronized (answers) {
            return List.copyOf(asked);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer;
            synchronized (answers) {
                asked.add(
                        new Asked(
                                call,
                                body,
                                header(exchange, "Authorization"),
                                header(exchange, "If-Match"),
                                header(exchange, "Idempotency-Key")));
                Deque<Answer> left = answers.getOrDefault(call, new ArrayDeque<>());
                Answer first = left.size() > 1 ? left.poll() : left.peek();
                answer =
                        first == null
                                ? new Answer(404, "{\"detail\": \"no " + call + "\"}")
                                : first;
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
