package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.plan.Plan.PlannedSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
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
            changes.add(change(plan, set, zone, wanted, refusals));
        }
        refuseClaims(plan, claimed, refusals);
        PoolPlanner pools = PoolPlanner.of(plan, edge);
        refusals.addAll(pools.refusals());
        for (DnsName name :
                wanted.values().stream()
                        .map(PlannedSet::name)
                        .collect(Collectors.toCollection(TreeSet::new))) {
            refuseAfterwards(name, zone, wanted, refusals);
        }
        refuseDependents(plan, zone, wanted, refusals);
        refuseUncovered(plan, zone, pools, refusals);
        int touched = changes.stream().mapToInt(c -> c.before().size()).sum();
        refuseShare(plan, zone, touched, refusals);
        for (SetChange change : changes) {
            if (change.isHidden()) {
                notes.add(
                        change.key()
                                + " is proxied: it has no TTL to lower; the edge switches it at once");
            }
            toggled(change).ifPresent(notes::add);
        }
        notes.addAll(pools.notes());
        return new PlanDiff(
                plan,
                changes,
                pools.changes(),
                refusals,
                notes,
                zone.records().size(),
                touched,
                StateHash.of(plan, changes, pools.changes()));
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

    private static SetChange change(
            Plan plan,
            PlannedSet set,
            ZoneView zone,
            Map<SetKey, PlannedSet> wanted,
            List<Refusal> refusals) {
        List<DnsRecord> before =
                stayingFirst(inPlanOrder(zone.set(set.key()), set.from()), set.to());
        List<String> seen = before.stream().map(DnsRecord::content).toList();
        if (!sorted(seen).equals(sorted(set.from()))) {
            refusals.add(
                    new Refusal(
                            seen.isEmpty() ? "RecordNotInZone" : "FromMismatch",
                            set.key().toString(),
                            "expected "
                                    + shown(set.from())
                                    + " as 'from' says, the zone has "
                                    + shown(seen)
                                    + "; correct 'from' or the zone, nothing was changed"));
        }
        if (sorted(set.from()).equals(sorted(set.to()))
                && set.proxied().isPresent()
                && before.stream().allMatch(r -> r.proxied() == set.proxied().get())) {
            refusals.add(
                    new Refusal(
                            "TargetEqualsCurrent",
                            set.key().toString(),
                            "'to' equals 'from', and 'proxied' is "
                                    + set.proxied().get()
                                    + " already: nothing would change; remove it"));
        }
        before.stream()
                .flatMap(r -> OwnershipMark.holder(r).stream())
                .findFirst()
                .ifPresent(
                        holder ->
                                refusals.add(
                                        new Refusal(
                                                "MarkedByAnother",
                                                set.key().toString(),
                                                "its note says that cutover "
                                                        + holder
                                                        + " is at work on it, and it is not one of"
                                                        + " this controller's live ones")));
        DnsRecord template =
                before.isEmpty() ? template(plan, set, zone, wanted) : before.getFirst();
        long low = plan.ttl().lowerToSeconds();
        List<DnsRecord> aged =
                before.stream().map(r -> lowered(r, low)).map(r -> marked(plan, set, r)).toList();
        return new SetChange(
                set.name(),
                set.type(),
                before,
                aged,
                side(plan, set, before, template, set.to(), set.proxied()),
                side(plan, set, before, template, set.fallback(), Optional.empty()),
                template.ttlSeconds(),
                set.step());
    }

    /** The record new records are modelled on: a sibling that the same plan removes at this name, else a bare one. */
    private static DnsRecord template(
            Plan plan, PlannedSet set, ZoneView zone, Map<SetKey, PlannedSet> wanted) {
        Optional<DnsRecord> sibling =
                zone.at(set.name()).stream().filter(r -> wanted.containsKey(r.key())).findFirst();
        long low = plan.ttl().lowerToSeconds();
        return sibling.map(
                        r ->
                                new DnsRecord(
                                        "",
                                        set.name(),
                                        set.type(),
                                        "",
                                        r.ttlSeconds(),
                                        r.proxied(),
                                        r.comment(),
                                        r.tags(),
                                        r.settings(),
                                        Optional.empty()))
                .orElseGet(() -> DnsRecord.of(set.name(), set.type(), "", low, false));
    }

    private static List<DnsRecord> side(
            Plan plan,
            PlannedSet set,
            List<DnsRecord> before,
            DnsRecord template,
            List<String> contents,
            Optional<Boolean> proxied) {
        long low = plan.ttl().lowerToSeconds();
        List<DnsRecord> side = new ArrayList<>();
        List<String> inPlace = inPlace(before, contents);
        for (int i = 0; i < inPlace.size(); i++) {
            DnsRecord base = i < before.size() ? before.get(i) : template.withId("");
            side.add(
                    new DnsRecord(
                            base.id(),
                            set.name(),
                            set.type(),
                            inPlace.get(i),
                            proxied.orElse(false) ? DnsRecord.AUTO_TTL : base.ttlSeconds(),
                            proxied.orElse(base.proxied()),
                            base.comment(),
                            base.tags(),
                            base.settings(),
                            base.modifiedAt()));
        }
        return side.stream().map(r -> lowered(r, low)).map(r -> marked(plan, set, r)).toList();
    }

    /** Records whose content the next side keeps come first, so that they have a place there at any size. */
    private static List<DnsRecord> stayingFirst(List<DnsRecord> before, List<String> to) {
        List<DnsRecord> ordered = new ArrayList<>();
        before.stream().filter(r -> to.contains(r.content())).forEach(ordered::add);
        before.stream().filter(r -> !to.contains(r.content())).forEach(ordered::add);
        return ordered;
    }

    /** The contents of a side, those that stay at the position of their record: nothing is written for them. */
    private static List<String> inPlace(List<DnsRecord> before, List<String> contents) {
        List<String> places = new ArrayList<>(Collections.nCopies(contents.size(), ""));
        List<String> coming = new ArrayList<>(contents);
        for (int i = 0; i < Math.min(before.size(), places.size()); i++) {
            if (coming.remove(before.get(i).content())) {
                places.set(i, before.get(i).content());
            }
        }
        places.replaceAll(place -> place.isEmpty() ? coming.removeFirst() : place);
        return places;
    }

    /** What going behind the edge, or leaving it, means for visitors. */
    private static Optional<String> toggled(SetChange change) {
        if (change.isHidden() || !change.isProxied()) {
            return Optional.empty();
        }
        return Optional.of(
                change.isProxiedNext()
                        ? change.key()
                                + " goes behind the edge: its addresses are kept by resolvers for "
                                + DnsRecord.AUTO_TTL_ANSWERED
                                + " s, so that going back takes as long"
                        : change.key()
                                + " leaves the edge: resolvers keep the edge's addresses for up to "
                                + DnsRecord.AUTO_TTL_ANSWERED
                                + " s, and its server must present a certificate that browsers"
                                + " trust");
    }

    private static DnsRecord marked(Plan plan, PlannedSet set, DnsRecord record) {
        return set.marked().orElse(false) ? OwnershipMark.on(record, plan.name()) : record;
    }

    private static DnsRecord lowered(DnsRecord record, long lowSeconds) {
        return record.proxied() || record.answeredTtlSeconds() <= lowSeconds
                ? record
                : record.withTtl(lowSeconds);
    }

    private static List<DnsRecord> inPlanOrder(List<DnsRecord> seen, List<String> from) {
        List<DnsRecord> rest = new ArrayList<>(seen);
        List<DnsRecord> ordered = new ArrayList<>();
        for (String content : from) {
            rest.stream()
                    .filter(r -> r.content().equals(content))
                    .findFirst()
                    .ifPresent(
                            r -> {
                                ordered.add(r);
                                rest.remove(r);
                            });
        }
        ordered.addAll(rest);
        return ordered;
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
            Plan plan, ZoneView zone, PoolPlanner pools, List<Refusal> refusals) {
        DnsName host = plan.site().host();
        TreeSet<DnsName> looked = new TreeSet<>(plan.checks().tlsNames());
        looked.add(host);
        for (DnsName name : looked) {
            if (pools.routes(name)) {
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

    private static List<String> sorted(List<String> contents) {
        return contents.stream().sorted().toList();
    }

    private static String shown(List<String> contents) {
        return contents.isEmpty() ? "no such record" : String.join(", ", contents);
    }
}
