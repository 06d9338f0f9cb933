package dev.cutover.sim;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.Balancer;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlannedPool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The one pool of a world: what the provider keeps, and what its edge shows a little later.
final class SimPool {
    static final String NAME = "acme-web";
    static final DnsName HOST = new DnsName("lb.acme.example");
    private static final String STAGING = "198.51.100.200";
    private static final String PRODUCTION = "203.0.113.200";

    private final Chance chance;
    private EdgePart.Pool kept;
    private EdgePart.Pool shown;
    private Instant shownAt;
    private final List<SimWorld.Spell> sick = new ArrayList<>();

    SimPool(Chance chance, EdgePart.Pool pool, Instant now) {
        this.chance = chance;
        this.kept = pool;
        this.shown = pool;
        this.shownAt = now;
    }

    /// A pool as it stands before a plan, sometimes with an origin of others in it.
    static EdgePart.Pool draw(Chance chance) {
        List<PoolOrigin> origins = new ArrayList<>();
        boolean shared = chance.in100(30);
        origins.add(PoolOrigin.of("staging", STAGING, shared ? 60 : 100));
        origins.add(PoolOrigin.of("production", PRODUCTION, 0));
        if (shared) {
            origins.add(PoolOrigin.of("eu", "192.0.2.200", 40));
        }
        return new EdgePart.Pool(
                "id-web",
                NAME,
                true,
                true,
                origins,
                Optional.of(Scenario.START.minusSeconds(5_000)));
    }

    /// The plan with this pool in it, from its first step on.
    static Plan planned(Plan p, Chance chance) {
        List<Integer> percents =
                chance.of(List.of(10, 25, 50, 100), List.of(50, 100), List.of(100));
        return new Plan(
                p.name(),
                p.owner(),
                p.site(),
                p.preset(),
                p.window(),
                p.ttl(),
                p.zone(),
                p.sets(),
                List.of(
                        new PlannedPool(
                                NAME,
                                "staging",
                                "production",
                                percents,
                                1,
                                p.dwell(),
                                PlannedPool.Sessions.UNSAID)),
                p.rules(),
                p.writes(),
                p.dwell(),
                p.soak(),
                p.edge(),
                p.promotion(),
                p.checks(),
                p.watch(),
                p.fallback(),
                p.approvals(),
                p.limits());
    }

    static EdgeView view(EdgePart.Pool pool, OriginHealth.State production, Instant now) {
        return new EdgeView(
                List.of(pool),
                List.of(
                        new Balancer(
                                HOST,
                                true,
                                true,
                                List.of(NAME),
                                NAME,
                                "off",
                                false,
                                Balancer.NO_AFFINITY,
                                0)),
                List.of(
                        new OriginHealth(NAME, STAGING, OriginHealth.State.HEALTHY, ""),
                        new OriginHealth(NAME, PRODUCTION, production, "Paris")),
                List.of(),
                now);
    }

    /// Makes the health of the next origin be told as sick for a while.
    void sickFrom(Instant from, Duration how) {
        sick.add(new SimWorld.Spell(from, from.plus(how), 1));
    }

    EdgePart.Pool pool() {
        return kept;
    }

    EdgeView view(Instant now) {
        return view(
                kept,
                SimWorld.any(sick, now) ? OriginHealth.State.SICK : OriginHealth.State.HEALTHY,
                now);
    }

    /// Overwrites the whole array of origins, as a PATCH does.
    void write(List<PoolOrigin> origins, Instant now) {
        shown = shown(now);
        shownAt = chance.after(now, Duration.ofMillis(100), Duration.ofSeconds(5));
        kept =
                new EdgePart.Pool(
                        kept.id(),
                        kept.name(),
                        kept.enabled(),
                        kept.monitored(),
                        origins,
                        Optional.of(now));
    }

    /// Whether one visitor of the balanced name meets the next origin.
    boolean isOnNext(Instant now) {
        EdgePart.Pool pool = shown(now);
        int all = pool.origins().stream().mapToInt(PoolOrigin::weightPercent).sum();
        int next = pool.origin("production").map(PoolOrigin::weightPercent).orElse(0);
        return all > 0 && chance.from(0, all - 1) < next;
    }

    private EdgePart.Pool shown(Instant now) {
        return now.isBefore(shownAt) ? shown : kept;
    }
}
