package dev.cutover.planfile;

import dev.cutover.core.dns.Region;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.ResolverWeights;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is watched after the switch, and how bad is too bad. */
final class WatchReader {
    private static final int MOST_WEIGHTS = 100;
    private static final int MOST_WEIGHT = 100;
    private static final int LONGEST_WEIGHT = 80;
    private static final int LONGEST_REGION = 100;
    private static final Pattern WEIGHT = Pattern.compile("([^=]{1,70}?) *= *([0-9]{1,3})");

    private WatchReader() {}

    static Optional<Plan.Watch> read(Fields file, Defaults defaults) {
        Optional<Fields> fields = file.section("watch", Section.WATCH);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Fields in = fields.get();
        Optional<Boolean> provider =
                in.read(
                        "sources",
                        WatchReader::sources,
                        false,
                        p -> p ? "[probes, cloudflare]" : "[probes]");
        Optional<Double> ceiling =
                in.read(
                        "error-ceiling",
                        v -> v.share(0.0001, 0.5),
                        Defaults.ERROR_CEILING,
                        Object::toString);
        Optional<Duration> latency =
                in.duration(
                        "resolver-latency-ceiling",
                        Duration.ofMillis(10),
                        Duration.ofSeconds(30),
                        Defaults.RESOLVER_LATENCY_CEILING);
        Optional<Duration> window =
                in.duration(
                        "window",
                        Duration.ofSeconds(10),
                        Duration.ofHours(1),
                        Defaults.WATCH_WINDOW);
        Optional<Duration> patience =
                in.duration(
                        "patience", Duration.ofSeconds(5), Duration.ofHours(1), Defaults.PATIENCE);
        Optional<Double> quorum =
                in.read("quorum", v -> v.share(0.5, 1), defaults.quorum(), Object::toString);
        Optional<Value> named = in.get("weights");
        Optional<ResolverWeights> weights = named.flatMap(WatchReader::weights);
        Optional<Value> places = in.get("regions");
        Optional<Plan.Regions> regions = places.flatMap(WatchReader::regions);
        return provider.isPresent()
                        && ceiling.isPresent()
                        && latency.isPresent()
                        && window.isPresent()
                        && patience.isPresent()
                        && quorum.isPresent()
                        && weights.isPresent() == named.isPresent()
                        && regions.isPresent() == places.isPresent()
                ? Optional.of(
                        new Plan.Watch(
                                provider.get(),
                                ceiling.get(),
                                latency.get(),
                                window.get(),
                                patience.get(),
                                quorum.get(),
                                weights,
                                regions))
                : Optional.empty();
    }

    /** Whose clients are asked for, such as {@code [DE=198.51.100.0/24]}. */
    private static Optional<Plan.Regions> regions(Value value) {
        Optional<List<Value>> items = value.items(1, Region.MOST);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Region> byName = new LinkedHashMap<>();
        for (Value item : items.get()) {
            Optional<String> text = item.text(LONGEST_REGION);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            try {
                Region region = Region.parse(text.get());
                if (byName.putIfAbsent(region.name(), region) != null) {
                    item.wrong(region.name() + " is listed twice; keep one");
                    return Optional.empty();
                }
            } catch (IllegalArgumentException e) {
                item.wrong(String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }
        return Optional.of(new Plan.Regions(List.copyOf(byName.values())));
    }

    /** How much resolvers count, such as {@code [Google=3, DE=2]}. */
    private static Optional<ResolverWeights> weights(Value value) {
        Optional<List<Value>> items = value.items(1, MOST_WEIGHTS);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        SortedMap<String, Long> by = new TreeMap<>();
        for (Value item : items.get()) {
            Optional<String> text = item.text(LONGEST_WEIGHT);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            Matcher parts = WEIGHT.matcher(text.get());
            if (!parts.matches() || Long.parseLong(parts.group(2)) > MOST_WEIGHT) {
                item.wrong(
                        "expected an operator or a country and a weight of 0 to 100, such as Google=3"
                                + " or DE=2, seen "
                                + text.get());
                return Optional.empty();
            }
            if (by.putIfAbsent(parts.group(1), Long.parseLong(parts.group(2))) != null) {
                item.wrong(parts.group(1) + " is listed twice; keep one");
                return Optional.empty();
            }
        }
        return Optional.of(new ResolverWeights(by));
    }

    /** Whether the provider's figures are read beside our own probes, which cannot be left out. */
    private static Optional<Boolean> sources(Value value) {
        Optional<List<Value>> items = value.items(1, 2);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        Set<String> seen = new TreeSet<>();
        for (Value item : items.get()) {
            Optional<String> source = item.oneOf(Words.of(List.of("probes", "cloudflare")));
            if (source.isEmpty()) {
                return Optional.empty();
            }
            if (!seen.add(source.get())) {
                item.wrong(source.get() + " is listed twice; keep one");
                return Optional.empty();
            }
        }
        if (!seen.contains("probes")) {
            value.wrong("'probes' cannot be left out: the provider's figures come minutes late");
            return Optional.empty();
        }
        return Optional.of(seen.contains("cloudflare"));
    }
}
