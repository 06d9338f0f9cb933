package dev.cutover.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.lab.cloudflare.CloudflareAccount.Permission;
import dev.cutover.lab.cloudflare.CloudflareAccount.TokenStatus;
import dev.cutover.lab.cloudflare.Rulesets;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.port.Edge;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The suite against the lab, each exchange held against the vendor's file.
class LabEdgeTest extends EdgeContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CloudflareLab lab = new CloudflareLab(ZonePlan.PRO);
    private final VendorContract contract = new VendorContract();
    private final Edge edge = new CloudflareEdge(lab.api());

    LabEdgeTest() {
        lab.server.overhear(contract::heard);
    }

    @AfterEach
    void every_call_was_accepted_by_the_vendors_file() {
        lab.close();
        assertThat(contract.breaches()).isEmpty();
    }

    @Test
    void a_phase_that_others_have_filled_is_said_when_the_plan_is_made() {
        for (int i = 1; i <= ZonePlan.PRO.ruleLimit(); i++) {
            ruleByHand("theirs-" + i, "true");
        }
        var view = edge.read(zone(), Set.of(RULES), reading());
        assertThat(view.lack(RULES).orElseThrow().why())
                .contains("seen 25 of the 25 that the plan 'pro' allows");
    }

    @Override
    Edge edge() {
        return edge;
    }

    @Override
    ZoneRef zone() {
        return CloudflareLab.REF;
    }

    @Override
    void setByHand(String setting, String value) {
        lab.state.set(setting, value);
    }

    @Override
    void ruleByHand(String ref, String expression) {
        ObjectNode rule = rule(ref, expression, "set_cache_settings");
        rule.putObject("action_parameters").put("cache", true);
        byHand(Rulesets.CACHE, rule);
    }

    @Override
    void originRuleByHand(String ref, String expression) {
        ObjectNode rule = rule(ref, expression, "route");
        rule.putObject("action_parameters").putObject("origin").put("port", 9443);
        byHand(Rulesets.ORIGIN, rule);
    }

    private static ObjectNode rule(String ref, String expression, String action) {
        ObjectNode rule = JSON.createObjectNode();
        rule.put("ref", ref).put("expression", expression).put("action", action);
        return rule.put("description", "of the shop's team");
    }

    private void byHand(String phase, ObjectNode rule) {
        Rulesets rulesets = lab.state.rulesets();
        List<JsonNode> rules = new ArrayList<>();
        rulesets.entryPoint(phase)
                .ifPresent(set -> set.rules().forEach(one -> rules.add(one.json())));
        rules.removeIf(one -> one.path("ref").asText().equals(rule.path("ref").asText()));
        rules.add(rule);
        Rulesets.Ruleset unused = rulesets.replace(phase, rules);
    }

    @Override
    List<String> rulesOfOthers() {
        return others(Rulesets.CACHE);
    }

    @Override
    List<String> originRulesOfOthers() {
        return others(Rulesets.ORIGIN);
    }

    private List<String> others(String phase) {
        return lab.state.rulesets().entryPoint(phase).stream()
                .flatMap(set -> set.rules().stream())
                .filter(rule -> !rule.ref().startsWith("cutover-"))
                .map(rule -> rule.json().toString())
                .toList();
    }

    @Override
    void loseNextAnswer() {
        lab.server.faults().loseNextResponseAfterEffect();
    }

    @Override
    void limitNextCalls(int calls) {
        lab.server.faults().respond429For(calls, Optional.empty());
    }

    @Override
    void forbidRules() {
        EnumSet<Permission> rest = EnumSet.allOf(Permission.class);
        rest.remove(Permission.RULES_READ);
        rest.remove(Permission.RULES_EDIT);
        lab.account.allow(CloudflareLab.SECRET, TokenStatus.ACTIVE, rest);
    }

    @Override
    List<String> forgotten() {
        List<String> all = new ArrayList<>();
        for (var purge : lab.state.purges()) {
            if (purge.everything()) {
                all.add("everything");
            }
            all.addAll(purge.hosts());
            all.addAll(purge.files());
        }
        return all;
    }
}
