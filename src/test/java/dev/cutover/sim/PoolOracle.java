package dev.cutover.sim;

import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.core.life.Action;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.plan.PlannedPool;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// What must never happen to a pool, judged from the plan's words and what was really written.
///
/// It shares no code with EdgeChange, EdgeAdvance or EdgeRestoration.
final class PoolOracle {
    private final PlannedPool planned;
    private final int both;
    private final Map<String, Integer> original = new HashMap<>();
    private final Map<String, Set<Integer>> ours = new HashMap<>();
    private Instant lastEdit = Instant.MIN;
    private boolean putBackByHand;
    private boolean wrote;

    PoolOracle(PlannedPool planned, EdgePart.Pool before) {
        this.planned = planned;
        for (String name : List.of(planned.from(), planned.to())) {
            int weight = weight(before, name);
            original.put(name, weight);
            ours.put(name, new HashSet<>(Set.of(weight)));
        }
        both = original.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static int weight(EdgePart.Pool pool, String name) {
        return pool.origin(name).map(PoolOrigin::weightPercent).orElse(-1);
    }

    /// The weight of `to` after that step, by the plan's words.
    private int share(int step) {
        int i = Math.min(step, planned.lastStep()) - planned.step();
        return i < 0 ? 0 : Math.max(1, Math.round(both * planned.percents().get(i) / 100f));
    }

    private boolean isMoved(EdgePart.Pool pool) {
        return weight(pool, planned.to()) > 0 && ours(planned.to(), pool);
    }

    private boolean ours(String name, EdgePart.Pool pool) {
        return Objects.requireNonNull(ours.get(name)).contains(weight(pool, name));
    }

    void written(Action action, EdgePart.Pool before, EdgePart.Pool after, boolean stale) {
        boolean excused = stale && !lastEdit.isBefore(action.intendedAt());
        wrote = true;
        if (!excused) {
            mustLeaveTheRest(action, before, after);
        }
        for (String name : List.of(planned.from(), planned.to())) {
            if (weight(before, name) != weight(after, name) && !excused && !ours(name, before)) {
                throw new Broken(
                        "edits-kept",
                        action.id() + " replaced a person's weight of " + name + ": " + before);
            }
        }
        boolean forward = weight(after, planned.to()) > weight(before, planned.to());
        if (forward && !excused) {
            boolean right =
                    action.spec() instanceof ActionSpec.SwitchStep s
                            && weight(after, planned.to()) == share(s.step())
                            && weight(after, planned.from()) == both - share(s.step());
            if (!right) {
                throw new Broken("own-step", action.id() + " wrote " + after.origins());
            }
            if (putBackByHand) {
                throw new Broken(
                        "restored-by-hand",
                        action.id() + " moved the pool again after a person put it back");
            }
        }
        for (String name : List.of(planned.from(), planned.to())) {
            if (weight(before, name) != weight(after, name)) {
                Objects.requireNonNull(ours.get(name)).add(weight(after, name));
            }
        }
    }

    private void mustLeaveTheRest(Action action, EdgePart.Pool before, EdgePart.Pool after) {
        if (!plain(before).equals(plain(after))) {
            throw new Broken(
                    "outside-plan",
                    action.id() + " changed " + before.origins() + " to " + after.origins());
        }
    }

    private List<PoolOrigin> plain(EdgePart.Pool pool) {
        return pool.origins().stream()
                .map(o -> original.containsKey(o.name()) ? o.withWeight(0) : o)
                .toList();
    }

    void personEdited(EdgePart.Pool before, EdgePart.Pool after, Instant now) {
        lastEdit = now;
        boolean back =
                original.entrySet().stream()
                        .allMatch(e -> weight(after, e.getKey()) == e.getValue());
        putBackByHand |= isMoved(before) && back;
    }

    void resumed() {
        putBackByHand = false;
    }

    /// Both weights are as promised, or a person's and named.
    ///
    /// @param quietSince what was edited later may be unknown to the controller
    void mustStand(EdgePart.Pool seen, boolean next, String told, Instant quietSince) {
        if (!wrote || lastEdit.isAfter(quietSince)) {
            return;
        }
        for (String name : List.of(planned.from(), planned.to())) {
            int last = share(planned.lastStep());
            int promised =
                    !next
                            ? Objects.requireNonNull(original.get(name))
                            : name.equals(planned.to()) ? last : both - last;
            int is = weight(seen, name);
            if (is == promised) {
                continue;
            }
            if (is >= 0 && ours(name, seen)) {
                throw new Broken(
                        "promised",
                        "weight of "
                                + name
                                + " is ours but not as promised: "
                                + is
                                + ", promised "
                                + promised);
            }
            String value = is < 0 ? "none" : PoolOrigin.of(name, "", is).weight();
            if (!told.contains("origin " + name + ": weight") || !told.contains(value)) {
                throw new Broken(
                        "named", "a person's weight of " + name + " was kept but not named: " + is);
            }
        }
    }
}
