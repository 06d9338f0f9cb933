package dev.cutover.core.life;

import dev.cutover.core.dns.RecordType;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a cutover wants to see, and how old it may be before it is looked at again.
 *
 * <p>Recursive resolvers are asked only once every authority serves the new answer: asking earlier would
 * plant the old one in their caches for a whole TTL. Which of them a look then asks is {@code ReAsk}'s
 * word: each just after its old answer should be gone.
 */
public final class Needs {
    private static final Duration HELD = Duration.ofSeconds(30);

    /** While records are switched a stranger's edit must be known within seconds. */
    public static final Duration ZONE_WHILE_SWITCHING = Duration.ofSeconds(5);

    /** On the way back every second counts. */
    public static final Duration ZONE_WHILE_GOING_BACK = Duration.ofSeconds(1);

    /** How long a written step may go unserved before own probes look anyway. */
    static final Duration UNSERVED = Duration.ofSeconds(10);

    /** What hangs on other people's zones changes rarely, and costs several rounds of questions to see. */
    static final Duration SLOW_HEALTH = Duration.ofMinutes(10);

    /** While servers show different serials they are looked at often: they settle in seconds or not at all. */
    static final Duration UNEVEN = Duration.ofSeconds(10);

    /** What does not pass is looked at again so soon: somebody may have cured it. */
    static final Duration CURED = Duration.ofSeconds(30);

    /** What each gate that opens by itself is judged by; the edge is looked at together with the zone. */
    private static final Map<CheckName, EvidenceKey> JUDGED_BY =
            Map.ofEntries(
                    Map.entry(CheckName.ZONE_UNCHANGED, EvidenceKey.ZONE),
                    Map.entry(CheckName.EDGE_UNCHANGED, EvidenceKey.ZONE),
                    Map.entry(CheckName.ORIGINS_HEALTHY, EvidenceKey.ZONE),
                    Map.entry(CheckName.AUTHORITIES_AGREE, EvidenceKey.AUTHORITIES),
                    Map.entry(CheckName.NEXT_PAGES, EvidenceKey.NEXT_PAGES),
                    Map.entry(CheckName.NEXT_ROBOTS, EvidenceKey.NEXT_ROBOTS),
                    Map.entry(CheckName.NEXT_TLS, EvidenceKey.NEXT_TLS),
                    Map.entry(CheckName.FALLBACK_HEALTHY, EvidenceKey.FALLBACK_PAGES),
                    Map.entry(CheckName.ENGINE_READY, EvidenceKey.ENGINE),
                    Map.entry(CheckName.CACHE_BYPASSED, EvidenceKey.BYPASSED_PAGES),
                    Map.entry(CheckName.ALIASES_RESOLVE, EvidenceKey.ALIASES),
                    Map.entry(CheckName.DELEGATION_AGREES, EvidenceKey.DELEGATION),
                    Map.entry(CheckName.ISSUERS_PERMITTED, EvidenceKey.ISSUERS),
                    Map.entry(CheckName.SIGNATURES_HOLD, EvidenceKey.SIGNATURES));

    private Needs() {}

    /**
     * How long until a gate that does not pass is looked at again: {@link #CURED} at first, then as long as
     * it has not passed by now, so that the pauses double; empty for one that passes, or that no look can
     * open.
     */
    static Optional<Duration> again(Cutover c, CheckName check, Instant now) {
        return c.verdict(check)
                .filter(s -> JUDGED_BY.containsKey(check))
                .filter(s -> s.judged().verdict() != Verdict.PASS)
                .map(s -> most(CURED, Duration.between(s.since(), now)));
    }

    private static Duration most(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** The wanted evidence by key with the longest pause between two looks. */
    public static Map<EvidenceKey, Duration> of(Cutover c, Instant now) {
        Map<EvidenceKey, Duration> needs = new EnumMap<>(EvidenceKey.class);
        add(needs, c, c.phase(), now);
        Duration zone = needs.get(EvidenceKey.ZONE);
        if (zone != null && !c.edge().isEmpty()) {
            // What one look at the zone is for, the other is for too.
            needs.put(EvidenceKey.EDGE, zone);
        }
        return needs;
    }

    private static void add(Map<EvidenceKey, Duration> needs, Cutover c, Phase phase, Instant now) {
        switch (phase) {
            case Phase.Scheduled p -> {
                if (!now.isBefore(c.plan().lowerTtlsAt().minus(Pace.HEAD_START))) {
                    needs.put(EvidenceKey.ZONE, Duration.ofSeconds(10));
                }
            }
            case Phase.Preparing p -> {}
            case Phase.Ageing p -> gates(needs, c, now);
            case Phase.AwaitingGo p -> gates(needs, c, now);
            case Phase.Promoting p -> {
                guards(needs, Duration.ofSeconds(10));
                needs.put(EvidenceKey.AUTHORITIES, Duration.ofSeconds(10));
            }
            case Phase.Switching p -> switching(needs, c, now);
            case Phase.Soaking p -> soaking(needs, c);
            case Phase.Closing p -> {
                needs.put(EvidenceKey.ZONE, Duration.ofSeconds(1));
                needs.put(EvidenceKey.FALLBACK_PAGES, Duration.ofSeconds(3));
                errors(needs, c.plan());
            }
            case Phase.Held h -> {
                add(needs, c, h.from(), now);
                // Somebody is at work on the zone: what they do must not stay unseen until the next
                // look.
                needs.computeIfPresent(EvidenceKey.ZONE, (k, pause) -> least(pause, HELD));
                needs.computeIfPresent(EvidenceKey.AUTHORITIES, (k, pause) -> least(pause, HELD));
            }
            case Phase.Cancelling p -> needs.put(EvidenceKey.ZONE, Duration.ofSeconds(1));
            case Phase.FallingBack p -> {
                back(needs, p.stage());
                if (p.stage() != Phase.Stage.ROUTING
                        && !c.switchedSteps().isEmpty()
                        && Purging.isUnproven(c, Side.FALLBACK)) {
                    needs.put(EvidenceKey.PURGED_PAGES, Duration.ofSeconds(2));
                }
            }
            case Phase.NeedsOperator p -> back(needs, Phase.Stage.ROUTING);
            case Phase.Completed p -> {}
            case Phase.Cancelled p -> {}
            case Phase.FellBack p -> {}
        }
    }

    private static void gates(Map<EvidenceKey, Duration> needs, Cutover c, Instant now) {
        Duration cadence = Pace.gateCadence(c.plan(), now);
        List<EvidenceKey> keys =
                List.of(
                        EvidenceKey.ZONE,
                        EvidenceKey.AUTHORITIES,
                        EvidenceKey.NEXT_PAGES,
                        EvidenceKey.NEXT_ROBOTS,
                        EvidenceKey.NEXT_TLS,
                        EvidenceKey.FALLBACK_PAGES);
        keys.forEach(k -> needs.put(k, cadence));
        bypassed(needs, c.plan(), cadence);
        if (c.plan().promotion().isPresent()) {
            needs.put(EvidenceKey.ENGINE, cadence);
        }
        health(needs, c, cadence.compareTo(SLOW_HEALTH) > 0 ? cadence : SLOW_HEALTH);
        boolean uneven =
                c.verdict(CheckName.SERIALS_AGREE)
                        .map(s -> s.judged().verdict() == Verdict.INCONCLUSIVE)
                        .orElse(false);
        if (uneven) {
            needs.computeIfPresent(EvidenceKey.AUTHORITIES, (k, pause) -> least(pause, UNEVEN));
        }
        if (c.ttlClock().startedAt().size() < c.changes().size()) {
            needs.put(EvidenceKey.AUTHORITIES, Duration.ofSeconds(2));
        }
        JUDGED_BY.forEach(
                (check, key) ->
                        again(c, check, now)
                                // What was looked at half-way since it began is due by now.
                                .map(pause -> most(CURED, pause.dividedBy(2)))
                                .ifPresent(
                                        soon ->
                                                needs.computeIfPresent(
                                                        key, (k, pause) -> least(pause, soon))));
    }

    private static void health(Map<EvidenceKey, Duration> needs, Cutover c, Duration pause) {
        needs.put(EvidenceKey.DELEGATION, pause);
        needs.put(EvidenceKey.ISSUERS, pause);
        needs.put(EvidenceKey.SIGNATURES, pause);
        if (c.changes().stream().anyMatch(x -> x.type() == RecordType.CNAME)) {
            needs.put(EvidenceKey.ALIASES, least(pause, SLOW_HEALTH));
        }
    }

    private static void guards(Map<EvidenceKey, Duration> needs, Duration pause) {
        needs.put(EvidenceKey.ZONE, pause);
        needs.put(EvidenceKey.FALLBACK_PAGES, pause);
    }

    private static void errors(Map<EvidenceKey, Duration> needs, Plan plan) {
        needs.put(EvidenceKey.PROBE_ERRORS, Duration.ofSeconds(1));
        if (plan.watch().provider()) {
            needs.put(EvidenceKey.PROVIDER_ERRORS, Duration.ofSeconds(30));
        }
    }

    /**
     * From when own probes ask resolvers for the site; empty before the first step is begun. Earlier they
     * would plant its old answer and then look at the old side for a whole TTL, blind to the new one's
     * errors. A first step that is not seen served is probed all the same, soon.
     */
    static Optional<Instant> probedFrom(Cutover c) {
        boolean firstStep = c.phase() instanceof Phase.Switching s && s.step() == 1;
        return c.routedAt()
                .map(
                        at -> {
                            Instant latest = at.plus(UNSERVED);
                            return firstStep
                                    ? c.servedAt().filter(latest::isAfter).orElse(latest)
                                    : at;
                        });
    }

    private static void switching(Map<EvidenceKey, Duration> needs, Cutover c, Instant now) {
        guards(needs, ZONE_WHILE_SWITCHING);
        needs.put(EvidenceKey.FALLBACK_PAGES, Duration.ofSeconds(3));
        errors(needs, c.plan());
        if (probedFrom(c).filter(from -> !from.isAfter(now)).isEmpty()) {
            needs.remove(EvidenceKey.PROBE_ERRORS);
        }
        Duration look = Duration.ofSeconds(c.servedAt().isEmpty() ? 1 : 10);
        needs.put(EvidenceKey.AUTHORITIES, look);
        if (c.changes().stream().anyMatch(SetChange::isProxied) || !c.edge().isEmpty()) {
            needs.put(EvidenceKey.SERVED, look);
        }
        if (c.servedAt().isPresent()) {
            needs.put(EvidenceKey.RESOLVERS, Duration.ofSeconds(5));
            if (Purging.isUnproven(c, Side.NEXT)) {
                needs.put(EvidenceKey.PURGED_PAGES, Duration.ofSeconds(2));
            }
            bypassed(needs, c.plan(), Duration.ofSeconds(5));
        }
    }

    /** What no cache may keep. */
    private static void bypassed(Map<EvidenceKey, Duration> needs, Plan plan, Duration pause) {
        if (!plan.edge().bypassCache().isEmpty()) {
            needs.put(EvidenceKey.BYPASSED_PAGES, pause);
        }
    }

    private static void soaking(Map<EvidenceKey, Duration> needs, Cutover c) {
        guards(needs, Duration.ofSeconds(10));
        needs.put(EvidenceKey.FALLBACK_PAGES, Duration.ofSeconds(3));
        errors(needs, c.plan());
        needs.put(EvidenceKey.AUTHORITIES, Duration.ofSeconds(30));
        needs.put(EvidenceKey.RESOLVERS, Duration.ofSeconds(10));
        needs.put(EvidenceKey.PUBLIC_PAGES, Duration.ofSeconds(30));
        needs.put(EvidenceKey.PUBLIC_TLS, Duration.ofSeconds(60));
        needs.put(EvidenceKey.SIGNATURES, SLOW_HEALTH);
        bypassed(needs, c.plan(), Duration.ofSeconds(60));
    }

    private static void back(Map<EvidenceKey, Duration> needs, Phase.Stage stage) {
        switch (stage) {
            case ROUTING -> {
                needs.put(EvidenceKey.ZONE, ZONE_WHILE_GOING_BACK);
                needs.put(EvidenceKey.AUTHORITIES, Duration.ofSeconds(2));
            }
            case CLOSING -> needs.put(EvidenceKey.ZONE, Duration.ofSeconds(1));
            case DRAINING, CONTENT -> needs.put(EvidenceKey.ZONE, Duration.ofSeconds(10));
        }
    }
}
