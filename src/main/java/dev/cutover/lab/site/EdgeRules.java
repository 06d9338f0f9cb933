package dev.cutover.lab.site;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.lab.cloudflare.RuleMatch;
import dev.cutover.lab.cloudflare.Rulesets;
import dev.cutover.lab.cloudflare.ZoneState;
import dev.cutover.lab.http.Request;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a zone's rules say of one request, as the edge has learnt them.
 *
 * <p>Later rules win. Source: Cloudflare rules/origin-rules and cache/how-to/cache-rules.
 */
final class EdgeRules {

    /**
     * Where a request goes instead.
     *
     * @param host the name whose record is followed
     * @param port the port at the origin
     * @param hostHeader the name the origin is asked for, in Host, and in SNI where that is not said
     * @param sni the name of the handshake, which the origin's certificate must hold
     */
    record Route(
            Optional<String> host,
            Optional<Integer> port,
            Optional<String> hostHeader,
            Optional<String> sni) {}

    private final List<JsonNode> origin;
    private final List<JsonNode> cache;

    EdgeRules(ZoneState zone, Request request, Instant now) {
        this.origin = RuleMatch.of(zone.rulesets(), Rulesets.ORIGIN, request, now);
        this.cache = RuleMatch.of(zone.rulesets(), Rulesets.CACHE, request, now);
    }

    /** Whether the last rule that speaks of caching says not to. */
    boolean bypassesCache() {
        boolean bypass = false;
        for (var parameters : cache) {
            if (parameters.has("cache")) {
                bypass = !parameters.path("cache").asBoolean(true);
            }
        }
        return bypass;
    }

    Route route() {
        Optional<String> host = Optional.empty();
        Optional<Integer> port = Optional.empty();
        Optional<String> hostHeader = Optional.empty();
        Optional<String> sni = Optional.empty();
        for (var parameters : origin) {
            if (parameters.at("/origin/host").isTextual()) {
                host = Optional.of(parameters.at("/origin/host").asText());
            }
            if (parameters.at("/origin/port").isNumber()) {
                port = Optional.of(parameters.at("/origin/port").asInt());
            }
            if (parameters.path("host_header").isTextual()) {
                hostHeader = Optional.of(parameters.path("host_header").asText());
            }
            if (parameters.at("/sni/value").isTextual()) {
                sni = Optional.of(parameters.at("/sni/value").asText());
            }
        }
        return new Route(host, port, hostHeader, sni);
    }
}
