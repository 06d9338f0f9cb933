package dev.cutover.probe;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Cache;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.EdgeIdentity;
import dev.cutover.core.timeline.Forecast;
import dev.cutover.core.timeline.ReAsk;
import dev.cutover.core.timeline.SwitchedSet;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.dns.Authorities;
import dev.cutover.lab.dns.Behaviour;
import dev.cutover.lab.dns.CachingResolver;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.PlainZone;
import dev.cutover.lab.dns.ResolverFleet;
import dev.cutover.lab.dns.StubResolver;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/// One switch over real sockets: the lab's authorities and its usual mix of 48 resolvers, asked as
/// the controller asks them, with a clock that moves by hand. `bench/forecast` prints it.
final class SwitchOverSockets implements AutoCloseable {
    private static final SetKey WWW = new SetKey(new DnsName("www.acme.example"), RecordType.A);
    private static final String OLD = "192.0.2.10";
    private static final String NEXT = "192.0.2.20";
    private static final int TTL_SECONDS = 300;
    private static final double QUORUM = 0.85;
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final int LOOKS_AGAIN = 50;

    final List<Double> errors = new ArrayList<>();
    final List<String> broken = new ArrayList<>();
    final Set<String> named = new HashSet<>();
    int looks;
    long questions;

    private volatile Instant now = Instant.parse("2026-12-06T02:14:00Z");
    private final Random chance = new Random(7);
    private final PlainZone zone;
    private final Authorities authorities;
    private final ResolverFleet fleet;
    private final Path list;
    private final int port;

    SwitchOverSockets() throws IOException {
        List<InetAddress> places = new ArrayList<>(Authorities.places(2));
        places.addAll(ResolverFleet.places(ResolverFleet.USUAL_SIZE));
        port = LabAddresses.freePort(places);
        zone = new PlainZone("acme.example", record(OLD));
        authorities = Authorities.start(List.of(zone), 2, port, () -> now, CallTap.NONE);
        fleet =
                ResolverFleet.start(
                        ResolverFleet.usualMix(ResolverFleet.USUAL_SIZE),
                        port,
                        authorities.addresses(),
                        () -> now,
                        CallTap.NONE);
        list = Files.createTempFile("resolvers", ".txt");
        ResolverFleet.writeList(fleet.places(), list);
    }

    public static void main(String[] args) throws Exception {
        try (var run = new SwitchOverSockets()) {
            run.play();
            List<Double> sorted = run.errors.stream().sorted().toList();
            System.out.printf(
                    Locale.ROOT,
                    "over sockets: %d resolvers, %d looks, %d questions; %d forecasts, median error %.2f %%,"
                            + " latest moments exceeded or honest ones accused: %d, named late: %d%n",
                    ResolverFleet.USUAL_SIZE,
                    run.looks,
                    run.questions,
                    sorted.size(),
                    100 * sorted.get(sorted.size() / 2),
                    run.broken.size(),
                    run.named.size());
            run.broken.forEach(System.out::println);
            System.exit(run.broken.isEmpty() && sorted.get(sorted.size() / 2) <= 0.05 ? 0 : 1);
        }
    }

    /// Visitors fill the caches, the authorities switch, and the controller follows.
    void play() throws Exception {
        for (int second = 0; second < 3 * TTL_SECONDS / 2; second += 5) {
            now = now.plusSeconds(5);
            for (CachingResolver r : fleet.resolvers()) {
                boolean prompt =
                        !(r.behaviour() instanceof Behaviour.Dead
                                || r.behaviour() instanceof Behaviour.Slow);
                if (prompt && chance.nextInt(12) == 0) {
                    visit(r);
                }
            }
        }
        zone.set("www.acme.example", "A", record(NEXT));
        now = now.plusMillis(500);
        Instant servedAt = now;
        Map<String, Instant> letGo = new HashMap<>();
        for (CachingResolver r : fleet.resolvers()) {
            Instant old = now;
            r.remainingTtl("www.acme.example", "A")
                    .ifPresent(left -> letGo.put(r.place().name(), old.plus(left)));
        }
        SwitchedSet set =
                SwitchedSet.of(
                        change(),
                        Optional.of(servedAt),
                        Duration.ofHours(1),
                        EdgeIdentity.unknown());
        try (var engine = new ProbeEngine()) {
            follow(engine, set, letGo, servedAt);
        }
    }

    private void follow(
            ProbeEngine engine, SwitchedSet set, Map<String, Instant> letGo, Instant servedAt)
            throws Exception {
        var probed = new ProbedResolvers(engine, ResolverList.read(list), port, TIMEOUT, () -> now);
        Caches known = Caches.none();
        Set<String> foretold = new HashSet<>();
        Instant honestGone =
                fleet.resolvers().stream()
                        .filter(r -> isHonest(r.behaviour()))
                        .map(r -> letGo.getOrDefault(r.place().name(), servedAt))
                        .max(Instant::compareTo)
                        .orElseThrow();
        for (int second = 0; second < 3 * TTL_SECONDS / 2; second += 2) {
            Set<String> due = ReAsk.due(known.caches(), now);
            if (known.caches().isEmpty() || !due.isEmpty()) {
                List<ResolverAnswer> answers =
                        known.caches().isEmpty()
                                ? calmly(call -> probed.askResolvers(List.of(WWW), call))
                                : calmly(call -> probed.askResolvers(List.of(WWW), due, call));
                looks++;
                questions += answers.size();
                known = known.look(List.of(set), answers, a -> 1, now, now);
                judge(known, letGo, foretold, honestGone);
            }
            now = now.plusSeconds(2);
        }
    }

    /// Looks again where this machine stood still, twice in a row: no second passes here meanwhile.
    private static List<ResolverAnswer> calmly(Function<Call, List<ResolverAnswer>> look) {
        int again = 0;
        while (true) {
            try {
                return look.apply(
                        Call.reading("acme-1", "resolvers", Deadline.in(Duration.ofMinutes(1))));
            } catch (PortException spoilt) {
                if (again++ == LOOKS_AGAIN) {
                    throw spoilt;
                }
            }
        }
    }

    private void judge(
            Caches known, Map<String, Instant> letGo, Set<String> foretold, Instant honestGone) {
        Forecast all = Forecast.of(known, QUORUM, TTL_SECONDS, now);
        Instant latest = all.goneAt().flatMap(Between::latest).orElse(now);
        if (latest.isBefore(honestGone)) {
            broken.add("gone by " + latest + ", but an honest cache holds on to " + honestGone);
        }
        for (Forecast.Late late : all.late()) {
            String resolver = late.cache().replaceAll("/.*", "");
            named.add(resolver);
            if (isHonest(behaviour(resolver))) {
                broken.add(late.cache() + " is honest, and said to be one that " + late.text());
            }
        }
        for (Cache c : known.caches()) {
            boolean single = !(behaviour(c.resolver()) instanceof Behaviour.AnycastFarm);
            if (c.verdict().isOld() && single && foretold.add(c.resolver())) {
                Instant happens = letGo.getOrDefault(c.resolver(), now);
                Between said = c.oldUntil().orElseThrow();
                double left = Math.max(1, Duration.between(now, happens).toMillis());
                double off = Math.abs(Duration.between(happens, said.earliest()).toMillis());
                if (!(behaviour(c.resolver()) instanceof Behaviour.Stale)) {
                    errors.add(off / left);
                }
                boolean exceeded =
                        said.latest().map(l -> l.isBefore(happens)).orElse(false)
                                && isHonest(behaviour(c.resolver()));
                if (exceeded) {
                    broken.add(c.name() + " said " + said + ", lets go at " + happens);
                }
            }
        }
    }

    private void visit(CachingResolver r) {
        new StubResolver(r.place().address(), LabAddresses.visitor(1), TIMEOUT)
                .ask("www.acme.example", "A");
    }

    private Behaviour behaviour(String resolver) {
        return fleet.resolvers().stream()
                .filter(r -> r.place().name().equals(resolver))
                .findFirst()
                .orElseThrow()
                .behaviour();
    }

    private static boolean isHonest(Behaviour behaviour) {
        return !(behaviour instanceof Behaviour.ClampMin)
                && !(behaviour instanceof Behaviour.Stale);
    }

    private static ZoneRecord record(String content) {
        return new ZoneRecord("www.acme.example", "A", TTL_SECONDS, content);
    }

    private static SetChange change() {
        return new SetChange(
                WWW.name(),
                RecordType.A,
                List.of(set(OLD)),
                List.of(set(OLD)),
                List.of(set(NEXT)),
                List.of(set(OLD)),
                1);
    }

    private static DnsRecord set(String content) {
        return DnsRecord.of(WWW.name(), RecordType.A, content, TTL_SECONDS, false);
    }

    @Override
    public void close() throws IOException {
        fleet.close();
        authorities.close();
        Files.delete(list);
    }
}
