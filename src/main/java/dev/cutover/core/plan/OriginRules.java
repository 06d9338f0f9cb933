package dev.cutover.core.plan;

import java.util.List;

/** The names a plan moves by origin rules, in the plan's order; at least one. */
public record OriginRules(List<PlannedRule> all) {
    public OriginRules {
        all = List.copyOf(all);
    }
}
