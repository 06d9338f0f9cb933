package dev.cutover.planfile;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One mapping of a plan file: the keys it may have, and the keys that are meant for a later version and refused
 * until then. The published JSON Schema holds the same keys.
 */
@SuppressWarnings("ImmutableEnumChecker") // The lists come from List.of.
enum Section {
    PLAN(
            "",
            List.of(
                    "cutover",
                    "owner",
                    "site",
                    "preset",
                    "window",
                    "ttl",
                    "zone",
                    "records",
                    "origins",
                    "origin-rules",
                    "writes",
                    "dwell",
                    "soak",
                    "edge",
                    "promotion",
                    "checks",
                    "watch",
                    "fallback",
                    "approvals",
                    "limits",
                    "acknowledge"),
            List.of("notify")),
    WINDOW("window", List.of("opens", "closes", "zone", "at-close"), List.of()),
    TTL("ttl", List.of("lower-to", "lead"), List.of()),
    ZONE("zone", List.of("provider", "name", "server", "key", "token"), List.of()),
    RECORD(
            "records[]",
            List.of("name", "type", "from", "to", "fallback", "proxied", "mark", "step"),
            List.of("ttl", "comment")),
    ORIGIN(
            "origins[]",
            List.of("pool", "from", "to", "steps", "step", "dwell", "sessions"),
            List.of()),
    ORIGIN_RULE("origin-rules[]", List.of("name", "from", "to", "step", "dwell"), List.of()),
    RULE_TARGET("origin-rules[].to", List.of("host", "port", "host-header", "sni"), List.of()),
    EDGE(
            "edge",
            List.of(
                    "purge",
                    "portion",
                    "pause",
                    "origin-shield",
                    "development-mode",
                    "always-online",
                    "bypass-cache"),
            List.of()),
    PROMOTION(
            "promotion",
            List.of("engine", "staging", "production", "credentials", "expected"),
            List.of()),
    CHECKS("checks", List.of("landing-pages", "tls-names"), List.of("url-map")),
    WATCH(
            "watch",
            List.of(
                    "sources",
                    "error-ceiling",
                    "resolver-latency-ceiling",
                    "window",
                    "patience",
                    "quorum",
                    "weights",
                    "regions"),
            List.of()),
    FALLBACK("fallback", List.of("read-only", "after-writes", "hold-deadline"), List.of("side")),
    APPROVALS("approvals", List.of("need"), List.of()),
    LIMITS("limits", List.of("zone-share"), List.of());

    private final String path;
    private final List<String> keys;
    private final List<String> later;

    Section(String path, List<String> keys, List<String> later) {
        this.path = path;
        this.keys = keys;
        this.later = later;
    }

    /** Where it stands in the file; empty for the file as a whole. */
    String path() {
        return path;
    }

    List<String> keys() {
        return keys;
    }

    /** Keys a later version will carry out; ignoring them now would promise what is not done. */
    List<String> later() {
        return later;
    }

    /** Another section that has this key, for a person who put it in the wrong place. */
    Optional<Section> elsewhere(String key) {
        return Arrays.stream(values()).filter(s -> s != this && s.keys.contains(key)).findFirst();
    }
}
