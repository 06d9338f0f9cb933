package dev.cutover.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.image.EdgeAdvance;
import dev.cutover.core.image.EdgeRestoration;
import dev.cutover.core.plan.PlannedRule.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a plan with origin rules would change, and why it may not.
class RulePlannerTest {
    private static final DnsName HOST = new DnsName("origin-2.acme.example");
    private static final DnsRecord ORIGIN = Acme.a("o", HOST, Acme.SHOP_NEXT, 3_600);
    private static final EdgeRule THEIRS = rule("theirs", "http.host eq \"blog.acme.example\"");

    @Test
    void our_rule_comes_at_its_step_stays_when_all_is_done_and_goes_on_falling_back() {
        PlanDiff diff = plan(toHost(), nothing(THEIRS), ORIGIN);

        assertThat(diff.refusals()).isEmpty();
        EdgeChange change = diff.edge().getFirst();
        assertThat(change.names()).containsExactly(Acme.SHOP);
        assertThat(change.routes()).isTrue();
        assertThat(change.before().fields()).isEmpty();
        assertThat(change.at(0)).isEqualTo(change.before());
        assertThat(((EdgePart.OriginRule) change.at(1)).rule().orElseThrow())
                .isEqualTo(
                        new EdgeRule(
                                "cutover-origin-shop.acme.example",
                                new TreeMap<>(
                                        Map.of(
                                                "action",
                                                "\"route\"",
                                                "action_parameters",
                                                "{\"origin\":{\"host\":\"origin-2.acme.example\"}}",
                                                "description",
                                                "\"cutover acme-relaunch\"",
                                                "enabled",
                                                "true",
                                                "expression",
                                                "\"http.host eq \\\"shop.acme.example\\\"\""))));
        assertThat(change.isWhole(1)).isTrue();
        assertThat(change.settled()).isEqualTo(change.at(1));
        assertThat(change.fallback()).isEqualTo(change.before());
        assertThat(change.at(1).fields()).hasToString("{rule=origin host origin-2.acme.example}");
        assertThat(diff.notes())
                .contains(
                        "step 1: rule shop.acme.example goes behind 1 other rules and stays when"
                                + " all is done; its records go on leading to 198.51.100.11, where"
                                + " visitors are without it");
        assertThat(diff.plan().claims())
                .contains("shop.acme.example", "rule shop.acme.example of acme.example");
    }

    @Test
    void a_port_alone_needs_no_other_host() {
        PlanDiff diff = plan(new Target(Optional.empty(), Optional.of(8443)), nothing());

        assertThat(diff.refusals()).isEmpty();
        assertThat(diff.edge().getFirst().at(1).fields()).hasToString("{rule=origin port 8443}");
    }

    @Test
    void an_origin_asked_as_another_name_is_shown_so() {
        Optional<DnsName> header = Optional.of(new DnsName("shop.cdn.test"));
        Optional<DnsName> sni = Optional.of(new DnsName("tls.cdn.test"));
        PlanDiff diff =
                plan(
                        new Target(Optional.of(HOST), Optional.of(8443), header, sni),
                        nothing(),
                        ORIGIN);

        EdgeChange change = diff.edge().getFirst();
        assertThat(change.at(1).fields())
                .hasToString(
                        "{rule=host_header shop.cdn.test, origin host origin-2.acme.example, port"
                                + " 8443, sni value tls.cdn.test}");
        assertThat(((EdgePart.OriginRule) change.at(1)).rule().orElseThrow().content())
                .containsEntry(
                        "action_parameters",
                        "{\"host_header\":\"shop.cdn.test\",\"origin\":{\"host\":\"origin-2.acme.example\",\"port\":8443},\"sni\":{\"value\":\"tls.cdn.test\"}}");
    }

    @Test
    void two_names_are_two_changes_each_at_its_own_step() {
        DnsName blog = new DnsName("blog.acme.example");
        Plan plan =
                rules(
                        planned(Acme.SHOP, List.of(Acme.SHOP_OLD), toHost(), 1),
                        planned(blog, List.of("192.0.2.77"), toHost(), 2));
        EdgeView view = view(none(Acme.SHOP), none(blog));

        PlanDiff diff =
                Planner.plan(
                        plan,
                        Acme.zone(ORIGIN, Acme.proxied("b", blog, "192.0.2.77")),
                        view,
                        Map.of());

        assertThat(diff.refusals()).isEmpty();
        assertThat(diff.edge()).extracting(c -> c.movesAt(1)).containsExactly(true, false);
        assertThat(diff.edge()).extracting(c -> c.movesAt(2)).containsExactly(false, true);
        assertThat(plan.steps()).isEqualTo(2);
    }

    @Test
    void a_name_that_a_rule_would_not_move_is_refused() {
        assertThat(codes(planned(Acme.WWW, List.of(Acme.WWW_OLD), toHost(), 1)))
                .containsExactly("NotProxied");
        assertThat(codes(planned(Acme.SHOP, List.of("192.0.2.1"), toHost(), 1)))
                .contains("FromMismatch");
        assertThat(
                        codes(
                                planned(
                                        new DnsName("gone.acme.example"),
                                        List.of("192.0.2.1"),
                                        toHost(),
                                        1)))
                .contains("RecordNotInZone");
        assertThat(
                        codes(
                                planned(
                                        new DnsName("www.other.example"),
                                        List.of("192.0.2.1"),
                                        toHost(),
                                        1)))
                .contains("OutsideZone");
    }

    @Test
    void a_host_that_could_not_be_checked_before_the_switch_is_refused() {
        assertThat(refusals(plan(toHost(), nothing()))).contains("OriginHostMissing");
        assertThat(refusals(plan(toHost(), nothing(), Acme.proxied("o", HOST, Acme.SHOP_NEXT))))
                .contains("OriginHostProxied");
        assertThat(refusals(plan(toHost(), nothing(), Acme.a("o", HOST, Acme.SHOP_OLD, 300))))
                .contains("TargetEqualsCurrent");
    }

    @Test
    void a_name_moved_by_its_record_as_well_is_refused() {
        Plan both =
                Acme.with(
                        Acme.plan(),
                        p ->
                                p.rules =
                                        Optional.of(
                                                new OriginRules(
                                                        List.of(
                                                                planned(
                                                                        Acme.SHOP,
                                                                        List.of(Acme.SHOP_OLD),
                                                                        toHost(),
                                                                        1)))));

        assertThat(refusals(Planner.plan(both, Acme.zone(ORIGIN), nothing(), Map.of())))
                .containsExactly("MovedTwice");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "http.host eq \"shop.acme.example\" | true | RuleBeside",
                "http.host in {\"a.acme.example\" \"shop.acme.example\"} | true | RuleBeside",
                "http.host eq \"shop.acme.example\" | false | ``",
                "http.host eq \"notshop.acme.example\" | true | ``",
                "starts_with(http.request.uri.path, \"/x\") | true | note",
            })
    void other_peoples_rules_about_the_name_are_refused_or_told(
            String expression, String enabled, String what) {
        EdgeRule other = rule("theirs", expression);
        TreeMap<String, String> content = new TreeMap<>(other.content());
        content.put("enabled", enabled);

        PlanDiff diff = plan(toHost(), nothing(new EdgeRule("theirs", content)), ORIGIN);

        assertThat(refusals(diff)).isEqualTo(what.startsWith("Rule") ? List.of(what) : List.of());
        assertThat(diff.notes().stream().anyMatch(n -> n.contains("may concern it too")))
                .isEqualTo(what.equals("note"));
    }

    @Test
    void a_rule_left_by_an_earlier_cutover_is_refused_with_what_it_does() {
        EdgePart left =
                new EdgePart.OriginRule(
                        Acme.SHOP,
                        Optional.of(rule(EdgePart.OriginRule.ref(Acme.SHOP), "true")),
                        Optional.empty());

        PlanDiff diff = plan(toHost(), view(left), ORIGIN);

        assertThat(refusals(diff)).containsExactly("RuleLeft");
        assertThat(diff.refusals().getFirst().message()).contains("origin host x.acme.example");
    }

    @Test
    void what_the_token_or_provider_does_not_have_is_refused_with_the_providers_word() {
        EdgeView lacking =
                new EdgeView(
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new EdgeView.Lack(EdgeKey.rule(Acme.SHOP), false, "403")),
                        Acme.NOW);

        PlanDiff diff = plan(toHost(), lacking, ORIGIN);

        assertThat(refusals(diff)).contains("NotOffered");
        assertThat(diff.refusals().getFirst().message()).isEqualTo("403");
    }

    /// Every field of an edit is told apart, although people are shown only what is unusual.
    @Test
    void any_edit_of_our_rule_is_seen_kept_and_named() {
        EdgeChange change = plan(toHost(), nothing(), ORIGIN).edge().getFirst();
        EdgeRule ours = ((EdgePart.OriginRule) change.at(1)).rule().orElseThrow();
        Map<String, String> edits =
                Map.of(
                        "enabled", "false",
                        "expression", "\"true\"",
                        "description", "\"of the shop's team\"",
                        "action_parameters", "{\"origin\":{\"port\":1}}");

        for (Map.Entry<String, String> edit : edits.entrySet()) {
            TreeMap<String, String> content = new TreeMap<>(ours.content());
            content.put(edit.getKey(), edit.getValue());
            EdgePart edited =
                    new EdgePart.OriginRule(
                            Acme.SHOP,
                            Optional.of(new EdgeRule(ours.ref(), content)),
                            Optional.empty());

            EdgeRestoration way =
                    EdgeRestoration.of(
                            List.of(EdgeClaim.whole(change)), EdgeChange::fallback, view(edited));

            assertThat(way.writes()).as(edit.getKey()).isEmpty();
            assertThat(way.kept()).singleElement().satisfies(k -> assertThat(k.routes()).isTrue());
            assertThat(way.kept().getFirst().seen())
                    .isNotEqualTo(change.at(1).fields().values().iterator().next().toString());
        }
    }

    @Test
    void a_rule_put_behind_ours_for_the_same_name_stops_the_way_on() {
        EdgeChange change = plan(toHost(), nothing(), ORIGIN).edge().getFirst();
        EdgePart.OriginRule ours = (EdgePart.OriginRule) change.at(1);
        EdgeRule later = rule("theirs", "http.host eq \"shop.acme.example\"");

        assertThat(forward(change, ours, later, ours.rule().orElseThrow()))
                .as("before ours it loses")
                .isInstanceOf(EdgeAdvance.AlreadyThere.class);
        assertThat(forward(change, ours, ours.rule().orElseThrow(), later))
                .isInstanceOfSatisfying(
                        EdgeAdvance.Drift.class,
                        d ->
                                assertThat(d.edits().getFirst())
                                        .hasToString(
                                                "rule shop.acme.example: rule expected nobody's"
                                                        + " rule behind ours, seen rule 'theirs',"
                                                        + " which wins"));
    }

    private static EdgeAdvance forward(EdgeChange change, EdgePart ours, EdgeRule... phase) {
        EdgeView view =
                view(
                        ours,
                        new EdgePart.Rules(
                                EdgePart.OriginRule.PHASE, "r1", List.of(phase), Optional.empty()));
        return EdgeAdvance.of(List.of(change), c -> c.at(1), c -> c.at(1), view);
    }

    private static Target toHost() {
        return new Target(Optional.of(HOST), Optional.empty());
    }

    private static EdgeRule rule(String ref, String expression) {
        return new EdgeRule(
                ref,
                new TreeMap<>(
                        Map.of(
                                "expression",
                                '"' + expression.replace("\"", "\\\"") + '"',
                                "action_parameters",
                                "{\"origin\":{\"host\":\"x.acme.example\"}}")));
    }

    private static EdgePart none(DnsName name) {
        return new EdgePart.OriginRule(name, Optional.empty(), Optional.empty());
    }

    private static EdgeView nothing(EdgeRule... others) {
        return view(
                none(Acme.SHOP),
                new EdgePart.Rules(
                        EdgePart.OriginRule.PHASE, "r1", List.of(others), Optional.empty()));
    }

    private static EdgeView view(EdgePart... parts) {
        return new EdgeView(List.of(parts), List.of(), List.of(), List.of(), Acme.NOW);
    }

    private static PlannedRule planned(DnsName name, List<String> from, Target to, int step) {
        return new PlannedRule(name, from, to, step, Duration.ofMinutes(1));
    }

    private static Plan rules(PlannedRule... rules) {
        return Acme.with(
                Acme.plan(),
                p -> {
                    p.sets = List.of();
                    p.site = rules[0].name();
                    p.rules = Optional.of(new OriginRules(List.of(rules)));
                });
    }

    private static PlanDiff plan(Target to, EdgeView edge, DnsRecord... more) {
        return Planner.plan(
                rules(planned(Acme.SHOP, List.of(Acme.SHOP_OLD), to, 1)),
                Acme.zone(more),
                edge,
                Map.of());
    }

    private static List<String> codes(PlannedRule rule) {
        return refusals(
                Planner.plan(rules(rule), Acme.zone(ORIGIN), view(none(rule.name())), Map.of()));
    }

    private static List<String> refusals(PlanDiff diff) {
        return diff.refusals().stream().map(Refusal::code).toList();
    }
}
