package dev.cutover.run;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.ZoneGates;
import dev.cutover.core.judge.Blocks;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Pace;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import dev.cutover.port.Samples;
import dev.cutover.port.SiteChecks.Via;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Looks at the world for one cutover, each kind of evidence at its own pace and in its own thread, so that
 * a slow source never delays a fast one.
 */
final class Observer {
    private static final System.Logger LOG = System.getLogger(Observer.class.getName());

    /** Our own probes ask this many pages each second and give up on each within {@link #PROBE_LIMIT}. */
    private static final int PROBED_PAGES = 3;

    private static final Duration PROBE_LIMIT = Duration.ofSeconds(2);
    private static final Duration ZONE_LIMIT = Duration.ofSeconds(10);

    /** Between two questions to one resolver, which is asked for every set. */
    private static final Duration POLITE_PAUSE = Duration.ofMillis(50);

    /** What a look at the site may take, for up to a hundred pages or names. */
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(30);

    private static final int LIMITED = 100;

    /** And for each further one: eight are asked at a time, so that each may take two seconds. */
    private static final Duration EACH_FURTHER = Duration.ofMillis(300);

    private static final int FALLBACK_PAGES = 5;
    private static final int MOST_SIGNED = 20;

    /** A name is asked for at the edge and at its side, eight names at a time. */
    private static final Duration PER_NAME = Duration.ofMillis(250);

    /** How often a name is asked whose visitors are spread by weights. */
    private static final int SPREAD_ASKED = 10;

    /** How late the provider's figures come at most; that much more is asked for. */
    private static final Duration PROVIDER_LAG = Duration.ofMinutes(10);

    private static final String PROBES = "probes";
    private static final String PROVIDER = "provider";

    private final World world;
    private final InstantSource clock;
    private final Samples samples;
    private final Pulse pulse;
    private final Runnable signal;
    private final ResolverRounds resolvers;
    private final CacheLooks caches;
    private final Map<EvidenceKey, Evidence> latest = new ConcurrentHashMap<>();
    private volatile boolean stopped;
    private final Set<EvidenceKey> looking = ConcurrentHashMap.newKeySet();
    private final Map<EvidenceKey, Instant> lookedAt = new ConcurrentHashMap<>();
    private final List<Bucket> probed = new ArrayList<>();
    private boolean recalled;
    private int turn;

    Observer(World world, InstantSource clock, Samples samples, Pulse pulse, Runnable signal) {
        this.pulse = pulse;
        this.world = world;
        this.clock = clock;
        this.samples = samples;
        this.signal = signal;
        this.caches = new CacheLooks(world, clock);
        this.resolvers = new ResolverRounds(world.resolvers(), samples, clock);
    }

    /** Starts a look at everything that is due. Returns at once. */
    void refresh(Cutover c, Map<EvidenceKey, Duration> needs, Instant now) {
        needs.forEach(
                (key, pause) -> {
                    Instant last = lookedAt.getOrDefault(key, Instant.MIN);
                    // A clock that was set back must not stop the looks until it has caught up.
                    boolean due =
                            last.equals(Instant.MIN)
                                    || last.isAfter(now)
                                    || !last.plus(pause).isAfter(now);
                    boolean wanted =
                            key == EvidenceKey.RESOLVERS ? resolvers.isDue(last, now) : due;
                    if (wanted && looking.add(key)) {
                        lookedAt.put(key, now);
                        Thread.ofVirtual()
                                .name(c.id() + " looks at " + key)
                                .start(() -> look(c, key));
                    }
                });
    }

    /** The latest evidence by key. */
    Map<EvidenceKey, Evidence> latest() {
        return Map.copyOf(latest);
    }

    /** From now on a look that fails is no news. */
    void stop() {
        stopped = true;
    }

    /** Whether some look has not come back. */
    boolean isLooking() {
        return !looking.isEmpty();
    }

    private void look(Cutover c, EvidenceKey key) {
        try {
            Evidence seen = observe(c, key);
            resolvers.learn(c, seen);
            latest.put(key, seen);
        } catch (PortException e) {
            latest.put(
                    key,
                    new Evidence.NoEvidence(key, String.valueOf(e.getMessage()), clock.instant()));
        } catch (RuntimeException mistake) {
            // While stopping, what a look needs is taken down around it.
            LOG.log(
                    stopped ? System.Logger.Level.DEBUG : System.Logger.Level.ERROR,
                    "looking at " + key + " for " + c.id() + " met a mistake of ours",
                    mistake);
            latest.put(
                    key,
                    new Evidence.NoEvidence(
                            key, "a mistake in the controller: " + mistake, clock.instant()));
        } finally {
            looking.remove(key);
            signal.run();
        }
    }

    private Evidence observe(Cutover c, EvidenceKey key) {
        Plan plan = c.plan();
        return switch (key) {
            case ZONE ->
                    new Evidence.Zone(
                            world.zone(plan.zone()).read(plan.zone(), call(c, key, ZONE_LIMIT)));
            case EDGE ->
                    new Evidence.Edge(
                            world.readEdge(
                                    plan.zone(),
                                    plan.edgeKeys(),
                                    call(c, key, ZONE_LIMIT),
                                    clock.instant()));
            case AUTHORITIES -> {
                measureResolvers(c);
                Instant startedAt = clock.instant();
                List<SetKey> asked = new ArrayList<>(keys(c));
                asked.add(new SetKey(plan.zone().name(), RecordType.SOA));
                yield new Evidence.Authorities(
                                world.resolvers()
                                        .askAuthorities(
                                                plan.zone().name(),
                                                asked,
                                                call(c, key, ZONE_LIMIT)),
                                startedAt)
                        .after(before(key));
            }
            case RESOLVERS ->
                    resolvers.look(
                            c,
                            call(
                                    c,
                                    key,
                                    ZONE_LIMIT.plus(
                                            POLITE_PAUSE.multipliedBy(
                                                    (long) c.changes().size()
                                                            * (1 + plan.watch().asked().size())))));
            case NEXT_PAGES -> pages(c, key, plan.checks().landingPages(), Pins.of(c, Side.NEXT));
            case FALLBACK_PAGES ->
                    pages(
                            c,
                            key,
                            plan.checks().landingPages().stream().limit(FALLBACK_PAGES).toList(),
                            Pins.of(c, Side.FALLBACK));
            case PUBLIC_PAGES -> pages(c, key, plan.checks().landingPages(), new Via.Visitors());
            case NEXT_ROBOTS ->
                    new Evidence.Robots(
                            world
                                    .checks()
                                    .robotsBlocked(
                                            plan.site(),
                                            plan.checks().landingPages(),
                                            Pins.of(c, Side.NEXT),
                                            call(
                                                    c,
                                                    key,
                                                    checkLimit(
                                                            plan.checks().landingPages().size())))
                                    .stream()
                                    .limit(20)
                                    .toList(),
                            clock.instant());
            case NEXT_TLS -> tls(c, key, Pins.of(c, Side.NEXT));
            case PUBLIC_TLS -> tls(c, key, new Via.Visitors());
            case SERVED -> served(c, key);
            case PURGED_PAGES -> caches.purged(c, call(c, key, CHECK_LIMIT));
            case BYPASSED_PAGES -> caches.bypassed(c, call(c, key, CHECK_LIMIT));
            case PROBE_ERRORS -> probe(c, key);
            case PROVIDER_ERRORS -> providerErrors(c, key);
            case ALIASES -> {
                Set<DnsName> targets = new TreeSet<>();
                for (Side side : Side.values()) {
                    targets.addAll(ZoneGates.targets(c.changes(), side).keySet());
                }
                yield new Evidence.Aliases(
                        world.resolvers().follow(List.copyOf(targets), call(c, key, CHECK_LIMIT)),
                        clock.instant());
            }
            case DELEGATION -> {
                var seen =
                        world.resolvers().delegation(plan.zone().name(), call(c, key, CHECK_LIMIT));
                yield new Evidence.Delegation(seen.parent(), seen.child(), clock.instant());
            }
            case ISSUERS ->
                    new Evidence.IssuerRules(
                            world.resolvers()
                                    .issuerRules(
                                            plan.zone().name(),
                                            plan.checks().tlsNames(),
                                            call(c, key, CHECK_LIMIT)),
                            clock.instant());
            case SIGNATURES ->
                    new Evidence.Signatures(
                            world.resolvers()
                                    .validate(
                                            plan.zone().name(),
                                            signed(c),
                                            call(c, key, CHECK_LIMIT)),
                            clock.instant());
            case ENGINE ->
                    new Evidence.Engine(
                            plan.promotion()
                                    .map(p -> world.engine(p).ready(p, call(c, key, ZONE_LIMIT)))
                                    .orElse("no promotion is planned"),
                            clock.instant());
        };
    }

    private Optional<Evidence.Authorities> before(EvidenceKey key) {
        return latest.get(key) instanceof Evidence.Authorities a
                ? Optional.of(a)
                : Optional.empty();
    }

    /**
     * The sets whose signatures are looked at: the zone's own, and what was switched once it is served.
     * Resolvers asked for a planned set before would plant its old answer for a whole TTL.
     */
    private static List<SetKey> signed(Cutover c) {
        List<SetKey> sets = new ArrayList<>();
        sets.add(new SetKey(c.plan().zone().name(), RecordType.SOA));
        if (c.servedAt().isPresent()) {
            c.switched().stream()
                    .filter(x -> !x.next().isEmpty())
                    .map(SetChange::key)
                    .limit(MOST_SIGNED)
                    .forEach(sets::add);
        }
        return sets;
    }

    /** How resolvers do before anything is switched, in a thread of its own: nothing waits for it. */
    private void measureResolvers(Cutover c) {
        if (!resolvers.wantsBaseline(c, clock.instant())) {
            return;
        }
        Thread.ofVirtual()
                .name(c.id() + " measures resolvers")
                .start(
                        () -> {
                            try {
                                resolvers.measure(c, call(c, EvidenceKey.RESOLVERS, ZONE_LIMIT));
                            } catch (RuntimeException e) {
                                LOG.log(
                                        System.Logger.Level.DEBUG,
                                        "no baseline of resolvers for " + c.id(),
                                        e);
                            }
                        });
    }

    private Evidence pages(Cutover c, EvidenceKey key, List<String> paths, Via via) {
        return new Evidence.Pages(
                key,
                world.checks()
                        .pages(
                                c.plan().site(),
                                paths,
                                via,
                                true,
                                call(c, key, checkLimit(paths.size()))),
                clock.instant());
    }

    private Evidence tls(Cutover c, EvidenceKey key, Via via) {
        return new Evidence.Tls(
                key,
                world.checks()
                        .tls(
                                c.plan().checks().tlsNames(),
                                c.plan().site().port(),
                                via,
                                call(c, key, checkLimit(c.plan().checks().tlsNames().size()))),
                clock.instant());
    }

    private static Duration checkLimit(int pagesOrNames) {
        return CHECK_LIMIT.plus(EACH_FURTHER.multipliedBy(Math.max(0, pagesOrNames - LIMITED)));
    }

    private Evidence served(Cutover c, EvidenceKey key) {
        Instant startedAt = clock.instant();
        List<DnsName> names =
                new ArrayList<>(
                        c.switched().stream()
                                .filter(SetChange::isProxiedNext)
                                .map(SetChange::name)
                                .distinct()
                                .toList());
        // Where weights spread visitors one answer says little.
        c.edge().stream()
                .flatMap(e -> e.names().stream())
                .distinct()
                .forEach(name -> names.addAll(Collections.nCopies(SPREAD_ASKED, name)));
        if (names.isEmpty()) {
            return new Evidence.Served(List.of(), startedAt);
        }
        return new Evidence.Served(
                world.checks()
                        .served(
                                names,
                                c.plan().site().port(),
                                Pins.of(c, Side.NEXT),
                                call(c, key, ZONE_LIMIT.plus(PER_NAME.multipliedBy(names.size())))),
                startedAt);
    }

    /** One burst of our own probes: a few landing pages as a visitor gets them, caches passed by. */
    private Evidence probe(Cutover c, EvidenceKey key) {
        recall(c);
        List<String> all = c.plan().checks().landingPages();
        List<String> some =
                IntStream.range(0, Math.min(PROBED_PAGES, all.size()))
                        .mapToObj(i -> all.get((turn * PROBED_PAGES + i) % all.size()))
                        .toList();
        turn++;
        Instant startedAt = clock.instant();
        long startedNanos = System.nanoTime();
        var results =
                world.checks()
                        .pages(
                                c.plan().site(),
                                some,
                                new Via.Visitors(),
                                true,
                                call(c, key, PROBE_LIMIT));
        if (results.stream().anyMatch(r -> r.status() == 0)
                && pulse.stoodStill(startedNanos, System.nanoTime())) {
            throw PortException.passing(
                    "this node stood still while it asked, so that answers came too late for it");
        }
        if (results.stream().allMatch(r -> r.status() == 0) && !answersAtFallback(c, key)) {
            throw PortException.passing(
                    "neither the site nor the fallback side answers: our own network may be down");
        }
        long failed = results.stream().filter(r -> r.status() == 0 || r.status() >= 500).count();
        Bucket bucket =
                new Bucket(startedAt, Duration.ofSeconds(1), results.size() - failed, failed);
        List<Bucket> kept;
        synchronized (probed) {
            probed.add(bucket);
            kept = Blocks.compact(probed, c.plan().watch().window(), kept(c), startedAt);
            probed.clear();
            probed.addAll(kept);
        }
        try {
            samples.addBuckets(c.id(), PROBES, List.of(bucket));
        } catch (PortException e) {
            LOG.log(System.Logger.Level.WARNING, "a bucket was not kept: " + e.getMessage());
        }
        return new Evidence.Errors(key, kept, clock.instant());
    }

    /**
     * Whether anything answers on the other side: that tells our network from the site's. A handshake is
     * enough, whatever the certificate; a page may take longer there than a visitor's probe waits.
     */
    private boolean answersAtFallback(Cutover c, EvidenceKey key) {
        Plan.Site site = c.plan().site();
        return world
                .checks()
                .tls(
                        List.of(site.host()),
                        site.port(),
                        Pins.of(c, Side.FALLBACK),
                        call(c, key, PROBE_LIMIT))
                .stream()
                .anyMatch(r -> r.notAfter().isPresent());
    }

    /** How long counted requests are kept at hand: for the judge, and for the longest watch a dwell asks for. */
    private static Duration kept(Cutover c) {
        Duration judged = Blocks.memory(c.plan().watch().window());
        Duration watched = Pace.WATCHED_MOST.plusMinutes(20);
        return judged.compareTo(watched) > 0 ? judged : watched;
    }

    /** After a restart the judge goes on with what was counted before. */
    private void recall(Cutover c) {
        if (recalled) {
            return;
        }
        List<Bucket> before = samples.buckets(c.id(), PROBES, clock.instant().minus(kept(c)));
        synchronized (probed) {
            probed.addAll(before);
        }
        recalled = true;
    }

    private Evidence providerErrors(Cutover c, EvidenceKey key) {
        Instant now = clock.instant();
        Duration back = Blocks.memory(c.plan().watch().window()).plus(PROVIDER_LAG);
        List<Bucket> buckets =
                world.errors().read(c.plan(), now.minus(back), now, call(c, key, ZONE_LIMIT));
        samples.addBuckets(c.id(), PROVIDER, buckets);
        return new Evidence.Errors(key, buckets, now);
    }

    private static List<SetKey> keys(Cutover c) {
        return c.changes().stream().map(SetChange::key).toList();
    }

    private static Call call(Cutover c, EvidenceKey key, Duration limit) {
        boolean back =
                c.phase() instanceof Phase.FallingBack || c.phase() instanceof Phase.NeedsOperator;
        return Call.reading(
                c.id().value(),
                (back ? Call.LOOKING_BACK : "")
                        + key.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                Deadline.in(limit));
    }
}
