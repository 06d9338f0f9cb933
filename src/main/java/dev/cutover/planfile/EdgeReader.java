package dev.cutover.planfile;

import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.EdgePlan;
import dev.cutover.core.plan.Plan.EdgeSetting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What happens at the edge around the switch. */
final class EdgeReader {
    private static final String KEEP = "keep";
    private static final int MOST_PREFIXES = 20;

    /** As the published schema has it: nothing in it means anything to a rule's expression. */
    private static final Pattern PREFIX = Pattern.compile("/[A-Za-z0-9._~!$&()*+,;=:@%/-]{1,199}");

    private EdgeReader() {}

    /**
     * @param dnsOnly whether the zone's provider has no edge, so that there is nothing to purge
     */
    static Optional<EdgePlan> read(Fields file, boolean dnsOnly) {
        Optional<Fields> fields = file.section("edge", Section.EDGE);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Fields in = fields.get();
        Optional<Plan.Purge> purge =
                in.read(
                        "purge",
                        v -> v.oneOf(Words.of(Plan.Purge.values())),
                        dnsOnly ? Plan.Purge.NOTHING : Plan.Purge.HOSTS,
                        Words::of);
        Optional<Long> portion =
                in.get("portion")
                        .map(v -> v.whole(1, 100, "pages"))
                        .orElse(Optional.of((long) EdgePlan.USUAL_PORTION));
        Optional<Duration> pause =
                in.get("pause")
                        .map(v -> v.duration(Duration.ZERO, Duration.ofMinutes(5)))
                        .orElse(Optional.of(EdgePlan.USUAL_PAUSE));
        Optional<List<EdgeSetting>> during = during(in);
        Optional<List<String>> bypass =
                in.get("bypass-cache").map(EdgeReader::prefixes).orElse(Optional.of(List.of()));
        boolean complete =
                purge.isPresent()
                        && portion.isPresent()
                        && pause.isPresent()
                        && during.isPresent()
                        && bypass.isPresent();
        return complete
                ? Optional.of(
                        new EdgePlan(
                                purge.get(),
                                portion.get().intValue(),
                                pause.get(),
                                during.get(),
                                bypass.get()))
                : Optional.empty();
    }

    /** The settings by the key that a plan file has for each. */
    static Map<String, EdgeSetting> words() {
        Map<String, EdgeSetting> words = new LinkedHashMap<>();
        words.put("origin-shield", EdgeSetting.ORIGIN_SHIELD_OFF);
        words.put("development-mode", EdgeSetting.DEVELOPMENT_MODE_ON);
        words.put("always-online", EdgeSetting.ALWAYS_ONLINE_OFF);
        return words;
    }

    private static Optional<List<EdgeSetting>> during(Fields in) {
        List<EdgeSetting> during = new ArrayList<>();
        boolean right = true;
        for (Map.Entry<String, EdgeSetting> word : words().entrySet()) {
            Optional<Value> value = in.get(word.getKey());
            if (value.isEmpty()) {
                continue;
            }
            Optional<String> said =
                    value.get().oneOf(Words.of(List.of(word.getValue().value(), KEEP)));
            right &= said.isPresent();
            if (said.isPresent() && !said.get().equals(KEEP)) {
                during.add(word.getValue());
            }
        }
        return right ? Optional.of(during) : Optional.empty();
    }

    private static Optional<List<String>> prefixes(Value value) {
        Optional<List<Value>> items = value.items(1, MOST_PREFIXES);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        Set<String> prefixes = new LinkedHashSet<>();
        boolean right = true;
        for (Value item : items.get()) {
            Optional<String> text = item.text(200);
            if (text.isPresent() && !PREFIX.matcher(text.get()).matches()) {
                item.wrong(
                        "expected the beginning of a path such as /admin, seen "
                                + Shown.of(text.get()));
                right = false;
            } else if (text.isPresent() && !prefixes.add(text.get())) {
                item.wrong(text.get() + " is listed twice; keep one");
                right = false;
            }
            right &= text.isPresent();
        }
        return right ? Optional.of(List.copyOf(prefixes)) : Optional.empty();
    }
}
