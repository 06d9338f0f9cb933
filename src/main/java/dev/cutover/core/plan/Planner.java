package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.plan.Plan.PlannedSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns a plan and the zone as it is into a diff: current + wanted -> changes, with refusals.
 *
 * <pre>
 *   zone has     plan wants   change
 *   a b          c d          patch a->c, patch b->d
 *   a b          c            patch a->c, delete b
 *   a            c d          patch a->c, create d like a
 *   A x          CNAME y      delete x and create y in one batch (two planned sets)
 *   a b          b c          b stays as it is, patch a->c
 * </pre>
 */
public final class Planner {
    /** Below this many records a share of the zone says little; octoDNS draws the line at the same place. */
    private static final int SHARE_JUDGED_FROM = 10;

    private static final Pattern WORDS = Pattern.compile("[\\s\"]+");

    private Planner() {}

    /**
     * Computes the diff.
     *
     * @param claimedNames names other live cutovers hold, each with the cutover that holds it
     */
    public static PlanDiff plan(Plan plan, ZoneView zone, Map<DnsName, String> claimedNames) {
        Map<String, String> claimed = new HashMap<>();
        claimedNames.forEach((name, holder) -> claimed.put(name.value(), holder));
        return plan(plan, zone, EdgeView.none(zone.observedAt()), claimed);
    }

    /**
     * Computes the diff of records and edge.
     *
     * @param edge what was read of {@link Plan#edgeKeys}
     * @param claimed what other live cutovers hold, as {@link Plan#claims} words it, each with its holder
     */
    public static PlanDiff plan(
            Plan plan, ZoneView zone, EdgeView edge, Map<String, String> claimed) {
        List<Refusal> refusals = new ArrayList<>();
        Map<SetKey, PlannedSet> wanted = new LinkedHashMap<>();
        for (PlannedSet set : plan.sets()) {
            refuseSet(plan, set, refusals);
            if (wanted.put(set.key(), set) != null) {
                refusals.add(
                        new Refusal(
                                "DuplicateSet",
                                set.key().toString(),
                                "is planned twice; keep one entry"));
            }
        }
        List<SetChange> changes = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (PlannedSet set : wanted.values()) {
            changes.add(SetPlanner.change(plan, set, zone, wanted, refusals));
        }
        refuseClaims(plan, claimed, refusals);
        PoolPlanner pools = PoolPlanner.of(plan, edge);
        refusals.addAll(pools.refusals());
        RulePlanner rules = RulePlanner.of(plan, zone, edge);
        refusals.addAll(rules.refusals());
        List<EdgeChange> parts = new ArrayList<>(pools.changes());
        parts.addAll(rules.changes());
        CachePlanner cache = CachePlanner.of(plan, edge, proxied(changes, parts));
        refusals.addAll(cache.refusals());
        for (DnsName name :
                wanted.values().stream()
                        .map(PlannedSet::name)
                        .collect(Collectors.toCollection(TreeSet::new))) {
            refuseAfterwards(name, zone, wanted, refusals);
        }
        refuseDependents(plan, zone, wanted, refusals);
        refuseUncovered(plan, zone, name -> pools.routes(name) || isRuled(plan, name), refusals);
        int touched = changes.stream().mapToInt(c -> c.before().size()).sum();
        refuseShare(plan, zone, touched, refusals);
        for (SetChange change : changes) {
            if (change.isHidden()) {
                notes.add(
                        change.key()
                                + " is proxied: it has no TTL to lower; the edge switches it at once");
            }
            SetPlanner.toggled(change).ifPresent(notes::add);
        }
        notes.addAll(pools.notes());
        notes.addAll(rules.notes());
        notes.addAll(cache.notes());
        parts.addAll(cache.changes());
        return new PlanDiff(
                plan,
                changes,
                parts,
                pools.sessions(),
                refusals,
                notes,
                zone.records().size(),
                touched,
                StateHash.of(plan, changes, parts));
    }

    private static List<DnsName> proxied(List<SetChange> changes, List<EdgeChange> parts) {
        List<DnsName> names = new ArrayList<>();
        changes.stream().filter(SetChange::isProxied).forEach(c -> names.add(c.name()));
        parts.forEach(c -> names.addAll(c.names()));
        return names;
    }

    private static void refuseSet(Plan plan, PlannedSet set, List<Refusal> refusals) {
        String subject = set.key().toString();
        if (!set.type().isPlannable()) {
            refusals.add(
                    new Refusal(
                            "ProtectedType",
                            subject,
                            "expected A, AAAA or CNAME, seen "
                                    + set.type()
                                    + "; this controller never changes NS, SOA, MX, TXT"
                                    + " and the like"
                                    + (set.type() == RecordType.NS
                                            ? " (nameserver moves are out of scope)"
                                            : "")));
        }
        if (!set.name().isWithin(plan.zone().name())) {
            refusals.add(
                    new Refusal(
                            "OutsideZone",
                            subject,
                            "expected a name in zone "
                                    + plan.zone().name()
                                    + ", seen "
                                    + set.name()));
        }
        if ((set.proxied().isPresent() || set.marked().isPresent())
                && plan.zone().server().isPresent()) {
            refusals.add(
                    new Refusal(
                            "NoEdge",
                            subject,
                            "'proxied' or 'mark' is said, but zone "
                                    + plan.zone().name()
                                    + " is on a name server: it has no edge and no notes"));
        }
        if (sorted(set.from()).equals(sorted(set.to())) && set.proxied().isEmpty()) {
            refusals.add(
                    new Refusal(
                            "TargetEqualsCurrent",
                            subject,
                            "'to' equals 'from' ("
                                    + set.to()
                                    + "): nothing would change; remove it"));
        }
    }

    private static void refuseClaims(
            Plan plan, Map<String, String> claimed, List<Refusal> refusals) {
        for (String claim : plan.claims()) {
            String holder = claimed.get(claim);
            if (holder != null) {
                refusals.add(
                        new Refusal(
                                "Overlap",
                                claim,
                                "is held by live cutover "
                                        + holder
                                        + "; wait for its end or abort it first"));
            }
        }
    }

    /** What the name would look like on the next side: never empty, no address type left behind, no CNAME beside others. */
    private static void refuseAfterwards(
            DnsName name, ZoneView zone, Map<SetKey, PlannedSet> wanted, List<Refusal> refusals) {
        Map<RecordType, Integer> next = new HashMap<>();
        for (DnsRecord record : zone.at(name)) {
            if (!wanted.containsKey(record.key())) {
                next.merge(record.type(), 1, Integer::sum);
            }
        }
        Set<RecordType> leftBehind =
                next.keySet().stream()
                        .filter(RecordType::routesVisitors)
                        .collect(Collectors.toCollection(TreeSet::new));
        for (RecordType type : leftBehind) {
            refusals.add(
                    new Refusal(
                            "SiblingLeftBehind",
                            name + " " + type,
                            "exists in the zone but is not planned: visitors using it would stay on the old side; plan it too"));
        }
        for (PlannedSet set : wanted.values()) {
            if (set.name().equals(name) && !set.to().isEmpty()) {
                next.merge(set.type(), set.to().size(), Integer::sum);
            }
        }
        if (next.keySet().stream().noneMatch(RecordType::routesVisitors)) {
            refusals.add(
                    new Refusal(
                            "EmptiesName",
                            name.value(),
                            "would have no A, AAAA or CNAME left; name a 'to'"));
        }
        if (wanted.values().stream()
                        .filter(s -> s.name().equals(name))
                        .mapToInt(PlannedSet::step)
                        .distinct()
                        .count()
                > 1) {
            refusals.add(
                    new Refusal(
                            "SplitName",
                            name.value(),
                            "is planned in two steps; all sets of one name move together"));
        }
        int cnames = next.getOrDefault(RecordType.CNAME, 0);
        if (cnames > 1 || (cnames == 1 && next.size() > 1)) {
            refusals.add(
                    new Refusal(
                            "CnameBesideOthers",
                            name.value(),
                            "a CNAME must stand alone (RFC 1034 section 3.6.2), the next side would hold "
                                    + new TreeSet<>(next.keySet())));
        }
    }

    /**
     * Pages and certificates are looked at by pinned address before anybody is routed there. A name without a
     * planned address could never pass its gates, and TTLs would have been lowered for nothing.
     */
    private static void refuseUncovered(
            Plan plan, ZoneView zone, Predicate<DnsName> atEdge, List<Refusal> refusals) {
        DnsName host = plan.site().host();
        TreeSet<DnsName> looked = new TreeSet<>(plan.checks().tlsNames());
        looked.add(host);
        for (DnsName name : looked) {
            if (atEdge.test(name)) {
                continue;
            }
            boolean next = isServed(plan, name, PlannedSet::to);
            boolean back = !name.equals(host) || isServed(plan, name, PlannedSet::fallback);
            boolean said =
                    refusals.stream()
                            .anyMatch(
                                    r ->
                                            r.code().equals("EmptiesName")
                                                    && r.subject().equals(name.value()));
            if (said || (next && back)) {
                continue;
            }
            String key = name.equals(host) ? "'site'" : "'checks.tls-names'";
            String alias =
                    zone.at(name).stream()
                            .filter(r -> r.type() == RecordType.CNAME)
                            .findFirst()
                            .map(r -> " (the zone has it as an alias of " + r.content() + ")")
                            .orElse("");
            refusals.add(
                    new Refusal(
                            "NotCovered",
                            name.value(),
                            key
                                    + " names it, but no planned record says where it is on the "
                                    + (next ? "fallback" : "next")
                                    + " side"
                                    + alias
                                    + ": it could never be checked before the switch; add its A,"
                                    + " AAAA or CNAME to 'records', or name another in "
                                    + key));
        }
    }

    private static boolean isRuled(Plan plan, DnsName name) {
        return plan.ruled().stream().anyMatch(r -> r.name().equals(name));
    }

    private static boolean isServed(
            Plan plan, DnsName name, Function<PlannedSet, List<String>> side) {
        return plan.sets().stream()
                .anyMatch(s -> s.name().equals(name) && !side.apply(s).isEmpty());
    }

    private static void refuseDependents(
            Plan plan, ZoneView zone, Map<SetKey, PlannedSet> wanted, List<Refusal> refusals) {
        Set<DnsName> changed =
                wanted.values().stream().map(PlannedSet::name).collect(Collectors.toSet());
        for (DnsRecord record : zone.records()) {
            boolean mayDepend =
                    switch (record.type()) {
                        case MX, SRV, NS, CNAME, HTTPS, SVCB -> true;
                        case A, AAAA, TXT, SOA, CAA, PTR, DS, TLSA, OTHER -> false;
                    };
            if (!mayDepend
                    || wanted.containsKey(record.key())
                    || plan.limits().acknowledged().contains(record.name())) {
                continue;
            }
            for (String word : WORDS.split(record.content().toLowerCase(Locale.ROOT), -1)) {
                Optional<DnsName> target = nameIn(word);
                if (target.isPresent() && changed.contains(target.get())) {
                    refusals.add(
                            new Refusal(
                                    "DependentNotAcknowledged",
                                    record.key().toString(),
                                    "points at "
                                            + target.get()
                                            + ", which this plan moves; list "
                                            + record.name()
                                            + " under 'acknowledge' once you have checked it"));
                }
            }
        }
    }

    private static Optional<DnsName> nameIn(String word) {
        if (word.indexOf('.') < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DnsName(word));
        } catch (IllegalArgumentException notAName) {
            return Optional.empty();
        }
    }

    private static void refuseShare(Plan plan, ZoneView zone, int touched, List<Refusal> refusals) {
        int all = zone.records().size();
        if (all >= SHARE_JUDGED_FROM && touched > plan.limits().zoneShare() * all) {
            refusals.add(
                    new Refusal(
                            "ZoneShare",
                            plan.zone().name().value(),
                            String.format(
                                    Locale.ROOT,
                                    "touches %d of %d records (%.0f %%), allowed are %s %%; raise limits.zone-share if that is meant",
                                    touched,
                                    all,
                                    100.0 * touched / all,
                                    percent(plan.limits().zoneShare()))));
        }
    }

    /** As people write it: 30, or 0.1; a share below a tenth of a percent cannot be planned. */
    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share).replaceAll("\\.0$", "");
    }

    static List<String> sorted(List<String> contents) {
        return contents.stream().sorted().toList();
    }

    static String shown(List<String> contents) {
        return contents.isEmpty() ? "no such record" : String.join(", ", contents);
    }
}
