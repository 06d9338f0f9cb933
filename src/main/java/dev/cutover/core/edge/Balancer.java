package dev.cutover.core.edge;

import dev.cutover.core.dns.DnsName;
import java.util.List;

/**
 * A load balancer: what sends a name's visitors to pools. It wins over the DNS record of its name.
 *
 * @param name what visitors type
 * @param proxied whether visitors reach the edge; else resolvers are given origins' addresses
 * @param defaultPools names, in order of failover
 * @param fallbackPool the name of the pool that serves when every other is sick; empty when it is not known
 * @param steering the policy's word; empty or {@code off} takes the first healthy pool
 * @param steersByPlace whether regions, countries, data centres or rules lead some visitors to other pools
 * @param affinity {@code none}, {@code cookie}, {@code ip_cookie} or {@code header}
 * @param affinityTtlSeconds how long a session stays at its origin; 0 without affinity
 */
public record Balancer(
        DnsName name,
        boolean enabled,
        boolean proxied,
        List<String> defaultPools,
        String fallbackPool,
        String steering,
        boolean steersByPlace,
        String affinity,
        long affinityTtlSeconds) {
    /** The affinity of a balancer that pins nobody. */
    public static final String NO_AFFINITY = "none";

    public Balancer {
        defaultPools = List.copyOf(defaultPools);
    }

    /** Whether visitors who came before stay where they were, whatever the weights say. */
    public boolean pinsSessions() {
        return !affinity.equals(NO_AFFINITY);
    }

    /** Whether it sends visitors to this pool at all. */
    public boolean uses(String pool) {
        return defaultPools.contains(pool);
    }

    /** Whether that pool's weights decide where this balancer's visitors go while it is healthy. */
    public boolean followsWeightsOf(String pool) {
        boolean first = !defaultPools.isEmpty() && defaultPools.getFirst().equals(pool);
        boolean inOrder = steering.isEmpty() || steering.equals("off") || defaultPools.size() == 1;
        return enabled && first && inOrder && !steersByPlace;
    }
}
