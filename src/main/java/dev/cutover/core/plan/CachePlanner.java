package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.plan.Plan.EdgeSetting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Turns what a plan says of the edge's settings and cache into changes, with refusals.
 *
 * <pre>
 *   setting   before -> from step 1 on: the plan's value   -> before again at closing, forward or back
 *   rule      none   -> with the lowered TTLs: ours, last  -> none again at closing, forward or back
 * </pre>
 *
 * Neither sends visitors anywhere, so falling back leaves them until its own closing: routing first.
 *
 * @param changes one for each setting and phase that will differ
 */
record CachePlanner(List<EdgeChange> changes, List<Refusal> refusals, List<String> notes) {
    /** The phase whose rules say what may be kept. */
    static final String CACHE_PHASE = "http_request_cache_settings";

    CachePlanner {
        changes = List.copyOf(changes);
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }

    /** The parts that must be read for this. */
    static SortedSet<EdgeKey> keys(Plan.EdgePlan plan) {
        SortedSet<EdgeKey> keys = new TreeSet<>();
        plan.during().forEach(s -> keys.add(EdgeKey.setting(s.id())));
        if (!plan.bypassCache().isEmpty()) {
            keys.add(EdgeKey.rules(CACHE_PHASE));
        }
        return keys;
    }

    /**
     * @param proxied the planned names whose visitors reach the edge
     */
    static CachePlanner of(Plan plan, EdgeView edge, Collection<DnsName> proxied) {
        Draft draft = new Draft(plan, edge);
        plan.edge().during().forEach(draft::setting);
        if (!plan.edge().bypassCache().isEmpty()) {
            draft.bypass(new TreeSet<>(proxied));
        }
        return new CachePlanner(draft.changes, draft.refusals, draft.notes);
    }

    /** The name our caching rule of a plan is found by again. */
    static String ref(Plan plan) {
        return "cutover-" + plan.name() + "-bypass-cache";
    }

    /** One planning under way. */
    private static final class Draft {
        private final Plan plan;
        private final EdgeView edge;
        private final List<EdgeChange> changes = new ArrayList<>();
        private final List<Refusal> refusals = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Draft(Plan plan, EdgeView edge) {
            this.plan = plan;
            this.edge = edge;
        }

        void setting(EdgeSetting wanted) {
            EdgeKey key = EdgeKey.setting(wanted.id());
            if (!(part(key).orElse(null) instanceof EdgePart.Setting before)) {
                return;
            }
            String value = '"' + wanted.value() + '"';
            if (before.value().equals(value)) {
                notes.add(key + " is " + wanted.value() + " already and stays so");
                return;
            }
            EdgePart target = new EdgePart.Setting(wanted.id(), value, before.modifiedAt());
            changes.add(
                    new EdgeChange(
                            List.of(),
                            before,
                            List.of(new EdgeChange.Stage(1, target)),
                            before,
                            target));
        }

        void bypass(SortedSet<DnsName> proxied) {
            EdgeKey key = EdgeKey.rules(CACHE_PHASE);
            if (proxied.isEmpty()) {
                refuse(
                        "NothingProxied",
                        "edge.bypass-cache",
                        "expected a planned name whose visitors reach the edge, seen none: no cache"
                                + " of the provider keeps anything of them");
                return;
            }
            if (!(part(key).orElse(null) instanceof EdgePart.Rules before)) {
                return;
            }
            String ref = ref(plan);
            if (before.rules().stream().anyMatch(r -> r.ref().equals(ref))) {
                refuse(
                        "RuleLeft",
                        key.toString(),
                        "a rule '"
                                + ref
                                + "' stands there already, left by a cutover of this name; remove"
                                + " it first");
                return;
            }
            List<EdgeRule> rules = new ArrayList<>(before.rules());
            // Last, because the last rule that matches decides.
            rules.add(new EdgeRule(ref, content(proxied)));
            EdgePart target =
                    new EdgePart.Rules(
                            before.phase(), before.rulesetId(), rules, before.modifiedAt());
            changes.add(
                    new EdgeChange(
                            List.of(),
                            before,
                            List.of(new EdgeChange.Stage(EdgeChange.PREPARED, target)),
                            before,
                            target));
            notes.add(
                    key
                            + " gets one rule of ours beside "
                            + before.rules().size()
                            + " of others until closing");
        }

        private Optional<EdgePart> part(EdgeKey key) {
            Optional<EdgePart> found = edge.part(key);
            if (found.isEmpty()) {
                refuse(
                        "NotOffered",
                        key.toString(),
                        edge.lack(key).map(EdgeView.Lack::why).orElse("does not exist"));
            }
            return found;
        }

        /** Source: Cloudflare Rules language; cache/how-to/cache-rules. */
        private SortedMap<String, String> content(SortedSet<DnsName> proxied) {
            String hosts =
                    proxied.stream()
                            .map(n -> '"' + n.value() + '"')
                            .collect(Collectors.joining(" ", "{", "}"));
            String paths =
                    plan.edge().bypassCache().stream()
                            .map(p -> "starts_with(http.request.uri.path, \"" + p + "\")")
                            .collect(Collectors.joining(" or ", "(", ")"));
            SortedMap<String, String> content = new TreeMap<>();
            content.put("action", "\"set_cache_settings\"");
            content.put("action_parameters", "{\"cache\":false}");
            content.put(
                    "description",
                    "\"cutover " + plan.name() + ": kept by no cache until it is over\"");
            content.put("enabled", "true");
            content.put(
                    "expression",
                    '"' + ("http.host in " + hosts + " and " + paths).replace("\"", "\\\"") + '"');
            return content;
        }

        private void refuse(String code, String subject, String why) {
            refusals.add(new Refusal(code, subject, why));
        }
    }
}
