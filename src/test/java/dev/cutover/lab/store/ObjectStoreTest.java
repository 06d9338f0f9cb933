package dev.cutover.lab.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is left with the store and the sink is found there again. */
class ObjectStoreTest {

    private final List<CallTap.Kind> tapped = Collections.synchronizedList(new ArrayList<>());
    private final ObjectStore store =
            new ObjectStore("token", 1_000, call -> tapped.add(call.kind()));
    private final WebhookSink sink =
            new WebhookSink(new LabClock(), call -> tapped.add(call.kind()));
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        store.close();
        sink.close();
    }

    @Test
    void keeps_and_returns_objects() throws Exception {
        assertThat(put("images/a.json", "before", "token").statusCode()).isEqualTo(201);
        assertThat(put("images/a.json", "after", "token").statusCode()).isEqualTo(200);
        var read = send(to("images/a.json").GET(), "token");
        assertThat(read.body()).isEqualTo("after");
        assertThat(read.headers().firstValue("etag").orElse("")).hasSize(66);
        var head = send(to("images/a.json").method("HEAD", BodyPublishers.noBody()), "token");
        assertThat(head.headers().firstValue("content-length")).contains("5");
        assertThat(send(to("images/b.json").GET(), "token").statusCode()).isEqualTo(404);
        assertThat(store.objects()).containsOnlyKeys("images/a.json");
        assertThat(tapped).contains(CallTap.Kind.IMAGE_STORE);
    }

    @Test
    void refuses_strangers_and_too_much() throws Exception {
        assertThat(put("a", "x", "wrong").statusCode()).isEqualTo(401);
        assertThat(put("a", "x".repeat(1_001), "token").statusCode()).isEqualTo(413);
        store.failing(503);
        assertThat(put("a", "x", "token").statusCode()).isEqualTo(503);
        store.failing(0);
        assertThat(store.objects()).isEmpty();
        store.loseNextResponseAfterEffect();
        assertThatThrownBy(() -> put("a", "x", "token")).isInstanceOf(IOException.class);
        assertThat(new String(store.objects().get("a"), StandardCharsets.UTF_8)).isEqualTo("x");
    }

    @Test
    void a_repeated_announcement_counts_once() throws Exception {
        sink.failNext(1, 500);
        assertThat(announce("msg_1").statusCode()).isEqualTo(500);
        assertThat(announce("msg_1").statusCode()).isEqualTo(204);
        assertThat(announce("msg_1").statusCode()).isEqualTo(204);
        assertThat(announce("msg_2").statusCode()).isEqualTo(204);
        assertThat(sink.deliveries()).hasSize(4);
        assertThat(sink.deliveries().get(0).body()).isEqualTo("{}");
        assertThat(sink.ids()).containsExactly("msg_1", "msg_2");
    }

    private HttpResponse<String> announce(String id) throws Exception {
        return send(
                HttpRequest.newBuilder(sink.endpoint())
                        .header("webhook-id", id)
                        .POST(BodyPublishers.ofString("{}")),
                "");
    }

    private HttpResponse<String> put(String path, String body, String token) throws Exception {
        return send(to(path).PUT(BodyPublishers.ofString(body)), token);
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(store.endpoint() + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String token) throws Exception {
        return http.send(
                request.header("Authorization", "Bearer " + token)
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
