package dev.cutover.core;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.Balancer;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlannedPool;
import dev.cutover.core.plan.PlannedPool.Sessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A pool before www.acme.example and a plan that moves it from staging to production in 10, 25, 50 and 100
 * percent.
 */
public final class Pools {
    public static final DnsName WWW = Acme.WWW;
    public static final String STAGING = "198.51.100.40";
    public static final String PRODUCTION = "203.0.113.40";

    private Pools() {}

    public static EdgePart.Pool pool() {
        return pool(
                PoolOrigin.of("staging", STAGING, 100), PoolOrigin.of("production", PRODUCTION, 0));
    }

    public static EdgePart.Pool pool(PoolOrigin... origins) {
        return new EdgePart.Pool(
                "id-web", "acme-web", true, true, List.of(origins), Optional.of(Acme.NOW));
    }

    public static Balancer balancer() {
        return balancer(Balancer.NO_AFFINITY, 0);
    }

    private static Balancer balancer(String affinity, long seconds) {
        return new Balancer(
                WWW, true, true, List.of("acme-web"), "acme-web", "off", false, affinity, seconds);
    }

    public static List<OriginHealth> healthy() {
        return List.of(
                new OriginHealth("acme-web", STAGING, OriginHealth.State.HEALTHY, "2 places"),
                new OriginHealth("acme-web", PRODUCTION, OriginHealth.State.HEALTHY, "2 places"));
    }

    public static EdgeView view(EdgePart.Pool pool) {
        return view(pool, List.of(balancer()), healthy());
    }

    public static EdgeView view(
            EdgePart.Pool pool, List<Balancer> balancers, List<OriginHealth> health) {
        return new EdgeView(List.of(pool), balancers, health, List.of(), Acme.NOW);
    }

    /** With cookies that keep sessions at their origin for that long. */
    public static EdgeView pinned(Duration kept) {
        return view(pool(), List.of(balancer("cookie", kept.toSeconds())), healthy());
    }

    /** The view with one more part. */
    public static EdgeView and(EdgeView view, EdgePart more) {
        List<EdgePart> parts = new ArrayList<>(view.parts());
        parts.add(more);
        return new EdgeView(
                parts, view.balancers(), view.health(), view.lacks(), view.observedAt());
    }

    public static EdgeView nothing() {
        return lacking(true);
    }

    public static EdgeView notOffered() {
        return lacking(false);
    }

    private static EdgeView lacking(boolean offered) {
        return new EdgeView(
                List.of(),
                List.of(),
                List.of(),
                List.of(new EdgeView.Lack(EdgeKey.pool("acme-web"), offered, "for a reason")),
                Acme.NOW);
    }

    public static ZoneView zone() {
        return Acme.zone();
    }

    public static Plan plan() {
        return plan(Sessions.UNSAID, Acme.plan().soak());
    }

    public static Plan plan(Sessions sessions, Duration soak) {
        Plan p = Acme.plan();
        return new Plan(
                p.name(),
                p.owner(),
                p.site(),
                p.preset(),
                p.window(),
                p.ttl(),
                p.zone(),
                List.of(),
                List.of(
                        new PlannedPool(
                                "acme-web",
                                "staging",
                                "production",
                                List.of(10, 25, 50, 100),
                                1,
                                Duration.ofMinutes(10),
                                sessions)),
                Optional.empty(),
                Plan.Writes.SHARED,
                p.dwell(),
                soak,
                p.edge(),
                p.promotion(),
                p.checks(),
                p.watch(),
                p.fallback(),
                p.approvals(),
                p.limits());
    }
}
