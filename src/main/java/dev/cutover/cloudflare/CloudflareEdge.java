package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeView.Lack;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.Edge;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Cloudflare's edge: its pools, rules, settings and cache. A purge answered 200 is accepted, not done:
 * look for {@code CF-Cache-Status: MISS}. Source: Cloudflare API v4, purge_cache, 2026-11: 100 items a
 * call.
 */
public final class CloudflareEdge implements Edge {
    private static final int MOST_NAMED = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CloudflareApi api;
    private final CloudflarePools pools;
    private final RulePart rules;
    private final SettingPart settings;

    public CloudflareEdge(CloudflareApi api) {
        this.api = api;
        this.pools = new CloudflarePools(api);
        this.rules = new RulePart(api);
        this.settings = new SettingPart(api);
    }

    @Override
    public EdgeView read(ZoneRef zone, Set<EdgeKey> keys, Call call) {
        EdgeView view = EdgeView.none(api.now());
        Set<EdgeKey> poolKeys =
                keys.stream()
                        .filter(k -> k.kind() == EdgeKey.Kind.POOL)
                        .collect(Collectors.toSet());
        if (!poolKeys.isEmpty()) {
            view = pools.read(zone, poolKeys, call);
        }
        List<EdgePart> parts = new ArrayList<>(view.parts());
        List<Lack> lacks = new ArrayList<>(view.lacks());
        origins(zone, keys, parts, lacks, call);
        for (EdgeKey key : new TreeSet<>(keys)) {
            try {
                switch (key.kind()) {
                    case POOL, RULE -> {}
                    case RULES -> parts.add(rules.read(zone, key.name(), call));
                    case SETTING -> parts.add(settings.read(zone, key.name(), call));
                }
            } catch (PortException e) {
                if (e.category() == Category.TRANSIENT) {
                    throw e;
                }
                lacks.add(new Lack(key, false, String.valueOf(e.getMessage())));
            }
        }
        return new EdgeView(parts, view.balancers(), view.health(), lacks, view.observedAt());
    }

    /** One read for all origin rules, because they are in one phase. */
    private void origins(
            ZoneRef zone, Set<EdgeKey> keys, List<EdgePart> parts, List<Lack> lacks, Call call) {
        List<EdgeKey> asked =
                keys.stream().filter(k -> k.kind() == EdgeKey.Kind.RULE).sorted().toList();
        if (asked.isEmpty()) {
            return;
        }
        try {
            TreeSet<DnsName> names = new TreeSet<>();
            asked.forEach(k -> names.add(new DnsName(k.name())));
            parts.addAll(rules.origins(zone, names, call));
        } catch (PortException e) {
            if (e.category() == Category.TRANSIENT) {
                throw e;
            }
            asked.forEach(k -> lacks.add(new Lack(k, false, String.valueOf(e.getMessage()))));
        }
    }

    @Override
    public void apply(ZoneRef zone, EdgeWrite write, Call call) {
        switch (write.target()) {
            case EdgePart.Pool pool -> pools.apply(zone, pool, call);
            case EdgePart.Rules target -> {
                if (!(write.seen() instanceof EdgePart.Rules seen)) {
                    throw PortException.lasting(write.key() + ": what was seen are no rules");
                }
                rules.apply(zone, seen, target, call);
            }
            case EdgePart.OriginRule target -> {
                if (!(write.seen() instanceof EdgePart.OriginRule seen)) {
                    throw PortException.lasting(write.key() + ": what was seen is no rule");
                }
                rules.apply(zone, seen, target, call);
            }
            case EdgePart.Setting target -> settings.apply(zone, target, call);
        }
    }

    @Override
    public void purge(ZoneRef zone, PurgePortion what, Call call) {
        ObjectNode body = JSON.createObjectNode();
        switch (what) {
            case PurgePortion.Everything all -> body.put("purge_everything", true);
            case PurgePortion.Hosts hosts ->
                    named(
                            body.putArray("hosts"),
                            hosts.names().stream().map(name -> name.value()).toList());
            case PurgePortion.Pages pages -> named(body.putArray("files"), pages.urls());
        }
        JsonNode unused =
                api.write(
                        api.directory().find(zone, call).path() + "/purge_cache",
                        body,
                        call,
                        zone.token());
    }

    private static void named(ArrayNode list, List<String> names) {
        if (names.isEmpty() || names.size() > MOST_NAMED) {
            throw PortException.lasting(
                    "a purge names 1 to " + MOST_NAMED + " items, not " + names.size());
        }
        names.forEach(list::add);
    }
}
