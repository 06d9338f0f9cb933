package dev.cutover.core.gate;

import dev.cutover.core.dns.Region;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.Health;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.Adoption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The gates and guards that rest on recursive resolvers.
 *
 * <p>What they say holds a run and never takes it back: resolvers that are slow, fail or lag do so on
 * either side.
 *
 * @param gates evidence and now
 */
public record ResolverGates(Gates gates) {
    private static final int FEW_RESOLVERS = 3;

    /**
     * Whether enough answering resolvers see the next side, each by its weight: at their own places, and for
     * the clients of each region that anybody answers for.
     */
    public Judged propagated(List<SetChange> changes, Plan.Watch watch) {
        double quorum = watch.quorum();
        if (changes.stream().allMatch(SetChange::isHidden)) {
            return Judged.pass(
                    CheckName.PROPAGATED,
                    gates.now(),
                    "every name is proxied: resolvers see the edge on every side");
        }
        return gates.with(
                CheckName.PROPAGATED,
                EvidenceKey.RESOLVERS,
                Evidence.Resolvers.class,
                resolvers -> {
                    Adoption adoption = Adoption.of(changes, resolvers.own());
                    double share = share(changes, watch, resolvers.own());
                    StringBuilder summary =
                            new StringBuilder(
                                    String.format(
                                            Locale.ROOT,
                                            "%.1f %% of answers show the next side%s (%d old, %d other, %d failed), needed are %.1f %%",
                                            100 * share,
                                            watch.weights().isPresent() ? " by weight" : "",
                                            adoption.onOld(),
                                            adoption.other(),
                                            adoption.failed(),
                                            100 * quorum));
                    if (adoption.onNext() + adoption.onOld() + adoption.other() == 0) {
                        return Judged.blind(CheckName.PROPAGATED, "no resolver answered");
                    }
                    boolean reached = share >= quorum;
                    for (Region region : watch.asked()) {
                        Evidence.Resolvers theirs = resolvers.of(region.name());
                        boolean heard =
                                theirs.answers().stream().anyMatch(ResolverAnswer::answered);
                        double its = share(changes, watch, theirs);
                        reached &= !heard || its >= quorum;
                        summary.append(
                                heard
                                        ? String.format(
                                                Locale.ROOT,
                                                "; for clients in %s %.1f %%",
                                                region.name(),
                                                100 * its)
                                        : "; for clients in " + region.name() + " nobody answers");
                    }
                    return reached
                            ? Judged.pass(
                                    CheckName.PROPAGATED,
                                    resolvers.observedAt(),
                                    summary.toString())
                            : Judged.inconclusive(
                                    CheckName.PROPAGATED,
                                    Optional.of(resolvers.observedAt()),
                                    summary.toString());
                });
    }

    private static double share(
            List<SetChange> changes, Plan.Watch watch, Evidence.Resolvers seen) {
        return watch.weights()
                .map(w -> Adoption.weightedShare(changes, seen, w))
                .orElseGet(() -> Adoption.of(changes, seen).share());
    }

    /**
     * Whether resolvers that answered before go on answering.
     *
     * @param ceiling the share of them that may fall silent or fail, 0 to 1; fewer than {@value
     *     #FEW_RESOLVERS} are chance
     */
    public Judged errors(double ceiling) {
        return gates.with(
                CheckName.RESOLVER_ERRORS,
                EvidenceKey.RESOLVERS,
                Evidence.Resolvers.class,
                resolvers -> {
                    Health health = resolvers.health();
                    if (health.steady() == 0) {
                        return Judged.inconclusive(
                                CheckName.RESOLVER_ERRORS, Optional.empty(), "none was heard yet");
                    }
                    int failing = health.failing().size();
                    double share = (double) failing / health.steady();
                    String summary =
                            String.format(
                                    Locale.ROOT,
                                    "%d of %d resolvers that answered before fail again and again (%.1f %%),"
                                            + " allowed are %.1f %% or %d",
                                    failing,
                                    health.steady(),
                                    100 * share,
                                    100 * ceiling,
                                    FEW_RESOLVERS - 1);
                    return share > ceiling && failing >= FEW_RESOLVERS
                            ? Judged.fail(
                                    CheckName.RESOLVER_ERRORS,
                                    resolvers.observedAt(),
                                    summary,
                                    health.failing())
                            : Judged.pass(
                                    CheckName.RESOLVER_ERRORS, resolvers.observedAt(), summary);
                });
    }

    /**
     * Whether resolvers answer fast enough: the p95 over all of them. Where they were as slow before the
     * switch, it is not the switch that made them so.
     */
    public Judged latency(Duration ceiling) {
        return gates.with(
                CheckName.RESOLVER_LATENCY,
                EvidenceKey.RESOLVERS,
                Evidence.Resolvers.class,
                resolvers -> {
                    if (resolvers.answers().stream().noneMatch(ResolverAnswer::answered)) {
                        return Judged.blind(CheckName.RESOLVER_LATENCY, "no resolver answered");
                    }
                    Duration p95 = Adoption.p95Latency(resolvers);
                    String summary =
                            "p95 over resolvers is "
                                    + p95.toMillis()
                                    + " ms, allowed are "
                                    + ceiling.toMillis()
                                    + " ms"
                                    + resolvers
                                            .health()
                                            .baseline()
                                            .map(
                                                    b ->
                                                            ", before the switch it was "
                                                                    + b.toMillis()
                                                                    + " ms")
                                            .orElse("");
                    boolean asBefore =
                            resolvers
                                    .health()
                                    .baseline()
                                    .map(b -> p95.compareTo(b.multipliedBy(3).dividedBy(2)) <= 0)
                                    .orElse(false);
                    return asBefore || p95.compareTo(ceiling) <= 0
                            ? Judged.pass(
                                    CheckName.RESOLVER_LATENCY, resolvers.observedAt(), summary)
                            : Judged.fail(
                                    CheckName.RESOLVER_LATENCY,
                                    resolvers.observedAt(),
                                    summary,
                                    List.of());
                });
    }
}
