package dev.cutover.core.edge;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One origin of a pool.
 *
 * @param name unique within the pool
 * @param address an IP literal or a host name
 * @param enabled whether it takes traffic at all
 * @param weightPercent its weight, 0 to 100 hundredths; visitors are spread by the weights of all enabled
 *     origins of the pool
 * @param port empty where the provider's default holds
 * @param hostHeader the Host sent to it; empty when visitors' own is sent
 * @param others every field we have no word for, by name, as the provider printed it in JSON: the whole
 *     array is written at once, so what is not carried would be lost
 */
public record PoolOrigin(
        String name,
        String address,
        boolean enabled,
        int weightPercent,
        Optional<Integer> port,
        String hostHeader,
        SortedMap<String, String> others) {
    public PoolOrigin {
        others = Collections.unmodifiableSortedMap(new TreeMap<>(others));
    }

    /** An enabled origin without a port, a Host or other fields of its own. */
    public static PoolOrigin of(String name, String address, int weightPercent) {
        return new PoolOrigin(
                name, address, true, weightPercent, Optional.empty(), "", new TreeMap<>());
    }

    /** Its weight as people and the provider write it, such as {@code 0.25}. */
    public String weight() {
        return BigDecimal.valueOf(weightPercent, 2).stripTrailingZeros().toPlainString();
    }

    public PoolOrigin withWeight(int percent) {
        return new PoolOrigin(name, address, enabled, percent, port, hostHeader, others);
    }

    public PoolOrigin withEnabled(boolean whether) {
        return new PoolOrigin(name, address, whether, weightPercent, port, hostHeader, others);
    }
}
