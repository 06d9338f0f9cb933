package dev.cutover.wiring;

import dev.cutover.checks.HttpSiteChecks;
import dev.cutover.cli.GivenUpException;
import dev.cutover.cli.RestoreCommand;
import dev.cutover.cloudflare.CloudflareApi;
import dev.cutover.cloudflare.CloudflareEdge;
import dev.cutover.cloudflare.CloudflareZone;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.dns.Rfc2136Zone;
import dev.cutover.json.BeforeImageJson;
import dev.cutover.json.UnreadableJsonException;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.CallLog;
import dev.cutover.port.DnsZone;
import dev.cutover.port.Edge;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers;
import dev.cutover.port.SiteChecks;
import dev.cutover.probe.ListedResolver;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.ProbedResolvers;
import dev.cutover.probe.ResolverList;
import dev.cutover.run.CacheRestore;
import dev.cutover.run.Restore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Restores from a before-image without platform, controller or database. The token is the one the image
 * refers to, out of the variables that settings allow: an image's digest is no signature, so that whoever
 * can write the file could otherwise have any secret of this shell sent to a provider.
 */
final class RestoreFromFile implements RestoreCommand.Restorer {
    private static final int FINDING = 1;
    private static final int WRONG_USE = 2;
    private static final int UNREACHABLE = 3;

    private static final Duration DNS_LIMIT = Duration.ofSeconds(2);

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)}");

    private final Supplier<Outside> settings;
    private final UnaryOperator<@Nullable String> environment;

    RestoreFromFile() {
        this(SettingsCheck::outside, System::getenv);
    }

    /**
     * @param settings read when a restore is asked for
     * @param environment reads a variable; null when it is not set
     */
    RestoreFromFile(Supplier<Outside> settings, UnaryOperator<@Nullable String> environment) {
        this.settings = settings;
        this.environment = environment;
    }

    @Override
    public RestoreCommand.Outcome restore(RestoreCommand.Wish wish) {
        BeforeImageJson.Found found = read(wish.image());
        if (found.edited().isPresent() && !wish.edited()) {
            throw new GivenUpException(
                    WRONG_USE,
                    List.of(
                            wish.image()
                                    + ": "
                                    + found.edited().get()
                                    + "; take the copy from the other place, or look at what it"
                                    + " would do with --edited --dry-run; nothing was written"));
        }
        BeforeImage image = found.image();
        return at(
                image,
                peers -> {
                    Restore restore = new Restore(peers.zone(), peers.edge());
                    return wish.dryRun() ? preview(restore, found) : done(restore.restore(image));
                });
    }

    @Override
    public List<String> purge(RestoreCommand.Wish wish) {
        BeforeImage image = read(wish.image()).image();
        try {
            return at(image, peers -> purged(image, peers));
        } catch (GivenUpException e) {
            return e.lines().stream()
                    .map(line -> "WARNING: the cache was not purged: " + line)
                    .toList();
        }
    }

    /** What an image is restored at. */
    private record Peers(DnsZone zone, Edge edge, PinnedHttp http, Outside outside) {}

    private <R> R at(BeforeImage image, Function<Peers, R> work) {
        Outside outside = settings.get();
        String variable = variable(image, outside.secretNames());
        Vertx vertx = Vertx.vertx();
        try (PinnedHttp http =
                new PinnedHttp(
                        vertx,
                        Trust.withExtra(outside.trustFile()),
                        EgressPolicy.opening(outside.egress()))) {
            Secrets secrets = new Secrets(Set.of(variable), outside.secretDirectory(), environment);
            CloudflareApi api =
                    new CloudflareApi(
                            outside.cloudflare(), http, secrets, CallLog.NONE, new SystemTime());
            DnsZone zone =
                    zone(
                            image,
                            new CloudflareZone(api),
                            new Rfc2136Zone(
                                    EgressPolicy.opening(outside.egress()),
                                    secrets,
                                    CallLog.NONE,
                                    new SystemTime()));
            return work.apply(new Peers(zone, new CloudflareEdge(api), http, outside));
        } catch (PortException e) {
            throw new GivenUpException(UNREACHABLE, List.of(String.valueOf(e.getMessage())));
        } finally {
            vertx.close();
        }
    }

    private static List<String> purged(BeforeImage image, Peers peers) {
        try (ProbeEngine probes = new ProbeEngine(ProbeLimits.DEFAULT)) {
            Optional<SiteChecks> checks =
                    resolvers(probes)
                            .map(
                                    resolvers ->
                                            new HttpSiteChecks(
                                                    peers.http(),
                                                    Trust.withExtra(peers.outside().trustFile()),
                                                    EgressPolicy.opening(peers.outside().egress()),
                                                    resolvers,
                                                    new SystemTime()));
            return words(
                    image, new CacheRestore(peers.edge(), checks, new SystemTime()).forget(image));
        } catch (IOException e) {
            throw new GivenUpException(UNREACHABLE, List.of(String.valueOf(e)));
        }
    }

    /** Those of the settings, else this machine's; empty when none can be had: then nothing is looked at. */
    private static Optional<Resolvers> resolvers(ProbeEngine probes) {
        Optional<String> list = Serve.early("cutover.dns.resolvers");
        String port = Serve.early("cutover.dns.authority-port").orElse("53");
        try {
            return Optional.of(
                    new ProbedResolvers(
                            probes,
                            SystemResolvers.orElse(list.map(Path::of)).stream()
                                    .map(ListedResolver::resolver)
                                    .toList(),
                            Integer.parseInt(port),
                            DNS_LIMIT,
                            InstantSource.system()));
        } catch (IOException | ResolverList.InvalidException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static List<String> words(BeforeImage image, CacheRestore.Forgotten forgotten) {
        return switch (forgotten) {
            case CacheRestore.Forgotten.Nothing n -> List.of();
            case CacheRestore.Forgotten.Proven p ->
                    List.of("purged " + p.what() + ", and seen: " + p.looked());
            case CacheRestore.Forgotten.Unproven u ->
                    List.of(
                            "purged " + u.what() + ": accepted by the provider, NOT proven",
                            "  " + u.why(),
                            "  look for yourself: an answer with CF-Cache-Status HIT and an Age"
                                    + " from before now is an old page");
            case CacheRestore.Forgotten.Refused r ->
                    List.of(
                            "WARNING: "
                                    + r.what()
                                    + " was NOT purged, old pages may go on being served",
                            "  " + r.why(),
                            "  purge the cache of "
                                    + image.proxiedNames()
                                    + " in the provider's dashboard, or give "
                                    + image.token()
                                    + " the permission and run this again with --purge");
        };
    }

    /** The variable the image's token stands in; the parser has seen to it that it is a reference. */
    private String variable(BeforeImage image, Set<String> allowed) {
        Matcher name = REFERENCE.matcher(image.token());
        if (!name.matches()) {
            throw new GivenUpException(
                    WRONG_USE, List.of("the image's token is no ${env:NAME}; nothing was written"));
        }
        if (!allowed.contains(name.group(1))) {
            throw new GivenUpException(
                    WRONG_USE,
                    List.of(
                            "the image's token is "
                                    + image.token()
                                    + ": expected a variable that CUTOVER_SECRETS_ALLOW names, seen "
                                    + (allowed.isEmpty()
                                            ? "none there"
                                            : String.join(",", allowed.stream().sorted().toList()))
                                    + "; if that is the token of "
                                    + image.zone()
                                    + ", set CUTOVER_SECRETS_ALLOW="
                                    + name.group(1)
                                    + " and run this again; nothing was written"));
        }
        String value = environment.apply(name.group(1));
        if (value == null || value.isBlank()) {
            throw new GivenUpException(
                    WRONG_USE,
                    List.of(
                            "the image's token is "
                                    + image.token()
                                    + ": set that variable to a token that may edit "
                                    + image.zone()
                                    + ", then run this again; nothing was written"));
        }
        return name.group(1);
    }

    private static DnsZone zone(BeforeImage image, DnsZone... known) {
        return Arrays.stream(known)
                .filter(zone -> zone.provider().equals(image.provider()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new GivenUpException(
                                        WRONG_USE,
                                        List.of(
                                                "the image's provider: expected one of "
                                                        + Arrays.stream(known)
                                                                .map(DnsZone::provider)
                                                                .toList()
                                                        + ", seen '"
                                                        + image.provider()
                                                        + "'; nothing was written")));
    }

    private static BeforeImageJson.Found read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return BeforeImageJson.find(in);
        } catch (UnreadableJsonException e) {
            throw new GivenUpException(WRONG_USE, List.of(file + ": " + e.getMessage()));
        } catch (IOException e) {
            throw new GivenUpException(
                    WRONG_USE, List.of(file + ": cannot be read (" + e + "); nothing was written"));
        }
    }

    private static RestoreCommand.Outcome preview(Restore restore, BeforeImageJson.Found found) {
        BeforeImage image = found.image();
        Restore.Way way = restore.preview(image);
        List<String> lines = new ArrayList<>();
        found.edited()
                .ifPresent(
                        e ->
                                lines.add(
                                        "WARNING: "
                                                + e
                                                + "; what follows is the edited file's will"));
        lines.add(
                "before-image of "
                        + image.cutover()
                        + ", zone "
                        + image.zone()
                        + ", taken at "
                        + image.takenAt());
        way.parts().writes().forEach(w -> lines.add("  set " + w));
        way.records().writes().forEach(w -> lines.add("  " + words(w)));
        way.kept().forEach(k -> lines.add("  kept, somebody else's: " + k));
        if (way.isDone()) {
            lines.add(
                    way.kept().isEmpty()
                            ? "every planned record is as it was; nothing to write"
                            : "nothing of ours is left to write");
        } else {
            lines.add(records(way.writes()) + " to write");
        }
        List<PurgePortion> portions = CacheRestore.portions(image);
        if (!portions.isEmpty() && !way.isDone()) {
            lines.add("then purge " + CacheRestore.words(portions));
        }
        return outcome(way.writes(), !portions.isEmpty(), lines, way.routedElsewhere());
    }

    private static RestoreCommand.Outcome done(Restore.Restored restored) {
        List<String> lines = new ArrayList<>();
        lines.add(records(restored.written()) + " written and read back");
        restored.kept().forEach(k -> lines.add("  kept, somebody else's: " + k));
        return outcome(restored.written(), false, lines, restored.routedElsewhere());
    }

    /** Ends with what sends visitors elsewhere than the image says: that is a finding, a kept note is none. */
    private static RestoreCommand.Outcome outcome(
            int writes, boolean purges, List<String> lines, List<String> elsewhere) {
        if (!elsewhere.isEmpty()) {
            lines.add(
                    records(elsewhere.size())
                            + " NOT as in the image, changed by somebody else and left alone:");
            elsewhere.forEach(e -> lines.add("  " + e));
        }
        return new RestoreCommand.Outcome(elsewhere.isEmpty() ? 0 : FINDING, writes, purges, lines);
    }

    private static String records(int count) {
        return count == 1 ? "1 record" : count + " records";
    }

    private static String words(RecordWrite write) {
        return switch (write) {
            case RecordWrite.Patch p ->
                    "set "
                            + p.seen().key()
                            + " from "
                            + p.seen().content()
                            + " (TTL "
                            + p.seen().ttlSeconds()
                            + ") to "
                            + p.target().content()
                            + " (TTL "
                            + p.target().ttlSeconds()
                            + ")";
            case RecordWrite.Create c -> "make " + c.target().key() + " " + c.target().content();
            case RecordWrite.Delete d -> "remove " + d.seen().key() + " " + d.seen().content();
        };
    }
}
