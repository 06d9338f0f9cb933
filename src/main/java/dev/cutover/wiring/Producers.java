package dev.cutover.wiring;

import dev.cutover.api.ApiKeys;
import dev.cutover.api.KeptKeys;
import dev.cutover.api.KeyFiles;
import dev.cutover.api.Measures;
import dev.cutover.api.StreamLimits;
import dev.cutover.checks.HttpSiteChecks;
import dev.cutover.cloudflare.CloudflareApi;
import dev.cutover.cloudflare.CloudflareEdge;
import dev.cutover.cloudflare.CloudflareErrors;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.dns.Rfc2136Zone;
import dev.cutover.imagestore.FileImages;
import dev.cutover.imagestore.HttpImages;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.notify.LogChannel;
import dev.cutover.notify.Webhook;
import dev.cutover.port.Announcer;
import dev.cutover.port.DnsZone;
import dev.cutover.port.ImageStore;
import dev.cutover.port.Journal;
import dev.cutover.port.Outbox;
import dev.cutover.port.Ownership;
import dev.cutover.port.PromotionEngine;
import dev.cutover.port.Resolvers;
import dev.cutover.port.Samples;
import dev.cutover.probe.ListedResolver;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.ProbedResolvers;
import dev.cutover.probe.ResolverList;
import dev.cutover.promotion.HttpEngine;
import dev.cutover.run.Cutovers;
import dev.cutover.run.Feed;
import dev.cutover.run.Node;
import dev.cutover.run.OpenSessions;
import dev.cutover.run.PlanClock;
import dev.cutover.run.PlanReader;
import dev.cutover.run.World;
import dev.cutover.store.SqlCallLog;
import dev.cutover.store.SqlCallShares;
import dev.cutover.store.SqlFigures;
import dev.cutover.store.SqlJournal;
import dev.cutover.store.SqlNews;
import dev.cutover.store.SqlOutbox;
import dev.cutover.store.SqlOwnership;
import dev.cutover.store.SqlRetention;
import dev.cutover.store.SqlSamples;
import dev.cutover.store.SqlSignIns;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/** Makes one of everything from the settings. No decision about a cutover is taken here. */
@ApplicationScoped
public class Producers {
    private static final System.Logger LOG = System.getLogger(Producers.class.getPackageName());

    private static final Duration DNS_LIMIT = Duration.ofSeconds(2);

    /** What the zone's own servers are asked; resolvers have rates of their own. See {@link ProbeLimits}. */
    private static final ProbeLimits PROBE_LIMITS = new ProbeLimits(256, 200, 40_000, 256 * 1024);

    @Produces
    @Singleton
    PlanClock clock(Settings settings) throws IOException {
        if (settings.clock().offsetUrl().isEmpty()) {
            return new SystemTime();
        }
        LoopbackOnly.check(settings);
        return new OffsetTime(new SystemTime(), settings.clock().offsetUrl().get());
    }

    @Produces
    @Singleton
    NodeName name(Settings settings) {
        return NodeName.of(settings.node());
    }

    @Produces
    @Singleton
    Outside outside(Settings settings) {
        return Outside.of(settings);
    }

    @Produces
    @Singleton
    SqlCallLog callLog(DataSource source) {
        return new SqlCallLog(source);
    }

    void flush(@Disposes SqlCallLog log) {
        log.close();
    }

    @Produces
    @Singleton
    CountedCalls countedCalls(SqlCallLog log, MeterRegistry registry) {
        return new CountedCalls(log, registry);
    }

    @Produces
    @Singleton
    Meters meters(MeterRegistry registry) {
        return new Meters(registry);
    }

    @Produces
    @Singleton
    Survey survey(
            MeterRegistry registry,
            Node node,
            Outbox outbox,
            DataSource source,
            CloudflareApi api,
            SqlCallLog log,
            PlanClock clock) {
        return new Survey(
                registry,
                Survey.OfNode.of(node),
                outbox,
                new SqlFigures(source),
                api::callsLeft,
                log::leftOut,
                clock);
    }

    void close(@Disposes Survey survey) {
        survey.close();
    }

    @Produces
    @Singleton
    Journal journal(DataSource source) {
        return new SqlJournal(source);
    }

    @Produces
    @Singleton
    SqlOwnership ownership(DataSource source) {
        return new SqlOwnership(source);
    }

    @Produces
    @Singleton
    Retention retention(DataSource source, Settings settings, PlanClock clock) {
        return new Retention(new SqlRetention(source), settings.keep().measurements(), clock);
    }

    @Produces
    @Singleton
    OpenSessions sessions(DataSource source) {
        return new OpenSessions(new SqlSignIns(source));
    }

    @Produces
    @Singleton
    Samples samples(DataSource source) {
        return new SqlSamples(source);
    }

    @Produces
    @Singleton
    Outbox outbox(DataSource source) {
        return new SqlOutbox(source);
    }

    @Produces
    @Singleton
    ProbeEngine probes(Settings settings) throws IOException, ResolverList.InvalidException {
        return new ProbeEngine(
                PROBE_LIMITS.withOwnRates(
                        ResolverList.rates(
                                SystemResolvers.orElse(settings.dns().resolvers()),
                                settings.dns().queriesPerSecond())));
    }

    void close(@Disposes ProbeEngine engine) {
        engine.close();
    }

    @Produces
    @Singleton
    Resolvers resolvers(ProbeEngine engine, Settings settings, PlanClock clock)
            throws IOException, ResolverList.InvalidException {
        return new ProbedResolvers(
                engine,
                SystemResolvers.orElse(settings.dns().resolvers()).stream()
                        .map(ListedResolver::resolver)
                        .toList(),
                settings.dns().authorityPort(),
                DNS_LIMIT,
                clock);
    }

    @Produces
    @Singleton
    PinnedHttp http(Vertx vertx, Outside outside, NodeName name) {
        return new PinnedHttp(
                vertx,
                Trust.withExtra(outside.trustFile()),
                EgressPolicy.opening(outside.egress()),
                "cutover (" + name.value().replaceAll("[^A-Za-z0-9._-]", "_") + ")");
    }

    void close(@Disposes PinnedHttp http) {
        http.close();
    }

    @Produces
    @Singleton
    Secrets secrets(Outside outside) {
        return new Secrets(outside.secretNames(), outside.secretDirectory(), System::getenv);
    }

    @Produces
    @Singleton
    CloudflareApi cloudflare(
            Outside outside,
            PinnedHttp http,
            Secrets secrets,
            CountedCalls log,
            PlanClock clock,
            DataSource source) {
        return new CloudflareApi(
                outside.cloudflare(), http, secrets, log, clock, new SqlCallShares(source));
    }

    @Produces
    @Singleton
    World world(
            Outside outside,
            Settings settings,
            PinnedHttp http,
            Secrets secrets,
            Resolvers resolvers,
            CloudflareApi api,
            CountedCalls log,
            PlanClock clock) {
        Map<String, DnsZone> zones = new HashMap<>();
        for (DnsZone zone :
                List.of(
                        new CloudflareZone(api),
                        new Rfc2136Zone(
                                EgressPolicy.opening(outside.egress()), secrets, log, clock))) {
            zones.put(zone.provider(), zone);
        }
        Map<String, PromotionEngine> engines = new HashMap<>();
        outside.engine()
                .ifPresent(
                        url -> engines.put("http", new HttpEngine(url, http, secrets, log, clock)));
        List<ImageStore> images = new ArrayList<>();
        images.add(
                new FileImages(
                        settings.images()
                                .directory()
                                .orElseGet(() -> home(settings).resolve("images"))));
        settings.images()
                .url()
                .ifPresent(
                        url ->
                                images.add(
                                        new HttpImages(
                                                url,
                                                settings.images()
                                                        .credentials()
                                                        .map(r -> "${" + r + "}"),
                                                http,
                                                secrets,
                                                log,
                                                clock)));
        return new World(
                zones,
                new CloudflareEdge(api),
                new CloudflareErrors(api),
                engines,
                resolvers,
                new HttpSiteChecks(
                        http,
                        Trust.withExtra(outside.trustFile()),
                        EgressPolicy.opening(outside.egress()),
                        resolvers,
                        clock),
                images);
    }

    @Produces
    @Singleton
    PlanReader planReader(Outside outside, Settings settings) {
        return new PlanFiles(outside, settings.policy().minimumLead());
    }

    @Produces
    @Singleton
    Cutovers cutovers(
            PlanReader reader, World world, Journal journal, Samples samples, PlanClock clock) {
        return new Cutovers(reader, world, journal, samples, clock);
    }

    @Produces
    @Singleton
    SqlNews news(DataSource source) {
        return new SqlNews(source);
    }

    @Produces
    @Singleton
    Feed feed(SqlNews news) {
        return new Feed(news);
    }

    @Produces
    @Singleton
    StreamLimits streams(Settings settings) {
        return StreamLimits.most(settings.api().mostStreams());
    }

    @Produces
    @Singleton
    Node node(
            NodeName name,
            Journal journal,
            Ownership ownership,
            Samples samples,
            Outbox outbox,
            World world,
            PlanClock clock,
            Settings settings,
            PinnedHttp http,
            Secrets secrets,
            Meters meters) {
        return new Node(
                name.value(),
                journal,
                ownership,
                samples,
                outbox,
                channels(settings, http, secrets),
                world,
                clock,
                meters);
    }

    /** The log, and every receiver that is configured. */
    private static List<Announcer> channels(Settings settings, PinnedHttp http, Secrets secrets) {
        List<Announcer> channels = new ArrayList<>();
        LogChannel log = new LogChannel();
        channels.add(log);
        settings.webhooks()
                .forEach(
                        (name, receiver) ->
                                channels.add(
                                        new Webhook(
                                                name,
                                                receiver.url(),
                                                receiver.secrets().stream()
                                                        .map(r -> "${" + r + "}")
                                                        .toList(),
                                                http,
                                                secrets,
                                                new SystemTime())));
        if (settings.webhooks().containsKey(log.name())) {
            throw new IllegalStateException(
                    "cutover.webhooks.log: that name is the log's own; give the receiver another");
        }
        return channels;
    }

    /** Who may call, as the keys file stands. Without a keys file one is made, with a key for the person of this machine beside it. */
    @Produces
    @Singleton
    ApiKeys keys(Settings settings) {
        Path home = home(settings);
        Path file = settings.api().keysFile().orElse(home.resolve("keys"));
        KeyFiles.ensure(file, home.resolve("key"));
        return ApiKeys.following(
                new KeptKeys(
                        file, System::nanoTime, why -> LOG.log(System.Logger.Level.WARNING, why)));
    }

    @Produces
    @Singleton
    Measures measures(Samples samples) {
        return new Measured(samples);
    }

    private record Measured(Samples samples) implements Measures {
        @Override
        public List<Adoption> adoption(CutoverId id) {
            return samples.adoption(id);
        }

        @Override
        public Optional<ResolverLook> look(CutoverId id) {
            return samples.look(id);
        }

        @Override
        public Optional<Caches> caches(CutoverId id) {
            return samples.caches(id);
        }

        @Override
        public List<Bucket> probes(CutoverId id, Instant from) {
            return samples.buckets(id, "probes", from);
        }
    }

    private static Path home(Settings settings) {
        return settings.home().orElseGet(Serve::home);
    }
}
