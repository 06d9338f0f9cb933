package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.LabClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * The load balancers and pools of an account: what the API keeps, and where the edge sends a visitor.
 *
 * <p>A property that is written replaces the whole property. The edge follows a write after 50 to 800 ms.
 * New sessions are spread by the weights of the enabled, healthy origins; a session with a cookie stays
 * at its origin while that is enabled and healthy. Source: Cloudflare API v4, load balancers, pools,
 * session_affinity. Safe for many threads.
 */
public final class LoadBalancing {
    /** What a cookie lasts unless the balancer says otherwise: 23 hours. */
    private static final long COOKIE_SECONDS = 82_800;

    /** Multiples of the golden ratio spread evenly over 0 to 1, however few are drawn. */
    private static final double GOLDEN = 0.618_033_988_749_894_9;

    private static final String COOKIE = "__cflb";

    /** How an origin's health is told. */
    public enum Health {
        HEALTHY,
        SICK,
        UNKNOWN
    }

    /**
     * Where one visitor goes.
     *
     * @param address the origin's; empty when no origin takes anybody
     * @param hostHeader the Host sent there; empty when the visitor's own is
     * @param setCookie the cookie that pins the session; empty without affinity or where it stands
     */
    public record Sent(String address, String hostHeader, String setCookie) {}

    private final LabClock clock;
    private final SplittableRandom random;
    private final Map<String, ObjectNode> pools = new LinkedHashMap<>();
    private final Map<String, ObjectNode> edgePools = new HashMap<>();
    private final Map<String, Instant> seenByEdgeAt = new HashMap<>();
    private final Map<String, ObjectNode> balancers = new LinkedHashMap<>();
    private final Map<String, Health> health = new HashMap<>();
    private boolean offered = true;
    private long sessions;
    private int stretch = 1;

    LoadBalancing(LabClock clock, long seed) {
        this.clock = clock;
        this.random = new SplittableRandom(seed);
    }

    /** While false the account has no load balancing, as without the add-on. */
    public synchronized void offered(boolean whether) {
        offered = whether;
    }

    /** Multiplies the lag with which the edge follows a write (50 to 800 ms) from now on; 1 to 100. */
    public synchronized void slowPropagation(int factor) {
        stretch = factor;
    }

    /** What the provider's monitors say of an origin from now on; healthy at first. */
    public synchronized void health(String address, Health state) {
        health.put(address, state);
    }

    /**
     * A person makes a pool in the dashboard.
     *
     * @param monitored whether a monitor watches it
     * @param origins name, address and weight of each, in order
     * @return its identifier
     */
    public synchronized String addPool(String name, boolean monitored, List<Origin> origins) {
        var id = identifier();
        var pool = ApiJson.object();
        pool.put("id", id);
        pool.put("name", name);
        pool.put("description", "belongs to the web team");
        pool.put("enabled", true);
        pool.put("minimum_origins", 1);
        if (monitored) {
            pool.put("monitor", identifier());
        }
        pool.putObject("origin_steering").put("policy", "random");
        var list = pool.putArray("origins");
        for (var origin : origins) {
            var node = list.addObject();
            node.put("name", origin.name());
            node.put("address", origin.address());
            node.put("enabled", true);
            node.put("weight", origin.weight());
        }
        stamp(pool);
        pool.put("created_on", pool.path("modified_on").asText());
        pools.put(id, pool);
        edgePools.put(id, pool.deepCopy());
        return id;
    }

    /** An origin of a new pool. */
    public record Origin(String name, String address, double weight) {}

    /**
     * A person makes a proxied load balancer in the dashboard.
     *
     * @param affinity {@code "none"}, or {@code "cookie"} to keep sessions where they are
     */
    public synchronized void addBalancer(
            ZoneState zone,
            String host,
            List<String> poolIds,
            String fallbackPool,
            String affinity) {
        var id = identifier();
        var node = ApiJson.object();
        node.put("id", id);
        node.put("name", host);
        node.put("enabled", true);
        node.put("proxied", true);
        var list = node.putArray("default_pools");
        poolIds.forEach(list::add);
        node.put("fallback_pool", fallbackPool);
        node.put("steering_policy", "off");
        node.put("session_affinity", affinity);
        if (!affinity.equals("none")) {
            node.put("session_affinity_ttl", COOKIE_SECONDS);
        }
        node.put("zone", zone.id());
        balancers.put(id, node);
    }

    /** A person edits a pool in the dashboard; the edge follows as it follows every write. */
    public synchronized void editPool(String name, UnaryOperator<ObjectNode> edit) {
        var id = idOf(name);
        var before = pool(id);
        written(id, edit.apply(before.deepCopy()));
    }

    /** A pool as the API shows it. */
    public synchronized JsonNode poolNamed(String name) {
        return pool(idOf(name)).deepCopy();
    }

    private String idOf(String name) {
        return pools.entrySet().stream()
                .filter(e -> e.getValue().path("name").asText().equals(name))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no pool " + name));
    }

    private ObjectNode pool(String id) {
        var pool = pools.get(id);
        if (pool == null) {
            throw new ApiRefusal(404, 1001, "pool not found");
        }
        return pool;
    }

    private void expectOffered() {
        if (!offered) {
            // The vendor's words for a missing add-on are not known here; the status is.
            throw new ApiRefusal(403, 1010, "Load balancing is not enabled for this account.");
        }
    }

    synchronized JsonNode listPools() {
        expectOffered();
        ArrayNode list = ApiJson.array();
        pools.values().forEach(p -> list.add(p.deepCopy()));
        return list;
    }

    synchronized JsonNode onePool(String id) {
        expectOffered();
        return pool(id).deepCopy();
    }

    synchronized JsonNode listBalancers(ZoneState zone) {
        expectOffered();
        ArrayNode list = ApiJson.array();
        for (var balancer : balancers.values()) {
            if (balancer.path("zone").asText().equals(zone.id())) {
                var shown = balancer.deepCopy();
                shown.remove("zone");
                list.add(shown);
            }
        }
        return list;
    }

    synchronized JsonNode poolHealth(String id) {
        expectOffered();
        var pool = pool(id);
        var result = ApiJson.object();
        result.put("pool_id", id);
        var places = result.putObject("pop_health");
        if (!pool.has("monitor")) {
            return result;
        }
        for (var place : List.of("Amsterdam, NL", "Frankfurt, DE")) {
            var origins = ApiJson.array();
            var allHealthy = true;
            for (var origin : pool.path("origins")) {
                var address = origin.path("address").asText();
                var state = health.getOrDefault(address, Health.HEALTHY);
                if (state == Health.UNKNOWN || !origin.path("enabled").asBoolean(true)) {
                    continue;
                }
                var said = origins.addObject().putObject(address);
                said.put("healthy", state == Health.HEALTHY);
                said.put("rtt", "12.1ms");
                said.put("response_code", state == Health.HEALTHY ? 200 : 503);
                said.put(
                        "failure_reason",
                        state == Health.HEALTHY ? "No failures" : "Response code mismatch error");
                allHealthy &= state == Health.HEALTHY;
            }
            var at = places.putObject(place);
            at.put("healthy", allHealthy);
            at.set("origins", origins);
        }
        return result;
    }

    /** Overwrites each property that is sent, whole; checks what the vendor checks of origins. */
    synchronized JsonNode patchPool(String id, JsonNode body) {
        expectOffered();
        var next = pool(id).deepCopy();
        for (var origin : body.path("origins")) {
            var weight = origin.path("weight").asDouble(1);
            if (weight < 0 || weight > 1 || origin.path("name").asText().isEmpty()) {
                throw new ApiRefusal(400, 1002, "origin " + origin + " is invalid");
            }
        }
        body.properties().forEach(e -> next.set(e.getKey(), e.getValue()));
        written(id, next);
        return next.deepCopy();
    }

    private void written(String id, ObjectNode next) {
        stamp(next);
        edgePools.put(id, atEdge(id));
        seenByEdgeAt.put(
                id,
                clock.instant().plus(Duration.ofMillis((long) stretch * random.nextInt(50, 801))));
        pools.put(id, next);
    }

    private void stamp(ObjectNode pool) {
        pool.put("modified_on", clock.instant().truncatedTo(ChronoUnit.MICROS).toString());
    }

    private ObjectNode atEdge(String id) {
        var seenAt = seenByEdgeAt.get(id);
        boolean arrived = seenAt == null || !clock.instant().isBefore(seenAt);
        var shown = arrived ? pools.get(id) : edgePools.get(id);
        return shown == null ? ApiJson.object() : shown;
    }

    /**
     * Where the edge sends a visitor of this host; empty when no balancer has that name.
     *
     * @param cookies the visitor's Cookie header; may be empty
     */
    public synchronized Optional<Sent> send(String host, String cookies) {
        for (var balancer : balancers.values()) {
            if (balancer.path("name").asText().equals(host)
                    && balancer.path("enabled").asBoolean(true)) {
                return Optional.of(sent(balancer, cookies));
            }
        }
        return Optional.empty();
    }

    private Sent sent(JsonNode balancer, String cookies) {
        var ids = new ArrayList<String>();
        balancer.path("default_pools").forEach(p -> ids.add(p.asText()));
        ids.add(balancer.path("fallback_pool").asText());
        var pins = balancer.path("session_affinity").asText("none").equals("cookie");
        for (var id : ids) {
            var pool = atEdge(id);
            if (!pool.path("enabled").asBoolean(true)) {
                continue;
            }
            var usable = new ArrayList<JsonNode>();
            pool.path("origins").forEach(o -> addUsable(usable, o));
            if (pins) {
                for (var origin : usable) {
                    if (cookies.contains(COOKIE + "=" + mark(origin))) {
                        return to(origin, "");
                    }
                }
            }
            var picked = picked(usable);
            if (picked.isPresent()) {
                var lasts = balancer.path("session_affinity_ttl").asLong(COOKIE_SECONDS);
                return to(
                        picked.get(),
                        pins
                                ? COOKIE
                                        + "="
                                        + mark(picked.get())
                                        + "; Path=/; Max-Age="
                                        + lasts
                                        + "; Secure; HttpOnly"
                                : "");
            }
        }
        return new Sent("", "", "");
    }

    private void addUsable(List<JsonNode> usable, JsonNode origin) {
        var state = health.getOrDefault(origin.path("address").asText(), Health.HEALTHY);
        if (origin.path("enabled").asBoolean(true) && state != Health.SICK) {
            usable.add(origin);
        }
    }

    private Optional<JsonNode> picked(List<JsonNode> origins) {
        var all = origins.stream().mapToDouble(o -> o.path("weight").asDouble(1)).sum();
        if (all <= 0) {
            return Optional.empty();
        }
        var turn = ++sessions * GOLDEN;
        var at = (turn - Math.floor(turn)) * all;
        for (var origin : origins) {
            at -= origin.path("weight").asDouble(1);
            if (at < 0) {
                return Optional.of(origin);
            }
        }
        return Optional.empty();
    }

    private static Sent to(JsonNode origin, String cookie) {
        return new Sent(
                origin.path("address").asText(),
                origin.path("header").path("Host").path(0).asText(""),
                cookie);
    }

    private static String mark(JsonNode origin) {
        return Integer.toHexString(origin.path("name").asText().hashCode());
    }

    private String identifier() {
        return "%016x%016x".formatted(random.nextLong(), random.nextLong());
    }
}
