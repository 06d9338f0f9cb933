package dev.cutover.lab.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The API as a client meets it: envelopes, limits, statistics and faults. */
class CloudflareApiTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabClock clock =
            new LabClock(InstantSource.fixed(Instant.parse("2026-12-06T02:00:00Z")));
    private final CloudflareAccount account = new CloudflareAccount(clock, 1);
    private final ZoneState zone =
            account.addZone(
                    "acme.example",
                    ZonePlan.FREE,
                    List.of("ns1.lab.example"),
                    List.of("127.60.0.1"));
    private final List<String> tapped = Collections.synchronizedList(new ArrayList<>());
    private final CallTap tap = call -> tapped.add(call.kind() + " " + call.moment());
    private final CloudflareApi api = new CloudflareApi(account, tap);
    private final HttpClient http = HttpClient.newHttpClient();
    private final String records = "/zones/" + zone.id() + "/dns_records";

    CloudflareApiTest() {
        account.allow("secret");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void tells_the_tap_of_each_call_at_three_moments() throws Exception {
        assertThat(post(records, a("www", "127.50.0.1")).statusCode()).isEqualTo(200);
        await(() -> tapped.size() == 3);
        assertThat(tapped)
                .containsExactly("ZONE_WRITE BEFORE", "ZONE_WRITE DURING", "ZONE_WRITE AFTER");
    }

    @Test
    void a_wrong_or_missing_token_is_refused() throws Exception {
        var without =
                http.send(
                        HttpRequest.newBuilder(URI.create(api.endpoint() + "/zones")).build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(without.statusCode()).isEqualTo(401);
        assertThat(JSON.readTree(without.body()).at("/errors/0/code").asInt()).isEqualTo(10000);
        account.allow(
                "secret",
                CloudflareAccount.TokenStatus.ACTIVE,
                Set.of(CloudflareAccount.Permission.DNS_READ));
        assertThat(get(records).statusCode()).isEqualTo(200);
        assertThat(post(records, a("www", "127.50.0.1")).statusCode()).isEqualTo(403);
        assertThat(zone.writes()).isZero();
    }

    @Test
    void pages_and_filters_records() throws Exception {
        for (var i = 0; i < 5; i++) {
            zone.addByHand(RecordDraft.of("A", "h" + i, "127.50.0." + i, 300, false));
        }
        var second = JSON.readTree(get(records + "?per_page=2&page=3&order=name").body());
        assertThat(second.at("/result").size()).isEqualTo(1);
        assertThat(second.at("/result/0/name").asText()).isEqualTo("h4.acme.example");
        assertThat(second.at("/result_info/total_pages").asInt()).isEqualTo(3);
        assertThat(
                        JSON.readTree(get(records + "?name.exact=h1.acme.example&type=A").body())
                                .at("/result")
                                .size())
                .isEqualTo(1);
        assertThat(get(records + "?nam=h1").statusCode()).isEqualTo(400);
    }

    @Test
    void blocks_for_five_minutes_after_1200_calls() throws Exception {
        assertThat(get(records).headers().firstValue("ratelimit").orElse(""))
                .isEqualTo("\"default\";r=1199;t=300");
        api.spendFromDashboard(1_199);
        var blocked = get(records);
        assertThat(blocked.statusCode()).isEqualTo(429);
        assertThat(blocked.headers().firstValue("retry-after")).contains("300");
        clock.jump(Duration.ofMinutes(4));
        assertThat(get(records).statusCode()).isEqualTo(429);
        clock.jump(Duration.ofMinutes(2));
        assertThat(get(records).statusCode()).isEqualTo(200);
    }

    @Test
    void a_lost_response_has_had_its_effect() {
        api.faults().loseNextResponseAfterEffect();
        assertThatThrownBy(() -> post(records, a("www", "127.50.0.1")))
                .isInstanceOf(IOException.class);
        assertThat(zone.records()).hasSize(1);
    }

    @Test
    void a_late_write_lands_after_the_caller_gave_up() throws Exception {
        api.faults().landNextWriteLate(Duration.ofMillis(100));
        assertThatThrownBy(() -> post(records, a("www", "127.50.0.1")))
                .isInstanceOf(IOException.class);
        await(() -> zone.records().size() == 1);
    }

    @Test
    void a_failed_batch_is_never_half_applied() throws Exception {
        api.faults().failNextBatch();
        var batch = "{\"posts\":[" + a("a", "127.50.0.1") + "," + a("b", "127.50.0.1") + "]}";
        assertThat(post(records + "/batch", batch).statusCode()).isEqualTo(500);
        assertThat(zone.records()).isEmpty();
        assertThat(post(records + "/batch", batch).statusCode()).isEqualTo(200);
        assertThat(zone.records()).hasSize(2);
    }

    @Test
    void goes_down_and_comes_back_on_the_same_port() throws Exception {
        api.refuse(true);
        assertThatThrownBy(() -> get(records)).isInstanceOf(IOException.class);
        api.refuse(false);
        assertThat(get(records).statusCode()).isEqualTo(200);
        api.faults().unavailable(true);
        assertThat(get(records).statusCode()).isEqualTo(503);
        api.faults().none();
        api.faults().respond429For(2, Optional.empty());
        assertThat(get(records).headers().firstValue("retry-after")).isEmpty();
        assertThat(get(records).statusCode()).isEqualTo(429);
        assertThat(get(records).statusCode()).isEqualTo(200);
    }

    @Test
    void purges_are_limited_and_noted() throws Exception {
        var purge = "/zones/" + zone.id() + "/purge_cache";
        for (var i = 0; i < 25; i++) {
            assertThat(post(purge, "{\"purge_everything\":true}").statusCode()).isEqualTo(200);
        }
        assertThat(post(purge, "{\"purge_everything\":true}").statusCode()).isEqualTo(429);
        assertThat(post(purge, "{\"files\":[\"a\"],\"hosts\":[\"b\"]}").statusCode())
                .isEqualTo(400);
        assertThat(zone.purges()).hasSize(25);
    }

    @Test
    void statistics_are_late_and_per_minute() throws Exception {
        account.traffic().lag(Duration.ofMinutes(2));
        for (var i = 0; i < 9; i++) {
            account.traffic().answered("www.acme.example", 200, 200);
        }
        account.traffic().answered("www.acme.example", 521, 0);
        assertThat(statistics().at("/data/viewer/zones/0/all").size()).isZero();
        clock.jump(Duration.ofMinutes(3));
        var zones = statistics().at("/data/viewer/zones/0");
        assertThat(zones.at("/all/0/count").asInt()).isEqualTo(10);
        assertThat(zones.at("/all/0/dimensions/datetimeMinute").asText())
                .isEqualTo("2026-12-06T02:00:00Z");
        assertThat(zones.at("/bad/0/count").asInt()).isEqualTo(1);
        assertThat(zones.at("/bad/0/dimensions/edgeResponseStatus").asInt()).isEqualTo(521);
    }

    @Test
    void a_query_by_variables_is_read_and_a_broken_one_is_told() throws Exception {
        var query =
                "query($z: String!) { viewer { zones(filter: {zoneTag: $z}) { settings {"
                        + " httpRequestsAdaptiveGroups { maxDuration maxPageSize notOlderThan } } } } }";
        var body = JSON.createObjectNode().put("query", query);
        body.putObject("variables").put("z", zone.id());
        var settings = JSON.readTree(post("/graphql", body.toString()).body());
        assertThat(
                        settings.at(
                                        "/data/viewer/zones/0/settings/httpRequestsAdaptiveGroups/maxPageSize")
                                .asInt())
                .isEqualTo(10_000);
        var broken = post("/graphql", JSON.createObjectNode().put("query", "{viewer{").toString());
        assertThat(broken.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(broken.body()).at("/errors/0/message").asText())
                .contains("position 8");
    }

    private com.fasterxml.jackson.databind.JsonNode statistics() throws Exception {
        var group =
                """
                %s:httpRequestsAdaptiveGroups(limit:1000,filter:{datetime_geq:"2026-12-06T01:55:00Z",
                datetime_lt:"2026-12-06T02:05:00Z",clientRequestHTTPHost:"www.acme.example",
                requestSource:"eyeball"%s}){count dimensions{datetimeMinute%s}}
                """;
        var query =
                "{viewer{zones(filter:{zoneTag:\""
                        + zone.id()
                        + "\"}){"
                        + group.formatted("all", "", "")
                        + group.formatted(
                                "bad",
                                ",edgeResponseStatus_geq:500",
                                " edgeResponseStatus originResponseStatus")
                        + "}}}";
        return JSON.readTree(
                post("/graphql", JSON.createObjectNode().put("query", query).toString()).body());
    }

    private static String a(String name, String content) {
        return "{\"type\":\"A\",\"name\":\"%s\",\"content\":\"%s\",\"ttl\":300}"
                .formatted(name, content);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(api.endpoint() + path)));
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(
                HttpRequest.newBuilder(URI.create(api.endpoint() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(
                request.header("Authorization", "Bearer secret")
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void await(java.util.function.BooleanSupplier condition) throws Exception {
        var until = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as("waited 20 s").isNegative();
            Thread.sleep(5);
        }
    }
}
