package dev.cutover.core.plan;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much resolvers count in the quorum.
 *
 * @param by operator's name or country's code, the weight of each resolver of theirs, 0 to 100; who is
 *     not named counts 1, who is named by both counts their product
 */
public record ResolverWeights(SortedMap<String, Long> by) {
    public ResolverWeights {
        by = Collections.unmodifiableSortedMap(new TreeMap<>(by));
    }

    /** The weight of a resolver. */
    public double of(String operator, String country) {
        return by.getOrDefault(operator, 1L) * (double) by.getOrDefault(country, 1L);
    }
}
