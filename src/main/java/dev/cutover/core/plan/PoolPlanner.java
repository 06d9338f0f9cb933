package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.Balancer;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.plan.PlannedPool.Sessions;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns planned pools and the edge as it is into changes, with refusals.
 *
 * <pre>
 *   pool has             plan wants           steps
 *   staging 100, prod 0  prod 10/25/50/100    90/10, 75/25, 50/50, 0/100
 *   staging 40, prod 0,  prod 50/100          20/20, 0/40
 *     other 60                                other keeps its 60
 * </pre>
 *
 * @param changes one for each planned pool that can be moved
 * @param sessions of the balancers that keep visitors at their origin
 */
record PoolPlanner(
        List<EdgeChange> changes,
        List<KeptSessions> sessions,
        List<Refusal> refusals,
        List<String> notes) {
    PoolPlanner {
        changes = List.copyOf(changes);
        sessions = List.copyOf(sessions);
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }

    static PoolPlanner of(Plan plan, EdgeView edge) {
        Draft draft = new Draft(plan, edge);
        plan.origins().forEach(draft::look);
        draft.refuseShadowed();
        return new PoolPlanner(draft.changes, draft.sessions, draft.refusals, draft.notes);
    }

    /** Whether a planned pool decides where this name's visitors go. */
    boolean routes(DnsName name) {
        return changes.stream().anyMatch(c -> c.names().contains(name));
    }

    /** One planning under way. */
    private static final class Draft {
        private final Plan plan;
        private final EdgeView edge;
        private final List<EdgeChange> changes = new ArrayList<>();
        private final List<KeptSessions> sessions = new ArrayList<>();
        private final List<Refusal> refusals = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Draft(Plan plan, EdgeView edge) {
            this.plan = plan;
            this.edge = edge;
        }

        void look(PlannedPool planned) {
            Optional<EdgePart.Pool> found = edge.pool(planned.pool());
            if (found.isEmpty()) {
                Optional<EdgeView.Lack> lack = edge.lack(planned.key());
                refuse(
                        lack.map(EdgeView.Lack::offered).orElse(true)
                                ? "PoolMissing"
                                : "NotOffered",
                        planned.key().toString(),
                        lack.map(EdgeView.Lack::why).orElse("does not exist"));
                return;
            }
            EdgePart.Pool pool = found.get();
            Optional<PoolOrigin> from = origin(pool, planned.from(), "from");
            Optional<PoolOrigin> to = origin(pool, planned.to(), "to");
            List<Balancer> balancers = balancers(planned, pool);
            if (from.isEmpty() || to.isEmpty() || balancers.isEmpty()) {
                return;
            }
            refuseState(pool, from.get(), to.get());
            balancers.forEach(b -> refuseBalancer(planned, b));
            changes.add(change(planned, pool, from.get(), to.get(), balancers));
        }

        private Optional<PoolOrigin> origin(EdgePart.Pool pool, String name, String key) {
            Optional<PoolOrigin> origin = pool.origin(name);
            if (origin.isEmpty()) {
                refuse(
                        "OriginMissing",
                        pool.key() + " origin " + name,
                        "is named as '"
                                + key
                                + "' but the pool holds "
                                + pool.origins().stream().map(PoolOrigin::name).toList());
            }
            return origin;
        }

        private List<Balancer> balancers(PlannedPool planned, EdgePart.Pool pool) {
            List<Balancer> balancers = edge.balancersOf(planned.pool());
            if (balancers.isEmpty()) {
                refuse(
                        "BalancerMissing",
                        pool.key().toString(),
                        "no load balancer of zone "
                                + plan.zone().name()
                                + " sends visitors to it: its weights would move nobody");
            }
            return balancers;
        }

        private void refuseState(EdgePart.Pool pool, PoolOrigin from, PoolOrigin to) {
            if (!pool.enabled()) {
                refuse(
                        "PoolDisabled",
                        pool.key().toString(),
                        "is disabled: its weights would move nobody; enable it first");
            }
            for (PoolOrigin origin : List.of(from, to)) {
                if (!origin.enabled()) {
                    refuse(
                            "OriginDisabled",
                            pool.key() + " origin " + origin.name(),
                            "is disabled; enable it first, "
                                    + to.name()
                                    + " with weight 0, so that its health is known");
                }
            }
            if (to.weightPercent() != 0 || from.weightPercent() == 0) {
                refuse(
                        "FromMismatch",
                        pool.key().toString(),
                        "expected all of the two origins' visitors at "
                                + from.name()
                                + ", seen weights "
                                + from.name()
                                + " "
                                + weight(from.weightPercent())
                                + " and "
                                + to.name()
                                + " "
                                + weight(to.weightPercent()));
            }
            OriginHealth health = edge.healthOf(pool.name(), to.address());
            String subject = pool.key() + " origin " + to.name();
            switch (health.state()) {
                case HEALTHY -> {}
                case SICK ->
                        refuse(
                                "OriginSick",
                                subject,
                                "the provider's health checks see it fail: " + health.detail());
                case UNKNOWN ->
                        refuse(
                                "HealthUnknown",
                                subject,
                                "expected its health to be known before it gets visitors, seen "
                                        + health.detail()
                                        + (pool.monitored()
                                                ? "; wait for the first checks"
                                                : "; attach a monitor to the pool"));
            }
        }

        private void refuseBalancer(PlannedPool planned, Balancer b) {
            String subject = "load balancer " + b.name();
            if (!b.proxied()) {
                refuse(
                        "BalancerNotProxied",
                        subject,
                        "answers resolvers with an origin's address, which they keep: shares could"
                                + " neither be held nor taken back at once; proxy it");
            }
            if (!b.followsWeightsOf(planned.pool())) {
                refuse(
                        "PoolNotInUse",
                        subject,
                        "expected "
                                + planned.key()
                                + " to take all of its visitors while healthy, seen "
                                + (b.enabled() ? "" : "it disabled, ")
                                + "pools "
                                + b.defaultPools()
                                + " steered by '"
                                + (b.steering().isEmpty() ? "off" : b.steering())
                                + "'"
                                + (b.steersByPlace() ? " with pools by place or rule" : ""));
            }
            refuseFallbackPool(planned, b, subject);
            refuseSessions(planned, b, subject);
        }

        /** Where visitors land when every pool is sick must be a side that is looked at. */
        private void refuseFallbackPool(PlannedPool planned, Balancer b, String subject) {
            if (b.fallbackPool().equals(planned.pool())) {
                return;
            }
            Set<String> verified = verifiedAddresses();
            Optional<EdgePart.Pool> pool = edge.pool(b.fallbackPool());
            List<String> others =
                    pool.map(
                                    p ->
                                            p.origins().stream()
                                                    .filter(PoolOrigin::enabled)
                                                    .map(PoolOrigin::address)
                                                    .filter(a -> !verified.contains(a))
                                                    .toList())
                            .orElse(List.of("what it holds is not known"));
            if (!others.isEmpty()) {
                refuse(
                        "FallbackPoolUnverified",
                        subject,
                        "sends visitors to pool '"
                                + b.fallbackPool()
                                + "' when every other is sick, and this plan checks no side there ("
                                + String.join(", ", others)
                                + "); expected the planned pool itself or one with the plan's own"
                                + " addresses");
            }
        }

        private Set<String> verifiedAddresses() {
            Set<String> verified = new HashSet<>();
            for (PlannedPool planned : plan.origins()) {
                edge.pool(planned.pool())
                        .ifPresent(
                                pool -> {
                                    pool.origin(planned.from())
                                            .ifPresent(o -> verified.add(o.address()));
                                    pool.origin(planned.to())
                                            .ifPresent(o -> verified.add(o.address()));
                                });
            }
            plan.sets()
                    .forEach(
                            s -> {
                                verified.addAll(s.to());
                                verified.addAll(s.fallback());
                            });
            return verified;
        }

        private void refuseSessions(PlannedPool planned, Balancer b, String subject) {
            if (!b.pinsSessions()) {
                return;
            }
            Duration kept = Duration.ofSeconds(b.affinityTtlSeconds());
            sessions.add(
                    new KeptSessions(
                            b.name(),
                            planned.from(),
                            kept,
                            planned.sessions(),
                            planned.lastStep()));
            switch (planned.sessions()) {
                case UNSAID ->
                        refuse(
                                "SessionsUnsaid",
                                subject,
                                "keeps a visitor's session at its origin for "
                                        + kept
                                        + " ("
                                        + b.affinity()
                                        + "), whatever the weights say; write 'sessions: drain' to"
                                        + " disable the origin they must leave, or 'sessions:"
                                        + " count' to wait for their end");
                case DRAIN ->
                        notes.add(
                                subject
                                        + " keeps sessions at their origin for "
                                        + kept
                                        + ": shares count new sessions until the last step"
                                        + " disables "
                                        + planned.from()
                                        + "; falling back disables "
                                        + planned.to()
                                        + " until it is over");
                case COUNT -> {
                    if (plan.soak().compareTo(kept) < 0) {
                        refuse(
                                "SessionsOutliveSoak",
                                subject,
                                "keeps a visitor's session at its origin for "
                                        + kept
                                        + ", longer than the soak of "
                                        + plan.soak()
                                        + ": some visitors would leave "
                                        + planned.from()
                                        + " unwatched; soak longer, or write 'sessions: drain'");
                    }
                    notes.add(
                            subject
                                    + " keeps sessions at their origin for "
                                    + kept
                                    + ": shares count new sessions, and falling back leaves old"
                                    + " ones at "
                                    + planned.to());
                }
            }
        }

        /** A balancer wins over the record of its name: switching that would move nobody. */
        void refuseShadowed() {
            for (Balancer b : edge.balancers()) {
                if (b.enabled() && plan.sets().stream().anyMatch(s -> s.name().equals(b.name()))) {
                    refuse(
                            "BalancerShadows",
                            b.name().value(),
                            "a load balancer of that name wins over its records: switching them"
                                    + " would move nobody; plan its pool under 'origins' instead");
                }
            }
        }

        private EdgeChange change(
                PlannedPool planned,
                EdgePart.Pool pool,
                PoolOrigin from,
                PoolOrigin to,
                List<Balancer> balancers) {
            boolean drain =
                    planned.sessions() == Sessions.DRAIN
                            && balancers.stream().anyMatch(Balancer::pinsSessions);
            int both = from.weightPercent() + to.weightPercent();
            List<EdgeChange.Stage> stages = new ArrayList<>();
            EdgePart.Pool last = pool;
            for (int i = 0; i < planned.percents().size(); i++) {
                int percent = planned.percents().get(i);
                int share = percent == 0 ? 0 : Math.max(1, Math.round(both * percent / 100f));
                last =
                        pool.with(
                                        from.withWeight(both - share)
                                                .withEnabled(!drain || percent < 100))
                                .with(to.withWeight(share));
                stages.add(new EdgeChange.Stage(planned.step() + i, last));
                int seen = Math.round(100f * share / Math.max(1, both));
                if (seen != percent) {
                    notes.add(
                            pool.key()
                                    + ": weights are hundredths and the two origins share "
                                    + weight(both)
                                    + ", so "
                                    + percent
                                    + " % is "
                                    + seen
                                    + " %");
                }
            }
            int others =
                    pool.origins().stream()
                            .filter(o -> o.enabled() && !o.name().equals(from.name()))
                            .filter(o -> !o.name().equals(to.name()))
                            .mapToInt(PoolOrigin::weightPercent)
                            .sum();
            if (others > 0) {
                notes.add(
                        pool.key()
                                + ": other origins keep a weight of "
                                + weight(others)
                                + "; the plan's shares are of what "
                                + from.name()
                                + " and "
                                + to.name()
                                + " have together");
            }
            EdgePart so = pool;
            for (EdgeChange.Stage stage : stages) {
                notes.add("step " + stage.step() + ": " + new EdgeWrite(so, stage.target()));
                so = stage.target();
            }
            EdgePart back = drain ? pool.with(to.withEnabled(false)) : pool;
            return new EdgeChange(
                    balancers.stream().map(Balancer::name).sorted().toList(),
                    pool,
                    stages,
                    last,
                    back);
        }

        private static String weight(int percent) {
            return BigDecimal.valueOf(percent, 2).stripTrailingZeros().toPlainString();
        }

        private void refuse(String code, String subject, String message) {
            refusals.add(new Refusal(code, subject, message));
        }
    }
}
