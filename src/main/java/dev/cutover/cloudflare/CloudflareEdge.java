package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.plan.Plan.Purge;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.Edge;
import dev.cutover.port.PortException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Cloudflare's edge: its cache and its pools. A purge answered 200 is accepted, not done: look for {@code CF-Cache-Status:
 * MISS}. Source: Cloudflare API v4, purge_cache, 2026-11: 100 items a call.
 */
public final class CloudflareEdge implements Edge {
    private static final int MOST_HOSTS = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CloudflareApi api;
    private final CloudflarePools pools;

    public CloudflareEdge(CloudflareApi api) {
        this.api = api;
        this.pools = new CloudflarePools(api);
    }

    @Override
    public EdgeView read(ZoneRef zone, Set<EdgeKey> parts, Call call) {
        if (parts.isEmpty()) {
            return EdgeView.none(api.now());
        }
        parts.stream().filter(k -> k.kind() != EdgeKey.Kind.POOL).forEach(CloudflareEdge::unknown);
        return pools.read(zone, parts, call);
    }

    @Override
    public void apply(ZoneRef zone, EdgeWrite write, Call call) {
        switch (write.target()) {
            case EdgePart.Pool pool -> pools.apply(zone, pool, call);
            case EdgePart.Rules rules -> unknown(rules.key());
            case EdgePart.Setting setting -> unknown(setting.key());
        }
    }

    private static void unknown(EdgeKey key) {
        throw PortException.lasting(
                key + ": this version changes pools only; nothing was asked or changed");
    }

    @Override
    public int purge(ZoneRef zone, Purge what, List<DnsName> hosts, Call call) {
        List<ObjectNode> bodies =
                switch (what) {
                    case NOTHING -> List.of();
                    case EVERYTHING ->
                            List.of(JSON.createObjectNode().put("purge_everything", true));
                    case HOSTS -> portions(hosts);
                };
        if (bodies.isEmpty()) {
            return 0;
        }
        String path = api.directory().find(zone, call).path() + "/purge_cache";
        for (ObjectNode body : bodies) {
            JsonNode unused = api.write(path, body, call, zone.token());
        }
        return bodies.size();
    }

    private static List<ObjectNode> portions(List<DnsName> hosts) {
        List<ObjectNode> bodies = new ArrayList<>();
        List<DnsName> each = hosts.stream().distinct().toList();
        for (int from = 0; from < each.size(); from += MOST_HOSTS) {
            ObjectNode body = JSON.createObjectNode();
            ArrayNode list = body.putArray("hosts");
            each.subList(from, Math.min(from + MOST_HOSTS, each.size()))
                    .forEach(host -> list.add(host.value()));
            bodies.add(body);
        }
        return bodies;
    }
}
