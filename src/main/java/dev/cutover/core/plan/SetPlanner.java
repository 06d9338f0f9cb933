package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.plan.Plan.PlannedSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one planned set becomes: its records before, aged, next and on fallback, each at its position. */
final class SetPlanner {
    private SetPlanner() {}

    static SetChange change(
            Plan plan,
            PlannedSet set,
            ZoneView zone,
            Map<SetKey, PlannedSet> wanted,
            List<Refusal> refusals) {
        List<DnsRecord> before =
                stayingFirst(inPlanOrder(zone.set(set.key()), set.from()), set.to());
        List<String> seen = before.stream().map(DnsRecord::content).toList();
        if (!Planner.sorted(seen).equals(Planner.sorted(set.from()))) {
            refusals.add(
                    new Refusal(
                            seen.isEmpty() ? "RecordNotInZone" : "FromMismatch",
                            set.key().toString(),
                            "expected "
                                    + Planner.shown(set.from())
                                    + " as 'from' says, the zone has "
                                    + Planner.shown(seen)
                                    + "; correct 'from' or the zone, nothing was changed"));
        }
        if (Planner.sorted(set.from()).equals(Planner.sorted(set.to()))
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
    static Optional<String> toggled(SetChange change) {
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
}
