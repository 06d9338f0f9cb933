package dev.cutover.core.life;

import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CacheGates;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Gates;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What must hold before a cutover may go, and the TTL clock that is kept true until then. */
final class GoGates {
    private GoGates() {}

    /** The gates that say whether the world is ready, as the runbook lists them. */
    static List<Judged> judgeGates(Turn t, Duration maxAge) {
        Gates gates = t.gates(maxAge);
        Plan plan = t.c.plan();
        Instant soakOver = plan.window().closesAt().plus(plan.soak());
        List<Judged> judged = new ArrayList<>();
        judged.add(gates.zoneUnchanged(t.c.changes(), t::expected));
        if (!t.c.edge().isEmpty()) {
            judged.add(t.edgeGates(maxAge).unchanged(t.c.edge(), t::expected));
            judged.add(t.edgeGates(maxAge).originsHealthy(t.c.edge()));
        }
        if (!plan.edge().bypassCache().isEmpty()) {
            judged.add(new CacheGates(gates).bypassed());
        }
        judged.add(gates.authoritiesAgree(t.c.changes(), t::expected));
        Judged serials = gates.zone().serialsAgree();
        if (serials.verdict() == Verdict.INCONCLUSIVE) {
            t.wakeIn(Needs.UNEVEN);
        }
        judged.add(serials);
        judged.add(gates.pages(CheckName.NEXT_PAGES, EvidenceKey.NEXT_PAGES));
        judged.add(gates.robots());
        judged.add(gates.tls(CheckName.NEXT_TLS, EvidenceKey.NEXT_TLS, soakOver));
        judged.add(gates.pages(CheckName.FALLBACK_HEALTHY, EvidenceKey.FALLBACK_PAGES));
        if (plan.promotion().isPresent()) {
            judged.add(gates.engineReady());
        }
        Gates slow = t.gates(maxAge.plus(Needs.SLOW_HEALTH));
        boolean acknowledged = plan.limits().acknowledged().contains(plan.zone().name());
        judged.add(slow.zone().aliasesResolve(t.c.changes()));
        judged.add(slow.zone().delegationAgrees(acknowledged));
        judged.add(slow.zone().issuersPermitted());
        judged.add(slow.zone().signaturesHold());
        return judged;
    }

    /** Journals what changed of these verdicts, and comes back when one that does not pass is due again. */
    static void note(Turn t, List<Judged> gates) {
        gates.forEach(t::note);
        gates.forEach(g -> Needs.again(t.c, g.check(), t.now).ifPresent(t::wakeIn));
    }

    /** Whether a gate stands in the way of the go. */
    static boolean isClosed(Judged gate) {
        return switch (gate.verdict()) {
            case PASS -> false;
            case BLIND -> !gate.check().mayStayUnproven();
            case FAIL, INCONCLUSIVE -> true;
        };
    }

    /** Keeps the TTL clock true from lowering to the end of the soak, also while held. */
    static void lookAtTtlClock(Turn t) {
        if (!watchesTtls(t.c.phase())) {
            return;
        }
        t.latest(EvidenceKey.ZONE, Evidence.Zone.class)
                .map(
                        z ->
                                t.c.ttlClock()
                                        .look(t.c.changes(), z.view())
                                        .lookForNext(t.c.switched(), z.view()))
                .filter(next -> !next.equals(t.c.ttlClock()))
                .ifPresent(next -> t.emit(new Event.TtlClockChanged(next)));
        t.latest(EvidenceKey.ALIASES, Evidence.Aliases.class)
                .map(a -> t.c.ttlClock().look(t.c.changes(), a))
                .filter(next -> !next.equals(t.c.ttlClock()))
                .ifPresent(next -> t.emit(new Event.TtlClockChanged(next)));
        if (isEarly(t.c.phase())) {
            return;
        }
        t.latest(EvidenceKey.AUTHORITIES, Evidence.Authorities.class)
                .filter(a -> t.c.loweredAt().map(at -> a.observedAt().isAfter(at)).orElse(true))
                .map(a -> t.c.ttlClock().look(t.c.changes(), a).lookForNext(t.c.switched(), a))
                .filter(next -> !next.equals(t.c.ttlClock()))
                .ifPresent(next -> t.emit(new Event.TtlClockChanged(next)));
    }

    /** Whether TTLs are not lowered yet, so that what authorities serve says nothing about ageing. */
    private static boolean isEarly(Phase phase) {
        return phase instanceof Phase.Scheduled
                || phase instanceof Phase.Preparing
                || (phase instanceof Phase.Held h && isEarly(h.from()));
    }

    private static boolean watchesTtls(Phase phase) {
        return switch (phase) {
            case Phase.Held h -> watchesTtls(h.from());
            case Phase.Ageing p -> true;
            case Phase.AwaitingGo p -> true;
            case Phase.Promoting p -> true;
            case Phase.Switching p -> true;
            case Phase.Soaking p -> true;
            case Phase.Scheduled p -> true;
            case Phase.Preparing p -> true;
            case Phase.Closing p -> false;
            case Phase.Completed p -> false;
            case Phase.Cancelling p -> false;
            case Phase.Cancelled p -> false;
            case Phase.FallingBack p ->
                    p.stage() == Phase.Stage.ROUTING || p.stage() == Phase.Stage.DRAINING;
            case Phase.FellBack p -> false;
            case Phase.NeedsOperator p -> true;
        };
    }

    static Judged ttlAged(Turn t) {
        return t.gates(Pace.GO_EVIDENCE)
                .ttlAged(t.c.ttlClock(), t.c.changes(), negativeTtl(t), leadOver(t));
    }

    static Instant leadOver(Turn t) {
        return t.c.loweredAt().map(at -> at.plus(t.c.plan().ttl().lead())).orElse(t.c.phaseSince());
    }

    /**
     * How long a resolver may remember that a name does not exist: the longest that an authority's SOA or
     * its denial says; an hour where none said.
     */
    static Duration negativeTtl(Turn t) {
        return t.latest(EvidenceKey.AUTHORITIES, Evidence.Authorities.class)
                .flatMap(Evidence.Authorities::negativeTtl)
                .orElse(Duration.ofHours(1));
    }

    static Judged window(Turn t) {
        Plan.Window window = t.c.plan().window();
        String summary =
                "open from "
                        + window.opensAt()
                        + " to "
                        + window.closesAt()
                        + ", the worst case needs "
                        + Pace.worstCase(t.c.plan());
        Verdict verdict = window.isOpen(t.now) ? Verdict.PASS : Verdict.INCONCLUSIVE;
        return new Judged(CheckName.WINDOW, verdict, summary, List.of(), Optional.of(t.now));
    }

    static Judged approved(Turn t) {
        int need = t.c.plan().approvals().need();
        boolean notAuthorAlone =
                need == 0 || t.c.approvers().stream().anyMatch(by -> !by.equals(t.c.author()));
        boolean enough = t.c.approvers().size() >= need && notAuthorAlone;
        String summary =
                t.c.approvers().size()
                        + " of "
                        + need
                        + " approvals"
                        + (notAuthorAlone ? "" : "; the author alone is not enough");
        return new Judged(
                CheckName.APPROVED,
                enough ? Verdict.PASS : Verdict.INCONCLUSIVE,
                summary,
                List.copyOf(t.c.approvers()),
                Optional.of(t.now));
    }
}
