package dev.cutover.planfile;

import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.plan.Plan.PlannedSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The record sets that change. What the zone really holds is compared later, by the planner. */
final class RecordsReader {
    /** What Cloudflare takes in one batch on paid plans. */
    static final int MOST = 3_500;

    private static final int MOST_VALUES = 100;
    private static final int MOST_STEPS = 100;

    private static final Map<String, RecordType> TYPES =
            List.of(RecordType.A, RecordType.AAAA, RecordType.CNAME).stream()
                    .collect(
                            Collectors.toMap(
                                    RecordType::name,
                                    Function.identity(),
                                    (a, b) -> a,
                                    LinkedHashMap::new));

    private static final Map<String, Boolean> YES_OR_NO =
            new TreeMap<>(Map.of("true", true, "false", false));

    private RecordsReader() {}

    private record Entry(Value value, PlannedSet set) {}

    /**
     * The sets in the file's order; empty when any of them has a mistake.
     *
     * @param taken the steps in which pools move; records that name no step follow the last of them
     */
    static Optional<List<PlannedSet>> read(Value records, DnsName zone, Set<Integer> taken) {
        int usual = taken.stream().max(Integer::compareTo).orElse(0) + 1;
        Optional<List<Value>> items = records.items(1, MOST);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        List<Entry> entries = new ArrayList<>();
        for (Value item : items.get()) {
            item.fields(Section.RECORD)
                    .flatMap(fields -> set(fields, zone, usual))
                    .ifPresent(set -> entries.add(new Entry(item, set)));
        }
        boolean together = checkTogether(entries);
        // A record that could not be read may be the one that its step seems to lack.
        boolean all = entries.size() == items.get().size();
        return together && all && checkSteps(records, entries, taken)
                ? Optional.of(entries.stream().map(Entry::set).toList())
                : Optional.empty();
    }

    private static Optional<PlannedSet> set(Fields in, DnsName zone, int usualStep) {
        Optional<DnsName> name = in.need("name", "www").flatMap(v -> Names.within(v, zone));
        Optional<RecordType> type = in.need("type", "A").flatMap(RecordsReader::type);
        Optional<Value> toValue = in.need("to", "[203.0.113.20]");
        Optional<Value> fromValue = in.need("from", "[198.51.100.10]");
        Optional<Value> proxiedValue = in.get("proxied");
        Optional<Boolean> proxied = proxiedValue.flatMap(v -> v.oneOf(YES_OR_NO));
        Optional<Value> markValue = in.get("mark");
        Optional<Boolean> mark = markValue.flatMap(v -> v.oneOf(YES_OR_NO));
        Optional<Integer> step =
                in.get("step")
                        .map(v -> v.whole(1, MOST_STEPS, "steps").map(Long::intValue))
                        .orElse(Optional.of(usualStep));
        if (type.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<String>> from = fromValue.flatMap(v -> contents(v, type.get(), zone));
        Optional<List<String>> to = toValue.flatMap(v -> contents(v, type.get(), zone));
        Optional<List<String>> fallback =
                in.get("fallback").map(v -> contents(v, type.get(), zone)).orElse(from);
        if (name.isEmpty()
                || step.isEmpty()
                || from.isEmpty()
                || to.isEmpty()
                || fallback.isEmpty()
                || proxied.isPresent() != proxiedValue.isPresent()
                || mark.isPresent() != markValue.isPresent()) {
            return Optional.empty();
        }
        PlannedSet set =
                new PlannedSet(
                        name.get(),
                        type.get(),
                        from.get(),
                        to.get(),
                        fallback.get(),
                        proxied,
                        mark.filter(yes -> yes),
                        step.get());
        return checkAlone(set, in.whole(), toValue.get()) ? Optional.of(set) : Optional.empty();
    }

    private static boolean checkAlone(PlannedSet set, Value whole, Value to) {
        if (set.from().isEmpty() && set.to().isEmpty()) {
            whole.wrong(set.key() + ": expected values in 'from' or 'to', seen two empty lists");
            return false;
        }
        if (sorted(set.from()).equals(sorted(set.to())) && set.proxied().isEmpty()) {
            to.wrong(set.key() + ": 'to' equals 'from', nothing would change; remove the record");
            return false;
        }
        if (sorted(set.fallback()).equals(sorted(set.to())) && set.proxied().isEmpty()) {
            whole.wrong(
                    set.key()
                            + ": 'fallback' equals 'to', so that it could not be taken back; name the"
                            + " values it falls back to, or leave 'fallback' out to fall back to 'from'");
            return false;
        }
        if (set.type() == RecordType.CNAME) {
            for (List<String> side : List.of(set.from(), set.to(), set.fallback())) {
                if (side.size() > 1) {
                    whole.wrong(
                            set.key() + ": a CNAME has one value, seen " + String.join(", ", side));
                    return false;
                }
                if (side.contains(set.name().value())) {
                    whole.wrong(set.key() + ": points at itself");
                    return false;
                }
            }
        }
        return true;
    }

    private static Optional<RecordType> type(Value value) {
        Optional<String> text = value.text(20);
        if (text.isPresent()
                && !TYPES.containsKey(text.get())
                && RecordType.of(text.get()) != RecordType.OTHER
                && !RecordType.of(text.get()).isPlannable()) {
            value.wrong(
                    "expected A, AAAA or CNAME, seen "
                            + RecordType.of(text.get())
                            + "; this controller never changes NS, SOA, MX, TXT and the like"
                            + (RecordType.of(text.get()) == RecordType.NS
                                    ? " (nameserver moves are out of scope)"
                                    : ""));
            return Optional.empty();
        }
        return text.isEmpty() ? Optional.empty() : value.oneOf(TYPES);
    }

    private static Optional<List<String>> contents(Value list, RecordType type, DnsName zone) {
        Optional<List<Value>> items = list.items(0, MOST_VALUES);
        if (items.isEmpty()) {
            return Optional.empty();
        }
        List<String> contents = new ArrayList<>();
        boolean fine = true;
        for (Value item : items.get()) {
            Optional<String> content = item.text(300).flatMap(t -> content(item, t, type, zone));
            fine &= content.isPresent();
            if (content.isPresent() && contents.contains(content.get())) {
                item.wrong(content.get() + " is listed twice; keep one");
                fine = false;
            }
            content.ifPresent(contents::add);
        }
        return fine ? Optional.of(contents) : Optional.empty();
    }

    private static Optional<String> content(
            Value item, String text, RecordType type, DnsName zone) {
        if (type == RecordType.CNAME
                && Address.ipv4(text).isEmpty()
                && Address.ipv6(text).isEmpty()) {
            return Names.target(item, text, zone).map(DnsName::value);
        }
        try {
            String content = Address.normalContent(type, text);
            if (reachesNobody(content)) {
                item.wrong("expected the address of a server, seen " + content);
                return Optional.empty();
            }
            return Optional.of(content);
        } catch (IllegalArgumentException e) {
            boolean six = type == RecordType.A && Address.ipv6(text).isPresent();
            item.wrong(
                    "expected "
                            + (type == RecordType.A
                                    ? "an IPv4 address for A"
                                    : type == RecordType.AAAA
                                            ? "an IPv6 address for AAAA"
                                            : "a host name for CNAME")
                            + ", seen "
                            + Shown.of(text)
                            + (six ? " (that is IPv6: use type AAAA)" : "")
                            + (type == RecordType.AAAA && Address.ipv4(text).isPresent()
                                    ? " (that is IPv4: use type A)"
                                    : ""));
            return Optional.empty();
        }
    }

    /** Unspecified, multicast and broadcast addresses. Source: RFC 6890, RFC 4291 section 2.7. */
    private static boolean reachesNobody(String content) {
        int dot = content.indexOf('.');
        if (dot > 0) {
            int first = Integer.parseInt(content.substring(0, dot));
            return first == 0 || first >= 224;
        }
        return content.equals("::") || content.startsWith("ff");
    }

    private static boolean checkTogether(List<Entry> entries) {
        boolean fine = true;
        Map<SetKey, Entry> byKey = new HashMap<>();
        Map<DnsName, List<Entry>> byName = new TreeMap<>();
        for (Entry entry : entries) {
            Entry first = byKey.putIfAbsent(entry.set().key(), entry);
            if (first != null) {
                entry.value()
                        .wrong(
                                entry.set().key()
                                        + " is planned twice, first in line "
                                        + first.value().line()
                                        + "; keep one");
                fine = false;
            }
            byName.computeIfAbsent(entry.set().name(), n -> new ArrayList<>()).add(entry);
        }
        for (List<Entry> atName : byName.values()) {
            fine &= checkName(atName);
        }
        return fine;
    }

    private static boolean checkName(List<Entry> atName) {
        Entry last = atName.getLast();
        DnsName name = last.set().name();
        if (atName.stream().map(e -> e.set().step()).distinct().count() > 1) {
            last.value()
                    .wrong(name + " is planned in two steps; all records of a name move together");
            return false;
        }
        if (atName.stream().allMatch(e -> e.set().to().isEmpty())) {
            last.value().wrong(name + " would have no record left; name a value in 'to'");
            return false;
        }
        return cnameStandsAlone(atName, "from", PlannedSet::from)
                && cnameStandsAlone(atName, "to", PlannedSet::to)
                && cnameStandsAlone(atName, "fallback", PlannedSet::fallback);
    }

    private static boolean cnameStandsAlone(
            List<Entry> atName, String key, Function<PlannedSet, List<String>> side) {
        List<Entry> there = atName.stream().filter(e -> !side.apply(e.set()).isEmpty()).toList();
        Set<RecordType> types =
                there.stream()
                        .map(e -> e.set().type())
                        .collect(Collectors.toCollection(TreeSet::new));
        if (types.size() > 1 && types.contains(RecordType.CNAME)) {
            there.getLast()
                    .value()
                    .wrong(
                            there.getLast().set().name()
                                    + ": a CNAME must stand alone (RFC 1034 section 3.6.2), '"
                                    + key
                                    + "' would hold "
                                    + types);
            return false;
        }
        return true;
    }

    private static boolean checkSteps(Value records, List<Entry> entries, Set<Integer> taken) {
        Set<Integer> steps =
                entries.stream()
                        .map(e -> e.set().step())
                        .collect(Collectors.toCollection(TreeSet::new));
        steps.addAll(taken);
        int expected = 1;
        for (int step : steps) {
            if (step != expected) {
                records.wrong(
                        "steps must follow each other from 1; step "
                                + expected
                                + " has no record, step "
                                + step
                                + " has");
                return false;
            }
            expected++;
        }
        return true;
    }

    private static List<String> sorted(List<String> contents) {
        return contents.stream().sorted().toList();
    }
}
