package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cloudflare.ZoneDirectory.Listing;
import dev.cutover.core.edge.Balancer;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeView.Lack;
import dev.cutover.core.edge.OriginHealth;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Load balancer pools of the account a zone is in.
 *
 * <p>A PATCH overwrites each property it sends, so the whole array of origins is sent, rebuilt from the
 * read copy. Source: Cloudflare API v4, load balancer pools, 2026-11.
 */
final class CloudflarePools {
    private final CloudflareApi api;

    CloudflarePools(CloudflareApi api) {
        this.api = api;
    }

    /** These pools, every balancer of the zone with the pools it falls back to, and the pools' health. */
    EdgeView read(ZoneRef zone, Set<EdgeKey> keys, Call call) {
        Instant startedAt = api.now();
        Listing listing = api.directory().find(zone, call);
        JsonNode balancers;
        JsonNode pools;
        try {
            balancers = list(zone, listing.path() + "/load_balancers", call);
            pools = list(zone, account(listing), call);
        } catch (PortException e) {
            if (e.category() == Category.TRANSIENT) {
                throw e;
            }
            return new EdgeView(
                    List.of(), List.of(), List.of(), notOffered(zone, keys, e), startedAt);
        }
        Map<String, EdgePart.Pool> byId = new HashMap<>();
        Map<String, EdgePart.Pool> byName = new HashMap<>();
        Map<String, String> nameOf = new HashMap<>();
        for (JsonNode pool : pools) {
            nameOf.put(pool.path("id").asText(), pool.path("name").asText());
        }
        List<Balancer> seen = new ArrayList<>();
        balancers.forEach(b -> seen.add(PoolJson.balancer(b, nameOf)));
        Set<String> wanted = new TreeSet<>();
        keys.forEach(k -> wanted.add(k.name()));
        seen.stream()
                .filter(b -> keys.stream().anyMatch(k -> b.uses(k.name())))
                .forEach(b -> wanted.add(b.fallbackPool()));
        for (JsonNode pool : pools) {
            // Others' pools stay unread: a form we do not know there must not stop this plan.
            if (wanted.contains(pool.path("name").asText())) {
                EdgePart.Pool part = PoolJson.pool(pool);
                byId.put(part.id(), part);
                byName.put(part.name(), part);
            }
        }
        List<OriginHealth> health = new ArrayList<>();
        List<Lack> lacks = new ArrayList<>();
        for (EdgeKey key : keys) {
            EdgePart.Pool pool = byName.get(key.name());
            if (pool == null) {
                lacks.add(missing(zone, key, nameOf.values()));
            } else if (pool.monitored()) {
                String path = account(listing) + "/" + pool.id() + "/health";
                health.addAll(PoolJson.health(pool, api.read(zone.token(), path, call)));
            } else {
                pool.origins()
                        .forEach(
                                o ->
                                        health.add(
                                                new OriginHealth(
                                                        pool.name(),
                                                        o.address(),
                                                        OriginHealth.State.UNKNOWN,
                                                        "the pool has no monitor")));
            }
        }
        return new EdgeView(List.copyOf(byId.values()), seen, health, lacks, startedAt);
    }

    void apply(ZoneRef zone, EdgePart.Pool target, Call call) {
        Listing listing = api.directory().find(zone, call);
        JsonNode unused =
                api.write(
                        "PATCH",
                        account(listing) + "/" + target.id(),
                        PoolJson.origins(target),
                        call,
                        zone.token());
    }

    static String account(Listing listing) {
        return "/accounts/" + listing.account() + "/load_balancers/pools";
    }

    private JsonNode list(ZoneRef zone, String path, Call call) {
        JsonNode envelope = api.read(zone.token(), path, call);
        JsonNode result = envelope.path("result");
        long total = envelope.path("result_info").path("total_count").asLong(result.size());
        if (!result.isArray() || total > result.size()) {
            throw PortException.passing(
                    path + ": expected a whole list, seen " + result.size() + " of " + total);
        }
        return result;
    }

    private static List<Lack> notOffered(ZoneRef zone, Set<EdgeKey> keys, PortException e) {
        return keys.stream()
                .sorted()
                .map(
                        k ->
                                new Lack(
                                        k,
                                        false,
                                        "expected load balancing for zone "
                                                + zone.name()
                                                + ", which is an add-on of every plan level, and a"
                                                + " token that may read load balancers and pools;"
                                                + " seen "
                                                + e.getMessage()))
                .toList();
    }

    private static Lack missing(ZoneRef zone, EdgeKey key, Iterable<String> names) {
        return new Lack(
                key,
                true,
                "is not among the pools of the account of zone "
                        + zone.name()
                        + ": "
                        + String.join(", ", new TreeSet<>(toList(names))));
    }

    private static List<String> toList(Iterable<String> names) {
        List<String> list = new ArrayList<>();
        for (String name : names) {
            if (list.size() < 20) {
                list.add(name);
            }
        }
        return list;
    }
}
