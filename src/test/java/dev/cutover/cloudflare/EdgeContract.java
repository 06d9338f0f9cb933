package dev.cutover.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.image.EdgeAdvance;
import dev.cutover.core.image.EdgeRestoration;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.Edge;
import dev.cutover.port.Fence;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What every provider's edge must do with settings, rules and purges.
///
/// Each test reaches a state and then asks the plan again: what was reached must need nothing more,
/// and what belongs to other people must be as it was, field by field.
abstract class EdgeContract {
    static final EdgeKey SHIELD = EdgeKey.setting("tiered_caching");
    static final EdgeKey RULES = EdgeKey.rules("http_request_cache_settings");
    static final DnsName SHOP = new DnsName("shop.acme.example");
    static final EdgeKey ROUTE = EdgeKey.rule(SHOP);
    private static final String OURS = "cutover-acme-1-bypass-cache";

    abstract Edge edge();

    abstract ZoneRef zone();

    /// Somebody else sets a setting that exists.
    abstract void setByHand(String setting, String value);

    /// Somebody else adds a caching rule, or changes the one of that ref.
    abstract void ruleByHand(String ref, String expression);

    /// Somebody else adds a rule about where requests go, or changes the one of that ref.
    abstract void originRuleByHand(String ref, String expression);

    /// Every origin rule but ours as the provider keeps it, as `rulesOfOthers` has caching rules.
    abstract List<String> originRulesOfOthers();

    /// Every rule but ours as the provider keeps it, id, version and time of writing included.
    abstract List<String> rulesOfOthers();

    /// The next write takes effect and its answer is lost.
    abstract void loseNextAnswer();

    /// The next so many calls come too early.
    abstract void limitNextCalls(int calls);

    /// The token may read and write nothing but settings.
    abstract void forbidRules();

    /// What the edge was asked to forget: `everything`, hosts and addresses, in order.
    abstract List<String> forgotten();

    @Test
    void a_setting_that_was_reached_needs_nothing_more_and_comes_back() {
        setByHand(SHIELD.name(), "on");
        EdgeChange off = shieldOff();
        reach(off);
        assertThat(part(SHIELD))
                .isInstanceOfSatisfying(
                        EdgePart.Setting.class, s -> assertThat(s.value()).isEqualTo("\"off\""));
        restore(off);
        assertThat(part(SHIELD).fields()).isEqualTo(off.before().fields());
    }

    @Test
    void a_rule_goes_beside_those_of_others_and_leaves_without_a_trace() {
        ruleByHand("theirs-1", "http.host eq \"shop.acme.example\"");
        ruleByHand("theirs-2", "true");
        List<String> others = rulesOfOthers();
        EdgeChange bypass = bypass();
        reach(bypass);
        assertThat(rules().getLast().ref()).as("the last rule decides").isEqualTo(OURS);
        assertThat(rulesOfOthers()).isEqualTo(others);
        restore(bypass);
        assertThat(part(RULES).fields()).isEqualTo(bypass.before().fields());
        assertThat(rulesOfOthers()).isEqualTo(others);
    }

    @Test
    void a_phase_without_any_rule_gets_ours_and_is_without_again() {
        EdgeChange bypass = bypass();
        assertThat(bypass.before().fields()).isEmpty();
        reach(bypass);
        restore(bypass);
        assertThat(part(RULES).fields()).isEmpty();
    }

    @Test
    void a_rule_added_by_others_between_read_and_write_stays() {
        ruleByHand("theirs-1", "true");
        EdgeChange bypass = bypass();
        EdgeWrite write = write(bypass, bypass.at(0));
        ruleByHand("theirs-2", "true");
        List<String> others = rulesOfOthers();
        edge().apply(zone(), write, writing());
        assertThat(rulesOfOthers()).isEqualTo(others);
        assertThat(rules()).hasSize(3);
    }

    @Test
    void our_rule_changed_by_others_between_read_and_write_is_not_overwritten() {
        EdgeChange bypass = bypass();
        reach(bypass);
        EdgeWrite away = write(bypass, bypass.before());
        ruleByHand(OURS, "http.host eq \"other.acme.example\"");
        assertThatThrownBy(() -> edge().apply(zone(), away, writing()))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(Category.TRANSIENT))
                .hasMessageContaining("changed by somebody else");
        EdgeRestoration way =
                EdgeRestoration.of(List.of(EdgeClaim.whole(bypass)), EdgeChange::before, view());
        assertThat(way.isDone()).isTrue();
        assertThat(way.kept()).hasSize(1);
    }

    @Test
    void the_rule_of_a_name_goes_last_beside_others_and_leaves_without_a_trace() {
        originRuleByHand("theirs-1", "http.host eq \"blog.acme.example\"");
        originRuleByHand("theirs-2", "true");
        List<String> others = originRulesOfOthers();
        EdgeChange route = route("{\"origin\":{\"port\":8443}}");
        assertThat(route.before().fields()).isEmpty();
        reach(route);
        EdgePart.Rules phase =
                (EdgePart.Rules)
                        view(ROUTE).part(EdgeKey.rules(EdgePart.OriginRule.PHASE)).orElseThrow();
        assertThat(phase.rules()).hasSize(3);
        assertThat(phase.rules().getLast().ref()).isEqualTo(EdgePart.OriginRule.ref(SHOP));
        assertThat(originRulesOfOthers()).isEqualTo(others);
        restore(route);
        assertThat(part(ROUTE).fields()).isEmpty();
        assertThat(originRulesOfOthers()).isEqualTo(others);
    }

    @Test
    void a_phase_without_origin_rules_gets_ours_and_is_without_again() {
        EdgeChange route = route("{\"origin\":{\"port\":8443}}");
        reach(route);
        restore(route);
        assertThat(part(ROUTE).fields()).isEmpty();
    }

    @Test
    void an_origin_rule_of_ours_that_others_changed_is_not_overwritten() {
        EdgeChange route = route("{\"origin\":{\"port\":8443}}");
        reach(route);
        EdgeWrite away = write(route, route.before());
        originRuleByHand(EdgePart.OriginRule.ref(SHOP), "http.host eq \"other.acme.example\"");
        assertThatThrownBy(() -> edge().apply(zone(), away, writing()))
                .hasMessageContaining("changed by somebody else");
        EdgeRestoration way =
                EdgeRestoration.of(
                        List.of(EdgeClaim.whole(route)), EdgeChange::before, view(ROUTE));
        assertThat(way.isDone()).isTrue();
        assertThat(way.kept().getFirst().routes()).isTrue();
    }

    @Test
    void an_origin_rule_whose_answer_was_lost_is_found_and_never_doubled() {
        originRuleByHand("theirs-1", "true");
        EdgeChange route = route("{\"origin\":{\"port\":8443}}");
        EdgeWrite write = write(route, route.at(1));
        loseNextAnswer();
        assertThatThrownBy(() -> edge().apply(zone(), write, writing()))
                .isInstanceOf(PortException.class);
        assertThat(EdgeAdvance.of(List.of(route), EdgeChange::before, c -> c.at(1), view(ROUTE)))
                .isInstanceOf(EdgeAdvance.AlreadyThere.class);
        edge().apply(zone(), write, writing());
        assertThat(originRulesOfOthers()).hasSize(1);
    }

    /// Providers keep a rule's properties in an order of their own.
    @Test
    void the_order_of_a_rules_properties_means_nothing() {
        EdgeChange route = route("{\"origin\":{\"port\":8443}}");
        EdgeWrite write = write(route, route.at(1));
        EdgeRule ours = ((EdgePart.OriginRule) write.target()).rule().orElseThrow();
        TreeMap<String, String> turned = new TreeMap<>(ours.content());
        turned.put("future", "{\"b\":1,\"a\":2}");
        TreeMap<String, String> sorted = new TreeMap<>(ours.content());
        sorted.put("future", "{\"a\":2,\"b\":1}");
        edge().apply(
                        zone(),
                        new EdgeWrite(
                                write.seen(),
                                new EdgePart.OriginRule(
                                        SHOP,
                                        Optional.of(new EdgeRule(ours.ref(), turned)),
                                        Optional.empty())),
                        writing());
        assertThat(((EdgePart.OriginRule) part(ROUTE)).rule())
                .contains(new EdgeRule(ours.ref(), sorted));
    }

    @Test
    void a_write_whose_answer_was_lost_is_found_and_never_doubled() {
        ruleByHand("theirs-1", "true");
        EdgeChange bypass = bypass();
        EdgeWrite write = write(bypass, bypass.at(0));
        loseNextAnswer();
        assertThatThrownBy(() -> edge().apply(zone(), write, writing()))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(Category.TRANSIENT));
        assertThat(EdgeAdvance.of(List.of(bypass), EdgeChange::before, c -> c.at(0), view()))
                .isInstanceOf(EdgeAdvance.AlreadyThere.class);
        edge().apply(zone(), write, writing());
        assertThat(rules()).hasSize(2);
    }

    @Test
    void a_setting_that_others_changed_is_named_and_kept() {
        setByHand("always_online", "on");
        EdgeKey key = EdgeKey.setting("always_online");
        EdgePart before = part(key);
        EdgePart target = new EdgePart.Setting(key.name(), "\"off\"", Optional.empty());
        EdgeChange change = change(before, 1, target);
        reach(change);
        setByHand("always_online", "on");
        assertThat(EdgeAdvance.differences(change, change.at(1), view(key))).hasSize(1);
    }

    @Test
    void what_nobody_ever_set_is_taken_away_again() {
        EdgeKey smart = EdgeKey.setting("tiered_cache_smart_topology_enable");
        EdgePart before = part(smart);
        EdgeChange on =
                change(before, 1, new EdgePart.Setting(smart.name(), "\"on\"", Optional.empty()));
        reach(on);
        restore(on);
        assertThat(part(smart).fields()).isEqualTo(before.fields());
    }

    @Test
    void what_a_token_may_not_see_is_a_lack_and_no_failure() {
        forbidRules();
        EdgeView view = edge().read(zone(), Set.of(RULES, ROUTE, SHIELD), reading());
        assertThat(view.part(ROUTE)).isEmpty();
        assertThat(view.lack(ROUTE).orElseThrow().why()).contains("403");
        assertThat(view.part(SHIELD)).isPresent();
        assertThat(view.part(RULES)).isEmpty();
        assertThat(view.lack(RULES).orElseThrow().why()).contains("403");
    }

    @Test
    void asking_for_nothing_costs_nothing() {
        limitNextCalls(1);
        assertThat(edge().read(zone(), Set.of(), reading()).parts()).isEmpty();
    }

    @Test
    void each_portion_names_what_it_says_and_no_more() {
        edge().purge(zone(), new PurgePortion.Everything(), writing());
        edge().purge(zone(), new PurgePortion.Hosts(List.of(CloudflareLab.ACME)), writing());
        edge().purge(
                        zone(),
                        new PurgePortion.Pages(List.of("https://www.acme.example/a")),
                        writing());
        assertThat(forgotten())
                .containsExactly("everything", "acme.example", "https://www.acme.example/a");
    }

    @Test
    void a_purge_that_comes_too_early_changes_nothing_and_can_be_repeated() {
        edge().purge(zone(), new PurgePortion.Everything(), writing());
        limitNextCalls(1);
        PurgePortion next = new PurgePortion.Hosts(List.of(CloudflareLab.ACME));
        assertThatThrownBy(() -> edge().purge(zone(), next, writing()))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(Category.TRANSIENT));
        assertThat(forgotten()).containsExactly("everything");
        edge().purge(zone(), next, writing());
        assertThat(forgotten()).containsExactly("everything", "acme.example");
    }

    private EdgeChange shieldOff() {
        return change(
                part(SHIELD), 1, new EdgePart.Setting(SHIELD.name(), "\"off\"", Optional.empty()));
    }

    private EdgeChange bypass() {
        EdgePart.Rules before = (EdgePart.Rules) part(RULES);
        List<EdgeRule> rules = new ArrayList<>(before.rules());
        rules.add(
                new EdgeRule(
                        OURS,
                        new TreeMap<>(
                                Map.of(
                                        "action",
                                        "\"set_cache_settings\"",
                                        "action_parameters",
                                        "{\"cache\":false}",
                                        "description",
                                        "\"kept by no cache\"",
                                        "enabled",
                                        "true",
                                        "expression",
                                        "\"starts_with(http.request.uri.path, \\\"/admin\\\")\""))));
        return change(
                before,
                0,
                new EdgePart.Rules(before.phase(), before.rulesetId(), rules, before.modifiedAt()));
    }

    private EdgeChange route(String parameters) {
        EdgePart before = part(ROUTE);
        TreeMap<String, String> content = new TreeMap<>();
        content.put("action", "\"route\"");
        content.put("action_parameters", parameters);
        content.put("description", "\"cutover acme\"");
        content.put("enabled", "true");
        content.put("expression", EdgePart.OriginRule.matching(SHOP));
        EdgePart target =
                new EdgePart.OriginRule(
                        SHOP,
                        Optional.of(new EdgeRule(EdgePart.OriginRule.ref(SHOP), content)),
                        Optional.empty());
        return new EdgeChange(
                List.of(SHOP), before, List.of(new EdgeChange.Stage(1, target)), target, before);
    }

    private static EdgeChange change(EdgePart before, int step, EdgePart target) {
        return new EdgeChange(
                List.of(), before, List.of(new EdgeChange.Stage(step, target)), before, target);
    }

    /// Takes the change to its last stage; the plan asked again wants nothing.
    private void reach(EdgeChange change) {
        EdgePart target = change.at(Integer.MAX_VALUE);
        edge().apply(zone(), write(change, target), writing());
        assertThat(
                        EdgeAdvance.of(
                                List.of(change),
                                EdgeChange::before,
                                c -> target,
                                view(change.key())))
                .isInstanceOf(EdgeAdvance.AlreadyThere.class);
    }

    private void restore(EdgeChange change) {
        EdgeRestoration way =
                EdgeRestoration.of(
                        List.of(EdgeClaim.whole(change)), EdgeChange::before, view(change.key()));
        way.writes().forEach(write -> edge().apply(zone(), write, writing()));
        EdgeRestoration left =
                EdgeRestoration.of(
                        List.of(EdgeClaim.whole(change)), EdgeChange::before, view(change.key()));
        assertThat(left.isDone()).isTrue();
        assertThat(left.kept()).isEmpty();
    }

    private EdgeWrite write(EdgeChange change, EdgePart target) {
        EdgePart seen = part(change.key());
        EdgePart next = seen;
        for (var field : change.planned()) {
            next = next.with(field, target);
        }
        return new EdgeWrite(seen, next);
    }

    private List<EdgeRule> rules() {
        return ((EdgePart.Rules) part(RULES)).rules();
    }

    private EdgePart part(EdgeKey key) {
        return view(key).part(key).orElseThrow();
    }

    private EdgeView view() {
        return view(RULES);
    }

    private EdgeView view(EdgeKey key) {
        return edge().read(zone(), Set.of(key), reading());
    }

    static Call reading() {
        return Call.reading("acme-1", "edge", Deadline.in(Duration.ofMinutes(1)));
    }

    static Call writing() {
        return new Call(
                "acme-1", "acme-1/switch-1/1", Deadline.in(Duration.ofMinutes(1)), Fence.OPEN);
    }
}
