package dev.cutover.sim;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.judge.Bucket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Everything outside the controller, with one settable clock.
final class SimWorld {
    /// Where a content leads.
    enum Origin {
        CURRENT,
        NEXT,
        FALLBACK,
        OTHER
    }

    /// A time in which something is wrong.
    record Spell(Instant from, Instant until, double strength) {
        boolean covers(Instant at) {
            return !at.isBefore(from) && at.isBefore(until);
        }
    }

    /// What a cache holds for one name.
    private record Cached(List<DnsRecord> records, Instant until) {}

    final Scenario scenario;
    final Chance chance;
    final SimZone zone;
    final Optional<SimPool> pool;
    final SimEdge edge;
    final SimEngine engine = new SimEngine();
    private final Map<Origin, List<Spell>> sick = new EnumMap<>(Origin.class);
    final List<Spell> apiDown = new ArrayList<>();
    final List<Spell> apiDenied = new ArrayList<>();
    final List<Spell> blind = new ArrayList<>();
    final List<Spell> authorityDown = new ArrayList<>();
    final List<Spell> slowResolvers = new ArrayList<>();
    final List<Spell> engineDead = new ArrayList<>();
    final List<Bucket> requests = new ArrayList<>();
    final List<DnsName> names;
    private final int resolvers;
    private final List<Map<DnsName, Cached>> caches = new ArrayList<>();
    private Instant now;

    /// Share of visitors' requests that failed since the last step, and of those that met a sick
    /// next side.
    double failing;

    double failingOnNext;

    SimWorld(Scenario scenario, Chance chance) {
        this.scenario = scenario;
        this.chance = chance;
        now = Scenario.START;
        edge = new SimEdge(chance.split(), scenario.edge());
        zone = new SimZone(chance.split(), scenario.zone(), chance.from(2, 3), now);
        pool =
                scenario.pool()
                        .map(
                                p -> {
                                    SimPool made = new SimPool(chance.split(), p, now);
                                    if (chance.in100(scenario.faults() * 20)) {
                                        Instant opens = scenario.plan().window().opensAt();
                                        made.sickFrom(
                                                chance.after(
                                                        opens.minusSeconds(600),
                                                        Duration.ZERO,
                                                        Duration.ofMinutes(40)),
                                                Duration.ofSeconds(chance.seconds(10, 400)));
                                    }
                                    return made;
                                });
        Set<DnsName> found = new LinkedHashSet<>();
        scenario.promises().keySet().forEach(k -> found.add(k.name()));
        names = List.copyOf(found);
        resolvers = 3;
        for (int i = 0; i < resolvers; i++) {
            caches.add(new HashMap<>());
        }
    }

    /// The pool and every other part of the edge.
    EdgeView edgeView(Instant at) {
        return edge.with(pool.map(p -> p.view(at)).orElseGet(() -> EdgeView.none(at)));
    }

    Instant now() {
        return now;
    }

    /// Lets time pass: engine jobs end and visitors come.
    void advance(Instant to) {
        Instant from = now;
        now = to;
        engine.dead = any(engineDead, now);
        engine.advance(now);
        visit(from, to);
    }

    static Origin originOf(String content) {
        if (content.startsWith("198.51.100.")
                || content.startsWith("2001:db8:1:")
                || content.startsWith("current")) {
            return Origin.CURRENT;
        }
        if (content.startsWith("203.0.113.")
                || content.startsWith("2001:db8:2:")
                || content.startsWith("next")) {
            return Origin.NEXT;
        }
        if (content.startsWith("192.0.2.")
                || content.startsWith("2001:db8:3:")
                || content.startsWith("fallback")) {
            return Origin.FALLBACK;
        }
        return Origin.OTHER;
    }

    /// The share of requests an origin fails, 0 to 1.
    double sickness(Origin origin, Instant at) {
        double worst = 0;
        for (Spell spell : spells(origin)) {
            if (spell.covers(at)) {
                worst = Math.max(worst, spell.strength());
            }
        }
        return worst;
    }

    /// The times in which an origin is sick.
    List<Spell> spells(Origin origin) {
        return sick.computeIfAbsent(origin, o -> new ArrayList<>());
    }

    static boolean any(List<Spell> spells, Instant at) {
        for (Spell spell : spells) {
            if (spell.covers(at)) {
                return true;
            }
        }
        return false;
    }

    boolean apiUp(Instant at) {
        return !any(apiDown, at);
    }

    /// The origins falling back leads to.
    List<Origin> fallbackOrigins() {
        return scenario.promises().values().stream()
                .flatMap(p -> p.fallback().stream())
                .map(w -> originOf(w.content()))
                .distinct()
                .toList();
    }

    /// The records a visitor of this resolver gets for a name: A before AAAA before CNAME.
    List<DnsRecord> resolve(int resolver, DnsName name) {
        Cached cached = caches.get(resolver).get(name);
        // The last resolver serves stale answers for a while; the first clamps short TTLs up.
        Duration stale = resolver == 2 ? Duration.ofSeconds(30) : Duration.ZERO;
        if (cached != null && now.isBefore(cached.until().plus(stale))) {
            return cached.records();
        }
        SimZone.Version version = zone.shown(chance.from(0, zone.authorities() - 1), now);
        List<DnsRecord> records = List.of();
        for (RecordType type : List.of(RecordType.A, RecordType.AAAA, RecordType.CNAME)) {
            if (records.isEmpty()) {
                records = version.set(new SetKey(name, type));
            }
        }
        boolean proxied = !records.isEmpty() && records.getFirst().proxied();
        long ttl = records.isEmpty() ? 60 : SimZone.answeredTtl(records.getFirst());
        if (resolver == 0) {
            ttl = Math.max(ttl, 90);
        }
        // Behind the edge the origin follows the zone at once; only the edge's own lag is seen.
        caches.get(resolver).put(name, new Cached(records, proxied ? now : now.plusSeconds(ttl)));
        return records;
    }

    private void visit(Instant from, Instant to) {
        long seconds = Math.max(1, Duration.between(from, to).toSeconds());
        int perPair = (int) Math.max(1, Math.min(60, seconds * 2) / names.size() / resolvers);
        int early = 0;
        int late = 0;
        int earlyFailed = 0;
        int lateFailed = 0;
        int onSickNext = 0;
        for (DnsName name : names) {
            for (int r = 0; r < resolvers; r++) {
                List<DnsRecord> records = resolve(r, name);
                for (int i = 0; i < perPair; i++) {
                    boolean failed = true;
                    Origin origin = Origin.OTHER;
                    if (!records.isEmpty()) {
                        origin = originOf(records.get(i % records.size()).content());
                        failed = chance.share() < Math.max(0.001, sickness(origin, to));
                    }
                    if (failed && origin == Origin.NEXT) {
                        onSickNext++;
                    }
                    // Visitors take the records of a set in turn: each half of the time meets all.
                    if (records.isEmpty() || i / records.size() % 2 == 0) {
                        early++;
                        earlyFailed += failed ? 1 : 0;
                    } else {
                        late++;
                        lateFailed += failed ? 1 : 0;
                    }
                }
            }
        }
        int all = early + late;
        failing = (double) (earlyFailed + lateFailed) / all;
        failingOnNext = (double) onSickNext / all;
        long tail = Math.min(10, seconds - 1);
        if (tail > 0 && late > 0) {
            requests.add(bucket(from, seconds - tail, early, earlyFailed));
            requests.add(bucket(to.minusSeconds(tail), tail, late, lateFailed));
        } else {
            requests.add(bucket(from, seconds, all, earlyFailed + lateFailed));
        }
        if (requests.size() > 200) {
            requests.removeIf(b -> b.startsAt().isBefore(now.minusSeconds(900)));
        }
    }

    private static Bucket bucket(Instant from, long seconds, int all, int failed) {
        return new Bucket(from, Duration.ofSeconds(seconds), all - failed, failed);
    }
}
