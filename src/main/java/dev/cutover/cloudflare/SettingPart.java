package dev.cutover.cloudflare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import java.util.Optional;
import java.util.Set;

/**
 * One setting of a zone, by the call that knows it; the bulk call for all of them has ended.
 *
 * <p>Source: Cloudflare API deprecations (bulk settings, 2026-09-15); argo/tiered_caching;
 * cache/tiered_cache_smart_topology_enable, which answers 404 until somebody has set it.
 */
final class SettingPart {
    /** The value of a setting that nobody has set. */
    static final String UNSET = "null";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> CACHE =
            Set.of("tiered_cache_smart_topology_enable", "regional_tiered_cache", "cache_reserve");

    private final CloudflareApi api;

    SettingPart(CloudflareApi api) {
        this.api = api;
    }

    /** The setting as it is. */
    EdgePart.Setting read(ZoneRef zone, String id, Call call) {
        return api.find(zone.token(), path(zone, id, call), call)
                .map(envelope -> setting(id, envelope.path("result")))
                .orElse(new EdgePart.Setting(id, UNSET, Optional.empty()));
    }

    /** Sets it, or takes away what nobody had set before. */
    void apply(ZoneRef zone, EdgePart.Setting target, Call call) {
        ObjectNode body = JSON.createObjectNode();
        boolean unset = target.value().equals(UNSET);
        if (!unset) {
            body.set("value", parsed(target));
        }
        JsonNode unused =
                api.write(
                        unset ? "DELETE" : "PATCH",
                        path(zone, target.id(), call),
                        body,
                        call,
                        zone.token());
    }

    private String path(ZoneRef zone, String id, Call call) {
        String folder =
                id.equals("tiered_caching")
                        ? "/argo/"
                        : CACHE.contains(id) ? "/cache/" : "/settings/";
        return api.directory().find(zone, call).path() + folder + id;
    }

    private static EdgePart.Setting setting(String id, JsonNode result) {
        return new EdgePart.Setting(
                id,
                result.path("value").toString(),
                RulePart.instant(result.path("modified_on").asText()));
    }

    private static JsonNode parsed(EdgePart.Setting target) {
        try {
            return JSON.readTree(target.value());
        } catch (JsonProcessingException e) {
            throw PortException.lasting(
                    "the value of setting " + target.id() + " is no JSON: " + target.value());
        }
    }
}
