package dev.cutover.core.timeline;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Prints how far forecasts are from what happens, over many simulated switches. `bench/forecast`
/// starts it. Ends with 1 when an honest cache exceeds a latest moment or the median is off by more
/// than 5 %.
final class ForecastBench {
    private static final double ALLOWED = 0.05;

    private ForecastBench() {}

    public static void main(String[] args) {
        int switches = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
        Map<SwitchWorld.Kind, List<Double>> errors = new EnumMap<>(SwitchWorld.Kind.class);
        List<Double> all = new ArrayList<>();
        Map<Double, List<Double>> quorum = new TreeMap<>();
        Map<Double, Integer> inRange = new TreeMap<>();
        List<String> broken = new ArrayList<>();
        int named = 0;
        int toName = 0;
        long asked = 0;
        long byTick = 0;
        for (int seed = 0; seed < switches; seed++) {
            SwitchRun run = SwitchRun.of(seed);
            run.errors.forEach(
                    (k, e) -> errors.computeIfAbsent(k, x -> new ArrayList<>()).addAll(e));
            run.errors.forEach((k, e) -> all.addAll(k.isHonest() ? e : List.of()));
            run.quorumErrors.forEach(
                    (q, e) -> quorum.computeIfAbsent(q, x -> new ArrayList<>()).add(e));
            run.quorumInRange.forEach(q -> inRange.merge(q, 1, Integer::sum));
            int number = seed;
            run.broken.forEach(b -> broken.add("seed " + number + ": " + b));
            named += run.named;
            toName += run.toName;
            asked += run.asked;
            byTick += run.askedByTick;
        }
        System.out.println(switches + " switches, 48 resolvers each, TTLs of 60 to 600 s");
        System.out.println(
                "first forecast of a cache beside what happens, relative to what was left:");
        errors.forEach((kind, e) -> print(kind.name().toLowerCase(Locale.ROOT), e));
        print("all that keep to TTLs", all);
        quorum.forEach(
                (q, e) ->
                        print(
                                String.format(
                                        Locale.ROOT,
                                        "time to %.0f %%; %d in range",
                                        100 * q,
                                        inRange.getOrDefault(q, 0)),
                                e));
        System.out.printf(
                Locale.ROOT, "resolvers that outlast TTLs, named: %d of %d%n", named, toName);
        System.out.printf(
                Locale.ROOT,
                "questions asked: %d, by a tick of 5 s they were %d (%.0f %% less)%n",
                asked,
                byTick,
                100.0 * (byTick - asked) / byTick);
        System.out.println(
                "latest moments exceeded by an honest cache, or honest ones accused: "
                        + broken.size());
        broken.stream().limit(10).forEach(System.out::println);
        boolean good = broken.isEmpty() && median(all) <= ALLOWED;
        System.out.println(good ? "as promised" : "NOT as promised");
        if (!good) {
            System.exit(1);
        }
    }

    private static void print(String what, List<Double> errors) {
        if (!errors.isEmpty()) {
            List<Double> sorted = errors.stream().sorted().toList();
            System.out.printf(
                    Locale.ROOT,
                    "  %-24s %7d   median %5.2f %%   p90 %6.1f %%%n",
                    what,
                    errors.size(),
                    100 * median(errors),
                    100 * sorted.get((int) (0.9 * (sorted.size() - 1))));
        }
    }

    static double median(List<Double> values) {
        return values.isEmpty() ? 0 : values.stream().sorted().toList().get(values.size() / 2);
    }
}
