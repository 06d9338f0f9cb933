package dev.cutover.core.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Pools;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.image.FieldProof.Standing;
import dev.cutover.core.plan.Planner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The way forward and back over parts of the edge.
class EdgeRestorationTest {
    private final EdgeChange change =
            Planner.plan(Pools.plan(), Pools.zone(), Pools.view(Pools.pool()), Map.of())
                    .edge()
                    .getFirst();

    @Test
    void our_weights_go_back_and_the_rest_of_the_pool_stays_as_it_was_read() {
        EdgePart.Pool seen = pool(50, 50, PoolOrigin.of("added", "192.0.2.9", 0));

        EdgeRestoration way = back(Set.of(1, 2, 3), seen);

        assertThat(way.kept()).isEmpty();
        assertThat(way.writes())
                .containsExactly(
                        new EdgeWrite(seen, pool(100, 0, PoolOrigin.of("added", "192.0.2.9", 0))));
        assertThat(way.writes().getFirst().toString())
                .isEqualTo(
                        "pool acme-web: origin production weight 0.5 -> 0, origin staging weight"
                                + " 0.5 -> 1");
    }

    @Test
    void what_is_already_as_promised_is_left() {
        assertThat(back(Set.of(1), pool(100, 0)).isDone()).isTrue();
        assertThat(back(Set.of(1), pool(100, 0)).kept()).isEmpty();
    }

    @Test
    void a_person_s_weight_is_left_and_named() {
        EdgeRestoration way = back(Set.of(1, 2, 3), pool(50, 33));

        assertThat(way.writes()).hasSize(1);
        assertThat(way.kept())
                .containsExactly(
                        new ForeignEdit("pool acme-web origin production", "weight", "0", "0.33"));
        assertThat(way.kept().getFirst().routes()).isTrue();
    }

    @Test
    void a_weight_of_a_step_that_was_never_written_is_a_person_s() {
        EdgeRestoration way = back(Set.of(1), pool(50, 50));

        assertThat(way.isDone()).isTrue();
        assertThat(way.kept()).hasSize(2);
    }

    /// Nothing is left to write at closing, but what a person changed meanwhile is named.
    @Test
    void a_person_s_weight_is_named_at_closing_too() {
        EdgeRestoration way =
                EdgeRestoration.of(
                        List.of(change.closing()), EdgeChange::settled, Pools.view(pool(17, 100)));

        assertThat(way.isDone()).isTrue();
        assertThat(way.kept())
                .containsExactly(
                        new ForeignEdit("pool acme-web origin staging", "weight", "0", "0.17"));
    }

    @Test
    void a_pool_or_origin_that_is_gone_is_named() {
        assertThat(
                        EdgeRestoration.of(
                                        List.of(EdgeClaim.whole(change)),
                                        EdgeChange::fallback,
                                        Pools.nothing())
                                .kept())
                .containsExactly(
                        new ForeignEdit(
                                "pool acme-web", "part", "as it was read before", "for a reason"));
        assertThat(back(Set.of(1), Pools.pool(PoolOrigin.of("staging", Pools.STAGING, 90))).kept())
                .containsExactly(
                        new ForeignEdit("pool acme-web origin production", "weight", "0", "none"));
    }

    @Test
    void forward_any_other_edit_of_the_pool_is_drift() {
        assertThat(forward(2, pool(90, 10))).isInstanceOf(EdgeAdvance.Ready.class);
        assertThat(forward(2, pool(75, 25))).isInstanceOf(EdgeAdvance.AlreadyThere.class);
        assertThat(forward(2, pool(90, 10, PoolOrigin.of("added", "192.0.2.9", 0))))
                .isInstanceOf(EdgeAdvance.Drift.class);
        EdgePart.Pool moved =
                Pools.pool(
                        PoolOrigin.of("staging", Pools.STAGING, 90),
                        PoolOrigin.of("production", "192.0.2.77", 10));
        assertThat(forward(2, moved))
                .isEqualTo(
                        new EdgeAdvance.Drift(
                                List.of(
                                        new ForeignEdit(
                                                "pool acme-web origin production",
                                                "address",
                                                Pools.PRODUCTION,
                                                "192.0.2.77"))));
    }

    @Test
    void the_proof_names_every_planned_field() {
        List<FieldProof> proof =
                EdgeRestoration.proof(
                        List.of(change), EdgeChange::before, Pools.view(pool(100, 33)));

        assertThat(proof)
                .containsExactly(
                        new FieldProof(
                                "pool acme-web origin production",
                                "weight",
                                "0",
                                "0.33",
                                Standing.FOREIGN),
                        new FieldProof(
                                "pool acme-web origin staging", "weight", "1", "1", Standing.KEPT));
        assertThat(proof.getFirst().isRoutedElsewhere()).isTrue();
    }

    @Test
    void others_rules_of_a_phase_stay_and_move_freely() {
        EdgeRule theirs = new EdgeRule("theirs", new TreeMap<>(Map.of("action", "\"route\"")));
        EdgeRule edited = new EdgeRule("theirs", new TreeMap<>(Map.of("action", "\"skip\"")));
        EdgeRule ours = new EdgeRule("cutover-1", new TreeMap<>(Map.of("action", "\"route\"")));
        EdgePart before = rules(theirs);
        EdgeChange rule =
                new EdgeChange(
                        List.of(),
                        before,
                        List.of(new EdgeChange.Stage(1, rules(theirs, ours))),
                        before,
                        before);

        EdgeView seen = view(rules(edited, ours));
        EdgeRestoration way =
                EdgeRestoration.of(List.of(EdgeClaim.whole(rule)), EdgeChange::fallback, seen);
        EdgeAdvance forward =
                EdgeAdvance.of(
                        List.of(rule), EdgeChange::before, c -> c.at(1), view(rules(edited)));

        assertThat(way.writes()).extracting(EdgeWrite::target).containsExactly(rules(edited));
        assertThat(way.kept()).isEmpty();
        assertThat(forward)
                .isEqualTo(
                        new EdgeAdvance.Ready(
                                List.of(new EdgeWrite(rules(edited), rules(edited, ours)))));
    }

    private static EdgePart rules(EdgeRule... rules) {
        return new EdgePart.Rules("http_request_origin", "r1", List.of(rules), Optional.empty());
    }

    private static EdgeView view(EdgePart part) {
        EdgeView none = EdgeView.none(dev.cutover.core.Acme.NOW);
        return Pools.and(none, part);
    }

    private EdgeRestoration back(Set<Integer> written, EdgePart.Pool seen) {
        return EdgeRestoration.of(
                List.of(change.written(written, true)), EdgeChange::fallback, Pools.view(seen));
    }

    private EdgeAdvance forward(int step, EdgePart.Pool seen) {
        return EdgeAdvance.of(
                List.of(change), c -> c.at(step - 1), c -> c.at(step), Pools.view(seen));
    }

    private static EdgePart.Pool pool(int staging, int production, PoolOrigin... more) {
        List<PoolOrigin> origins =
                new java.util.ArrayList<>(
                        List.of(
                                PoolOrigin.of("staging", Pools.STAGING, staging),
                                PoolOrigin.of("production", Pools.PRODUCTION, production)));
        origins.addAll(List.of(more));
        return Pools.pool(origins.toArray(PoolOrigin[]::new));
    }
}
