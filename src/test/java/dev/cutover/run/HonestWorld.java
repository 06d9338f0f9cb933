package dev.cutover.run;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Evidence.ServedName;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.plan.Plan;
import dev.cutover.port.Call;
import dev.cutover.port.DnsZone;
import dev.cutover.port.Edge;
import dev.cutover.port.ErrorFeed;
import dev.cutover.port.ImageStore;
import dev.cutover.port.Resolvers;
import dev.cutover.port.SiteChecks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A world in which everything answers at once and rightly, so that what is measured is the controller. One
 * record for each cutover.
 */
class HonestWorld implements DnsZone, Edge, ErrorFeed, Resolvers, SiteChecks, ImageStore {
    private static final int RESOLVERS = 8;

    private final InstantSource clock;
    private final Map<String, DnsName> nameOf = new ConcurrentHashMap<>();
    private final Map<DnsName, DnsRecord> records = new ConcurrentHashMap<>();
    private final Map<String, BeforeImage> images = new ConcurrentHashMap<>();

    HonestWorld(InstantSource clock) {
        this.clock = clock;
    }

    /** The record a cutover moves. */
    void hold(String cutover, DnsRecord record) {
        nameOf.put(cutover, record.name());
        records.put(record.name(), record);
    }

    World asWorld() {
        return new World(
                Map.of(provider(), this), this, this, Map.of(), this, this, List.of(this, this));
    }

    @Override
    public String provider() {
        return "cloudflare";
    }

    @Override
    public ZoneView read(Plan.ZoneRef zone, Call call) {
        DnsName name = Objects.requireNonNull(nameOf.get(call.cutover()));
        return new ZoneView(zone.name(), List.of(record(name)), clock.instant());
    }

    private DnsRecord record(DnsName name) {
        return Objects.requireNonNull(records.get(name));
    }

    @Override
    public void apply(Plan.ZoneRef zone, List<RecordWrite> writes, Call call) {
        for (RecordWrite write : writes) {
            if (write instanceof RecordWrite.Patch patch) {
                records.put(patch.target().name(), patch.target());
            } else {
                throw new IllegalStateException("only patches were planned, seen " + write);
            }
        }
    }

    @Override
    public EdgeView read(Plan.ZoneRef zone, Set<EdgeKey> parts, Call call) {
        throw new IllegalStateException("no part of the edge was planned, seen " + parts);
    }

    @Override
    public void apply(Plan.ZoneRef zone, EdgeWrite write, Call call) {
        throw new IllegalStateException("no part of the edge was planned, seen " + write);
    }

    @Override
    public int mostWrites(Plan.ZoneRef zone) {
        return 200;
    }

    @Override
    public List<AuthorityAnswer> askAuthorities(DnsName zone, List<SetKey> sets, Call call) {
        return Stream.concat(planned(sets), serials(zone)).toList();
    }

    private static Stream<AuthorityAnswer> serials(DnsName zone) {
        SetKey soa = new SetKey(zone, RecordType.SOA);
        return Stream.of("ns1", "ns2")
                .map(ns -> new AuthorityAnswer(ns, soa, List.of("a. b. 7 1 1 1 60"), 60, ""));
    }

    private Stream<AuthorityAnswer> planned(List<SetKey> sets) {
        return sets.stream()
                .filter(set -> set.type() != RecordType.SOA)
                .flatMap(
                        set ->
                                IntStream.of(1, 2)
                                        .mapToObj(
                                                i ->
                                                        new AuthorityAnswer(
                                                                "ns" + i,
                                                                set,
                                                                List.of(
                                                                        record(set.name())
                                                                                .content()),
                                                                record(set.name()).ttlSeconds(),
                                                                "")));
    }

    @Override
    public List<ResolverAnswer> askResolvers(List<SetKey> sets, Call call) {
        return sets.stream()
                .flatMap(
                        set ->
                                IntStream.range(0, RESOLVERS)
                                        .mapToObj(
                                                i ->
                                                        new ResolverAnswer(
                                                                "resolver" + i,
                                                                set,
                                                                List.of(
                                                                        record(set.name())
                                                                                .content()),
                                                                60,
                                                                Duration.ofMillis(5),
                                                                "")))
                .toList();
    }

    @Override
    public List<String> addresses(DnsName name, Call call) {
        return List.of(record(name).content());
    }

    @Override
    public List<PageResult> pages(
            Plan.Site site, List<String> paths, Via via, boolean fresh, Call call) {
        return paths.stream().map(path -> new PageResult(path, 200, "", "")).toList();
    }

    @Override
    public List<TlsResult> tls(List<DnsName> names, int port, Via via, Call call) {
        Optional<Instant> notAfter = Optional.of(clock.instant().plus(Duration.ofDays(60)));
        return names.stream().map(name -> new TlsResult(name, notAfter, "")).toList();
    }

    @Override
    public List<String> robotsBlocked(Plan.Site site, List<String> paths, Via via, Call call) {
        return List.of();
    }

    @Override
    public List<ServedName> served(List<DnsName> names, int port, Via next, Call call) {
        return names.stream().map(name -> new ServedName(name, "next", "next", "")).toList();
    }

    @Override
    public List<CachedPage> cached(
            DnsName host, int port, List<String> paths, Optional<Via> wanted, Call call) {
        return paths.stream()
                .map(
                        path ->
                                new CachedPage(
                                        path,
                                        Instant.EPOCH,
                                        200,
                                        "DYNAMIC",
                                        Optional.empty(),
                                        "next",
                                        "next",
                                        true,
                                        ""))
                .toList();
    }

    @Override
    public void purge(Plan.ZoneRef zone, PurgePortion what, Call call) {}

    @Override
    public List<Bucket> read(Plan plan, Instant from, Instant to, Call call) {
        return List.of();
    }

    @Override
    public String keep(BeforeImage image, Call call) {
        images.put(image.cutover(), image);
        return image.cutover();
    }

    @Override
    public BeforeImage read(String place, Call call) {
        return Objects.requireNonNull(images.get(place));
    }
}
