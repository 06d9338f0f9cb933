package dev.cutover.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.Acme;
import dev.cutover.core.Pools;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.plan.OriginRules;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.EdgeSetting;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.PlannedRule;
import dev.cutover.core.plan.Planner;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.Refusal;
import dev.cutover.lab.cloudflare.CloudflareAccount.Permission;
import dev.cutover.lab.cloudflare.CloudflareAccount.TokenStatus;
import dev.cutover.lab.cloudflare.LoadBalancing;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.Rulesets;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.port.CallLog.ProviderCall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is known of token, zone and hostnames before the first write.
class CloudflarePreflightTest {
    private static final Instant SOAK_ENDS = Acme.CLOSES.plus(Acme.plan().soak());

    private Optional<CloudflareLab> open = Optional.empty();

    @AfterEach
    void stop() {
        open.ifPresent(CloudflareLab::close);
    }

    @Test
    void a_zone_that_may_be_switched_is_proven_without_a_difference() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        VendorContract contract = new VendorContract();
        lab.server.overhear(contract::heard);
        CloudflareZone zone = new CloudflareZone(lab.api());
        PlanDiff diff = diff(zone);
        List<DnsRecord> before = diff.changes().getFirst().before();

        Preflight seen = zone.look(diff, CloudflareLab.reading());

        assertThat(seen.refusals()).isEmpty();
        assertThat(seen.proven())
                .contains(
                        "the token is active and does not expire",
                        "the zone is active",
                        "plan level 'pro': 2 of 3500 records, TTL from 60 s",
                        "no load balancer stands before a planned record");
        assertThat(seen.unproven())
                .singleElement()
                .asString()
                .contains("may write records and purge: proven when the plan is scheduled");
        assertThat(lab.log).noneMatch(ProviderCall::write);

        Preflight proof = zone.prove(diff, CloudflareLab.writing());

        assertThat(proof.refusals()).isEmpty();
        assertThat(proof.proven())
                .containsExactly("records can be written", "the cache can be purged");
        assertThat(diff(zone).changes().getFirst().before().getFirst().sameAs(before.getFirst()))
                .isTrue();
        assertThat(lab.state.purges())
                .singleElement()
                .satisfies(p -> assertThat(p.everything()).isFalse());
        assertThat(contract.breaches()).isEmpty();
    }

    @Test
    void each_missing_permission_is_named_before_anything_is_scheduled() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        CloudflareZone zone = new CloudflareZone(lab.api());
        PlanDiff diff = diff(zone);
        lab.account.allow(
                CloudflareLab.SECRET,
                TokenStatus.ACTIVE,
                EnumSet.of(Permission.ZONE_READ, Permission.DNS_READ));

        assertThat(codes(zone.prove(diff, CloudflareLab.writing())))
                .containsExactly("CannotWriteRecords", "CannotPurge");
        assertThat(zone.look(diff, CloudflareLab.reading()).unproven())
                .anyMatch(text -> text.contains("may not read them"));
        assertThat(lab.state.writes()).isEqualTo(2);
    }

    @Test
    void what_the_edge_needs_is_proven_without_a_difference() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        VendorContract contract = new VendorContract();
        lab.server.overhear(contract::heard);
        addPool(lab);
        String rule = ruleOfOthers(lab);
        String pools = lab.account.balancing().poolNamed("acme-web").path("origins").toString();
        CloudflareZone zone = new CloudflareZone(lab.api());
        PlanDiff diff = withEdge(lab, zone);

        assertThat(zone.look(diff, CloudflareLab.reading()).unproven())
                .anyMatch(
                        text ->
                                text.contains(
                                        "may write records, pools, settings, rules and purge:"
                                                + " proven when"));
        Preflight proof = zone.prove(diff, CloudflareLab.writing());

        assertThat(proof.refusals()).isEmpty();
        assertThat(proof.unproven()).isEmpty();
        assertThat(proof.proven())
                .containsExactlyInAnyOrder(
                        "records can be written",
                        "pool acme-web can be written",
                        "rules in http_request_cache_settings can be written",
                        "setting tiered_caching can be written",
                        "setting always_online can be written",
                        "the cache can be purged");
        assertThat(withEdge(lab, zone).edge().stream().map(c -> c.before().fields()).toList())
                .isEqualTo(diff.edge().stream().map(c -> c.before().fields()).toList());
        assertThat(rules(lab)).as("id, version and time of others' rules").containsExactly(rule);
        assertThat(lab.account.balancing().poolNamed("acme-web").path("origins"))
                .hasToString(pools);
        assertThat(contract.breaches()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "DNS_EDIT,            CannotWriteRecords, acme.example",
        "SETTINGS_EDIT,       CannotWriteEdge,    setting tiered_caching",
        "RULES_EDIT,          CannotWriteEdge,    rules http_request_cache_settings",
        "LOAD_BALANCERS_EDIT, CannotWriteEdge,    pool acme-web",
        "CACHE_PURGE,         CannotPurge,        acme.example"
    })
    void a_token_that_lacks_one_permission_is_found_before_the_first_write(
            Permission lacking, String code, String subject) {
        CloudflareLab lab = lab(ZonePlan.PRO);
        addPool(lab);
        CloudflareZone zone = new CloudflareZone(lab.api());
        PlanDiff diff = withEdge(lab, zone);
        lab.account.allow(
                CloudflareLab.SECRET,
                TokenStatus.ACTIVE,
                EnumSet.complementOf(EnumSet.of(lacking)));

        Preflight proof = zone.prove(diff, CloudflareLab.writing());

        assertThat(proof.refusals())
                .isNotEmpty()
                .allSatisfy(r -> assertThat(r.code()).isEqualTo(code))
                .anySatisfy(r -> assertThat(r.subject()).isEqualTo(subject));
    }

    @Test
    void what_cannot_be_proven_without_a_difference_is_said_in_the_plan() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        lab.state.set("development_mode", "on");
        CloudflareZone zone = new CloudflareZone(lab.api());
        PlanDiff plain = diff(zone);
        EdgePart on = new EdgePart.Setting("development_mode", "\"on\"", Optional.empty());
        EdgePart off = new EdgePart.Setting("development_mode", "\"off\"", Optional.empty());
        PlanDiff diff =
                new PlanDiff(
                        plain.plan(),
                        plain.changes(),
                        List.of(
                                new EdgeChange(
                                        List.of(),
                                        on,
                                        List.of(new EdgeChange.Stage(1, off)),
                                        on,
                                        on)),
                        List.of(),
                        List.of(),
                        List.of(),
                        plain.zoneRecords(),
                        plain.touchedRecords(),
                        plain.hash());

        assertThat(zone.look(diff, CloudflareLab.reading()).unproven())
                .anyMatch(text -> text.startsWith("whether setting development_mode may be"));
        Preflight proof = zone.prove(diff, CloudflareLab.writing());
        assertThat(proof.unproven()).hasSize(1);
        assertThat(proof.refusals()).isEmpty();
    }

    @Test
    void one_403_by_chance_refuses_nothing() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        CloudflareZone zone = new CloudflareZone(lab.api());
        PlanDiff diff = diff(zone);
        lab.server.faults().forbidAtRandom(150, 4);
        assertThat(codes(zone.prove(diff, CloudflareLab.writing()))).isEmpty();
        lab.server.faults().none();
        lab.server.faults().unavailable(true);
        assertThatThrownBy(() -> zone.prove(diff, CloudflareLab.writing()))
                .hasMessageContaining("503");
    }

    @Test
    void a_token_that_ends_before_the_soak_is_refused_and_one_that_ends_soon_after_is_told() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        CloudflareZone zone = new CloudflareZone(lab.api());
        PlanDiff diff = diff(zone);

        lab.account.expire(CloudflareLab.SECRET, SOAK_ENDS.minusSeconds(1));
        assertThat(codes(zone.look(diff, CloudflareLab.reading()))).containsExactly("TokenExpires");

        lab.account.expire(CloudflareLab.SECRET, SOAK_ENDS.plus(Duration.ofHours(1)));
        Preflight soon = zone.look(diff, CloudflareLab.reading());
        assertThat(soon.refusals()).isEmpty();
        assertThat(soon.unproven())
                .anyMatch(text -> text.contains("whether one can go back until"));
    }

    @Test
    void a_load_balancer_on_a_planned_name_is_found() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        CloudflareZone zone = new CloudflareZone(lab.api());
        balance(lab, "www.acme.example", "other.acme.example");

        Preflight seen = zone.look(diff(zone), CloudflareLab.reading());

        assertThat(seen.refusals())
                .singleElement()
                .satisfies(
                        r -> {
                            assertThat(r.code()).isEqualTo("LoadBalancerShadows");
                            assertThat(r.subject()).isEqualTo("www.acme.example");
                        });
    }

    @Test
    void a_paused_zone_and_a_full_one_are_refused() {
        CloudflareLab lab = lab(ZonePlan.FREE);
        CloudflareZone zone = new CloudflareZone(lab.api());
        lab.state.pause(true);
        for (int i = lab.state.records().size(); i < 200; i++) {
            var unused = lab.state.addByHand(RecordDraft.of("A", "x" + i, "192.0.2.1", 300, false));
        }
        Plan more =
                Acme.plan(
                        Acme.www(),
                        Acme.set(
                                "shop",
                                RecordType.A,
                                List.of(Acme.SHOP_OLD),
                                List.of(Acme.SHOP_NEXT, "203.0.113.99"),
                                1));

        assertThat(codes(zone.look(diff(zone, more), CloudflareLab.reading())))
                .containsExactlyInAnyOrder("ZonePaused", "ZoneFull");
        assertThat(codes(zone.look(diff(zone, Acme.plan(Acme.www())), CloudflareLab.reading())))
                .isEmpty();
    }

    @Test
    void what_a_plan_level_has_of_origin_rules_is_said_when_the_plan_is_made() {
        CloudflareLab lab = lab(ZonePlan.FREE);
        VendorContract contract = new VendorContract();
        lab.server.overhear(contract::heard);
        CloudflareZone zone = new CloudflareZone(lab.api());
        Plan host = ruled(Optional.of(Acme.WWW), Optional.empty());
        Plan port = ruled(Optional.empty(), Optional.of(8443));

        Preflight refused = zone.look(diff(zone, host), CloudflareLab.reading());
        assertThat(codes(refused)).containsExactly("RuleNotOffered");
        assertThat(refused.refusals().getFirst().message())
                .contains("the plan level 'free' does not offer");
        Preflight offered = zone.look(diff(zone, port), CloudflareLab.reading());
        assertThat(codes(offered)).isEmpty();
        assertThat(offered.proven()).contains("plan level: 0 of 10 origin rules");

        List<JsonNode> theirs = new ArrayList<>();
        for (int i = 0; i < ZonePlan.FREE.ruleLimit(); i++) {
            ObjectNode rule = new ObjectMapper().createObjectNode();
            rule.put("ref", "theirs-" + i).put("expression", "true").put("action", "route");
            rule.putObject("action_parameters").putObject("origin").put("port", 9443);
            theirs.add(rule);
        }
        var unused = lab.state.rulesets().replace(Rulesets.ORIGIN, theirs);
        assertThat(codes(zone.look(diff(zone, port), CloudflareLab.reading())))
                .containsExactly("RulesFull");
        assertThat(contract.breaches()).isEmpty();
    }

    @Test
    void a_rule_that_makes_the_switch_of_a_record_void_is_found() {
        CloudflareLab lab = lab(ZonePlan.ENTERPRISE);
        CloudflareZone zone = new CloudflareZone(lab.api());
        assertThat(codes(zone.look(diff(zone), CloudflareLab.reading()))).isEmpty();
        ObjectNode rule = new ObjectMapper().createObjectNode();
        rule.put("ref", "theirs").put("expression", "http.host eq \"shop.acme.example\"");
        rule.put("action", "route");
        rule.putObject("action_parameters").putObject("origin").put("host", "x.acme.example");
        var unused = lab.state.rulesets().replace(Rulesets.ORIGIN, List.of(rule));

        Preflight seen = zone.look(diff(zone), CloudflareLab.reading());

        assertThat(codes(seen)).containsExactly("RuleShadows");
        assertThat(seen.refusals().getFirst().message())
                .contains("origin rule 'theirs' leads its visitors to x.acme.example");

        lab.account.allow(
                CloudflareLab.SECRET,
                TokenStatus.ACTIVE,
                EnumSet.of(Permission.ZONE_READ, Permission.DNS_READ));
        Preflight blind = zone.look(diff(zone), CloudflareLab.reading());
        assertThat(codes(blind)).isEmpty();
        assertThat(blind.unproven()).anyMatch(u -> u.contains("whether an origin rule leads"));
    }

    @Test
    void that_origin_rules_may_be_written_is_proven_without_writing_one() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        VendorContract contract = new VendorContract();
        lab.server.overhear(contract::heard);
        CloudflareZone zone = new CloudflareZone(lab.api());
        Plan plan = ruled(Optional.empty(), Optional.of(8443));
        PlanDiff diff =
                Planner.plan(
                        plan,
                        zone.read(plan.zone(), CloudflareLab.reading()),
                        new CloudflareEdge(lab.api())
                                .read(plan.zone(), plan.edgeKeys(), CloudflareLab.reading()),
                        Map.of());

        assertThat(zone.look(diff, CloudflareLab.reading()).unproven())
                .anyMatch(u -> u.contains("may write rules and purge"));
        assertThat(zone.prove(diff, CloudflareLab.writing()).proven())
                .contains("rules in http_request_origin can be written");
        EnumSet<Permission> rest = EnumSet.allOf(Permission.class);
        rest.remove(Permission.RULES_EDIT);
        lab.account.allow(CloudflareLab.SECRET, TokenStatus.ACTIVE, rest);
        assertThat(zone.prove(diff, CloudflareLab.writing()).refusals())
                .singleElement()
                .satisfies(r -> assertThat(r.message()).contains("nothing was changed"));
        assertThat(lab.state.rulesets().entryPoint(Rulesets.ORIGIN)).isEmpty();
        assertThat(contract.breaches()).isEmpty();
    }

    @Test
    void a_load_balancer_on_a_name_that_a_rule_moves_is_found() {
        CloudflareLab lab = lab(ZonePlan.PRO);
        CloudflareZone zone = new CloudflareZone(lab.api());
        balance(lab, "shop.acme.example");
        Plan port = ruled(Optional.empty(), Optional.of(8443));

        assertThat(codes(zone.look(diff(zone, port), CloudflareLab.reading())))
                .containsExactly("LoadBalancerShadows");
    }

    private static Plan ruled(Optional<DnsName> host, Optional<Integer> port) {
        PlannedRule rule =
                new PlannedRule(
                        Acme.SHOP,
                        List.of(Acme.SHOP_OLD),
                        new PlannedRule.Target(host, port),
                        1,
                        Duration.ofMinutes(1));
        return Acme.with(
                Acme.plan(),
                p -> {
                    p.sets = List.of();
                    p.site = Acme.SHOP;
                    p.rules = Optional.of(new OriginRules(List.of(rule)));
                });
    }

    private CloudflareLab lab(ZonePlan plan) {
        CloudflareLab lab = new CloudflareLab(plan);
        open = Optional.of(lab);
        var unusedWww = lab.state.addByHand(RecordDraft.of("A", "www", Acme.WWW_OLD, 3_600, false));
        var unusedShop = lab.state.addByHand(RecordDraft.of("A", "shop", Acme.SHOP_OLD, 1, true));
        return lab;
    }

    private static void addPool(CloudflareLab lab) {
        LoadBalancing balancing = lab.account.balancing();
        String web =
                balancing.addPool(
                        "acme-web",
                        true,
                        List.of(
                                new LoadBalancing.Origin("staging", "127.50.0.1", 1),
                                new LoadBalancing.Origin("production", "127.50.0.2", 0)));
        balancing.addBalancer(lab.state, "eu.acme.example", List.of(web), web, "none");
    }

    private static String ruleOfOthers(CloudflareLab lab) {
        ObjectNode rule = new ObjectMapper().createObjectNode();
        rule.put("ref", "theirs").put("expression", "true").put("action", "set_cache_settings");
        rule.putObject("action_parameters").put("cache", true);
        lab.state.rulesets().replace(Rulesets.CACHE, List.of(rule));
        return rules(lab).getFirst();
    }

    private static List<String> rules(CloudflareLab lab) {
        return lab.state.rulesets().entryPoint(Rulesets.CACHE).orElseThrow().rules().stream()
                .map(r -> r.json().toString())
                .toList();
    }

    /** The plan with a pool, a rule and two settings beside its records. */
    private static PlanDiff withEdge(CloudflareLab lab, CloudflareZone zone) {
        lab.state.set("tiered_caching", "on");
        lab.state.set("always_online", "on");
        Plan plan =
                Acme.with(
                        Acme.plan(),
                        p -> {
                            p.origins = Pools.plan().origins();
                            p.edge =
                                    new Plan.EdgePlan(
                                            Plan.Purge.HOSTS,
                                            30,
                                            Duration.ofSeconds(2),
                                            List.of(
                                                    EdgeSetting.ORIGIN_SHIELD_OFF,
                                                    EdgeSetting.ALWAYS_ONLINE_OFF),
                                            List.of("/admin"));
                        });
        PlanDiff diff =
                Planner.plan(
                        plan,
                        zone.read(plan.zone(), CloudflareLab.reading()),
                        new CloudflareEdge(lab.api())
                                .read(plan.zone(), plan.edgeKeys(), CloudflareLab.reading()),
                        Map.of());
        assertThat(diff.edge()).as("%s", diff.refusals()).hasSize(4);
        return diff;
    }

    private static PlanDiff diff(CloudflareZone zone) {
        return diff(zone, Acme.plan());
    }

    private static PlanDiff diff(CloudflareZone zone, Plan plan) {
        return Acme.diff(plan, zone.read(plan.zone(), CloudflareLab.reading()));
    }

    /** A load balancer of one pool answers for each of these names. */
    private static void balance(CloudflareLab lab, String... names) {
        LoadBalancing balancing = lab.account.balancing();
        String pool =
                balancing.addPool(
                        "web", true, List.of(new LoadBalancing.Origin("one", "127.50.0.1", 1)));
        for (String name : names) {
            balancing.addBalancer(lab.state, name, List.of(pool), pool, "none");
        }
    }

    private static List<String> codes(Preflight seen) {
        return seen.refusals().stream().map(Refusal::code).toList();
    }
}
