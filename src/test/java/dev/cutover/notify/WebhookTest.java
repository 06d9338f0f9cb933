package dev.cutover.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.core.announce.Announcement;
import dev.cutover.core.life.CutoverId;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.store.WebhookSink;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.Announcer.Heard;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Signed deliveries, and what each kind of answer means.
@NullUnmarked
class WebhookTest {
    private static final String OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String NEW = "whsec_" + Base64.getEncoder().encodeToString(new byte[32]);
    private static final Instant NOW = Instant.parse("2026-11-20T09:00:00Z");
    private static final Announcement ANNOUNCEMENT =
            new Announcement(
                    "acme-1-7",
                    new CutoverId("acme-1"),
                    7,
                    Instant.parse("2026-12-06T02:00:00.123456Z"),
                    "phase.Held",
                    true,
                    "it says \"Grüße\"",
                    List.of("cutover resume acme-1"));

    private static Vertx vertx;
    private final Map<String, String> environment = new HashMap<>(Map.of("OLD", OLD, "NEW", NEW));
    private WebhookSink sink;
    private PinnedHttp http;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void open() {
        sink = new WebhookSink(new LabClock(), CallTap.NONE);
        http = client("127.0.0.0/8");
    }

    @AfterEach
    void close() {
        http.close();
        sink.close();
    }

    /// A vector made with another program:
    /// `printf '%s' "$id.$time.$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:... -binary |
    /// base64`.
    @Test
    void signs_as_the_published_example_of_the_scheme_does() {
        SigningKey key = SigningKey.of("${env:OLD}", secrets().resolve("${env:OLD}"));

        assertThat(key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void a_delivery_carries_id_time_body_and_one_signature_per_secret() throws Exception {
        assertThat(announce("env:OLD", "env:NEW")).isEqualTo(new Heard.Taken());

        var got = sink.deliveries().getFirst();
        assertThat(got.id()).isEqualTo("acme-1-7");
        assertThat(header(got, "webhook-timestamp")).isEqualTo("" + NOW.getEpochSecond());
        assertThat(header(got, "content-type")).isEqualTo("application/json");
        assertThat(header(got, "webhook-signature"))
                .isEqualTo(signature(OLD, got) + " " + signature(NEW, got));
        JsonNode body = new ObjectMapper().readTree(got.body());
        assertThat(body.fieldNames()).toIterable().containsExactly("type", "timestamp", "data");
        assertThat(body.path("type").asText()).isEqualTo("cutover.phase.Held");
        assertThat(body.path("timestamp").asText()).isEqualTo("2026-12-06T02:00:00.123456Z");
        assertThat(body.at("/data/cutover").asText()).isEqualTo("acme-1");
        assertThat(body.at("/data/seq").asLong()).isEqualTo(7);
        assertThat(body.at("/data/urgent").asBoolean()).isTrue();
        assertThat(body.at("/data/text").asText()).isEqualTo("it says \"Grüße\"");
        assertThat(body.at("/data/steps/0").asText()).isEqualTo("cutover resume acme-1");
    }

    @Test
    void a_secret_that_was_exchanged_signs_the_next_delivery() {
        announce("env:OLD");
        environment.put("OLD", NEW);
        announce("env:OLD");

        var got = sink.deliveries();
        assertThat(header(got.get(0), "webhook-signature")).isEqualTo(signature(OLD, got.get(0)));
        assertThat(header(got.get(1), "webhook-signature")).isEqualTo(signature(NEW, got.get(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "200, Taken",
        "204, Taken",
        "400, Declined",
        "404, Declined",
        "410, Gone",
        "408, Away",
        "429, Away",
        "500, Away",
        "503, Away"
    })
    void each_status_says_what_to_do(int status, String heard) {
        sink.failNext(1, status);
        assertThat(announce("env:OLD").getClass().getSimpleName()).isEqualTo(heard);
    }

    @ParameterizedTest
    @CsvSource({
        "120, 120",
        "'Fri, 20 Nov 2026 09:05:00 GMT', 300",
        "'Fri, 20 Nov 2026 08:00:00 GMT', 0",
        "soon, 0",
        "-5, 0",
        "99999999999999999999, 0"
    })
    void a_pause_is_read_as_seconds_or_a_date(String text, long seconds) {
        sink.answerNext(1, Reply.empty(503).with("Retry-After", text));

        Optional<Duration> expected =
                seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
        assertThat(announce("env:OLD")).isEqualTo(new Heard.Away("answered 503", expected));
    }

    @Test
    void a_redirect_is_not_followed() {
        try (WebhookSink elsewhere = new WebhookSink(new LabClock(), CallTap.NONE)) {
            sink.answerNext(1, Reply.empty(307).with("Location", elsewhere.endpoint().toString()));
            assertThat(announce("env:OLD")).isInstanceOf(Heard.Away.class);
            assertThat(elsewhere.deliveries()).isEmpty();
        }
    }

    @Test
    void an_endless_answer_is_cut_and_counts_by_its_status() {
        sink.answerNext(1, Reply.text(200, "text/plain", "x".repeat(1 << 20)));
        assertThat(announce("env:OLD")).isEqualTo(new Heard.Taken());
    }

    @Test
    void a_closed_network_is_not_posted_to() {
        http.close();
        http = client("203.0.113.0/24");

        Heard heard = announce("env:OLD");

        assertThat(heard).isInstanceOf(Heard.Away.class);
        assertThat(((Heard.Away) heard).why()).contains("cutover.egress.allow");
        assertThat(sink.deliveries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain-text-0815", "whsec_no*base64", "whsec_c2hvcnQ="})
    void a_malformed_secret_is_named_and_never_shown(String value) {
        environment.put("OLD", value);
        assertThatThrownBy(() -> announce("env:OLD"))
                .isInstanceOf(PortException.class)
                .hasMessageContaining("${env:OLD}")
                .hasMessageNotContaining(value)
                .hasMessageNotContaining("0815");
        assertThat(sink.deliveries()).isEmpty();
    }

    @Test
    void a_receiver_without_a_secret_or_with_a_wrong_url_or_name_is_no_receiver() {
        assertThatThrownBy(() -> webhook("ops", sink.endpoint()))
                .hasMessageContaining("at least one reference");
        assertThatThrownBy(() -> webhook("Ops!", sink.endpoint(), "env:OLD"))
                .hasMessageContaining("name");
        assertThatThrownBy(() -> webhook("ops", URI.create("ftp://ops.example"), "env:OLD"))
                .hasMessageContaining("http");
    }

    private Heard announce(String... secrets) {
        return webhook("ops", sink.endpoint(), secrets)
                .announce(ANNOUNCEMENT, Deadline.in(Duration.ofSeconds(30)));
    }

    private Webhook webhook(String name, URI url, String... secrets) {
        return new Webhook(
                name,
                url,
                List.of(secrets).stream().map(s -> "${" + s + "}").toList(),
                http,
                secrets(),
                () -> NOW);
    }

    private Secrets secrets() {
        return new Secrets(environment.keySet(), Optional.empty(), environment::get);
    }

    private static PinnedHttp client(String network) {
        return new PinnedHttp(
                vertx, Trust.withExtra(Optional.empty()), EgressPolicy.opening(List.of(network)));
    }

    private static String header(WebhookSink.Delivery got, String name) {
        return String.join(",", got.headers().getOrDefault(name, List.of()));
    }

    /// What a receiver computes.
    private static String signature(String secret, WebhookSink.Delivery got) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(
                    new SecretKeySpec(
                            Base64.getDecoder().decode(secret.substring(6)), "HmacSHA256"));
            String signed = got.id() + "." + header(got, "webhook-timestamp") + "." + got.body();
            return "v1,"
                    + Base64.getEncoder()
                            .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
