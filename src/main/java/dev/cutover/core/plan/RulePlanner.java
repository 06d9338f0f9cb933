package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Turns names that an origin rule moves, the zone and the edge as they are into changes, with refusals.
 *
 * <pre>
 *   no rule -> at its step: ours, behind all others   -> stays when all is done
 *                                                     -> falling back takes it away
 * </pre>
 *
 * The record of the name is not touched: without the rule visitors are where it leads. Later rules win, so
 * ours goes last. Source: Cloudflare rules/origin-rules/features.
 *
 * @param changes one for each planned name that can be moved
 */
record RulePlanner(List<EdgeChange> changes, List<Refusal> refusals, List<String> notes) {
    RulePlanner {
        changes = List.copyOf(changes);
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }

    static RulePlanner of(Plan plan, ZoneView zone, EdgeView edge) {
        Draft draft = new Draft(plan, zone, edge);
        plan.ruled().forEach(draft::look);
        return new RulePlanner(draft.changes, draft.refusals, draft.notes);
    }

    /** One planning under way. */
    private static final class Draft {
        private final Plan plan;
        private final ZoneView zone;
        private final EdgeView edge;
        private final Set<DnsName> seen = new HashSet<>();
        private final List<EdgeChange> changes = new ArrayList<>();
        private final List<Refusal> refusals = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Draft(Plan plan, ZoneView zone, EdgeView edge) {
            this.plan = plan;
            this.zone = zone;
            this.edge = edge;
        }

        void look(PlannedRule planned) {
            int refused = refusals.size();
            refuseName(planned);
            refuseRecords(planned);
            planned.to().host().ifPresent(host -> refuseHost(planned, host));
            Optional<EdgePart> part = edge.part(planned.key());
            if (part.isEmpty()) {
                refuse(
                        "NotOffered",
                        planned,
                        edge.lack(planned.key())
                                .map(EdgeView.Lack::why)
                                .orElse("the provider has no origin rules"));
            }
            if (part.orElse(null) instanceof EdgePart.OriginRule before) {
                refuseOthers(planned, before);
                if (refusals.size() == refused) {
                    changes.add(change(planned, before));
                }
            }
        }

        private void refuseName(PlannedRule planned) {
            DnsName name = planned.name();
            if (!name.isWithin(plan.zone().name())) {
                refuse(
                        "OutsideZone",
                        planned,
                        "expected a name in zone " + plan.zone().name() + ", seen " + name);
            }
            if (!seen.add(name)) {
                refuse("DuplicateSet", planned, "is planned twice; keep one entry");
            }
            if (plan.sets().stream().anyMatch(s -> s.name().equals(name))) {
                refuse(
                        "MovedTwice",
                        planned,
                        "is planned under 'records' too: a rule wins over the record, so that"
                                + " moving both would move nobody at the record's step");
            }
        }

        private void refuseRecords(PlannedRule planned) {
            List<DnsRecord> records = routing(planned.name());
            if (records.isEmpty()) {
                refuse(
                        "RecordNotInZone",
                        planned,
                        "expected an A, AAAA or CNAME that the edge serves, seen none");
                return;
            }
            List<String> direct =
                    records.stream().filter(r -> !r.proxied()).map(DnsRecord::toString).toList();
            if (!direct.isEmpty()) {
                refuse(
                        "NotProxied",
                        planned,
                        "its visitors do not pass the edge, so that a rule would move nobody: "
                                + records.getFirst().key()
                                + " is DNS-only");
            }
            List<String> contents = contents(records);
            if (!contents.equals(Planner.sorted(planned.from()))) {
                refuse(
                        "FromMismatch",
                        planned,
                        "expected "
                                + Planner.shown(Planner.sorted(planned.from()))
                                + " ('from'), seen "
                                + Planner.shown(contents));
            }
        }

        /** Where the rule leads must be found by its name before anybody is sent there. */
        private void refuseHost(PlannedRule planned, DnsName host) {
            List<DnsRecord> records = routing(host);
            if (records.isEmpty()) {
                refuse(
                        "OriginHostMissing",
                        planned,
                        "leads to "
                                + host
                                + ", which has no A, AAAA or CNAME in zone "
                                + plan.zone().name()
                                + ": the edge finds no address there, and no check would");
            } else if (records.stream().anyMatch(DnsRecord::proxied)) {
                refuse(
                        "OriginHostProxied",
                        planned,
                        "leads to "
                                + host
                                + ", which is proxied: everybody but the edge would be given the"
                                + " edge's address, so that the origin could never be checked"
                                + " before the switch");
            } else if (plan.sets().stream().anyMatch(s -> s.name().equals(host))) {
                refuse(
                        "OriginHostMoves",
                        planned,
                        "leads to " + host + ", whose records this plan changes");
            } else if (planned.to().port().isEmpty()
                    && contents(records).equals(Planner.sorted(planned.from()))) {
                refuse(
                        "TargetEqualsCurrent",
                        planned,
                        host + " is where its own record leads: nothing would change");
            }
        }

        /** What other people's rules of the phase do to this name, as far as their expression says it. */
        private void refuseOthers(PlannedRule planned, EdgePart.OriginRule before) {
            if (before.rule().isPresent()) {
                refuse(
                        "RuleLeft",
                        planned,
                        "a rule '"
                                + EdgePart.OriginRule.ref(planned.name())
                                + "' of an earlier cutover moves its visitors already ("
                                + before.fields().values().stream()
                                        .map(Object::toString)
                                        .collect(Collectors.joining())
                                + "); let its record lead there, remove the rule, and plan from"
                                + " there");
            }
            for (EdgeRule rule : others(planned.name())) {
                String expression = rule.content().getOrDefault("expression", "");
                if (EdgePart.OriginRule.names(rule, planned.name())) {
                    refuse(
                            "RuleBeside",
                            planned,
                            "rule '"
                                    + rule.ref()
                                    + "' names it too ("
                                    + expression
                                    + "): where its visitors are is not what its record says");
                } else if (!rule.content().getOrDefault("enabled", "true").equals("false")
                        && !expression.contains("http.host eq")
                        && !expression.contains("http.host in")) {
                    notes.add(
                            planned.key()
                                    + ": rule '"
                                    + rule.ref()
                                    + "' may concern it too ("
                                    + expression
                                    + "); ours comes behind it and wins in what both say");
                }
            }
        }

        private List<EdgeRule> others(DnsName name) {
            return edge.part(EdgeKey.rules(EdgePart.OriginRule.PHASE)).orElse(null)
                            instanceof EdgePart.Rules phase
                    ? phase.rules().stream()
                            .filter(r -> !r.ref().equals(EdgePart.OriginRule.ref(name)))
                            .toList()
                    : List.of();
        }

        private EdgeChange change(PlannedRule planned, EdgePart.OriginRule seen) {
            EdgePart before =
                    new EdgePart.OriginRule(
                            planned.name(), planned.from(), seen.rule(), seen.modifiedAt());
            EdgePart target =
                    new EdgePart.OriginRule(
                            planned.name(),
                            planned.from(),
                            Optional.of(
                                    new EdgeRule(
                                            EdgePart.OriginRule.ref(planned.name()),
                                            content(planned))),
                            seen.modifiedAt());
            notes.add(
                    "step "
                            + planned.step()
                            + ": "
                            + planned.key()
                            + " goes behind "
                            + others(planned.name()).size()
                            + " other rules and stays when all is done; its records go on leading"
                            + " to "
                            + Planner.shown(planned.from())
                            + ", where visitors are without it");
            return new EdgeChange(
                    List.of(planned.name()),
                    before,
                    List.of(new EdgeChange.Stage(planned.step(), target)),
                    target,
                    before);
        }

        private SortedMap<String, String> content(PlannedRule planned) {
            SortedMap<String, String> content = new TreeMap<>();
            content.put("action", "\"route\"");
            content.put("action_parameters", parameters(planned.to()));
            content.put("description", "\"cutover " + plan.name() + "\"");
            content.put("enabled", "true");
            content.put("expression", EdgePart.OriginRule.matching(planned.name()));
            return content;
        }

        /** Sorted, as every provider's answer is made before it is compared. */
        private static String parameters(PlannedRule.Target to) {
            List<String> origin = new ArrayList<>();
            to.host().ifPresent(host -> origin.add("\"host\":" + text(host)));
            to.port().ifPresent(port -> origin.add("\"port\":" + port));
            List<String> all = new ArrayList<>();
            to.hostHeader().ifPresent(name -> all.add("\"host_header\":" + text(name)));
            all.add("\"origin\":{" + String.join(",", origin) + "}");
            to.sni().ifPresent(name -> all.add("\"sni\":{\"value\":" + text(name) + "}"));
            return "{" + String.join(",", all) + "}";
        }

        private static String text(DnsName name) {
            return '"' + name.value() + '"';
        }

        private List<DnsRecord> routing(DnsName name) {
            return zone.at(name).stream().filter(r -> r.type().routesVisitors()).toList();
        }

        private static List<String> contents(List<DnsRecord> records) {
            return records.stream().map(DnsRecord::content).sorted().toList();
        }

        private void refuse(String code, PlannedRule planned, String message) {
            refusals.add(new Refusal(code, planned.key().toString(), message));
        }
    }
}
