package dev.cutover.core.edge;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was read of the edge.
 *
 * @param parts those asked for that exist, the pools that balancers fall back to, and the
 *     phase an origin rule is in
 * @param balancers the zone's load balancers; read only when a pool was asked for
 * @param health of the origins of the pools asked for
 * @param lacks what was asked for and is not to be had
 * @param observedAt when the read began
 */
public record EdgeView(
        List<EdgePart> parts,
        List<Balancer> balancers,
        List<OriginHealth> health,
        List<Lack> lacks,
        Instant observedAt) {
    public EdgeView {
        parts = List.copyOf(parts);
        balancers = List.copyOf(balancers);
        health = List.copyOf(health);
        lacks = List.copyOf(lacks);
    }

    /** The view of nothing, for plans that leave the edge alone. */
    public static EdgeView none(Instant observedAt) {
        return new EdgeView(List.of(), List.of(), List.of(), List.of(), observedAt);
    }

    /**
     * A part that does not exist or that this plan level or token does not have.
     *
     * @param offered whether this plan level and token have such parts at all, but not this one
     * @param why expected, seen and what to do, for people
     */
    public record Lack(EdgeKey key, boolean offered, String why) {}

    public Optional<EdgePart> part(EdgeKey key) {
        return parts.stream().filter(p -> p.key().equals(key)).findFirst();
    }

    public Optional<EdgePart.Pool> pool(String name) {
        return part(EdgeKey.pool(name))
                .filter(EdgePart.Pool.class::isInstance)
                .map(EdgePart.Pool.class::cast);
    }

    public Optional<Lack> lack(EdgeKey key) {
        return lacks.stream().filter(l -> l.key().equals(key)).findFirst();
    }

    /** What is known of one origin's health; unknown when nothing is. */
    public OriginHealth healthOf(String pool, String address) {
        return health.stream()
                .filter(h -> h.pool().equals(pool) && h.address().equals(address))
                .findFirst()
                .orElse(
                        new OriginHealth(
                                pool, address, OriginHealth.State.UNKNOWN, "no health was told"));
    }

    /** Those load balancers that send visitors to that pool. */
    public List<Balancer> balancersOf(String pool) {
        return balancers.stream().filter(b -> b.uses(pool)).toList();
    }
}
