package dev.cutover.planfile;

import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlannedPool;
import dev.cutover.core.plan.PlannedRule;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Collectors;

/** Prints a plan as a plan file that reads back equal, so that random plans can be read; every value is written out. */
public final class PlanText {
    private PlanText() {}

    /** The YAML text, ending with a line break. Landing pages stand in the text itself. */
    public static String write(Plan plan) {
        Lines out = new Lines();
        out.put(0, "cutover", quoted(plan.name()));
        if (!plan.owner().isEmpty()) {
            out.put(0, "owner", quoted(plan.owner()));
        }
        out.put(
                0,
                "site",
                quoted(
                        plan.site().host()
                                + (plan.site().port() == 443 ? "" : ":" + plan.site().port())));
        out.put(0, "preset", Words.of(plan.preset()));
        window(out, plan.window());
        out.section("ttl");
        out.put(1, "lower-to", Long.toString(plan.ttl().lowerToSeconds()));
        out.put(1, "lead", plan.ttl().lead().toString());
        out.section("zone");
        out.put(1, "provider", plan.zone().provider());
        out.put(1, "name", quoted(plan.zone().name().value()));
        plan.zone().server().ifPresent(server -> out.put(1, "server", quoted(server)));
        out.put(1, plan.zone().server().isPresent() ? "key" : "token", quoted(plan.zone().token()));
        if (!plan.sets().isEmpty()) {
            out.section("records");
            plan.sets().forEach(set -> record(out, set));
        }
        if (!plan.origins().isEmpty()) {
            out.section("origins");
            plan.origins().forEach(pool -> pool(out, pool));
        }
        if (!plan.ruled().isEmpty()) {
            out.section("origin-rules");
            plan.ruled().forEach(rule -> rule(out, rule));
        }
        out.put(0, "writes", Words.of(plan.writes()));
        out.put(0, "dwell", plan.dwell().toString());
        out.put(0, "soak", plan.soak().toString());
        edge(out, plan.edge());
        plan.promotion().ifPresent(p -> promotion(out, p));
        out.section("checks");
        out.list(1, "landing-pages", plan.checks().landingPages());
        out.list(1, "tls-names", texts(plan.checks().tlsNames()));
        watch(out, plan.watch());
        out.section("fallback");
        out.put(1, "read-only", plan.fallback().readOnly().toString());
        out.put(1, "after-writes", Words.of(plan.fallback().afterWrites()));
        out.put(1, "hold-deadline", plan.fallback().holdDeadline().toString());
        out.section("approvals");
        out.put(1, "need", Integer.toString(plan.approvals().need()));
        out.section("limits");
        out.put(1, "zone-share", share(plan.limits().zoneShare()));
        if (!plan.limits().acknowledged().isEmpty()) {
            out.list(0, "acknowledge", texts(plan.limits().acknowledged()));
        }
        return out.text();
    }

    private static void window(Lines out, Plan.Window window) {
        out.section("window");
        out.put(1, "opens", local(window.opensAt(), window.zone()));
        out.put(1, "closes", local(window.closesAt(), window.zone()));
        out.put(1, "zone", quoted(window.zone().getId()));
        out.put(1, "at-close", Words.of(window.atClose()));
    }

    /** The local time; with its offset where clocks show it twice. */
    private static String local(Instant at, ZoneId zone) {
        LocalDateTime local = LocalDateTime.ofInstant(at, zone);
        boolean twice = zone.getRules().getValidOffsets(local).size() == 2;
        return local + (twice ? zone.getRules().getOffset(at).getId() : "");
    }

    private static void record(Lines out, Plan.PlannedSet set) {
        // The trailing dot keeps a name such as eu.acme.example from being read as relative.
        out.raw("  - name: " + quoted(set.name().value() + "."));
        out.put(2, "type", set.type().name());
        out.flow(2, "from", set.from());
        out.flow(2, "to", set.to());
        out.flow(2, "fallback", set.fallback());
        set.proxied().ifPresent(yes -> out.put(2, "proxied", yes.toString()));
        set.marked().ifPresent(yes -> out.put(2, "mark", yes.toString()));
        out.put(2, "step", Integer.toString(set.step()));
    }

    private static void pool(Lines out, PlannedPool pool) {
        out.raw("  - pool: " + quoted(pool.pool()));
        out.put(2, "from", quoted(pool.from()));
        out.put(2, "to", quoted(pool.to()));
        out.put(2, "steps", pool.percents().toString());
        out.put(2, "step", Integer.toString(pool.step()));
        out.put(2, "dwell", pool.dwell().toString());
        if (pool.sessions() != PlannedPool.Sessions.UNSAID) {
            out.put(2, "sessions", Words.of(pool.sessions()));
        }
    }

    private static void rule(Lines out, PlannedRule rule) {
        // The trailing dot keeps a name such as eu.acme.example from being read as relative.
        out.raw("  - name: " + quoted(rule.name().value() + "."));
        out.flow(2, "from", rule.from());
        out.section(2, "to");
        rule.to().host().ifPresent(host -> out.put(3, "host", quoted(host.value() + ".")));
        rule.to().port().ifPresent(port -> out.put(3, "port", port.toString()));
        rule.to().hostHeader().ifPresent(n -> out.put(3, "host-header", quoted(n.value())));
        rule.to().sni().ifPresent(n -> out.put(3, "sni", quoted(n.value())));
        out.put(2, "step", Integer.toString(rule.step()));
        out.put(2, "dwell", rule.dwell().toString());
    }

    private static void edge(Lines out, Plan.EdgePlan edge) {
        out.section("edge");
        out.put(1, "purge", Words.of(edge.purge()));
        // A provider without an edge takes no word about one.
        if (edge.portion() != Plan.EdgePlan.USUAL_PORTION) {
            out.put(1, "portion", Integer.toString(edge.portion()));
        }
        if (!edge.pause().equals(Plan.EdgePlan.USUAL_PAUSE)) {
            out.put(1, "pause", edge.pause().toString());
        }
        EdgeReader.words()
                .forEach(
                        (key, setting) -> {
                            if (edge.during().contains(setting)) {
                                out.put(1, key, quoted(setting.value()));
                            }
                        });
        if (!edge.bypassCache().isEmpty()) {
            out.flow(1, "bypass-cache", edge.bypassCache());
        }
    }

    private static void promotion(Lines out, Plan.PromotionPlan promotion) {
        out.section("promotion");
        out.put(1, "engine", promotion.engine());
        out.put(1, "staging", quoted(promotion.staging()));
        out.put(1, "production", quoted(promotion.production()));
        out.put(1, "credentials", quoted(promotion.credentials()));
        out.put(1, "expected", promotion.expected().toString());
    }

    private static void watch(Lines out, Plan.Watch watch) {
        out.section("watch");
        out.put(1, "sources", watch.provider() ? "[probes, cloudflare]" : "[probes]");
        out.put(1, "error-ceiling", share(watch.errorCeiling()));
        out.put(1, "resolver-latency-ceiling", watch.resolverLatencyCeiling().toString());
        out.put(1, "window", watch.window().toString());
        out.put(1, "patience", watch.patience().toString());
        out.put(1, "quorum", share(watch.quorum()));
        watch.weights()
                .ifPresent(
                        w ->
                                out.put(
                                        1,
                                        "weights",
                                        w.by().entrySet().stream()
                                                .map(e -> quoted(e.getKey() + "=" + e.getValue()))
                                                .collect(Collectors.joining(", ", "[", "]"))));
        watch.regions()
                .ifPresent(
                        r ->
                                out.put(
                                        1,
                                        "regions",
                                        r.all().stream()
                                                .map(
                                                        one ->
                                                                quoted(
                                                                        one.name()
                                                                                + "="
                                                                                + one.network()))
                                                .collect(Collectors.joining(", ", "[", "]"))));
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(Object::toString).toList();
    }

    private static String share(double share) {
        return BigDecimal.valueOf(share).stripTrailingZeros().toPlainString();
    }

    /** Double quotes, so that nothing in it means anything to YAML. */
    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                String digits = Integer.toHexString(c);
                out.append("\\u").append("0000".substring(digits.length())).append(digits);
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** The lines so far; two blanks for each level. */
    private static final class Lines {
        private final StringBuilder out = new StringBuilder();

        void raw(String line) {
            out.append(line).append('\n');
        }

        void section(String key) {
            section(0, key);
        }

        void section(int level, String key) {
            raw("  ".repeat(level) + key + ":");
        }

        void put(int level, String key, String value) {
            raw("  ".repeat(level) + key + ": " + value);
        }

        void list(int level, String key, List<String> values) {
            raw("  ".repeat(level) + key + ":");
            values.forEach(v -> raw("  ".repeat(level + 1) + "- " + quoted(v)));
        }

        void flow(int level, String key, List<String> values) {
            put(
                    level,
                    key,
                    values.stream()
                            .map(PlanText::quoted)
                            .collect(Collectors.joining(", ", "[", "]")));
        }

        String text() {
            return out.toString();
        }
    }
}
