package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.http.Reply;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The calls about load balancers and pools. Source: Cloudflare API v4, load balancers, pools. */
final class LoadBalancerCalls {
    private LoadBalancerCalls() {}

    /** A call that was understood. */
    record Known(boolean write, Supplier<Reply.Answer> act) {}

    /** The calls below {@code /zones/ID/load_balancers}; empty when there is no such call. */
    static Optional<Known> ofZone(
            String method, List<String> rest, ZoneState zone, LoadBalancing state) {
        return rest.size() == 1 && method.equals("GET")
                ? Optional.of(read(() -> state.listBalancers(zone)))
                : Optional.empty();
    }

    /** The calls below {@code /accounts/ID}; empty when there is no such call. */
    static Optional<Known> ofAccount(
            String method, List<String> rest, LoadBalancing state, Supplier<JsonNode> body) {
        if (rest.size() < 2
                || !rest.subList(0, 2).equals(List.of("load_balancers", "pools"))
                || rest.size() > 4) {
            return Optional.empty();
        }
        var id = rest.size() > 2 ? rest.get(2) : "";
        var last = rest.size() == 4 ? " " + rest.get(3) : rest.size() == 3 ? " one" : "";
        return switch (method + last) {
            case "GET" -> Optional.of(read(state::listPools));
            case "GET one" -> Optional.of(read(() -> state.onePool(id)));
            case "GET health" -> Optional.of(read(() -> state.poolHealth(id)));
            case "PATCH one" ->
                    Optional.of(
                            new Known(
                                    true, () -> ApiJson.success(state.patchPool(id, body.get()))));
            default -> Optional.empty();
        };
    }

    private static Known read(Supplier<JsonNode> result) {
        return new Known(false, () -> ApiJson.success(result.get()));
    }
}
