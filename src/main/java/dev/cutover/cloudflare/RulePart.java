package dev.cutover.cloudflare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeRule;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.port.Call;
import dev.cutover.port.PortException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * The rules of one phase: read whole, written rule by rule.
 *
 * <p>A PUT of the entry point would replace every rule, also one that somebody added since it was read;
 * it is used only where the phase has no ruleset yet. Else each rule of ours is added, changed or removed
 * by its own call, and no other is touched. Rules are found again by {@code ref}; ids are looked up
 * right before. Source: Cloudflare ruleset-engine/rulesets-api, 2026-11.
 */
final class RulePart {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectWriter SORTED =
            JSON.writer().with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /** What the provider makes by itself; no part of a rule's content. */
    private static final Set<String> THEIRS = Set.of("id", "version", "last_updated", "ref");

    /** How the refs of every cutover's own rules begin. */
    private static final String OURS = "cutover-";

    private final CloudflareApi api;

    RulePart(CloudflareApi api) {
        this.api = api;
    }

    /**
     * The phase as it is; without a ruleset of its own, one without rules.
     *
     * @throws PortException PERMANENT when other people's rules leave no room for one of ours
     */
    EdgePart.Rules read(ZoneRef zone, String phase, Call call) {
        EdgePart.Rules rules =
                entryPoint(zone, phase, call)
                        .map(set -> rules(phase, set))
                        .orElse(new EdgePart.Rules(phase, "", List.of(), Optional.empty()));
        ZoneDirectory.Listing listing = api.directory().find(zone, call);
        long others = rules.rules().stream().filter(r -> !r.ref().startsWith(OURS)).count();
        if (others >= listing.mostRules()) {
            throw PortException.lasting(
                    "expected room for a rule of ours in %s, seen %d of the %d that the plan '%s' allows"
                            .formatted(phase, others, listing.mostRules(), listing.level()));
        }
        return rules;
    }

    /** The phase as it is, and in it our rule for each of these names. */
    List<EdgePart> origins(ZoneRef zone, SortedSet<DnsName> names, Call call) {
        String phase = EdgePart.OriginRule.PHASE;
        Optional<JsonNode> set = entryPoint(zone, phase, call);
        List<EdgePart> parts = new ArrayList<>();
        parts.add(
                set.map(s -> rules(phase, s))
                        .orElse(new EdgePart.Rules(phase, "", List.of(), Optional.empty())));
        for (DnsName name : names) {
            Optional<JsonNode> ours = set.flatMap(s -> standing(s, EdgePart.OriginRule.ref(name)));
            parts.add(
                    new EdgePart.OriginRule(
                            name,
                            ours.map(RulePart::rule),
                            ours.flatMap(r -> instant(r.path("last_updated").asText()))));
        }
        return parts;
    }

    /** Writes the one rule of a name as {@link #apply} writes a phase. */
    void apply(ZoneRef zone, EdgePart.OriginRule seen, EdgePart.OriginRule target, Call call) {
        apply(zone, alone(seen), alone(target), call);
    }

    private static EdgePart.Rules alone(EdgePart.OriginRule part) {
        return new EdgePart.Rules(
                EdgePart.OriginRule.PHASE, "", part.rule().stream().toList(), Optional.empty());
    }

    /**
     * Writes what differs between the two copies.
     *
     * <p>The phase is read once more before: a rule that stands at its target is not written again, one
     * that somebody changed since is not written at all.
     *
     * @throws PortException TRANSIENT when a rule was changed meanwhile, or when it is unknown whether
     *     the write took effect
     */
    void apply(ZoneRef zone, EdgePart.Rules seen, EdgePart.Rules target, Call call) {
        List<String> refs = changed(seen, target);
        if (refs.isEmpty()) {
            return;
        }
        Optional<JsonNode> now = entryPoint(zone, target.phase(), call);
        String path = api.directory().find(zone, call).path() + "/rulesets";
        if (now.isEmpty()) {
            ObjectNode body = JSON.createObjectNode();
            var list = body.putArray("rules");
            target.rules().forEach(rule -> list.add(json(rule)));
            JsonNode unused =
                    api.write(
                            "PUT",
                            path + "/phases/" + target.phase() + "/entrypoint",
                            body,
                            call,
                            zone.token());
            return;
        }
        String rules = path + "/" + now.get().path("id").asText() + "/rules";
        for (String ref : refs) {
            write(zone, rules, ref, seen, target, now.get(), call);
        }
    }

    private void write(
            ZoneRef zone,
            String rules,
            String ref,
            EdgePart.Rules seen,
            EdgePart.Rules target,
            JsonNode now,
            Call call) {
        Optional<JsonNode> standing = standing(now, ref);
        Optional<EdgeRule> stands = standing.map(RulePart::rule);
        Optional<EdgeRule> wanted = find(target, ref);
        if (stands.equals(wanted)) {
            return;
        }
        if (!stands.equals(find(seen, ref))) {
            throw PortException.passing(
                    "rule %s in %s was changed by somebody else since it was read; nothing was changed"
                            .formatted(ref, target.phase()));
        }
        String one = standing.map(rule -> rules + "/" + rule.path("id").asText()).orElse(rules);
        JsonNode unused =
                wanted.isEmpty()
                        ? api.delete(one, call, zone.token())
                        : api.write(
                                standing.isEmpty() ? "POST" : "PATCH",
                                one,
                                json(wanted.get()),
                                call,
                                zone.token());
    }

    private Optional<JsonNode> entryPoint(ZoneRef zone, String phase, Call call) {
        return api.find(
                        zone.token(),
                        api.directory().find(zone, call).path()
                                + "/rulesets/phases/"
                                + phase
                                + "/entrypoint",
                        call)
                .map(envelope -> envelope.path("result"));
    }

    private static List<String> changed(EdgePart.Rules seen, EdgePart.Rules target) {
        return new EdgeWrite(seen, target)
                .changed().stream().map(field -> field.what().substring("rule ".length())).toList();
    }

    private static Optional<EdgeRule> find(EdgePart.Rules in, String ref) {
        return in.rules().stream().filter(rule -> rule.ref().equals(ref)).findFirst();
    }

    private static Optional<JsonNode> standing(JsonNode set, String ref) {
        for (JsonNode rule : set.path("rules")) {
            if (ref(rule).equals(ref)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    private static EdgePart.Rules rules(String phase, JsonNode set) {
        List<EdgeRule> rules = new ArrayList<>();
        set.path("rules").forEach(node -> rules.add(rule(node)));
        return new EdgePart.Rules(
                phase, set.path("id").asText(), rules, instant(set.path("last_updated").asText()));
    }

    private static EdgeRule rule(JsonNode node) {
        SortedMap<String, String> content = new TreeMap<>();
        node.properties()
                .forEach(
                        field -> {
                            if (!THEIRS.contains(field.getKey())) {
                                content.put(field.getKey(), sorted(field.getValue()));
                            }
                        });
        return new EdgeRule(ref(node), content);
    }

    /** Its properties in one order: providers promise none, and the order means nothing. */
    private static String sorted(JsonNode value) {
        try {
            return SORTED.writeValueAsString(JSON.treeToValue(value, Object.class));
        } catch (JsonProcessingException e) {
            throw PortException.passing("a rule cannot be read: " + e.getOriginalMessage());
        }
    }

    /** A rule without a ref of its own goes by its id. */
    private static String ref(JsonNode rule) {
        String ref = rule.path("ref").asText();
        return ref.isEmpty() ? rule.path("id").asText() : ref;
    }

    private static JsonNode json(EdgeRule rule) {
        ObjectNode node = JSON.createObjectNode();
        node.put("ref", rule.ref());
        rule.content().forEach((name, value) -> node.set(name, parsed(name, value)));
        return node;
    }

    private static JsonNode parsed(String name, String value) {
        try {
            return JSON.readTree(value);
        } catch (JsonProcessingException e) {
            throw PortException.lasting(
                    "a rule's " + name + " is no JSON: " + e.getOriginalMessage());
        }
    }

    static Optional<Instant> instant(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
