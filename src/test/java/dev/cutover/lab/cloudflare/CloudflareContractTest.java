package dev.cutover.lab.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each call the lab serves, request and response, held against the vendor's OpenAPI file. */
class CloudflareContractTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static OpenApiInteractionValidator contract;

    private final HttpClient http = HttpClient.newHttpClient();
    private final CloudflareAccount account = new CloudflareAccount(new LabClock(), 7);
    private ZoneState zone;
    private CloudflareApi api;

    @BeforeAll
    static void readContract() {
        contract = VendorContract.orSkip();
    }

    @BeforeEach
    void start() {
        zone =
                account.addZone(
                        "acme.example",
                        ZonePlan.PRO,
                        List.of("ns1.lab.example", "ns2.lab.example"),
                        List.of("127.60.0.1"));
        account.allow("secret");
        zone.addByHand(
                RecordDraft.of("A", "www", "127.50.0.1", 1, true)
                        .withComment("web")
                        .withTags(List.of("team:web")));
        zone.addByHand(RecordDraft.of("CNAME", "shop", "www.acme.example", 3600, false));
        zone.addByHand(
                RecordDraft.of("MX", "@", "mail.acme.example", 3600, false).withPriority(10));
        zone.addByHand(RecordDraft.of("TXT", "@", "v=spf1 -all", 3600, false));
        zone.addByHand(RecordDraft.of("AAAA", "v6", "2001:db8::1", 300, false));
        zone.addByHand(
                RecordDraft.ofData(
                        "SRV",
                        "_sip._tcp",
                        Map.of(
                                "priority",
                                1L,
                                "weight",
                                5L,
                                "port",
                                5060L,
                                "target",
                                "sip.acme.example"),
                        600));
        zone.addByHand(
                RecordDraft.ofData(
                        "CAA",
                        "@",
                        Map.of("flags", 0L, "tag", "issue", "value", "ca.example"),
                        600));
        zone.addByHand(
                RecordDraft.ofData(
                        "HTTPS",
                        "svc",
                        Map.of("priority", 1L, "target", ".", "value", "alpn=\"h2\""),
                        600));
        api = new CloudflareApi(account, CallTap.NONE);
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void reads_conform() {
        var www = id("www.acme.example");
        assertThat(call("GET", "/user/tokens/verify", "", 200).at("/result/status").asText())
                .isEqualTo("active");
        call("GET", "/zones?name=acme.example&per_page=5", "", 200);
        call("GET", "/zones/" + zone.id(), "", 200);
        var all = call("GET", records() + "?per_page=5000&page=1", "", 200);
        assertThat(all.at("/result_info/total_count").asInt()).isEqualTo(8);
        call("GET", records() + "?name.exact=www.acme.example&type=A", "", 200);
        call("GET", records() + "/" + www, "", 200);
        call("GET", "/zones/" + zone.id() + "/settings/development_mode", "", 200);
        call("GET", "/zones/" + zone.id() + "/argo/tiered_caching", "", 200);
        call("GET", "/zones/" + zone.id() + "/load_balancers", "", 200);
        assertThat(text("GET", records() + "/export", "", 200))
                .contains("shop.acme.example.\t3600");
    }

    @Test
    void writes_conform() {
        call("POST", records(), "{'type':'A','name':'api','content':'127.50.0.9','ttl':120}", 200);
        var api = id("api.acme.example");
        call("PATCH", records() + "/" + api, "{'ttl':60}", 200);
        call(
                "PUT",
                records() + "/" + api,
                "{'type':'A','name':'api.acme.example','content':'127.50.0.10','proxied':true}",
                200);
        var done =
                call(
                        "POST",
                        records() + "/batch",
                        """
                        {'deletes':[{'id':'%s'}],
                         'patches':[{'id':'%s','content':'127.50.0.2','comment':'next'}],
                         'puts':[{'id':'%s','type':'CNAME','name':'shop.acme.example',
                                  'content':'www.acme.example','ttl':300}],
                         'posts':[{'type':'A','name':'api.acme.example','content':'127.50.0.3'}]}
                        """
                                .formatted(api, id("www.acme.example"), id("shop.acme.example")),
                        200);
        assertThat(done.at("/result/patches/0/content").asText()).isEqualTo("127.50.0.2");
        call("DELETE", records() + "/" + id("v6.acme.example"), "{}", 200);
        call("PATCH", "/zones/" + zone.id() + "/settings/development_mode", "{'value':'on'}", 200);
        call("PATCH", "/zones/" + zone.id() + "/argo/tiered_caching", "{'value':'on'}", 200);
        call("POST", "/zones/" + zone.id() + "/purge_cache", "{'purge_everything':true}", 200);
        call(
                "POST",
                "/zones/" + zone.id() + "/purge_cache",
                "{'files':['https://www.acme.example/']}",
                200);
    }

    @Test
    void rules_conform() {
        var cache =
                "/zones/" + zone.id() + "/rulesets/phases/http_request_cache_settings/entrypoint";
        call("GET", cache, "", 404);
        var set =
                call(
                        "PUT",
                        cache,
                        """
                        {'rules':[{'ref':'theirs','expression':'http.host eq \\'www.acme.example\\'',
                          'action':'set_cache_settings','action_parameters':{'cache':true,
                          'edge_ttl':{'mode':'override_origin','default':600}}}]}
                        """
                                .replace("\\'", "\\\""),
                        200);
        var rules = "/zones/" + zone.id() + "/rulesets/" + set.at("/result/id").asText() + "/rules";
        var added =
                call(
                        "POST",
                        rules,
                        """
                        {'ref':'own','expression':'true','action':'set_cache_settings',
                         'action_parameters':{'cache':false},'position':{'after':''}}
                        """,
                        200);
        assertThat(added.at("/result/version").asText()).isEqualTo("2");
        var own = rules + "/" + added.at("/result/rules/1/id").asText();
        call(
                "PATCH",
                own,
                "{'enabled':false,'expression':'true','action':'set_cache_settings','action_parameters':{'cache':false}}",
                200);
        call("GET", cache + "/versions/1", "", 200);
        assertThat(call("DELETE", own, "", 200).at("/result/rules").size()).isEqualTo(1);
        call("GET", cache, "", 200);
        call(
                "PUT",
                "/zones/" + zone.id() + "/rulesets/phases/http_request_origin/entrypoint",
                "{'rules':[{'expression':'true','action':'route','action_parameters':{'origin':{'port':8443}}}]}",
                200);
    }

    @Test
    void tiered_cache_settings_conform() {
        var smart = "/zones/" + zone.id() + "/cache/tiered_cache_smart_topology_enable";
        call("GET", smart, "", 404);
        call("PATCH", smart, "{'value':'on'}", 200);
        call("GET", smart, "", 200);
        call("DELETE", smart, "{}", 200);
        call("GET", smart, "", 404);
        call("PATCH", "/zones/" + zone.id() + "/settings/always_online", "{'value':'on'}", 200);
    }

    @Test
    void analytics_conform() {
        var query =
                "{viewer{zones(filter:{zoneTag:\\\"%s\\\"}){all:httpRequestsAdaptiveGroups(limit:10,filter:{datetime_geq:\\\"2026-01-01T00:00:00Z\\\",datetime_lt:\\\"2026-01-01T00:05:00Z\\\",requestSource:\\\"eyeball\\\"}){count dimensions{datetimeMinute}}}}}"
                        .formatted(zone.id());
        assertThat(
                        call("POST", "/graphql", "{\"query\":\"" + query + "\"}", 200)
                                .at("/errors")
                                .isNull())
                .isTrue();
        assertThat(
                        call("POST", "/graphql", "{'query':'{viewer{nothing}}'}", 200)
                                .at("/data")
                                .isNull())
                .isTrue();
    }

    @Test
    void refusals_conform() {
        call(
                "POST",
                records(),
                "{'type':'CNAME','name':'www.acme.example','content':'a.example'}",
                400);
        call("GET", records() + "/0123456789abcdef0123456789abcdef", "", 404);
        api.faults().respond429For(1, Optional.empty());
        call("GET", records(), "", 429);
        account.allow("secret", CloudflareAccount.TokenStatus.ACTIVE, java.util.Set.of());
        call("GET", records(), "", 403);
    }

    private String records() {
        return "/zones/" + zone.id() + "/dns_records";
    }

    private String id(String name) {
        return zone.records().stream()
                .filter(r -> r.name().equals(name))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private JsonNode call(String method, String path, String body, int status) {
        try {
            return JSON.readTree(text(method, path, body, status));
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private String text(String method, String path, String quoted, int status) {
        var body = quoted.replace('\'', '"');
        try {
            var uri = URI.create(api.endpoint() + path);
            var response =
                    http.send(
                            HttpRequest.newBuilder(uri)
                                    .method(
                                            method,
                                            body.isEmpty()
                                                    ? HttpRequest.BodyPublishers.noBody()
                                                    : HttpRequest.BodyPublishers.ofString(body))
                                    .header("Authorization", "Bearer secret")
                                    .header("Content-Type", "application/json")
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
            var request =
                    new SimpleRequest.Builder(method, uri.getPath())
                            .withAuthorization("Bearer secret");
            if (!body.isEmpty()) {
                request.withContentType("application/json").withBody(body);
            }
            if (uri.getQuery() != null) {
                for (var pair : uri.getQuery().split("&", -1)) {
                    var parts = pair.split("=", 2);
                    request.withQueryParam(parts[0], parts[1]);
                }
            }
            var answer = SimpleResponse.Builder.status(status).withBody(response.body());
            response.headers().map().forEach((name, values) -> answer.withHeader(name, values));
            var report = contract.validate(request.build(), answer.build());
            assertThat(report.getMessages().stream().map(m -> m.getMessage()).toList())
                    .as("%s %s against the contract", method, path)
                    .isEmpty();
            return response.body();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
