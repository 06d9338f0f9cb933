package dev.cutover.run;

import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.plan.Plan;
import dev.cutover.port.Call;
import dev.cutover.port.DnsZone;
import dev.cutover.port.Edge;
import dev.cutover.port.ErrorFeed;
import dev.cutover.port.ImageStore;
import dev.cutover.port.PortException;
import dev.cutover.port.PromotionEngine;
import dev.cutover.port.Resolvers;
import dev.cutover.port.SiteChecks;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every peer a run speaks to.
 *
 * @param zones by provider name
 * @param engines by engine name
 * @param images where before-images are kept; at least two places, one off this node
 */
public record World(
        Map<String, DnsZone> zones,
        Edge edge,
        ErrorFeed errors,
        Map<String, PromotionEngine> engines,
        Resolvers resolvers,
        SiteChecks checks,
        List<ImageStore> images) {
    public World {
        zones = Map.copyOf(zones);
        engines = Map.copyOf(engines);
        images = List.copyOf(images);
    }

    /** These parts of the edge; nothing is asked when there are none. */
    EdgeView readEdge(Plan.ZoneRef zone, Set<EdgeKey> parts, Call call, Instant now) {
        return parts.isEmpty() ? EdgeView.none(now) : edge.read(zone, parts, call);
    }

    DnsZone zone(Plan.ZoneRef ref) {
        return zone(ref.provider());
    }

    DnsZone zone(String provider) {
        DnsZone zone = zones.get(provider);
        if (zone == null) {
            throw PortException.lasting(
                    "expected a zone provider out of "
                            + zones.keySet()
                            + ", seen '"
                            + provider
                            + "'");
        }
        return zone;
    }

    PromotionEngine engine(Plan.PromotionPlan plan) {
        PromotionEngine engine = engines.get(plan.engine());
        if (engine == null) {
            throw PortException.lasting(
                    "expected a promotion engine out of "
                            + engines.keySet()
                            + ", seen '"
                            + plan.engine()
                            + "'");
        }
        return engine;
    }
}
