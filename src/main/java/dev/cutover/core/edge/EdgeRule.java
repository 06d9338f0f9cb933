package dev.cutover.core.edge;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One rule of a phase.
 *
 * @param ref the name it is found by again; ours carry one of our own
 * @param content expression, action, enabled and whatever else it holds, by name, as the provider prints
 *     it in JSON; its id, version and time of writing are the provider's and not part of it
 */
public record EdgeRule(String ref, SortedMap<String, String> content) {
    public EdgeRule {
        content = Collections.unmodifiableSortedMap(new TreeMap<>(content));
    }
}
