package dev.cutover.planfile;

import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.PlannedRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The names that an origin rule moves. What zone and edge really hold is compared later, by the planner. */
final class OriginRulesReader {
    /** What a phase holds on the largest plan level. */
    private static final int MOST = 300;

    private static final int MOST_VALUES = 100;
    private static final int MOST_STEPS = 100;
    private static final Duration DAY = Duration.ofDays(1);

    private OriginRulesReader() {}

    /**
     * The names in the file's order; empty when any of them has a mistake.
     *
     * @param dwell of the plan, for names that have none of their own
     */
    static Optional<List<PlannedRule>> read(Value rules, DnsName zone, Duration dwell) {
        Optional<List<Value>> items = rules.items(1, MOST);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        List<PlannedRule> all = new ArrayList<>();
        Map<DnsName, Integer> lines = new HashMap<>();
        boolean fine = true;
        for (Value item : items.get()) {
            Optional<PlannedRule> rule =
                    item.fields(Section.ORIGIN_RULE).flatMap(f -> rule(f, zone, dwell));
            fine &= rule.isPresent();
            if (rule.isPresent()) {
                Integer first = lines.putIfAbsent(rule.get().name(), item.line());
                if (first != null) {
                    item.wrong(
                            rule.get().name()
                                    + " is planned twice, first in line "
                                    + first
                                    + "; keep one");
                    fine = false;
                }
                all.add(rule.get());
            }
        }
        return fine ? Optional.of(all) : Optional.empty();
    }

    /** The steps in which these names move. */
    static Set<Integer> steps(List<PlannedRule> rules) {
        Set<Integer> steps = new TreeSet<>();
        rules.forEach(r -> steps.add(r.step()));
        return steps;
    }

    private static Optional<PlannedRule> rule(Fields in, DnsName zone, Duration planDwell) {
        Optional<DnsName> name =
                in.need("name", "www")
                        .flatMap(v -> Names.within(v, zone).flatMap(n -> oneHost(v, n)));
        Optional<List<String>> from =
                in.need("from", "[198.51.100.10]").flatMap(v -> contents(v, zone));
        Optional<Value> toValue = in.need("to", "{ host: origin-2.acme.example }");
        Optional<PlannedRule.Target> to =
                toValue.flatMap(v -> v.fields(Section.RULE_TARGET)).flatMap(f -> target(f, zone));
        Optional<Integer> step =
                in.get("step")
                        .map(v -> v.whole(1, MOST_STEPS, "steps").map(Long::intValue))
                        .orElse(Optional.of(1));
        Optional<Duration> dwell = in.duration("dwell", Duration.ZERO, DAY, planDwell);
        if (name.isEmpty() || from.isEmpty() || to.isEmpty() || step.isEmpty() || dwell.isEmpty()) {
            return Optional.empty();
        }
        if (to.get().host().equals(name)) {
            toValue.get().wrong("leads to the name itself; name the host of the other origin");
            return Optional.empty();
        }
        return Optional.of(
                new PlannedRule(name.get(), from.get(), to.get(), step.get(), dwell.get()));
    }

    private static boolean isNoAddress(Value value) {
        Optional<String> text = value.text(300);
        boolean address = text.flatMap(t -> Address.ipv4(t).or(() -> Address.ipv6(t))).isPresent();
        if (address) {
            value.wrong(
                    "expected a host name, because the provider takes no address here, seen "
                            + text.get());
        }
        return text.isPresent() && !address;
    }

    private static Optional<DnsName> oneHost(Value value, DnsName name) {
        if (name.value().startsWith("*")) {
            value.wrong("expected one host, seen the wildcard " + name);
            return Optional.empty();
        }
        return Optional.of(name);
    }

    private static Optional<PlannedRule.Target> target(Fields in, DnsName zone) {
        Optional<Value> portValue = in.get("port");
        Optional<Optional<DnsName>> host = name(in, "host", v -> Names.within(v, zone));
        Optional<Long> port = portValue.flatMap(v -> v.whole(1, 65_535, "as a port"));
        Optional<Optional<DnsName>> header = name(in, "host-header", Names::complete);
        Optional<Optional<DnsName>> sni = name(in, "sni", Names::complete);
        if (in.get("host").isEmpty() && portValue.isEmpty()) {
            in.whole().wrong("expected 'host', 'port' or both, seen neither");
            return Optional.empty();
        }
        return host.isPresent()
                        && port.isPresent() == portValue.isPresent()
                        && header.isPresent()
                        && sni.isPresent()
                ? Optional.of(
                        new PlannedRule.Target(
                                host.get(), port.map(Long::intValue), header.get(), sni.get()))
                : Optional.empty();
    }

    /** A key's host name, or none where the key is left out; empty when it is wrong. */
    private static Optional<Optional<DnsName>> name(
            Fields in, String key, Function<Value, Optional<DnsName>> reading) {
        Optional<Value> value = in.get(key);
        if (value.isEmpty()) {
            return Optional.of(Optional.empty());
        }
        Optional<DnsName> read =
                value.filter(OriginRulesReader::isNoAddress)
                        .flatMap(v -> reading.apply(v).flatMap(n -> oneHost(v, n)));
        return read.isEmpty() ? Optional.empty() : Optional.of(read);
    }

    /** Addresses, or the one host an alias leads to. */
    private static Optional<List<String>> contents(Value list, DnsName zone) {
        Optional<List<Value>> items = list.items(1, MOST_VALUES);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        List<String> contents = new ArrayList<>();
        boolean fine = true;
        for (Value item : items.get()) {
            Optional<String> content =
                    item.text(300)
                            .flatMap(
                                    text ->
                                            Address.ipv4(text)
                                                    .or(() -> Address.ipv6(text))
                                                    .or(
                                                            () ->
                                                                    Names.target(item, text, zone)
                                                                            .map(DnsName::value)));
            fine &= content.isPresent();
            if (content.isPresent() && contents.contains(content.get())) {
                item.wrong(content.get() + " is listed twice; keep one");
                fine = false;
            }
            content.ifPresent(contents::add);
        }
        return fine ? Optional.of(contents) : Optional.empty();
    }
}
