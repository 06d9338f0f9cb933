package dev.cutover.core.edge;

import dev.cutover.core.dns.DnsName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One part of the edge as its provider keeps it, whole: what a plan does not speak of is carried along and
 * written back as it was read.
 */
public sealed interface EdgePart {
    EdgeKey key();

    /** When the provider says it was last written; empty where it does not say. No field. */
    Optional<Instant> modifiedAt();

    /** Every field with its value, comparable by {@code equals}. A field that is not there has none. */
    SortedMap<EdgeField, Object> fields();

    /**
     * This part with one field as {@code source} has it: taken over, added or removed. Where there is no
     * place for it, as for the weight of an origin that is gone, this part as it is.
     *
     * @param source a part with the same key
     */
    EdgePart with(EdgeField field, EdgePart source);

    /**
     * A load balancer's pool.
     *
     * @param id the provider's own key; no field
     * @param monitored whether the provider watches its origins' health; no field
     * @param origins in the provider's order
     */
    record Pool(
            String id,
            String name,
            boolean enabled,
            boolean monitored,
            List<PoolOrigin> origins,
            Optional<Instant> modifiedAt)
            implements EdgePart {
        static final String ENABLED = "enabled";
        static final String WEIGHT = "weight";

        public Pool {
            origins = List.copyOf(origins);
        }

        @Override
        public EdgeKey key() {
            return EdgeKey.pool(name);
        }

        /** The origin of that name. */
        public Optional<PoolOrigin> origin(String wanted) {
            return origins.stream().filter(o -> o.name().equals(wanted)).findFirst();
        }

        /** This pool with one origin, found by its name, replaced. */
        public Pool with(PoolOrigin replacement) {
            return new Pool(
                    id,
                    name,
                    enabled,
                    monitored,
                    origins.stream()
                            .map(o -> o.name().equals(replacement.name()) ? replacement : o)
                            .toList(),
                    modifiedAt);
        }

        @Override
        public SortedMap<EdgeField, Object> fields() {
            SortedMap<EdgeField, Object> fields = new TreeMap<>();
            fields.put(new EdgeField("", ENABLED), enabled);
            for (PoolOrigin o : origins) {
                String at = at(o);
                fields.put(new EdgeField(at, "address"), o.address());
                fields.put(new EdgeField(at, ENABLED), o.enabled());
                fields.put(new EdgeField(at, WEIGHT), o.weight());
                fields.put(new EdgeField(at, "port"), o.port());
                fields.put(new EdgeField(at, "host"), o.hostHeader());
                fields.put(new EdgeField(at, "others"), o.others());
            }
            return fields;
        }

        /** Takes over weights and switches only: no plan changes where an origin is. */
        @Override
        public EdgePart with(EdgeField field, EdgePart source) {
            if (!(source instanceof Pool other) || field.at().isEmpty()) {
                return this;
            }
            for (PoolOrigin mine : origins) {
                Optional<PoolOrigin> theirs = other.origin(mine.name());
                if (at(mine).equals(field.at()) && theirs.isPresent()) {
                    return switch (field.what()) {
                        case WEIGHT -> with(mine.withWeight(theirs.get().weightPercent()));
                        case ENABLED -> with(mine.withEnabled(theirs.get().enabled()));
                        default -> this;
                    };
                }
            }
            return this;
        }

        private static String at(PoolOrigin origin) {
            return "origin " + origin.name();
        }
    }

    /**
     * The rules of one phase, ours and others', in order.
     *
     * @param rulesetId empty when the phase has no rules at all
     */
    record Rules(String phase, String rulesetId, List<EdgeRule> rules, Optional<Instant> modifiedAt)
            implements EdgePart {
        public Rules {
            rules = List.copyOf(rules);
        }

        @Override
        public EdgeKey key() {
            return EdgeKey.rules(phase);
        }

        @Override
        public SortedMap<EdgeField, Object> fields() {
            SortedMap<EdgeField, Object> fields = new TreeMap<>();
            rules.forEach(r -> fields.put(field(r), r.content()));
            return fields;
        }

        @Override
        public EdgePart with(EdgeField field, EdgePart source) {
            if (!(source instanceof Rules other)) {
                return this;
            }
            Optional<EdgeRule> wanted =
                    other.rules().stream().filter(r -> field(r).equals(field)).findFirst();
            List<EdgeRule> next = new ArrayList<>();
            boolean found = false;
            for (EdgeRule rule : rules) {
                if (!field(rule).equals(field)) {
                    next.add(rule);
                } else {
                    found = true;
                    wanted.ifPresent(next::add);
                }
            }
            if (!found) {
                wanted.ifPresent(next::add);
            }
            return new Rules(phase, rulesetId, next, modifiedAt);
        }

        private static EdgeField field(EdgeRule rule) {
            return new EdgeField("", "rule " + rule.ref());
        }
    }

    /**
     * One setting of the zone.
     *
     * @param value as the provider prints it in JSON, such as {@code "on"} with its quotes
     */
    record Setting(String id, String value, Optional<Instant> modifiedAt) implements EdgePart {
        private static final EdgeField VALUE = new EdgeField("", "value");

        @Override
        public EdgeKey key() {
            return EdgeKey.setting(id);
        }

        @Override
        public SortedMap<EdgeField, Object> fields() {
            SortedMap<EdgeField, Object> fields = new TreeMap<>();
            fields.put(VALUE, value);
            return fields;
        }

        @Override
        public EdgePart with(EdgeField field, EdgePart source) {
            return field.equals(VALUE) && source instanceof Setting other
                    ? new Setting(id, other.value(), modifiedAt)
                    : this;
        }
    }

    /**
     * The one rule by which we send a name's visitors to another origin, beside other people's rules of the
     * same phase. Its rule comes and goes as a whole: half a rule routes nobody.
     *
     * @param without content of the name's records, where its visitors are without the rule; no field, and
     *     empty where only the rule was read
     * @param rule ours; empty while there is none
     * @param modifiedAt when our rule was last written; other people's writes to the phase do not count
     */
    record OriginRule(
            DnsName name,
            List<String> without,
            Optional<EdgeRule> rule,
            Optional<Instant> modifiedAt)
            implements EdgePart {
        /** The phase whose rules say where a request goes. Source: Cloudflare rules/origin-rules. */
        public static final String PHASE = "http_request_origin";

        private static final EdgeField RULE = new EdgeField("", "rule");

        public OriginRule {
            without = List.copyOf(without);
        }

        /** The rule alone, as a provider keeps it. */
        public OriginRule(DnsName name, Optional<EdgeRule> rule, Optional<Instant> modifiedAt) {
            this(name, List.of(), rule, modifiedAt);
        }

        /** The ref by which our rule for a name is found again. */
        public static String ref(DnsName name) {
            return "cutover-origin-" + name.value();
        }

        /**
         * Whether somebody's rule speaks of a name in as many words; by a pattern or of every name it may
         * concern it as well, which no text tells.
         */
        public static boolean names(EdgeRule rule, DnsName name) {
            return !rule.content().getOrDefault("enabled", "true").equals("false")
                    && rule.content()
                            .getOrDefault("expression", "")
                            .contains("\\\"" + name.value() + "\\\"");
        }

        /** What our rule for a name matches, as JSON text: that name and nothing else. */
        public static String matching(DnsName name) {
            return "\"http.host eq \\\"" + name.value() + "\\\"\"";
        }

        @Override
        public EdgeKey key() {
            return EdgeKey.rule(name);
        }

        @Override
        public SortedMap<EdgeField, Object> fields() {
            SortedMap<EdgeField, Object> fields = new TreeMap<>();
            rule.ifPresent(r -> fields.put(RULE, new RuleWords(name, r)));
            return fields;
        }

        @Override
        public EdgePart with(EdgeField field, EdgePart source) {
            return field.equals(RULE) && source instanceof OriginRule other
                    ? new OriginRule(name, without, other.rule(), modifiedAt)
                    : this;
        }
    }
}
