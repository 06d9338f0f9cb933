package dev.cutover.cloudflare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.Balancer;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.port.PortException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Pools, their health and load balancers, between the API's JSON and ours. */
final class PoolJson {
    /** What a session with a cookie lasts unless the balancer says otherwise: 23 hours. */
    private static final long COOKIE_SECONDS = 82_800;

    /** The same for sessions by header: 30 minutes. */
    private static final long HEADER_SECONDS = 1_800;

    /** Fields that have a word of ours, and one that the provider sets itself. */
    private static final Set<String> KNOWN =
            Set.of("name", "address", "enabled", "weight", "port", "header", "disabled_at");

    private static final ObjectMapper JSON = new ObjectMapper();

    private PoolJson() {}

    static EdgePart.Pool pool(JsonNode node) {
        List<PoolOrigin> origins = new ArrayList<>();
        String name = node.path("name").asText();
        node.path("origins").forEach(o -> origins.add(origin(name, o)));
        return new EdgePart.Pool(
                node.path("id").asText(),
                name,
                node.path("enabled").asBoolean(true),
                !node.path("monitor").asText("").isEmpty(),
                origins,
                instant(node.path("modified_on").asText()));
    }

    private static PoolOrigin origin(String pool, JsonNode node) {
        TreeMap<String, String> others = new TreeMap<>();
        node.properties()
                .forEach(
                        e -> {
                            if (!KNOWN.contains(e.getKey())) {
                                others.put(e.getKey(), e.getValue().toString());
                            }
                        });
        JsonNode header = node.path("header");
        JsonNode host = header.path("Host");
        boolean plain = header.size() == 1 && host.size() == 1;
        if (!plain && header.size() > 0) {
            others.put("header", header.toString());
        }
        return new PoolOrigin(
                node.path("name").asText(),
                node.path("address").asText(),
                node.path("enabled").asBoolean(true),
                weight(pool, node),
                node.path("port").asInt(0) == 0
                        ? Optional.empty()
                        : Optional.of(node.path("port").asInt()),
                plain ? host.get(0).asText() : "",
                others);
    }

    private static int weight(String pool, JsonNode origin) {
        JsonNode weight = origin.path("weight");
        if (weight.isMissingNode() || weight.isNull()) {
            return 100;
        }
        try {
            return weight.decimalValue().multiply(BigDecimal.valueOf(100)).intValueExact();
        } catch (ArithmeticException e) {
            throw PortException.lasting(
                    "pool "
                            + pool
                            + " origin "
                            + origin.path("name").asText()
                            + ": expected a weight in steps of 0.01, seen "
                            + weight);
        }
    }

    /** The body that writes a pool's origins; no other property of the pool is sent. */
    static ObjectNode origins(EdgePart.Pool pool) {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode list = body.putArray("origins");
        for (PoolOrigin o : pool.origins()) {
            ObjectNode node = list.addObject();
            node.put("name", o.name());
            node.put("address", o.address());
            node.put("enabled", o.enabled());
            node.put("weight", BigDecimal.valueOf(o.weightPercent(), 2));
            o.port().ifPresent(port -> node.put("port", port));
            if (!o.hostHeader().isEmpty()) {
                node.putObject("header").putArray("Host").add(o.hostHeader());
            }
            o.others().forEach((field, value) -> node.set(field, parsed(value)));
        }
        return body;
    }

    private static JsonNode parsed(String value) {
        try {
            return JSON.readTree(value);
        } catch (JsonProcessingException e) {
            throw PortException.lasting("an origin's field holds no JSON: " + value);
        }
    }

    /** The health of a pool's origins over all places that look; unknown where none does. */
    static List<OriginHealth> health(EdgePart.Pool pool, JsonNode envelope) {
        Map<String, List<String>> sick = new LinkedHashMap<>();
        Map<String, Integer> healthy = new LinkedHashMap<>();
        envelope.path("result")
                .path("pop_health")
                .properties()
                .forEach(
                        place ->
                                place.getValue()
                                        .path("origins")
                                        .forEach(
                                                o ->
                                                        o.properties()
                                                                .forEach(
                                                                        x ->
                                                                                note(
                                                                                        place
                                                                                                .getKey(),
                                                                                        x.getKey(),
                                                                                        x
                                                                                                .getValue(),
                                                                                        sick,
                                                                                        healthy))));
        return pool.origins().stream().map(o -> health(pool, o, sick, healthy)).toList();
    }

    private static void note(
            String place,
            String address,
            JsonNode said,
            Map<String, List<String>> sick,
            Map<String, Integer> healthy) {
        if (said.path("healthy").asBoolean(false)) {
            healthy.merge(address, 1, Integer::sum);
        } else {
            sick.computeIfAbsent(address, a -> new ArrayList<>())
                    .add(place + ": " + said.path("failure_reason").asText("no reason given"));
        }
    }

    private static OriginHealth health(
            EdgePart.Pool pool,
            PoolOrigin origin,
            Map<String, List<String>> sick,
            Map<String, Integer> healthy) {
        String address = origin.address();
        if (sick.containsKey(address)) {
            return new OriginHealth(
                    pool.name(), address, OriginHealth.State.SICK, sick.get(address).getFirst());
        }
        return healthy.containsKey(address)
                ? new OriginHealth(
                        pool.name(),
                        address,
                        OriginHealth.State.HEALTHY,
                        "healthy from " + healthy.get(address) + " places")
                : new OriginHealth(
                        pool.name(),
                        address,
                        OriginHealth.State.UNKNOWN,
                        "no place has looked yet");
    }

    static Balancer balancer(JsonNode node, Map<String, String> poolNames) {
        List<String> pools = new ArrayList<>();
        node.path("default_pools").forEach(p -> pools.add(name(p, poolNames)));
        String affinity = node.path("session_affinity").asText("");
        boolean pins = !affinity.isEmpty() && !affinity.equals(Balancer.NO_AFFINITY);
        long usual = affinity.equals("header") ? HEADER_SECONDS : COOKIE_SECONDS;
        boolean byPlace =
                List.of("region_pools", "country_pools", "pop_pools", "rules").stream()
                        .anyMatch(field -> node.path(field).size() > 0);
        return new Balancer(
                new DnsName(node.path("name").asText()),
                node.path("enabled").asBoolean(true),
                node.path("proxied").asBoolean(false),
                pools,
                node.hasNonNull("fallback_pool") ? name(node.path("fallback_pool"), poolNames) : "",
                node.path("steering_policy").asText(""),
                byPlace,
                pins ? affinity : Balancer.NO_AFFINITY,
                pins ? node.path("session_affinity_ttl").asLong(usual) : 0);
    }

    /** A pool's name; its id where it is not in the account's list. */
    private static String name(JsonNode id, Map<String, String> poolNames) {
        return poolNames.getOrDefault(id.asText(), id.asText());
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
