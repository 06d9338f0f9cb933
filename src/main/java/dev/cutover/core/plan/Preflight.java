package dev.cutover.core.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * What a zone's provider says of a plan before the first write: whether the token may and will be able to do
 * all of it, and whether anything would keep a written record from having an effect.
 *
 * @param refusals why the plan may not run
 * @param proven what was proven, each in a few words
 * @param unproven what could not be proven, each as a question: whether this or that holds
 */
public record Preflight(List<Refusal> refusals, List<String> proven, List<String> unproven) {
    public Preflight {
        refusals = List.copyOf(refusals);
        proven = List.copyOf(proven);
        unproven = List.copyOf(unproven);
    }

    /** Of a provider that was not looked at. */
    public static Preflight nothing() {
        return new Preflight(List.of(), List.of(), List.of());
    }

    /** Both together. */
    public Preflight and(Preflight other) {
        return new Preflight(
                joined(refusals, other.refusals),
                joined(proven, other.proven),
                joined(unproven, other.unproven));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
