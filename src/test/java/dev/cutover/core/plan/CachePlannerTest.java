package dev.cutover.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.plan.Plan.EdgeSetting;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a plan says of settings and caches, as changes and refusals. */
class CachePlannerTest {
    private static final EdgePart SHIELD =
            new EdgePart.Setting("tiered_caching", "\"on\"", Optional.empty());
    private static final EdgeRule THEIRS =
            new EdgeRule("theirs", new TreeMap<>(Map.of("expression", "\"true\"")));
    private static final EdgePart RULES =
            new EdgePart.Rules(CachePlanner.CACHE_PHASE, "r1", List.of(THEIRS), Optional.empty());

    @Test
    void a_setting_is_lent_from_the_first_step_until_closing() {
        PlanDiff diff = diff(shield(), List.of(SHIELD));
        assertThat(diff.refusals()).isEmpty();
        EdgeChange change = diff.edge().getFirst();
        assertThat(change.routes()).isFalse();
        assertThat(change.at(0)).isEqualTo(SHIELD);
        assertThat(change.at(1).fields().values()).containsExactly("\"off\"");
        assertThat(change.settled()).isEqualTo(SHIELD);
        assertThat(change.written(java.util.Set.of(1), true).ours()).contains(change.fallback());
    }

    @Test
    void a_setting_that_stands_as_wanted_is_left_alone_and_said() {
        EdgePart off = new EdgePart.Setting("tiered_caching", "\"off\"", Optional.empty());
        PlanDiff diff = diff(shield(), List.of(off));
        assertThat(diff.edge()).isEmpty();
        assertThat(diff.notes()).anyMatch(n -> n.contains("off already"));
    }

    @Test
    void our_rule_goes_last_beside_those_of_others_before_any_step() {
        PlanDiff diff = diff(bypass(), List.of(RULES));
        EdgeChange change = diff.edge().getFirst();
        EdgePart.Rules prepared = (EdgePart.Rules) change.at(EdgeChange.PREPARED);
        assertThat(prepared.rules().getFirst()).isEqualTo(THEIRS);
        assertThat(prepared.rules().getLast().ref())
                .isEqualTo("cutover-acme-relaunch-bypass-cache");
        assertThat(prepared.rules().getLast().content().get("expression"))
                .isEqualTo(
                        "\"http.host in {\\\""
                                + Acme.SHOP
                                + "\\\"} and (starts_with(http.request.uri.path, \\\"/admin\\\") or"
                                + " starts_with(http.request.uri.path, \\\"/api/\\\"))\"");
        assertThat(change.settled()).isEqualTo(RULES);
    }

    @Test
    void what_is_not_offered_or_left_over_is_refused_when_the_plan_is_made() {
        EdgeView lacking =
                new EdgeView(
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new EdgeView.Lack(EdgeKey.setting("tiered_caching"), false, "403")),
                        Acme.NOW);
        assertThat(refusals(Planner.plan(shield(), Acme.zone(), lacking, Map.of())))
                .contains("NotOffered");

        EdgeRule left =
                new EdgeRule("cutover-acme-relaunch-bypass-cache", Collections.emptySortedMap());
        EdgePart rules =
                new EdgePart.Rules(CachePlanner.CACHE_PHASE, "r1", List.of(left), Optional.empty());
        assertThat(refusals(diff(bypass(), List.of(rules)))).contains("RuleLeft");
    }

    @Test
    void two_plans_of_one_zone_may_not_lend_the_same_setting_and_two_zones_may() {
        assertThat(shield().claims())
                .contains("setting tiered_caching of " + Acme.ZONE)
                .doesNotContain("setting tiered_caching");
    }

    private static Plan shield() {
        return edge(List.of(EdgeSetting.ORIGIN_SHIELD_OFF), List.of());
    }

    private static Plan bypass() {
        return edge(List.of(), List.of("/admin", "/api/"));
    }

    private static Plan edge(List<EdgeSetting> during, List<String> bypass) {
        return Acme.with(
                Acme.plan(),
                p ->
                        p.edge =
                                new Plan.EdgePlan(
                                        Plan.Purge.HOSTS,
                                        30,
                                        Duration.ofSeconds(2),
                                        during,
                                        bypass));
    }

    private static PlanDiff diff(Plan plan, List<EdgePart> parts) {
        return Planner.plan(
                plan,
                Acme.zone(),
                new EdgeView(parts, List.of(), List.of(), List.of(), Acme.NOW),
                Map.of());
    }

    private static List<String> refusals(PlanDiff diff) {
        return diff.refusals().stream().map(Refusal::code).toList();
    }
}
