package dev.cutover.lab.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.LabClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of a phase: versions, identities, positions, limits, and what the edge has learnt. */
class RulesetsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabClock clock =
            new LabClock(InstantSource.fixed(Instant.parse("2026-12-06T02:00:00Z")));
    private final Rulesets pro = new Rulesets(ZonePlan.PRO, clock, 1);

    @Test
    void replacing_keeps_the_identity_of_rules_that_are_named_again() {
        var first = pro.replace(Rulesets.CACHE, List.of(rule("a"), rule("b")));
        var ids = first.rules().stream().map(Rulesets.Rule::id).toList();
        var second =
                pro.replace(Rulesets.CACHE, List.of(rule("a"), rule("b").put("enabled", false)));
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.rules()).extracting(Rulesets.Rule::id).isEqualTo(ids);
        assertThat(second.rules()).extracting(Rulesets.Rule::version).containsExactly("1", "2");
        assertThat(pro.version(Rulesets.CACHE, 1)).contains(first);
        assertThat(pro.entryPoint(Rulesets.ORIGIN)).isEmpty();
    }

    @Test
    void a_single_rule_is_placed_moved_and_taken_away() {
        var set = pro.replace(Rulesets.CACHE, List.of(rule("a"), rule("b")));
        var at = rule("own");
        at.putObject("position").put("before", "");
        var added = pro.add(set.id(), at);
        assertThat(refs(added)).containsExactly("own", "a", "b");
        var last = JSON.createObjectNode();
        last.putObject("position").put("after", added.rules().get(2).id());
        var own = added.rules().get(0).id();
        assertThat(refs(pro.patch(set.id(), own, last))).containsExactly("a", "b", "own");
        assertThat(refs(pro.delete(set.id(), own))).containsExactly("a", "b");
        assertThatThrownBy(() -> pro.delete(set.id(), own)).isInstanceOf(ApiRefusal.class);
    }

    @Test
    void a_plan_has_room_for_so_many_rules_and_no_more() {
        var free = new Rulesets(ZonePlan.FREE, clock, 1);
        var ten = java.util.stream.IntStream.range(0, 10).mapToObj(i -> (JsonNode) rule("r" + i));
        var set = free.replace(Rulesets.CACHE, ten.toList());
        assertThatThrownBy(() -> free.add(set.id(), rule("one too many")))
                .hasMessageContaining("11 out of 10");
        assertThat(free.entryPoint(Rulesets.CACHE).orElseThrow().version()).isEqualTo(1);
    }

    @Test
    void only_enterprise_zones_may_override_host_and_sni() {
        var route = JSON.createObjectNode().put("expression", "true").put("action", "route");
        route.putObject("action_parameters").put("host_header", "staging.acme.example");
        assertThatThrownBy(() -> pro.replace(Rulesets.ORIGIN, List.of(route)))
                .hasMessageContaining("Host Header");
        var enterprise = new Rulesets(ZonePlan.ENTERPRISE, clock, 1);
        assertThat(enterprise.replace(Rulesets.ORIGIN, List.of(route)).rules()).hasSize(1);
    }

    @Test
    void an_expression_the_edge_could_not_follow_is_refused() {
        for (var bad :
                List.of(
                        "",
                        "ip.src eq 1.1.1.1",
                        "http.host eq",
                        "(true",
                        "true true",
                        "http.host ~ \"x\"")) {
            assertThatThrownBy(
                            () ->
                                    pro.replace(
                                            Rulesets.CACHE,
                                            List.of(rule("a").put("expression", bad))))
                    .as(bad)
                    .isInstanceOf(ApiRefusal.class);
        }
    }

    @Test
    void expressions_are_read_as_the_vendor_reads_them() {
        var fields = new RuleExpression.Fields("www.acme.example", "/api/stock.json", "q=1", "GET");
        assertThat(RuleExpression.of("http.host eq \"www.acme.example\"").test(fields)).isTrue();
        assertThat(
                        RuleExpression.of(
                                        "not (http.host in {\"a\" \"b\"}) and"
                                                + " starts_with(http.request.uri.path, \"/api/\")")
                                .test(fields))
                .isTrue();
        assertThat(
                        RuleExpression.of(
                                        "http.request.uri.query contains \"2\" or"
                                                + " ends_with(http.request.uri.path, \".json\")")
                                .test(fields))
                .isTrue();
        assertThat(RuleExpression.of("http.request.method ne \"GET\"").test(fields)).isFalse();
    }

    @Test
    void the_edge_follows_some_time_after_a_version_was_accepted() {
        pro.replace(Rulesets.CACHE, List.of(rule("a")));
        assertThat(pro.seenByEdge(Rulesets.CACHE, clock.instant())).isEmpty();
        clock.jump(Duration.ofSeconds(1));
        assertThat(pro.seenByEdge(Rulesets.CACHE, clock.instant())).hasSize(1);
    }

    private static List<String> refs(Rulesets.Ruleset set) {
        return set.rules().stream().map(Rulesets.Rule::ref).toList();
    }

    private static ObjectNode rule(String ref) {
        var rule = JSON.createObjectNode();
        rule.put("ref", ref).put("expression", "true").put("action", "set_cache_settings");
        rule.putObject("action_parameters").put("cache", false);
        return rule;
    }
}
