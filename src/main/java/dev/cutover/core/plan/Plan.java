package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.EdgeKey;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The immutable description of one planned move of a site: what a person wants, before the world was
 * looked at.
 *
 * @param name the cutover's own name, 1 to 64 of {@code a-z 0-9 -}
 * @param owner the team or person the plan belongs to; empty when nobody was named
 * @param site what visitors type
 * @param preset how careful the run is
 * @param window when Promoting and Switching may happen
 * @param ttl how far TTLs go down, and how long before the window
 * @param zone whose records change
 * @param sets the record sets that change, in the plan's order
 * @param origins the pools whose visitors move share by share; empty when records alone move
 * @param rules the names whose visitors an origin rule moves; empty when none does
 * @param writes who accepts visitors' writes while both sides serve
 * @param dwell how long each switching step is watched before the next
 * @param soak how long the new side is watched before TTLs go back up
 * @param edge what happens to the edge's cache after the switch
 * @param promotion how content gets to the next side
 * @param checks what is fetched and which names must present a certificate
 * @param watch what is watched and how bad is too bad
 * @param fallback what falling back means
 * @param approvals who must agree before promotion
 * @param limits how much of the zone the plan may touch, and which dependents were seen by a person
 */
public record Plan(
        String name,
        String owner,
        Site site,
        Preset preset,
        Window window,
        TtlPolicy ttl,
        ZoneRef zone,
        List<PlannedSet> sets,
        List<PlannedPool> origins,
        Optional<OriginRules> rules,
        Writes writes,
        Duration dwell,
        Duration soak,
        EdgePlan edge,
        Optional<PromotionPlan> promotion,
        Checks checks,
        Watch watch,
        Fallback fallback,
        ApprovalPolicy approvals,
        Limits limits) {
    public Plan {
        sets = List.copyOf(sets);
        origins = List.copyOf(origins);
    }

    /** A plan that moves records alone. */
    public Plan(
            String name,
            String owner,
            Site site,
            Preset preset,
            Window window,
            TtlPolicy ttl,
            ZoneRef zone,
            List<PlannedSet> sets,
            Writes writes,
            Duration dwell,
            Duration soak,
            EdgePlan edge,
            Optional<PromotionPlan> promotion,
            Checks checks,
            Watch watch,
            Fallback fallback,
            ApprovalPolicy approvals,
            Limits limits) {
        this(
                name,
                owner,
                site,
                preset,
                window,
                ttl,
                zone,
                sets,
                List.of(),
                Optional.empty(),
                writes,
                dwell,
                soak,
                edge,
                promotion,
                checks,
                watch,
                fallback,
                approvals,
                limits);
    }

    /** The names moved by origin rules, in the plan's order. */
    public List<PlannedRule> ruled() {
        return rules.map(OriginRules::all).orElse(List.of());
    }

    /** How many switching steps the plan has; at least 1. */
    public int steps() {
        return Stream.of(
                        sets.stream().map(PlannedSet::step),
                        origins.stream().map(PlannedPool::lastStep),
                        ruled().stream().map(PlannedRule::step))
                .flatMap(steps -> steps)
                .mapToInt(step -> step)
                .max()
                .orElse(1);
    }

    /** How long a step is watched before the next: the longest dwell of what it moves. */
    public Duration dwellOf(int step) {
        Duration records =
                sets.stream().anyMatch(s -> s.step() == step)
                                || (origins.isEmpty() && rules.isEmpty())
                        ? dwell
                        : Duration.ZERO;
        return Stream.concat(
                        origins.stream().filter(p -> p.movesAt(step)).map(PlannedPool::dwell),
                        ruled().stream().filter(r -> r.step() == step).map(PlannedRule::dwell))
                .reduce(records, (a, b) -> a.compareTo(b) > 0 ? a : b);
    }

    /** The parts of the edge the plan changes. */
    public SortedSet<EdgeKey> edgeKeys() {
        SortedSet<EdgeKey> keys = new TreeSet<>();
        origins.forEach(p -> keys.add(p.key()));
        ruled().forEach(r -> keys.add(r.key()));
        keys.addAll(CachePlanner.keys(edge));
        return keys;
    }

    /** What one live cutover at a time may hold: names as they are, parts of the edge with their kind before. */
    public SortedSet<String> claims() {
        SortedSet<String> claims = new TreeSet<>();
        sets.forEach(s -> claims.add(s.name().value()));
        ruled().forEach(r -> claims.add(r.name().value()));
        for (EdgeKey key : edgeKeys()) {
            // Pools belong to the account, rules and settings to one zone.
            claims.add(
                    key.kind() == EdgeKey.Kind.POOL ? key.toString() : key + " of " + zone.name());
        }
        return claims;
    }

    /** This plan in another window. */
    public Plan withWindow(Window other) {
        return new Plan(
                name, owner, site, preset, other, ttl, zone, sets, origins, rules, writes, dwell,
                soak, edge, promotion, checks, watch, fallback, approvals, limits);
    }

    /** When TTLs must be down at the latest, UTC. */
    public Instant lowerTtlsAt() {
        return window.opensAt().minus(ttl.lead());
    }

    /**
     * Where visitors go.
     *
     * @param host the canonical host name
     * @param port the HTTPS port, 443 unless the plan says otherwise
     */
    public record Site(DnsName host, int port) {
        /** The origin as a URL prefix, without a trailing slash. */
        public String url() {
            return "https://" + host + (port == 443 ? "" : ":" + port);
        }
    }

    /** How careful a run is: what holds where the plan says nothing. Locked when it is scheduled. */
    public enum Preset {
        FAST,
        HARDENED,
        ITERATIVE
    }

    /**
     * The time in which content is promoted and routing switched.
     *
     * @param opensAt first instant, UTC
     * @param closesAt last instant, UTC, after {@code opensAt}
     * @param zone the zone people read these times in
     * @param atClose what happens when the window closes in the middle of the run
     */
    public record Window(Instant opensAt, Instant closesAt, ZoneId zone, AtClose atClose) {
        /** Windows further ahead than this are mistyped years. */
        public static final Duration FURTHEST = Duration.ofDays(400);

        /** Windows open for longer than this are mistyped months. */
        public static final Duration LONGEST = Duration.ofDays(14);

        public boolean isOpen(Instant now) {
            return !now.isBefore(opensAt) && now.isBefore(closesAt);
        }
    }

    /** What happens when the window closes while Promoting or Switching. */
    public enum AtClose {
        HOLD,
        FINISH,
        FALLBACK
    }

    /**
     * How TTLs are prepared.
     *
     * @param lowerToSeconds the TTL DNS-only records get, 60 to 86400
     * @param lead how long before the window they get it
     */
    public record TtlPolicy(long lowerToSeconds, Duration lead) {}

    /**
     * Where the records live.
     *
     * @param provider the adapter's name, such as {@code cloudflare}
     * @param name the zone's apex
     * @param server the name server that is asked, as {@code host} or {@code host:port}; empty for a
     *     provider that has one API for all
     * @param token a secret reference such as {@code ${env:CLOUDFLARE_API_TOKEN}}; never a value
     */
    public record ZoneRef(String provider, DnsName name, Optional<String> server, String token) {
        /** A zone at a provider with one API for all. */
        public ZoneRef(String provider, DnsName name, String token) {
            this(provider, name, Optional.empty(), token);
        }
    }

    /**
     * One record set and its three values. An empty list means the set is absent on that side.
     *
     * @param from content on the current side, as the zone must have it now
     * @param to content on the next side
     * @param fallback content to fall back to; equal to {@code from} unless the plan names another
     * @param proxied whether visitors reach the next side through the provider's edge; empty when that stays
     *     as it is. Falling back brings back what was
     * @param marked whether its records' notes name the cutover while it runs; empty when they do not
     * @param step the switching step that moves it, from 1
     */
    public record PlannedSet(
            DnsName name,
            RecordType type,
            List<String> from,
            List<String> to,
            List<String> fallback,
            Optional<Boolean> proxied,
            Optional<Boolean> marked,
            int step) {
        /** A set that stays proxied, or not, as it is. */
        public PlannedSet(
                DnsName name,
                RecordType type,
                List<String> from,
                List<String> to,
                List<String> fallback,
                int step) {
            this(name, type, from, to, fallback, Optional.empty(), Optional.empty(), step);
        }

        public PlannedSet {
            from = List.copyOf(from);
            to = List.copyOf(to);
            fallback = List.copyOf(fallback);
        }

        public SetKey key() {
            return new SetKey(name, type);
        }
    }

    /** Who accepts visitors' writes while two sides serve: both, only one because the other is fenced, or nobody. */
    public enum Writes {
        SHARED,
        FENCED,
        NONE
    }

    /**
     * What happens at the edge around the switch.
     *
     * @param purge how much of its cache is purged once the switch is verified, and once it was taken back
     * @param portion how many pages one purge names with {@link Purge#PAGES}, 1 to 100
     * @param pause between two portions, so that the origin can bear what misses
     * @param during settings with the value they have from just before the switch until closing
     * @param bypassCache path prefixes that no cache may keep, each starting with a slash; from the lowering of
     *     TTLs until closing a rule of ours says so, and the edge's answers are looked at
     */
    public record EdgePlan(
            Purge purge,
            int portion,
            Duration pause,
            List<EdgeSetting> during,
            List<String> bypassCache) {
        /** How many pages one purge names unless the plan says otherwise: what eight visitors ask at once. */
        public static final int USUAL_PORTION = 30;

        /** The pause between two portions unless the plan says otherwise. */
        public static final Duration USUAL_PAUSE = Duration.ofSeconds(2);

        public EdgePlan {
            during = List.copyOf(during);
            bypassCache = List.copyOf(bypassCache);
        }

        /** An edge of which only the cache is purged. */
        public EdgePlan(Purge purge) {
            this(purge, USUAL_PORTION, USUAL_PAUSE, List.of(), List.of());
        }
    }

    /** A setting of the edge that has another value while the switch runs. */
    public enum EdgeSetting {
        /** The tier between the edge's places and the origin is off: no old answer is refilled from it. */
        ORIGIN_SHIELD_OFF("tiered_caching", "off"),
        /** Every request goes past the cache; the provider ends it by itself after three hours. */
        DEVELOPMENT_MODE_ON("development_mode", "on"),
        /** A dead origin shows as one, instead of as an old page. */
        ALWAYS_ONLINE_OFF("always_online", "off");

        private final String id;
        private final String value;

        EdgeSetting(String id, String value) {
            this.id = id;
            this.value = value;
        }

        /** The setting's name at the provider. */
        public String id() {
            return id;
        }

        /** Its value while the switch runs. */
        public String value() {
            return value;
        }
    }

    /** How much of the edge's cache is purged. */
    public enum Purge {
        NOTHING,
        /** Every page of the names that moved. */
        HOSTS,
        EVERYTHING,
        /** The landing pages alone, portion by portion. */
        PAGES
    }

    /**
     * How content gets to the next side.
     *
     * @param engine the engine's name, such as {@code http}
     * @param staging where the content comes from
     * @param production where it goes
     * @param credentials a secret reference
     * @param expected how long a promotion usually takes; part of the worst-case run
     */
    public record PromotionPlan(
            String engine,
            String staging,
            String production,
            String credentials,
            Duration expected) {}

    /**
     * What must be served right.
     *
     * @param landingPages absolute paths on the site, 1 to 1,000, in order of importance
     * @param tlsNames names whose certificate must be valid on the next side
     */
    public record Checks(List<String> landingPages, List<DnsName> tlsNames) {
        public Checks {
            landingPages = List.copyOf(landingPages);
            tlsNames = List.copyOf(tlsNames);
        }
    }

    /**
     * What is watched after the switch.
     *
     * @param provider whether the provider's own 5xx figures are read beside our probes
     * @param errorCeiling the share of failed requests that is too much, 0 to 1
     * @param resolverLatencyCeiling p95 over resolvers; above it the run holds, it does not fall back
     * @param window how long errors above the ceiling last, about, before they are a breach; a burst
     *     shorter than a tenth of it is none
     * @param patience how long Blind or Inconclusive is waited out before holding
     * @param quorum the share of answering resolvers that must see the next side, 0 to 1
     * @param weights how much resolvers count in it; empty when all count the same
     * @param regions whose clients are asked for beside the resolvers' own place; empty for none
     */
    public record Watch(
            boolean provider,
            double errorCeiling,
            Duration resolverLatencyCeiling,
            Duration window,
            Duration patience,
            double quorum,
            Optional<ResolverWeights> weights,
            Optional<Regions> regions) {
        /** Whose clients are asked for. */
        public List<Region> asked() {
            return regions.map(Regions::all).orElse(List.of());
        }

        /** A watch in which all resolvers count the same. */
        public Watch(
                boolean provider,
                double errorCeiling,
                Duration resolverLatencyCeiling,
                Duration window,
                Duration patience,
                double quorum) {
            this(
                    provider,
                    errorCeiling,
                    resolverLatencyCeiling,
                    window,
                    patience,
                    quorum,
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /**
     * Regions in which the quorum is wanted too.
     *
     * @param all 1 to {@link Region#MOST}, each name once
     */
    public record Regions(List<Region> all) {
        public Regions {
            all = List.copyOf(all);
        }
    }

    /**
     * What falling back means.
     *
     * @param readOnly how long the fallback side is kept read-only after a completed run
     * @param afterWrites what happens to promoted content when the next side has taken writes
     * @param holdDeadline how long a hold may last before people are paged again
     */
    public record Fallback(Duration readOnly, AfterWrites afterWrites, Duration holdDeadline) {}

    /** What happens to promoted content when a run falls back after the next side took writes. */
    public enum AfterWrites {
        /** Wait for a person to approve the loss. */
        HOLD,
        /** Leave the content; routing alone goes back. */
        KEEP,
        /** Undo the promotion, losing what was written. */
        UNDO
    }

    /**
     * Who must agree.
     *
     * @param need how many different people; when at least 1, not the author alone
     */
    public record ApprovalPolicy(int need) {}

    /**
     * How far the plan may reach.
     *
     * @param zoneShare the largest share of the zone's records it may touch, 0 to 1; judged from ten
     *     records on
     * @param acknowledged names of records that depend on a changed name and were seen by a person; the zone's
     *     own name where the zone above is meant to name other servers for it
     */
    public record Limits(double zoneShare, List<DnsName> acknowledged) {
        public Limits {
            acknowledged = List.copyOf(acknowledged);
        }
    }
}
