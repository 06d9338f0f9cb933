package dev.cutover.lab.cloudflare;

import dev.cutover.lab.LabClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One account at the lab's Cloudflare: zones, API tokens and the traffic its edge has seen.
 *
 * <p>State only; the HTTP side is {@link CloudflareApi}, the edge that serves visitors reads this
 * account. Safe for many threads.
 */
public final class CloudflareAccount {

    /** What an API token may do. */
    public enum Permission {
        ZONE_READ,
        DNS_READ,
        DNS_EDIT,
        SETTINGS_READ,
        SETTINGS_EDIT,
        RULES_READ,
        RULES_EDIT,
        LOAD_BALANCERS_READ,
        LOAD_BALANCERS_EDIT,
        CACHE_PURGE,
        ANALYTICS_READ
    }

    /** The life of a token as {@code tokens/verify} tells it. */
    public enum TokenStatus {
        ACTIVE,
        DISABLED,
        EXPIRED
    }

    /** One API token. */
    public record Token(
            String id,
            TokenStatus status,
            Set<Permission> permissions,
            Optional<Instant> expiresAt) {}

    private final String id;
    private final String name;
    private final LabClock clock;
    private final SplittableRandom random;
    private final Traffic traffic;
    private final LoadBalancing balancing;
    private final Map<String, ZoneState> zones = new LinkedHashMap<>();
    private final Map<String, Token> tokens = new LinkedHashMap<>();

    /** An account without zones and tokens; the seed decides identifiers and propagation lags. */
    public CloudflareAccount(LabClock clock, long seed) {
        this.clock = clock;
        this.random = new SplittableRandom(seed);
        this.id = identifier();
        this.name = "Lab account";
        this.traffic = new Traffic(clock, random.nextLong());
        this.balancing = new LoadBalancing(clock, 31 * seed + 7);
    }

    /** The account's identifier. */
    public String id() {
        return id;
    }

    /** The account's name. */
    public String name() {
        return name;
    }

    /** The account's time. */
    public LabClock clock() {
        return clock;
    }

    /** The account's load balancers and pools. */
    public LoadBalancing balancing() {
        return balancing;
    }

    /** The requests the edge has answered. */
    public Traffic traffic() {
        return traffic;
    }

    /**
     * Adds an active zone.
     *
     * @param edgeAddresses the IPv4 addresses with which proxied names are answered
     */
    public synchronized ZoneState addZone(
            String zoneName, ZonePlan plan, List<String> nameServers, List<String> edgeAddresses) {
        var zone =
                new ZoneState(
                        identifier(),
                        zoneName,
                        plan,
                        nameServers,
                        edgeAddresses,
                        clock,
                        random.nextLong());
        zones.put(zone.id(), zone);
        return zone;
    }

    /** All zones in order of creation. */
    public synchronized List<ZoneState> zones() {
        return new ArrayList<>(zones.values());
    }

    /** One zone by its identifier. */
    public synchronized Optional<ZoneState> zone(String zoneId) {
        return Optional.ofNullable(zones.get(zoneId));
    }

    /** The zone that holds a host name, the longest match. */
    public synchronized Optional<ZoneState> zoneOf(String host) {
        ZoneState best = null;
        for (var zone : zones.values()) {
            var holds = host.equals(zone.name()) || host.endsWith("." + zone.name());
            if (holds && (best == null || zone.name().length() > best.name().length())) {
                best = zone;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Lets a bearer secret in with these permissions, in place of what it had. */
    public synchronized void allow(String secret, TokenStatus status, Set<Permission> permissions) {
        tokens.put(
                secret, new Token(identifier(), status, Set.copyOf(permissions), Optional.empty()));
    }

    /** Lets what a bearer secret may do end then. */
    public synchronized void expire(String secret, Instant at) {
        tokens.computeIfPresent(
                secret,
                (key, token) ->
                        new Token(
                                token.id(), token.status(), token.permissions(), Optional.of(at)));
    }

    /** Lets a bearer secret in with every permission. */
    public void allow(String secret) {
        allow(secret, TokenStatus.ACTIVE, EnumSet.allOf(Permission.class));
    }

    /** The token of a bearer secret. */
    synchronized Optional<Token> token(String secret) {
        return Optional.ofNullable(tokens.get(secret));
    }

    private String identifier() {
        return "%016x%016x".formatted(random.nextLong(), random.nextLong());
    }
}
