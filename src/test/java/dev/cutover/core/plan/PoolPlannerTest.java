package dev.cutover.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Pools;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.Balancer;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeField;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.edge.OriginHealth.State;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.plan.PlannedPool.Sessions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What a plan with pools would change, and why it may not.
class PoolPlannerTest {
    @Test
    void each_share_is_one_step_and_the_two_origins_keep_their_sum() {
        PlanDiff diff = plan(Pools.view(Pools.pool()));

        assertThat(diff.refusals()).isEmpty();
        EdgeChange change = diff.edge().getFirst();
        assertThat(change.stages())
                .extracting(s -> s.step() + ": " + weights(s.target()))
                .containsExactly("1: 0.9 0.1", "2: 0.75 0.25", "3: 0.5 0.5", "4: 0 1");
        assertThat(diff.notes())
                .contains(
                        "step 2: pool acme-web: origin production weight 0.1 -> 0.25, origin"
                                + " staging weight 0.9 -> 0.75");
        assertThat(change.names()).containsExactly(Pools.WWW);
        assertThat(change.settled()).isEqualTo(change.at(4));
        assertThat(change.fallback()).isEqualTo(change.before());
        assertThat(change.planned())
                .containsExactly(
                        new EdgeField("origin production", "weight"),
                        new EdgeField("origin staging", "weight"));
        assertThat(diff.plan().steps()).isEqualTo(4);
    }

    @Test
    void origins_that_are_not_planned_keep_their_weight() {
        EdgePart.Pool three =
                Pools.pool(
                        PoolOrigin.of("staging", Pools.STAGING, 40),
                        PoolOrigin.of("production", Pools.PRODUCTION, 0),
                        PoolOrigin.of("eu", "198.51.100.99", 60));

        PlanDiff diff = plan(Pools.view(three));

        assertThat(diff.refusals()).isEmpty();
        assertThat(weights(diff.edge().getFirst().at(3))).isEqualTo("0.2 0.2 0.6");
        assertThat(diff.notes()).anyMatch(n -> n.contains("other origins keep a weight of 0.6"));
    }

    @Test
    void the_hash_covers_the_pool() {
        PlanDiff diff = plan(Pools.view(Pools.pool()));
        PlanDiff other =
                plan(
                        Pools.view(
                                Pools.pool(
                                        PoolOrigin.of("staging", Pools.STAGING, 90),
                                        PoolOrigin.of("production", Pools.PRODUCTION, 0))));

        assertThat(other.hash()).isNotEqualTo(diff.hash());
    }

    @Test
    void what_cannot_be_moved_is_refused() {
        assertThat(codes(Pools.nothing())).containsExactly("PoolMissing");
        assertThat(codes(Pools.notOffered())).containsExactly("NotOffered");
        assertThat(codes(Pools.view(Pools.pool(PoolOrigin.of("staging", Pools.STAGING, 100)))))
                .contains("OriginMissing");
        assertThat(codes(Pools.view(Pools.pool(), List.of(), Pools.healthy())))
                .contains("BalancerMissing");
        assertThat(
                        codes(
                                Pools.view(
                                        Pools.pool(
                                                PoolOrigin.of("staging", Pools.STAGING, 50),
                                                PoolOrigin.of(
                                                        "production", Pools.PRODUCTION, 50)))))
                .containsExactly("FromMismatch");
        assertThat(
                        codes(
                                Pools.view(
                                        Pools.pool(
                                                PoolOrigin.of("staging", Pools.STAGING, 100),
                                                PoolOrigin.of("production", Pools.PRODUCTION, 0)
                                                        .withEnabled(false)))))
                .containsExactly("OriginDisabled");
    }

    @Test
    void an_origin_gets_nobody_before_its_health_is_known() {
        assertThat(codes(health(State.UNKNOWN))).containsExactly("HealthUnknown");
        assertThat(codes(health(State.SICK))).containsExactly("OriginSick");
    }

    @Test
    void a_balancer_that_does_not_follow_the_weights_is_refused() {
        Balancer b = Pools.balancer();

        assertThat(codes(balanced(b, false, List.of("acme-web"), "off", "acme-web")))
                .containsExactly("BalancerNotProxied");
        assertThat(codes(balanced(b, true, List.of("other", "acme-web"), "off", "acme-web")))
                .containsExactly("PoolNotInUse");
        assertThat(codes(balanced(b, true, List.of("acme-web", "other"), "random", "acme-web")))
                .containsExactly("PoolNotInUse");
        assertThat(codes(balanced(b, true, List.of("acme-web", "other"), "off", "acme-web")))
                .isEmpty();
    }

    @Test
    void the_pool_of_last_resort_must_be_a_side_the_plan_checks() {
        EdgeView unknown = balanced(Pools.balancer(), true, List.of("acme-web"), "off", "rescue");
        EdgePart.Pool rescue =
                new EdgePart.Pool(
                        "id-rescue",
                        "rescue",
                        true,
                        false,
                        List.of(PoolOrigin.of("page", "192.0.2.250", 100)),
                        java.util.Optional.empty());
        EdgeView foreign = Pools.and(unknown, rescue);
        EdgeView own =
                Pools.and(
                        unknown,
                        new EdgePart.Pool(
                                "id-rescue",
                                "rescue",
                                true,
                                false,
                                List.of(PoolOrigin.of("page", Pools.STAGING, 100)),
                                java.util.Optional.empty()));

        assertThat(codes(unknown)).containsExactly("FallbackPoolUnverified");
        assertThat(codes(foreign)).containsExactly("FallbackPoolUnverified");
        assertThat(codes(own)).isEmpty();
    }

    @Test
    void sessions_that_stay_are_drained_or_counted() {
        EdgeView pinned = Pools.pinned(Duration.ofHours(23));

        assertThat(codes(pinned)).containsExactly("SessionsUnsaid");
        assertThat(codes(Pools.plan(Sessions.COUNT, Duration.ofHours(22)), pinned))
                .containsExactly("SessionsOutliveSoak");
        assertThat(codes(Pools.plan(Sessions.COUNT, Duration.ofHours(24)), pinned)).isEmpty();

        PlanDiff drained =
                Planner.plan(
                        Pools.plan(Sessions.DRAIN, Duration.ofHours(1)),
                        Pools.zone(),
                        pinned,
                        Map.of());
        assertThat(drained.refusals()).isEmpty();
        EdgeChange change = drained.edge().getFirst();
        assertThat(((EdgePart.Pool) change.settled()).origin("staging").orElseThrow().enabled())
                .isFalse();
        assertThat(((EdgePart.Pool) change.at(3)).origin("staging").orElseThrow().enabled())
                .isTrue();
        assertThat(((EdgePart.Pool) change.fallback()).origin("production").orElseThrow().enabled())
                .isFalse();
    }

    @Test
    void a_pool_another_live_cutover_holds_is_refused() {
        PlanDiff diff =
                Planner.plan(
                        Pools.plan(),
                        Pools.zone(),
                        Pools.view(Pools.pool()),
                        Map.of("pool acme-web", "other-7"));

        assertThat(diff.refusals()).extracting(Refusal::code).containsExactly("Overlap");
        assertThat(diff.refusals().getFirst().message()).contains("other-7");
    }

    private static EdgeView health(State state) {
        return Pools.view(
                Pools.pool(),
                List.of(Pools.balancer()),
                List.of(new OriginHealth("acme-web", Pools.PRODUCTION, state, "Paris: 503")));
    }

    private static EdgeView balanced(
            Balancer b, boolean proxied, List<String> pools, String steering, String fallback) {
        return Pools.view(
                Pools.pool(),
                List.of(
                        new Balancer(
                                new DnsName(b.name().value()),
                                true,
                                proxied,
                                pools,
                                fallback,
                                steering,
                                false,
                                Balancer.NO_AFFINITY,
                                0)),
                Pools.healthy());
    }

    private static String weights(EdgePart part) {
        return String.join(
                " ", ((EdgePart.Pool) part).origins().stream().map(PoolOrigin::weight).toList());
    }

    private static PlanDiff plan(EdgeView view) {
        return Planner.plan(Pools.plan(), Pools.zone(), view, Map.of());
    }

    private static List<String> codes(EdgeView view) {
        return codes(Pools.plan(), view);
    }

    private static List<String> codes(Plan plan, EdgeView view) {
        assertThat(EdgeKey.pool("acme-web").toString()).isEqualTo("pool acme-web");
        // A pool that cannot be moved serves nobody, so its name is not covered either.
        return Planner.plan(plan, Pools.zone(), view, Map.of()).refusals().stream()
                .map(Refusal::code)
                .filter(c -> !c.equals("NotCovered"))
                .toList();
    }
}
