package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.http.Reply;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The zone's settings, one call for each.
 *
 * <p>The smart topology does not exist until somebody has set it, and can be taken away again.
 * Source: Cloudflare zone settings; tiered caching; tiered_cache_smart_topology_enable, error 1142.
 */
final class SettingCalls {

    /** The id under which {@link ZoneState} keeps the smart topology. */
    static final String SMART_TOPOLOGY = "tiered_cache_smart_topology_enable";

    private static final String TIERED = "tiered_caching";

    private SettingCalls() {}

    /** A call that was understood. */
    record Known(boolean write, Supplier<Reply.Answer> act) {}

    /** Reads which call this is; empty when there is no such call. */
    static Optional<Known> of(
            String method, List<String> rest, ZoneState zone, Supplier<JsonNode> body) {
        if (rest.size() != 2 || !stands(rest.get(0), rest.get(1))) {
            return Optional.empty();
        }
        var id = rest.get(1);
        return switch (method) {
            case "GET" -> Optional.of(new Known(false, () -> shown(id, existing(zone, id))));
            case "PATCH" ->
                    Optional.of(new Known(true, () -> shown(id, set(zone, id, body.get()))));
            case "DELETE" ->
                    id.equals(SMART_TOPOLOGY)
                            ? Optional.of(new Known(true, () -> removed(zone, id)))
                            : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean stands(String folder, String id) {
        return switch (folder) {
            case "argo" -> id.equals(TIERED);
            case "cache" -> id.equals(SMART_TOPOLOGY);
            case "settings" -> !id.equals(TIERED) && !id.equals(SMART_TOPOLOGY);
            default -> false;
        };
    }

    private static Reply.Answer shown(String id, ZoneState.Setting setting) {
        return ApiJson.success(ApiJson.setting(id, setting));
    }

    private static Reply.Answer removed(ZoneState zone, String id) {
        var gone = existing(zone, id);
        zone.unset(id);
        return shown(id, gone);
    }

    private static ZoneState.Setting existing(ZoneState zone, String id) {
        return zone.setting(id)
                .orElseThrow(
                        () ->
                                id.equals(SMART_TOPOLOGY)
                                        ? new ApiRefusal(
                                                404,
                                                1142,
                                                "Unable to retrieve "
                                                        + id
                                                        + " setting value. The zone setting does"
                                                        + " not exist because you never set it.")
                                        : new ApiRefusal(
                                                400, 1003, "Undefined zone setting: " + id));
    }

    private static ZoneState.Setting set(ZoneState zone, String id, JsonNode body) {
        if (!id.equals(SMART_TOPOLOGY)) {
            existing(zone, id);
        }
        var value = body.path("value").asText();
        var allowed =
                switch (id) {
                    case "ssl" -> List.of("off", "flexible", "full", "strict");
                    case "cache_level" -> List.of("aggressive", "basic", "simplified");
                    default -> List.of("on", "off");
                };
        if (!allowed.contains(value)) {
            throw new ApiRefusal(400, 1007, "Invalid value for zone setting " + id);
        }
        return zone.set(id, value);
    }
}
