package dev.cutover.sim;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.evidence.CachedPage;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.plan.Plan.EdgeSetting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The provider's edge: settings, caching rules, and a cache that may keep an old page after a
/// purge.
///
/// What it promises at the end is worked out here from what stood there and what people did,
/// without
/// the code that decides.
final class SimEdge {
    private static final String PHASE = "http_request_cache_settings";

    private final Chance chance;
    private final Map<EdgeKey, EdgePart> before;
    private final Map<EdgeKey, EdgePart> parts = new LinkedHashMap<>();
    private final Set<EdgeKey> touchedByPeople = new TreeSet<>();
    private boolean old;

    SimEdge(Chance chance, Collection<EdgePart> drawn) {
        this.chance = chance;
        Map<EdgeKey, EdgePart> all = new LinkedHashMap<>();
        drawn.forEach(part -> all.put(part.key(), part));
        before = Map.copyOf(all);
        parts.putAll(all);
    }

    /// Settings at random, and up to three rules of other people.
    static List<EdgePart> draw(Chance chance) {
        List<EdgePart> drawn = new ArrayList<>();
        for (EdgeSetting setting : EdgeSetting.values()) {
            drawn.add(setting(setting.id(), chance.of("\"on\"", "\"off\"")));
        }
        List<EdgeRule> others = new ArrayList<>();
        for (int i = chance.from(0, 3); i > 0; i--) {
            others.add(rule("theirs-" + i, "\"true\""));
        }
        drawn.add(
                new EdgePart.Rules(PHASE, others.isEmpty() ? "" : "r1", others, Optional.empty()));
        return drawn;
    }

    /// These parts beside those of another view.
    EdgeView with(EdgeView other) {
        return with(parts.values(), other);
    }

    static EdgeView with(Collection<EdgePart> parts, EdgeView other) {
        List<EdgePart> all = new ArrayList<>(other.parts());
        all.addAll(parts);
        return new EdgeView(
                all, other.balancers(), other.health(), other.lacks(), other.observedAt());
    }

    /// Writes as the provider does: a setting whole, of rules only those that differ.
    void apply(EdgeWrite write) {
        EdgePart now = parts.get(write.key());
        if (now == null) {
            throw new Broken("edge", "a part was written that is not there: " + write.key());
        }
        EdgePart next = now;
        for (var field : write.changed()) {
            next = next.with(field, write.target());
        }
        parts.put(write.key(), next);
        touchedByPeople.remove(write.key());
    }

    /// A purge was accepted. Now and then an upper tier refills the edge with an old page.
    void purged() {
        old = chance.in100(25);
    }

    Evidence purgedPages(Instant now) {
        return page(EvidenceKey.PURGED_PAGES, "MISS", old ? "the other side" : "wanted", now);
    }

    Evidence bypassedPages(Instant now) {
        return page(EvidenceKey.BYPASSED_PAGES, "DYNAMIC", "wanted", now);
    }

    private static Evidence page(EvidenceKey key, String status, String marker, Instant now) {
        return new Evidence.Cached(
                key,
                List.of(
                        new CachedPage(
                                "https://www.acme.example/",
                                now,
                                200,
                                status,
                                Optional.empty(),
                                marker,
                                "wanted",
                                false,
                                "")),
                now);
    }

    /// Somebody turns a planned setting, changes our rule, or adds one of their own.
    String editByHand(List<EdgeChange> planned) {
        List<EdgePart> mine = new ArrayList<>();
        for (EdgeChange change : planned) {
            Optional.ofNullable(parts.get(change.key())).ifPresent(mine::add);
        }
        EdgePart part = chance.of(mine);
        EdgePart edited =
                switch (part) {
                    case EdgePart.Setting s ->
                            setting(s.id(), s.value().equals("\"on\"") ? "\"off\"" : "\"on\"");
                    case EdgePart.Rules r -> {
                        List<EdgeRule> rules = new ArrayList<>(r.rules());
                        if (chance.in100(50)) {
                            rules.add(rule("theirs-" + rules.size() + "-later", "\"false\""));
                        } else {
                            rules.replaceAll(x -> isOurs(x) ? rule(x.ref(), "\"by hand\"") : x);
                        }
                        yield new EdgePart.Rules(r.phase(), r.rulesetId(), rules, r.modifiedAt());
                    }
                    case EdgePart.Pool p -> p;
                    case EdgePart.OriginRule r -> r;
                };
        parts.put(edited.key(), edited);
        touchedByPeople.add(edited.key());
        return edited.key() + " by hand: " + edited.fields();
    }

    /// At the end every part stands as before, or as a person left it.
    Optional<String> notBack() {
        for (Map.Entry<EdgeKey, EdgePart> entry : before.entrySet()) {
            EdgePart now = parts.get(entry.getKey());
            if (now == null || touchedByPeople.contains(entry.getKey())) {
                continue;
            }
            Object was = withoutLater(entry.getValue());
            if (!was.equals(withoutLater(now))) {
                return Optional.of(entry.getKey() + " was " + was + ", is " + withoutLater(now));
            }
        }
        return Optional.empty();
    }

    /// Our rule as a person changed it; it is kept, so it must be named.
    boolean holdsEditedRule() {
        return parts.values().stream()
                .anyMatch(
                        p ->
                                p instanceof EdgePart.Rules r
                                        && r.rules().stream()
                                                .anyMatch(
                                                        x ->
                                                                isOurs(x)
                                                                        && x.content()
                                                                                .containsValue(
                                                                                        "\"by hand\"")));
    }

    /// Our rule as we wrote it.
    boolean holdsOurRule() {
        return !holdsEditedRule()
                && parts.values().stream()
                        .anyMatch(
                                p ->
                                        p instanceof EdgePart.Rules r
                                                && r.rules().stream().anyMatch(SimEdge::isOurs));
    }

    private static Object withoutLater(EdgePart part) {
        return part instanceof EdgePart.Rules r
                ? r.rules().stream().filter(x -> !x.ref().endsWith("-later")).toList()
                : part.fields();
    }

    private static boolean isOurs(EdgeRule rule) {
        return rule.ref().startsWith("cutover-");
    }

    private static EdgePart setting(String id, String value) {
        return new EdgePart.Setting(id, value, Optional.empty());
    }

    private static EdgeRule rule(String ref, String expression) {
        Map<String, String> content = new TreeMap<>();
        content.put("action", "\"set_cache_settings\"");
        content.put("expression", expression);
        return new EdgeRule(ref, new TreeMap<>(content));
    }
}
