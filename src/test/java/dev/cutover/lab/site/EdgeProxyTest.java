package dev.cutover.lab.site;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.Rulesets;
import dev.cutover.lab.cloudflare.Traffic.Answered;
import dev.cutover.lab.cloudflare.ZonePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The edge between visitors and origins. */
class EdgeProxyTest {

    private static final String PAGE = "/pages/oak-tables.html";
    private static final Map<String, List<String>> FRESH =
            Map.of("cache-control", List.of("no-cache"));

    private final LabSite lab;

    EdgeProxyTest(@TempDir Path folder) {
        lab = new LabSite(folder);
        lab.edge.purgeLag(Duration.ofMillis(500));
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void follows_the_record_once_it_has_learnt_of_it() throws Exception {
        assertThat(lab.get(lab.edge.address(), LabSite.HOST, "/", FRESH).header("x-origin"))
                .isEqualTo("staging");
        lab.zone.slowPropagation(100);
        move("127.50.0.2");
        assertThat(lab.get(lab.edge.address(), LabSite.HOST, "/", FRESH).header("x-origin"))
                .as("right after the write, before the edge learnt of it")
                .isEqualTo("staging");
        lab.clock.jump(Duration.ofSeconds(90));
        assertThat(lab.get(lab.edge.address(), LabSite.HOST, "/", FRESH).header("x-origin"))
                .isEqualTo("production");
    }

    @Test
    void caches_until_a_purge_has_taken_effect() throws Exception {
        assertThat(lab.edge(PAGE).header("cf-cache-status")).isEqualTo("MISS");
        assertThat(lab.edge(PAGE).header("cf-cache-status")).isEqualTo("HIT");
        assertThat(lab.edge("/admin/").header("cf-cache-status")).isEqualTo("DYNAMIC");
        assertThat(lab.edge(PAGE + "?bust=1").header("cf-cache-status")).isEqualTo("MISS");
        move("127.50.0.2");
        lab.clock.jump(Duration.ofSeconds(1));
        var kept = lab.edge(PAGE);
        assertThat(kept.header("x-origin"))
                .as("a cached page hides the switch")
                .isEqualTo("staging");
        assertThat(kept.header("age")).isEqualTo("1");
        lab.zone.purge(false, List.of("https://www.acme.example:" + lab.port + PAGE), List.of());
        assertThat(lab.edge(PAGE).header("cf-cache-status"))
                .as("accepted, not done")
                .isEqualTo("HIT");
        lab.clock.jump(Duration.ofSeconds(1));
        var purged = lab.edge(PAGE);
        assertThat(purged.header("cf-cache-status")).isEqualTo("MISS");
        assertThat(purged.header("x-origin")).isEqualTo("production");
        assertThat(lab.edge(PAGE + "?bust=1").header("x-origin"))
                .as("another address, not purged")
                .isEqualTo("staging");
    }

    @Test
    void a_cached_page_hides_a_dead_origin_from_all_but_those_who_bypass() throws Exception {
        lab.edge(PAGE);
        lab.staging.down(true);
        assertThat(lab.edge(PAGE).status()).isEqualTo(200);
        assertThat(lab.get(lab.edge.address(), LabSite.HOST, PAGE, FRESH).status()).isEqualTo(521);
        assertThat(lab.account.traffic().totals())
                .containsEntry(new Answered(LabSite.HOST, 200, 200), 1L)
                .containsEntry(new Answered(LabSite.HOST, 200, 0), 1L)
                .containsEntry(new Answered(LabSite.HOST, 521, 0), 1L);
        lab.clock.jump(Duration.ofMinutes(6));
        assertThat(lab.edge(PAGE).status()).as("kept for 300 s only").isEqualTo(521);
    }

    @Test
    void follows_a_bypass_rule_once_it_has_learnt_of_it() throws Exception {
        lab.edge(PAGE);
        lab.zone
                .rulesets()
                .replace(
                        Rulesets.CACHE,
                        List.of(bypass("starts_with(http.request.uri.path, \"/pages/\")")));
        assertThat(lab.edge(PAGE).header("cf-cache-status")).as("accepted only").isEqualTo("HIT");
        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(lab.edge(PAGE).header("cf-cache-status")).isEqualTo("BYPASS");
        assertThat(lab.edge("/about.html?x").header("cf-cache-status"))
                .as("another path")
                .isNotEqualTo("BYPASS");
    }

    /** What an origin rule may say: another host's address, another port, and as whom the origin is asked. */
    @Test
    void an_origin_rule_leads_to_another_host_and_asks_it_as_another_name(@TempDir Path other)
            throws Exception {
        try (var site = new LabSite(other, ZonePlan.ENTERPRISE);
                var elsewhere = elsewhere(site, other)) {
            site.zone.addByHand(RecordDraft.of("A", "origin-2", "127.50.0.3", 300, false));
            site.zone.settle();
            var rule = bypass("http.host eq \"" + LabSite.HOST + "\"");
            rule.put("action", "route");
            var parameters = rule.putObject("action_parameters");
            parameters
                    .putObject("origin")
                    .put("host", "origin-2.acme.example")
                    .put("port", elsewhere.port());
            site.zone.rulesets().replace(Rulesets.ORIGIN, List.of(rule.deepCopy()));
            site.clock.jump(Duration.ofSeconds(1));
            assertThat(site.get(site.edge.address(), LabSite.HOST, "/", FRESH).status())
                    .as("asked as the visitor's name, for which it has no certificate")
                    .isEqualTo(526);

            parameters.put("host_header", "shop.cdn.test");
            parameters.putObject("sni").put("value", "tls.cdn.test");
            site.zone.rulesets().replace(Rulesets.ORIGIN, List.of(rule));
            assertThat(site.get(site.edge.address(), LabSite.HOST, "/", FRESH).status())
                    .as("accepted only")
                    .isEqualTo(526);
            site.clock.jump(Duration.ofSeconds(1));
            var answer = site.get(site.edge.address(), LabSite.HOST, "/", FRESH);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-origin")).isEqualTo("elsewhere");
        }
    }

    /** An origin that answers to names of its own only. */
    private static Origin elsewhere(LabSite site, Path folder) {
        return new Origin(
                new Origin.Setup(
                        "elsewhere",
                        "127.50.0.3",
                        0,
                        folder.resolve("production"),
                        site.base,
                        Set.of("shop.cdn.test"),
                        Set.of()),
                new ServerNames(site.authority.serverFor("tls.cdn.test")),
                CallTap.NONE);
    }

    @Test
    void development_mode_goes_past_the_cache_and_ends_by_itself() throws Exception {
        lab.edge(PAGE);
        lab.zone.set("development_mode", "on");
        assertThat(lab.edge(PAGE).header("cf-cache-status")).isEqualTo("BYPASS");
        lab.zone.set("development_mode", "off");
        assertThat(lab.edge(PAGE).header("cf-cache-status")).as("not purged").isEqualTo("HIT");
    }

    @Test
    void without_the_shield_every_place_asks_the_origin_itself() throws Exception {
        lab.edge.places(3);
        assertThat(misses(PAGE, 3)).as("shield off").isEqualTo(3);
        lab.zone.set("tiered_caching", "on");
        assertThat(misses("/pages/oak-tables.html?shielded", 3)).isEqualTo(1);
    }

    @Test
    void the_shield_can_hand_out_an_old_page_after_a_purge() throws Exception {
        lab.edge.upperPurgeLag(Duration.ofSeconds(5));
        lab.zone.set("tiered_caching", "on");
        lab.edge(PAGE);
        move("127.50.0.2");
        lab.zone.purge(true, List.of(), List.of());
        lab.clock.jump(Duration.ofSeconds(2));
        assertThat(lab.edge(PAGE).header("x-origin"))
                .as("from the upper tier")
                .isEqualTo("staging");
        lab.clock.jump(Duration.ofSeconds(10));
        assertThat(lab.edge(PAGE).header("x-origin")).as("kept below").isEqualTo("staging");
        lab.zone.purge(true, List.of(), List.of());
        lab.clock.jump(Duration.ofSeconds(6));
        assertThat(lab.edge(PAGE).header("x-origin")).isEqualTo("production");
    }

    @Test
    void always_online_hides_a_dead_origin_behind_an_old_page() throws Exception {
        lab.edge(PAGE);
        lab.staging.down(true);
        lab.clock.jump(Duration.ofMinutes(6));
        assertThat(lab.edge(PAGE).status()).isEqualTo(521);
        lab.zone.set("always_online", "on");
        assertThat(lab.edge(PAGE).header("cf-cache-status")).isEqualTo("STALE");
    }

    private static ObjectNode bypass(String expression) {
        var rule = new ObjectMapper().createObjectNode();
        rule.put("expression", expression).put("action", "set_cache_settings");
        rule.putObject("action_parameters").put("cache", false);
        return rule;
    }

    private int misses(String page, int visits) throws Exception {
        var misses = 0;
        for (var i = 0; i < visits; i++) {
            misses += lab.edge(page).header("cf-cache-status").equals("MISS") ? 1 : 0;
        }
        return misses;
    }

    @Test
    void refuses_an_origin_with_a_bad_certificate() throws Exception {
        lab.staging.certificates().set(LabSite.HOST, lab.authority.expiredFor(LabSite.HOST));
        assertThat(lab.edge("/").status()).isEqualTo(526);
        lab.staging.certificates().set(LabSite.HOST, lab.authority.serverFor("wrong.example"));
        assertThat(lab.edge("/").status()).isEqualTo(526);
    }

    @Test
    void a_name_that_is_not_proxied_is_not_served() throws Exception {
        lab.zone.editByHand(
                LabSite.HOST, "A", record -> record.withProxied(false).withTtlSeconds(300));
        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(lab.edge("/").status()).isEqualTo(530);
    }

    @Test
    void an_alias_leads_on_inside_the_zone() throws Exception {
        lab.zone.addByHand(RecordDraft.of("A", "origin", "127.50.0.2", 300, false));
        var www = lab.zone.records().get(0);
        lab.zone.deleteByHand(www.name(), "A");
        lab.zone.addByHand(RecordDraft.of("CNAME", "www", "origin.acme.example", 1, true));
        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(lab.edge("/").header("x-origin")).isEqualTo("production");
    }

    @Test
    void tells_the_tap_of_outside_calls_only_once_and_of_visitors_never() throws Exception {
        lab.get(lab.edge.address(), LabSite.HOST, "/", Map.of("user-agent", List.of("probe")));
        var until = System.nanoTime() + LabSite.PATIENCE.toNanos();
        while (lab.tapped.size() < 3 && System.nanoTime() < until) {
            Thread.sleep(5);
        }
        assertThat(lab.tapped)
                .containsExactly(
                        "BEFORE edge GET www.acme.example/",
                        "DURING edge GET www.acme.example/",
                        "AFTER edge GET www.acme.example/");
        try (var visitors = visitors(50)) {
            assertThat(visitors.visit(false)).isEqualTo(Visitors.Outcome.READ);
        }
        assertThat(lab.tapped).hasSize(3);
    }

    @Test
    void visitors_are_counted_by_the_side_that_served_them() throws Exception {
        try (var visitors = visitors(20).start()) {
            var until = System.nanoTime() + 30_000_000_000L;
            while (visitors.visits().size() < 20 && System.nanoTime() < until) {
                Thread.sleep(20);
            }
            assertThat(visitors.tally()).containsOnlyKeys("staging");
            lab.staging.readOnly(true);
            assertThat(visitors.visit(true)).isEqualTo(Visitors.Outcome.ORDER_REFUSED);
            lab.edge.down(true);
            assertThat(visitors.visit(false)).isEqualTo(Visitors.Outcome.UNREACHABLE);
            assertThat(visitors.count(Visitors.Outcome.READ)).isPositive();
        }
    }

    @Test
    void answers_one_request_after_another_without_a_stall() throws Exception {
        for (var i = 0; i < 400; i++) {
            assertThat(lab.edge("/api/stock.json").status()).isEqualTo(200);
        }
    }

    private Visitors visitors(double perSecond) {
        return new Visitors(
                java.net.URI.create("https://www.acme.example:" + lab.port),
                name -> List.of(lab.edge.address()),
                lab.authority.authorityPem(),
                lab.clock,
                perSecond,
                3);
    }

    private void move(String address) {
        lab.zone.editByHand(
                LabSite.HOST, "A", (CloudflareRecord record) -> record.withContent(address));
    }
}
