package dev.cutover.run;

import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Health;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.EdgeIdentity;
import dev.cutover.core.timeline.ReAsk;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.core.timeline.SwitchedSet;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import dev.cutover.port.Samples;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks the recursive resolvers about one cutover's switched sets, each resolver when its answer can have
 * changed, and keeps what is known of their caches.
 *
 * <p>Sets that are not switched are not asked about: it would plant their old answers for a whole TTL.
 */
final class ResolverRounds {
    /** So few that all of them may be down by chance. */
    private static final int FEW = 3;

    /** One lost answer is chance; so many rounds in a row are not. */
    private static final int ROUNDS_MISSED = 2;

    private static final Duration BASELINE_EVERY = Duration.ofMinutes(5);
    private static final Duration NEGATIVE_TTL = Duration.ofHours(1);

    private final Resolvers resolvers;
    private final Samples samples;
    private final InstantSource clock;
    private final Map<Asked, ResolverAnswer> latest = new TreeMap<>();
    private volatile Caches caches = Caches.none();
    private volatile EdgeIdentity edge = EdgeIdentity.unknown();
    private volatile Duration negativeTtl = NEGATIVE_TTL;
    private volatile Set<SetKey> askedFor = Set.of();
    private final Map<String, Integer> misses = new TreeMap<>();
    private volatile Optional<Duration> baseline = Optional.empty();
    private volatile Instant measuredAt = Instant.EPOCH;
    private @Nullable Adoption drawn;
    private boolean recalled;

    /** Whose answer about what. */
    private record Asked(String resolver, SetKey set, String region) implements Comparable<Asked> {
        static Asked of(ResolverAnswer answer) {
            return new Asked(answer.resolver(), answer.set(), answer.told().scope());
        }

        @Override
        public int compareTo(Asked other) {
            int order = resolver.compareTo(other.resolver);
            order = order != 0 ? order : set.compareTo(other.set);
            return order != 0 ? order : region.compareTo(other.region);
        }
    }

    ResolverRounds(Resolvers resolvers, Samples samples, InstantSource clock) {
        this.resolvers = resolvers;
        this.samples = samples;
        this.clock = clock;
    }

    /** Whether somebody is worth asking. */
    boolean isDue(Instant last, Instant now) {
        boolean first = last.equals(Instant.MIN) || last.isAfter(now);
        boolean rested = first || !last.plus(ReAsk.BETWEEN_ROUNDS).isAfter(now);
        return rested && (askedFor.isEmpty() || !ReAsk.due(caches.caches(), now).isEmpty());
    }

    /** Takes from other evidence what is needed to judge answers. */
    void learn(Cutover c, Evidence seen) {
        if (seen instanceof Evidence.Authorities authorities) {
            edge = edge.look(c.changes(), authorities);
            negativeTtl = authorities.negativeTtl().orElse(negativeTtl);
            if (!c.switched().stream().map(SetChange::key).allMatch(askedFor::contains)) {
                askedFor = Set.of();
            }
        } else if (seen instanceof Evidence.Served served) {
            edge = edge.look(served);
        }
    }

    /**
     * One round.
     *
     * @throws PortException TRANSIENT when nobody answered: that says something of our own network, and
     *     nothing of theirs
     */
    synchronized Evidence.Resolvers look(Cutover c, Call call) {
        recall(c);
        List<SetChange> told = c.switched().stream().filter(x -> !x.isHidden()).toList();
        List<SetKey> sets = told.stream().map(SetChange::key).toList();
        boolean all = latest.isEmpty() || !askedFor.containsAll(sets);
        Instant askedAt = clock.instant();
        List<ResolverAnswer> fresh =
                sets.isEmpty()
                        ? List.of()
                        : resolvers.askResolvers(
                                sets,
                                all
                                        ? Optional.empty()
                                        : Optional.of(ReAsk.due(caches.caches(), askedAt)),
                                c.plan().watch().asked(),
                                call);
        Instant endedAt = clock.instant();
        blindIfAllFellSilent(fresh, all);
        askedFor = Set.copyOf(c.switched().stream().map(SetChange::key).toList());
        // Who answers for a region no more says nothing of it any more.
        Set<String> heard =
                fresh.stream().map(ResolverAnswer::resolver).collect(Collectors.toSet());
        latest.keySet().removeIf(a -> !a.region().isEmpty() && heard.contains(a.resolver()));
        fresh.forEach(a -> latest.put(Asked.of(a), a));
        count(fresh);
        caches =
                known(c).look(
                                switchedSets(c, told),
                                fresh,
                                a -> weight(c.plan().watch(), a),
                                askedAt,
                                endedAt);
        Evidence.Resolvers seen =
                new Evidence.Resolvers(List.copyOf(latest.values()), health(), endedAt);
        if (!c.switchedSteps().isEmpty() && !sets.isEmpty()) {
            Adoption point = Adoption.of(c.switched(), seen.own());
            if (isNews(point)) {
                samples.addAdoption(c.id(), point);
                drawn = point;
            }
            samples.keepLook(c.id(), ResolverLook.of(c.switched(), seen.own()));
            samples.keepCaches(c.id(), caches);
        }
        return seen;
    }

    private static double weight(Plan.Watch watch, ResolverAnswer answer) {
        return watch.weights()
                .map(w -> w.of(answer.told().operator(), answer.told().country()))
                .orElse(1.0);
    }

    /** A curve that stands still needs a point now and then, not one for each round. */
    private boolean isNews(Adoption point) {
        Adoption before = drawn;
        return before == null
                || before.onNext() != point.onNext()
                || before.onOld() != point.onOld()
                || before.other() != point.other()
                || before.failed() != point.failed()
                || !before.at().plus(ReAsk.FLOOR).isAfter(point.at());
    }

    /** Counts, for each resolver asked, the rounds in a row in which it answered nothing. */
    private void count(List<ResolverAnswer> fresh) {
        Map<String, Boolean> answered = new TreeMap<>();
        fresh.forEach(a -> answered.merge(a.resolver(), a.answered(), Boolean::logicalOr));
        answered.forEach(
                (resolver, any) -> {
                    if (any) {
                        misses.put(resolver, 0);
                    } else {
                        // Who never answered is not failing now; it is not counted at all.
                        misses.computeIfPresent(resolver, (r, n) -> n + 1);
                    }
                });
    }

    private Health health() {
        return new Health(
                misses.size(),
                misses.entrySet().stream()
                        .filter(e -> e.getValue() >= ROUNDS_MISSED)
                        .map(Map.Entry::getKey)
                        .toList(),
                baseline);
    }

    /**
     * Measures before the switch how fast resolvers answer, and which do, by asking for the zone's SOA: that
     * is in no plan, so nothing planned is planted.
     */
    void measure(Cutover c, Call call) {
        SetKey soa = new SetKey(c.plan().zone().name(), RecordType.SOA);
        Instant askedAt = clock.instant();
        measuredAt = askedAt;
        Evidence.Resolvers seen =
                new Evidence.Resolvers(resolvers.askResolvers(List.of(soa), call), askedAt);
        if (seen.answers().stream().anyMatch(ResolverAnswer::answered)) {
            synchronized (this) {
                count(seen.answers());
            }
            baseline = Optional.of(Adoption.p95Latency(seen));
        }
    }

    /** Whether the time before the switch is to be measured now. */
    boolean wantsBaseline(Cutover c, Instant now) {
        boolean before =
                c.phase() instanceof Phase.AwaitingGo || c.phase() instanceof Phase.Promoting;
        return before && !measuredAt.plus(BASELINE_EVERY).isAfter(now);
    }

    /** Those that answered before and fall silent together have our own network in common. */
    private void blindIfAllFellSilent(List<ResolverAnswer> fresh, boolean first) {
        if (fresh.stream().anyMatch(ResolverAnswer::answered)) {
            return;
        }
        Set<String> heard =
                latest.values().stream()
                        .filter(ResolverAnswer::answered)
                        .map(ResolverAnswer::resolver)
                        .collect(Collectors.toSet());
        long lost =
                fresh.stream()
                        .map(ResolverAnswer::resolver)
                        .distinct()
                        .filter(r -> first || heard.contains(r))
                        .count();
        if (lost > FEW) {
            throw PortException.passing(
                    "none of "
                            + lost
                            + " resolvers answered, all at once: our own network may be down, so this"
                            + " says nothing about them");
        }
    }

    /** After a restart what was known before goes on. */
    private void recall(Cutover c) {
        if (!recalled) {
            caches = samples.caches(c.id()).orElseGet(Caches::none);
            recalled = true;
        }
    }

    private Caches known(Cutover c) {
        return c.servedAt().map(at -> caches.served(step(c), at)).orElse(caches);
    }

    private List<SwitchedSet> switchedSets(Cutover c, List<SetChange> told) {
        Caches known = known(c);
        List<SwitchedSet> sets = new ArrayList<>();
        for (SetChange change : told) {
            Optional<Instant> servedAt = known.served(change.step());
            if (servedAt.isEmpty() && change.step() < step(c)) {
                servedAt = Optional.of(c.phaseSince());
            }
            sets.add(SwitchedSet.of(change, servedAt, negativeTtl, edge));
        }
        return sets;
    }

    private static int step(Cutover c) {
        Phase phase = c.phase() instanceof Phase.Held held ? held.from() : c.phase();
        return phase instanceof Phase.Switching s ? s.step() : c.plan().steps();
    }
}
