package dev.cutover.core.timeline;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One simulated switch as the controller follows it, and what came of its forecasts.
final class SwitchRun {
    private static final Instant T0 = Acme.OPENS;
    /// With a sixth of the world outlasting TTLs, the second cannot be known before they are.
    static final List<Double> QUORUMS = List.of(0.8, 0.9);

    private static final long TICK_MILLIS = 1_000;
    private static final long ROUND_MILLIS = 100;
    private static final long DEAD_MILLIS = 1_000;

    final SwitchWorld world;

    /// Relative errors of each cache's first forecast, by the kind of its resolver.
    final Map<SwitchWorld.Kind, List<Double>> errors = new EnumMap<>(SwitchWorld.Kind.class);

    /// What must never be: a later moment exceeded by a cache that keeps to TTLs, or one accused.
    final List<String> broken = new ArrayList<>();

    /// By quorum: the first forecast's relative error, and whether it was reached in its range.
    final Map<Double, Double> quorumErrors = new HashMap<>();

    final Set<Double> quorumInRange = new HashSet<>();
    int named;
    int toName;
    int asked;
    int askedByTick;

    private Caches known = Caches.none();
    private final Set<String> foretold = new HashSet<>();

    private SwitchRun(long seed) {
        world = new SwitchWorld(seed);
    }

    static SwitchRun of(long seed) {
        SwitchRun run = new SwitchRun(seed);
        run.follow();
        return run;
    }

    private void follow() {
        SwitchedSet set = set();
        long honestGone = honestGoneAt();
        long end = world.servedAt + world.ttlMillis + 60_000;
        long lastRound = Long.MIN_VALUE / 2;
        for (long now = world.servedAt; now < end; now += TICK_MILLIS) {
            boolean everybody = known.caches().isEmpty();
            Set<String> due = ReAsk.due(known.caches(), at(now));
            boolean rested = now - lastRound >= ReAsk.BETWEEN_ROUNDS.toMillis();
            if (everybody || (rested && !due.isEmpty())) {
                look(set, due, everybody, now);
                lastRound = now;
                if (everybody) {
                    long asked = now;
                    QUORUMS.forEach(q -> quorum(q, forecast(q, asked)));
                }
                check(forecast(QUORUMS.getFirst(), now), honestGone, now);
            }
        }
        askedByTick = (int) ((end - world.servedAt) / 5_000) * world.resolvers.size();
        names();
    }

    private SwitchedSet set() {
        long ttl = world.ttlMillis / 1_000;
        SetChange change =
                new SetChange(
                        Acme.WWW,
                        RecordType.A,
                        List.of(Acme.a("w", Acme.WWW, Acme.WWW_OLD, 3_600)),
                        List.of(Acme.a("w", Acme.WWW, Acme.WWW_OLD, ttl)),
                        List.of(Acme.a("w", Acme.WWW, Acme.WWW_NEXT, ttl)),
                        List.of(Acme.a("w", Acme.WWW, Acme.WWW_OLD, ttl)),
                        1);
        return SwitchedSet.of(
                change,
                Optional.of(at(world.servedAt)),
                Duration.ofHours(1),
                EdgeIdentity.unknown());
    }

    private void look(SwitchedSet set, Set<String> due, boolean everybody, long now) {
        List<ResolverAnswer> answers = new ArrayList<>();
        long took = ROUND_MILLIS;
        for (SwitchWorld.Resolver r : world.resolvers) {
            if (everybody || due.contains(r.name)) {
                answers.add(r.ask(now));
                took = r.kind == SwitchWorld.Kind.DEAD ? DEAD_MILLIS : took;
            }
        }
        asked += answers.size();
        known = known.look(List.of(set), answers, a -> 1, at(now), at(now + took));
        for (Cache c : known.caches()) {
            if (c.verdict().isOld() && foretold.add(c.name())) {
                compare(c, now);
            }
        }
    }

    /// The first forecast of one cache beside what happens.
    private void compare(Cache c, long now) {
        SwitchWorld.Resolver r = resolver(c.resolver());
        boolean hidden = c.site().isEmpty();
        int which = hidden ? 0 : Integer.parseInt(c.site().substring(c.site().indexOf('-') + 1));
        long happens = hidden ? r.letGoAt() : r.caches.get(which).letGoAt;
        Between said =
                hidden
                        ? Forecast.of(known, c.resolver(), at(now)).orElseThrow()
                        : c.oldUntil().orElseThrow();
        double error =
                Math.abs((double) millis(said.earliest()) - happens) / Math.max(1, happens - now);
        errors.computeIfAbsent(r.kind, k -> new ArrayList<>()).add(error);
        boolean exceeded = said.latest().map(l -> millis(l) < happens).orElse(false);
        if (r.kind.isHonest() && exceeded) {
            broken.add(c.name() + " said " + said + ", let go at " + at(happens));
        }
    }

    /// At every look: no honest cache lets go after the last moment, and none is accused.
    private void check(Forecast f, long honestGone, long now) {
        long latest = f.goneAt().flatMap(Between::latest).map(SwitchRun::millis).orElse(now);
        if (latest < honestGone) {
            broken.add(
                    "gone by "
                            + at(latest)
                            + ", but an honest cache holds on to "
                            + at(honestGone));
        }
        for (Forecast.Late late : f.late()) {
            if (resolver(late.cache().replaceAll("/.*", "")).kind.isHonest()) {
                broken.add(late.cache() + " is honest, and said to be one that " + late.text());
            }
        }
    }

    private Forecast forecast(double quorum, long now) {
        return Forecast.of(known, quorum, world.ttlMillis / 1_000, at(now));
    }

    private void quorum(double quorum, Forecast first) {
        List<SwitchWorld.Resolver> alive =
                world.resolvers.stream().filter(r -> r.kind != SwitchWorld.Kind.DEAD).toList();
        long happens = world.servedAt;
        while (share(alive, happens) < quorum) {
            happens += 100;
        }
        if (happens == world.servedAt || first.quorumAt().isEmpty()) {
            return;
        }
        Between said = first.quorumAt().get();
        quorumErrors.put(
                quorum,
                Math.abs((double) millis(said.earliest()) - happens) / (happens - world.servedAt));
        long from = millis(said.earliest()) - 1_000;
        boolean inRange =
                from <= happens
                        && happens <= said.latest().map(SwitchRun::millis).orElse(Long.MAX_VALUE);
        if (inRange) {
            quorumInRange.add(quorum);
        }
    }

    private static double share(List<SwitchWorld.Resolver> alive, long now) {
        return alive.stream().mapToDouble(r -> r.onNext(now)).average().orElse(1);
    }

    /// Named must be who was seen to hold an old answer past the last honest moment.
    private void names() {
        long ceiling = world.servedAt + world.ttlMillis;
        for (SwitchWorld.Resolver r : world.resolvers) {
            boolean late = r.letGoAt() > ceiling + 5_000 && !r.kind.isHonest();
            toName += late ? 1 : 0;
            boolean isNamed =
                    known.caches().stream()
                            .anyMatch(c -> c.resolver().equals(r.name) && c.habit().isLate());
            named += late && isNamed ? 1 : 0;
        }
    }

    private long honestGoneAt() {
        return world.resolvers.stream()
                .filter(r -> r.kind.isHonest())
                .mapToLong(SwitchWorld.Resolver::letGoAt)
                .max()
                .orElseThrow();
    }

    private SwitchWorld.Resolver resolver(String name) {
        return world.resolvers.stream().filter(r -> r.name.equals(name)).findFirst().orElseThrow();
    }

    private static Instant at(long millis) {
        return T0.plusMillis(millis);
    }

    private static long millis(Instant at) {
        return Duration.between(T0, at).toMillis();
    }
}
