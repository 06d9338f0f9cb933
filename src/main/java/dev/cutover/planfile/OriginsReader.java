package dev.cutover.planfile;

import dev.cutover.core.plan.PlannedPool;
import dev.cutover.core.plan.PlannedPool.Sessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The pools whose visitors move share by share. What they really hold is compared later, by the planner. */
final class OriginsReader {
    /** What an account holds below the largest subscription. */
    private static final int MOST = 20;

    private static final int MOST_SHARES = 50;
    private static final int MOST_STEPS = 100;
    private static final int WHOLE = 100;
    private static final Duration DAY = Duration.ofDays(1);
    private static final Pattern POOL = Pattern.compile("[A-Za-z0-9_-]{1,100}");

    private OriginsReader() {}

    /**
     * The pools in the file's order; empty when any of them has a mistake.
     *
     * @param dwell of the plan, for pools that name none
     */
    static Optional<List<PlannedPool>> read(Value origins, Duration dwell) {
        Optional<List<Value>> items = origins.items(1, MOST);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        List<PlannedPool> pools = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        boolean fine = true;
        for (Value item : items.get()) {
            Optional<PlannedPool> pool = item.fields(Section.ORIGIN).flatMap(f -> pool(f, dwell));
            fine &= pool.isPresent();
            if (pool.isPresent()) {
                Integer first = lines.putIfAbsent(pool.get().pool(), item.line());
                if (first != null) {
                    item.wrong(
                            pool.get().key()
                                    + " is planned twice, first in line "
                                    + first
                                    + "; keep one");
                    fine = false;
                }
                pools.add(pool.get());
            }
        }
        return fine ? Optional.of(pools) : Optional.empty();
    }

    /** The steps in which these pools move. */
    static Set<Integer> steps(List<PlannedPool> pools) {
        Set<Integer> steps = new TreeSet<>();
        for (PlannedPool pool : pools) {
            for (int step = pool.step(); step <= pool.lastStep(); step++) {
                steps.add(step);
            }
        }
        return steps;
    }

    private static Optional<PlannedPool> pool(Fields in, Duration planDwell) {
        Optional<String> pool = in.need("pool", "acme-web").flatMap(OriginsReader::poolName);
        Optional<String> from = in.need("from", "staging").flatMap(v -> v.word(100));
        Optional<Value> toValue = in.need("to", "production");
        Optional<String> to = toValue.flatMap(v -> v.word(100));
        Optional<List<Integer>> shares =
                in.need("steps", "[10, 25, 50, 100]").flatMap(OriginsReader::shares);
        Optional<Integer> step =
                in.get("step")
                        .map(v -> v.whole(1, MOST_STEPS, "steps").map(Long::intValue))
                        .orElse(Optional.of(1));
        Optional<Duration> dwell = in.duration("dwell", Duration.ZERO, DAY, planDwell);
        Optional<Sessions> sessions =
                in.get("sessions")
                        .map(
                                v ->
                                        v.oneOf(
                                                Words.of(
                                                        new Sessions[] {
                                                            Sessions.DRAIN, Sessions.COUNT
                                                        })))
                        .orElse(Optional.of(Sessions.UNSAID));
        if (from.isPresent() && from.equals(to)) {
            toValue.get().wrong("equals 'from', nobody would move; name another origin");
            return Optional.empty();
        }
        return pool.isPresent()
                        && from.isPresent()
                        && to.isPresent()
                        && shares.isPresent()
                        && step.isPresent()
                        && dwell.isPresent()
                        && sessions.isPresent()
                ? Optional.of(
                        new PlannedPool(
                                pool.get(),
                                from.get(),
                                to.get(),
                                shares.get(),
                                step.get(),
                                dwell.get(),
                                sessions.get()))
                : Optional.empty();
    }

    private static Optional<String> poolName(Value value) {
        Optional<String> text = value.word(100);
        if (text.isPresent() && !POOL.matcher(text.get()).matches()) {
            value.wrong(
                    "expected a pool's name of letters, digits, '-' and '_', seen "
                            + Shown.of(text.get()));
            return Optional.empty();
        }
        return text;
    }

    private static Optional<List<Integer>> shares(Value list) {
        Optional<List<Value>> items = list.items(1, MOST_SHARES);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> shares = new ArrayList<>();
        for (Value item : items.get()) {
            item.whole(1, WHOLE, "percent").map(Long::intValue).ifPresent(shares::add);
        }
        if (shares.size() < items.get().size()) {
            return Optional.empty();
        }
        boolean rising = shares.getLast() == WHOLE;
        for (int i = 1; i < shares.size(); i++) {
            rising &= shares.get(i) > shares.get(i - 1);
        }
        if (!rising) {
            list.wrong(
                    "expected shares that rise to 100, such as [10, 25, 50, 100], seen "
                            + shares.stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(", ")));
            return Optional.empty();
        }
        return Optional.of(shares);
    }
}
