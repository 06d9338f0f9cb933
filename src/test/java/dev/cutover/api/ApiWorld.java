package dev.cutover.api;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.json.SampleEvents;
import dev.cutover.port.Call;
import dev.cutover.port.DnsZone;
import dev.cutover.port.Edge;
import dev.cutover.port.NoSamples;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import dev.cutover.port.SiteChecks;
import dev.cutover.run.Cutovers;
import dev.cutover.run.Feed;
import dev.cutover.run.OpenSessions;
import dev.cutover.run.PlanClock;
import dev.cutover.run.PlanReader;
import dev.cutover.run.World;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Everything the API needs of the world, in memory. The plan `acme` moves two names; the plan
/// `bad`
/// has a mistake in line 3.
@Alternative
@Singleton
public class ApiWorld {
    private static final Map<String, ApiKeys.Issued> ISSUED =
            new TreeMap<>(
                    Map.of(
                            "viewer", ApiKeys.issue("vera", EnumSet.of(Role.VIEWER)),
                            "operator", ApiKeys.issue("olga", EnumSet.of(Role.OPERATOR)),
                            "approver", ApiKeys.issue("ana", EnumSet.of(Role.APPROVER))));

    static final int MOST_STREAMS = 5;
    static final int MOST_STREAMS_OF_ONE = 3;

    /// The plans whose records the zone has.
    private static final List<String> PLANS =
            List.of(
                    "acme", "shop", "site0", "site1", "site2", "site3", "site4", "site5", "site6",
                    "later0", "later1", "later2");

    private final MemoryJournal journal = new MemoryJournal();
    private volatile boolean edited;
    private volatile String revoked = "";
    private volatile @Nullable ResolverLook look;
    private volatile @Nullable Caches caches;
    private volatile List<Adoption> adoption = List.of();
    private volatile List<Bucket> probes = List.of();
    private volatile @Nullable RuntimeException failure;

    public void reset() {
        journal.clear();
        edited = false;
        look = null;
        caches = null;
        adoption = List.of();
        probes = List.of();
        failure = null;
        revoked = "";
    }

    /// Takes this one's key away.
    void revoke(String who) {
        revoked = who;
    }

    /// What was measured.
    public void measured(List<Adoption> adoption, ResolverLook look, List<Bucket> probes) {
        this.adoption = adoption;
        this.look = look;
        this.probes = probes;
    }

    /// What is known of caches.
    public void known(Caches caches) {
        this.caches = caches;
    }

    /// Somebody changes a planned record.
    void editZone() {
        edited = true;
    }

    void breakProvider() {
        failure = PortException.passing("cloudflare did not answer within 20 s");
    }

    void failWith(RuntimeException unforeseen) {
        failure = unforeseen;
    }

    /// The key of somebody with this role; any other word is no key of ours.
    public String key(String who) {
        ApiKeys.Issued issued = ISSUED.get(who);
        return issued == null ? who : issued.key();
    }

    @Produces
    @Singleton
    @Alternative
    ApiKeys keys() {
        return ApiKeys.following(
                () ->
                        ApiKeys.parse(
                                String.join(
                                        "\n",
                                        ISSUED.entrySet().stream()
                                                .filter(e -> !e.getKey().equals(revoked))
                                                .map(e -> e.getValue().line())
                                                .toList())));
    }

    @Produces
    @Singleton
    @Alternative
    OpenSessions sessions() {
        return new OpenSessions(new MemorySignIns(System::nanoTime));
    }

    @Produces
    @Singleton
    @Alternative
    Measures measures() {
        return new Measures() {
            @Override
            public List<Adoption> adoption(CutoverId id) {
                return adoption;
            }

            @Override
            public Optional<ResolverLook> look(CutoverId id) {
                return Optional.ofNullable(look);
            }

            @Override
            public Optional<Caches> caches(CutoverId id) {
                return Optional.ofNullable(caches);
            }

            @Override
            public List<Bucket> probes(CutoverId id, Instant from) {
                return probes;
            }
        };
    }

    @Produces
    @Singleton
    @Alternative
    Cutovers cutovers() {
        World world =
                new World(
                        Map.of("cloudflare", new Zone()),
                        never(Edge.class),
                        (plan, from, to, call) -> List.of(),
                        Map.of(),
                        never(Resolvers.class),
                        never(SiteChecks.class),
                        List.of());
        return new Cutovers(ApiWorld::read, world, journal, new NoSamples(), new StoppedClock());
    }

    @Produces
    @Singleton
    @Alternative
    Feed feed() {
        return new Feed(journal);
    }

    @Produces
    @Singleton
    @Alternative
    StreamLimits limits() {
        return new StreamLimits(
                MOST_STREAMS,
                MOST_STREAMS_OF_ONE,
                Duration.ofMillis(300),
                // Nobody who reads is given up because this machine stood still.
                Duration.ofSeconds(10),
                Duration.ofHours(1));
    }

    public MemoryJournal journal() {
        return journal;
    }

    /// A port the API must not use.
    private static <T> T never(Class<T> port) {
        return port.cast(
                Proxy.newProxyInstance(
                        port.getClassLoader(),
                        new Class<?>[] {port},
                        (proxy, method, arguments) -> {
                            throw new AssertionError("the API must not call " + method);
                        }));
    }

    private static PlanReader.Read read(String text, Map<String, String> files, Instant now) {
        return text.equals("bad")
                ? new PlanReader.Read.Bad(
                        List.of(
                                new PlanReader.Mistake(
                                        "", 3, 7, "window.opens", "expected a time, seen 'x'")))
                : new PlanReader.Read.Ok(
                        SampleEvents.plan(text, 2),
                        List.of(),
                        new PlanReader.Mistake("", 6, 9, "zone.name", ""));
    }

    private final class Zone implements DnsZone {
        @Override
        public String provider() {
            return "cloudflare";
        }

        @Override
        public ZoneView read(Plan.ZoneRef zone, Call call) {
            if (failure != null) {
                throw failure;
            }
            List<DnsRecord> records = new ArrayList<>();
            PLANS.stream()
                    .flatMap(plan -> Stream.of(0, 1).map(i -> SampleEvents.setName(plan, i)))
                    .map(
                            name ->
                                    DnsRecord.of(
                                            name,
                                            RecordType.A,
                                            edited ? "198.51.100.99" : "198.51.100.10",
                                            3600,
                                            false))
                    .forEach(records::add);
            return new ZoneView(zone.name(), records, SampleEvents.NOW);
        }

        @Override
        public void apply(Plan.ZoneRef zone, List<RecordWrite> writes, Call call) {
            throw new AssertionError("the API writes nothing to a zone");
        }

        @Override
        public int mostWrites(Plan.ZoneRef zone) {
            return 200;
        }
    }

    /// Stands still.
    private static final class StoppedClock implements PlanClock {
        @Override
        public Instant instant() {
            return SampleEvents.NOW;
        }

        @Override
        public void onJump(Runnable listener) {}
    }
}
