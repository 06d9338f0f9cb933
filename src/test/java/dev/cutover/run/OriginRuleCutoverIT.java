package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.FieldProof.Standing;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.Rulesets;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole cutovers of a name by an origin rule: plan file, driver, judge, database, adapters and probes are
 * the product's, the provider, its edge, the origins and the visitors are the lab's. Every call to the
 * provider is held against the vendor's file.
 */
class OriginRuleCutoverIT {
    private static final String NAME = "shop";
    private static final String OURS = "cutover-origin-shop.acme.example";
    private static final String FIELD = "rule shop.acme.example";

    /** For what has to happen while the step is watched, however long that takes. */
    private static final Duration UNENDING = Duration.ofMinutes(30);

    private static final int ORDERS = 40;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final VendorContract contract = new VendorContract();
    private LabRun run;
    private LabWorld lab;
    private Oracle oracle;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        run = new LabRun(folder, ZonePlan.ENTERPRISE);
        lab = run.lab;
        lab.api().overhear(contract::heard);
        var unused =
                lab.zone()
                        .addByHand(
                                RecordDraft.of(
                                        "A",
                                        "origin-next." + LabWorld.ZONE,
                                        LabWorld.Side.NEXT.address(),
                                        3600,
                                        false));
        lab.zone().settle();
        // Another team's rules of the same phase, one of them about a name beside ours.
        List<JsonNode> theirs = new ArrayList<>();
        theirs.add(rule("theirs-1", "http.host eq \"blog.acme.example\"", "static.acme.example"));
        theirs.add(rule("theirs-2", "http.host in {\"img.acme.example\"}", "img.acme.example"));
        var set = lab.zone().rulesets().replace(Rulesets.ORIGIN, theirs);
        assertThat(set.rules()).hasSize(2);
        oracle = lab.oracle();
    }

    @AfterEach
    void stop() {
        run.close();
        assertThat(contract.breaches()).isEmpty();
    }

    @Test
    void a_rule_of_ours_moves_all_visitors_and_stays_when_all_is_done() throws Exception {
        List<String> others = rulesOfOthers();
        assertThat(lab.percentOnNext(NAME, ORDERS)).isZero();
        CutoverId id = scheduled(Duration.ofSeconds(12));

        run.reach(id, "Completed");

        assertThat(lab.percentOnNext(NAME, ORDERS)).isEqualTo(100);
        assertThat(lab.percentOnNext("account", ORDERS)).as("a name beside it").isZero();
        assertThat(rulesOfOthers()).isEqualTo(others);
        assertThat(ours().orElseThrow().path("action_parameters").toString())
                .isEqualTo("{\"origin\":{\"host\":\"origin-next.acme.example\"}}");
        assertThat(oracle.wrongWith(LabWorld.Side.CURRENT)).as("records, none planned").isEmpty();
        String host = "origin host origin-next.acme.example";
        assertThat(run.proof(id))
                .contains(new FieldProof(FIELD, "rule", host, host, Standing.KEPT));
    }

    @Test
    void an_abort_brings_everybody_back_and_leaves_others_rules_as_they_are() throws Exception {
        CutoverId id = scheduled(UNENDING);
        served(id);
        assertThat(lab.percentOnNext(NAME, ORDERS)).isEqualTo(100);
        var added =
                lab.zone()
                        .rulesets()
                        .add(
                                set().id(),
                                rule("theirs-3", "http.host eq \"go.acme.example\"", "x.test"));
        assertThat(added.rules()).hasSize(4);
        List<String> others = rulesOfOthers();

        run.abort(id, "cold feet");
        run.reach(id, "FellBack(fallback)");

        assertThat(lab.percentOnNext(NAME, ORDERS)).isZero();
        assertThat(ours()).isEmpty();
        assertThat(rulesOfOthers()).isEqualTo(others).hasSize(3);
        assertThat(run.proof(id))
                .contains(new FieldProof(FIELD, "rule", "none", "none", Standing.KEPT));
    }

    @Test
    void our_rule_edited_by_a_person_stops_the_way_on_and_is_kept_and_named() throws Exception {
        CutoverId id = scheduled(UNENDING);
        served(id);
        ObjectNode edited = JSON.createObjectNode();
        edited.put("description", "now of the shop's team").put("enabled", false);
        var set = set();
        var unused =
                lab.zone()
                        .rulesets()
                        .patch(set.id(), ours().orElseThrow().path("id").asText(), edited);
        run.reach(id, "Held(Switching(1/1), Drift)");

        run.abort(id, "somebody took it over");
        run.reach(id, "FellBack(fallback)");

        assertThat(ours().orElseThrow().path("enabled").asBoolean()).isFalse();
        Cutover ended = run.cutovers.find(id).orElseThrow();
        assertThat(ended.kept().toString())
                .contains(
                        FIELD
                                + ": rule expected none, seen origin host origin-next.acme.example"
                                + " (disabled) described \"now of the shop's team\"");
    }

    /** With nothing but the before-image: the controller is stopped, its database not asked. */
    @Test
    void the_before_image_alone_takes_our_rule_away() throws Exception {
        List<String> others = rulesOfOthers();
        CutoverId id = scheduled(UNENDING);
        served(id);
        run.node.close();
        Cutover left = run.cutovers.find(id).orElseThrow();

        Restore restore = new Restore(run.world.zone("cloudflare"), run.world.edge());
        Restore.Restored restored = restore.restore(left.before().orElseThrow());

        assertThat(restored.written()).isEqualTo(1);
        assertThat(restored.routedElsewhere()).isEmpty();
        assertThat(ours()).isEmpty();
        assertThat(rulesOfOthers()).isEqualTo(others);
    }

    private CutoverId scheduled(Duration dwell) {
        return run.scheduled(
                lab.planByRule(
                        new DemoPlan(dwell, Duration.ofSeconds(10), Duration.ofMinutes(3)),
                        NAME,
                        "host: origin-next"));
    }

    private void served(CutoverId id) {
        run.reach(id, "Switching(1/1)");
        run.until("served", id, () -> run.cutovers.find(id).orElseThrow().servedAt().isPresent());
    }

    private Rulesets.Ruleset set() {
        return lab.zone().rulesets().entryPoint(Rulesets.ORIGIN).orElseThrow();
    }

    private Optional<ObjectNode> ours() {
        return set().rules().stream()
                .filter(r -> r.ref().equals(OURS))
                .map(Rulesets.Rule::json)
                .findFirst();
    }

    /** With id, version and time of writing. */
    private List<String> rulesOfOthers() {
        return set().rules().stream()
                .filter(r -> !r.ref().equals(OURS))
                .map(r -> r.json().toString())
                .toList();
    }

    private static ObjectNode rule(String ref, String expression, String host) {
        ObjectNode rule = JSON.createObjectNode();
        rule.put("ref", ref).put("expression", expression).put("action", "route");
        rule.put("description", "of another team");
        rule.putObject("action_parameters").putObject("origin").put("host", host);
        return rule;
    }
}
