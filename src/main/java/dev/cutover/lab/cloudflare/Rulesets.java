package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.LabClock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The entry-point rulesets of a zone, one for each phase that has any, with every version.
 *
 * <p>Each write makes a new version; the edge follows some time after it was accepted. Rules are kept
 * as they were written, whatever fields they carry. Safe for many threads. Source: Cloudflare
 * rulesets API; plan limits 2026.
 */
public final class Rulesets {

    /** The phase whose rules say where a request goes. */
    public static final String ORIGIN = "http_request_origin";

    /** The phase whose rules say what may be cached. */
    public static final String CACHE = "http_request_cache_settings";

    private static final Set<String> PHASES = Set.of(ORIGIN, CACHE);
    private static final int MOST_VERSIONS = 1_000;

    /**
     * One rule.
     *
     * @param body all its fields but id, version and last_updated, as JSON
     */
    public record Rule(String id, String version, Instant lastUpdatedAt, ObjectNode body) {

        /** The owner's name for it; the id when nobody gave one. */
        public String ref() {
            return body.path("ref").asText();
        }

        /** Which requests it is about. */
        public String expression() {
            return body.path("expression").asText();
        }

        /** Whether it is followed at all. */
        public boolean enabled() {
            return body.path("enabled").asBoolean(true);
        }

        /** The rule as the API shows it. */
        public ObjectNode json() {
            var node = body.deepCopy();
            node.put("id", id);
            node.put("version", version);
            node.put("last_updated", lastUpdatedAt.toString());
            return node;
        }
    }

    /** One version of a phase's ruleset. */
    public record Ruleset(
            String id, String phase, int version, Instant lastUpdatedAt, List<Rule> rules) {

        /** The ruleset as the API shows it. */
        public ObjectNode json() {
            var node = ApiJson.object();
            node.put("id", id);
            node.put("name", "default");
            node.put("description", "");
            node.put("kind", "zone");
            node.put("phase", phase);
            node.put("version", Integer.toString(version));
            node.put("last_updated", lastUpdatedAt.toString());
            var list = node.putArray("rules");
            rules.forEach(rule -> list.add(rule.json()));
            return node;
        }
    }

    private final ZonePlan plan;
    private final LabClock clock;
    private final SplittableRandom random;
    private final Map<String, Deque<Ruleset>> byPhase = new LinkedHashMap<>();
    private Duration edgeLag = Duration.ofMillis(500);

    Rulesets(ZonePlan plan, LabClock clock, long seed) {
        this.plan = plan;
        this.clock = clock;
        this.random = new SplittableRandom(seed);
    }

    /** How long after its acceptance a version is followed at the edge; 500 ms at first. */
    public synchronized void edgeLag(Duration lag) {
        edgeLag = lag;
    }

    /** The newest version of a phase; empty when it never had a rule. */
    public synchronized Optional<Ruleset> entryPoint(String phase) {
        return Optional.ofNullable(byPhase.get(phase)).map(Deque::getLast);
    }

    /** A phase's version by its number. */
    public synchronized Optional<Ruleset> version(String phase, int version) {
        return Optional.ofNullable(byPhase.get(phase)).stream()
                .flatMap(Deque::stream)
                .filter(set -> set.version() == version)
                .findFirst();
    }

    /** The rules the edge follows now, enabled or not, in order. */
    public synchronized List<Rule> seenByEdge(String phase, Instant now) {
        var versions = byPhase.get(phase);
        if (versions == null) {
            return List.of();
        }
        for (var it = versions.descendingIterator(); it.hasNext(); ) {
            var set = it.next();
            if (!set.lastUpdatedAt().plus(edgeLag).isAfter(now)) {
                return set.rules();
            }
        }
        return List.of();
    }

    /**
     * Puts these rules in place of all others of the phase; the first call makes the ruleset.
     *
     * <p>A rule that names an id or a ref of the version before is that rule, changed or not.
     *
     * @throws ApiRefusal when one of them breaks a rule; then nothing has changed
     */
    public synchronized Ruleset replace(String phase, List<JsonNode> wanted) {
        if (!PHASES.contains(phase)) {
            throw new ApiRefusal(400, 20121, "The phase " + phase + " is not served here.");
        }
        var before = entryPoint(phase).map(Ruleset::rules).orElse(List.of());
        var now = now();
        List<Rule> rules = new ArrayList<>();
        for (var each : wanted) {
            rules.add(written(phase, each, known(before, each), now));
        }
        return commit(phase, rules, now);
    }

    /** Adds one rule, at the end unless a position is named. */
    public synchronized Ruleset add(String rulesetId, JsonNode wanted) {
        var set = existing(rulesetId);
        var now = now();
        List<Rule> rules = new ArrayList<>(set.rules());
        var rule = written(set.phase(), wanted, Optional.empty(), now);
        rules.add(place(rules, wanted.path("position"), rules.size()), rule);
        return commit(set.phase(), rules, now);
    }

    /** Changes the named fields of one rule, or its position. */
    public synchronized Ruleset patch(String rulesetId, String ruleId, JsonNode wanted) {
        var set = existing(rulesetId);
        var now = now();
        List<Rule> rules = new ArrayList<>(set.rules());
        int at = indexOf(rules, ruleId);
        var before = rules.remove(at);
        var merged = before.body().deepCopy();
        wanted.properties().forEach(field -> merged.set(field.getKey(), field.getValue()));
        var rule = written(set.phase(), merged, Optional.of(before), now);
        rules.add(place(rules, wanted.path("position"), at), rule);
        return commit(set.phase(), rules, now);
    }

    /** Takes one rule away. */
    public synchronized Ruleset delete(String rulesetId, String ruleId) {
        var set = existing(rulesetId);
        List<Rule> rules = new ArrayList<>(set.rules());
        var unused = rules.remove(indexOf(rules, ruleId));
        return commit(set.phase(), rules, now());
    }

    private Ruleset existing(String rulesetId) {
        return byPhase.values().stream()
                .map(Deque::getLast)
                .filter(set -> set.id().equals(rulesetId))
                .findFirst()
                .orElseThrow(() -> new ApiRefusal(404, 10003, "could not find ruleset"));
    }

    private static int indexOf(List<Rule> rules, String ruleId) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).id().equals(ruleId)) {
                return i;
            }
        }
        throw new ApiRefusal(404, 10003, "could not find rule");
    }

    private static int place(List<Rule> rules, JsonNode position, int otherwise) {
        if (position.has("index")) {
            int index = position.path("index").asInt();
            if (index < 1 || index > rules.size() + 1) {
                throw new ApiRefusal(400, 20118, "position.index is out of range");
            }
            return index - 1;
        }
        if (position.has("before")) {
            var id = position.path("before").asText();
            return id.isEmpty() ? 0 : indexOf(rules, id);
        }
        if (position.has("after")) {
            var id = position.path("after").asText();
            return id.isEmpty() ? rules.size() : indexOf(rules, id) + 1;
        }
        return otherwise;
    }

    private static Optional<Rule> known(List<Rule> before, JsonNode wanted) {
        if (wanted.hasNonNull("id")) {
            return Optional.of(before.get(indexOf(before, wanted.path("id").asText())));
        }
        return wanted.hasNonNull("ref")
                ? before.stream()
                        .filter(rule -> rule.ref().equals(wanted.path("ref").asText()))
                        .findFirst()
                : Optional.empty();
    }

    private Rule written(String phase, JsonNode wanted, Optional<Rule> before, Instant now) {
        if (!wanted.isObject()) {
            throw new ApiRefusal(400, 20000, "A rule must be an object.");
        }
        var body = ((ObjectNode) wanted).deepCopy();
        body.remove(List.of("id", "version", "last_updated", "position"));
        var id = before.map(Rule::id).orElseGet(this::identifier);
        if (!body.hasNonNull("ref")) {
            body.put("ref", before.map(Rule::ref).orElse(id));
        }
        if (!body.hasNonNull("enabled")) {
            body.put("enabled", true);
        }
        if (!body.hasNonNull("description")) {
            body.put("description", "");
        }
        RuleRules.hold(phase, body, plan);
        if (before.isPresent() && before.get().body().equals(body)) {
            return before.get();
        }
        var version = before.map(rule -> Integer.parseInt(rule.version()) + 1).orElse(1);
        return new Rule(id, Integer.toString(version), now, body);
    }

    private Ruleset commit(String phase, List<Rule> rules, Instant now) {
        if (rules.size() > plan.ruleLimit()) {
            throw new ApiRefusal(
                    400,
                    20217,
                    "exceeded the maximum number of rules in the phase %s: %d out of %d"
                            .formatted(phase, rules.size(), plan.ruleLimit()));
        }
        var refs = new HashSet<String>();
        for (var rule : rules) {
            if (!refs.add(rule.ref())) {
                throw new ApiRefusal(400, 20014, "rule ref " + rule.ref() + " is not unique");
            }
        }
        var versions = byPhase.computeIfAbsent(phase, p -> new ArrayDeque<>());
        var before = Optional.ofNullable(versions.peekLast());
        var set =
                new Ruleset(
                        before.map(Ruleset::id).orElseGet(this::identifier),
                        phase,
                        before.map(Ruleset::version).orElse(0) + 1,
                        now,
                        List.copyOf(rules));
        versions.addLast(set);
        if (versions.size() > MOST_VERSIONS) {
            versions.removeFirst();
        }
        return set;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private String identifier() {
        return "%016x%016x".formatted(random.nextLong(), random.nextLong());
    }
}
