package dev.cutover.lab.cloudflare;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the vendor lets a record say, and which records may stand beside each other.
 *
 * <p>Source: Cloudflare DNS record attributes and TTL reference; error codes as clients report them
 * (81053 clash with an alias, 81058 identical record, 9005 content, 9021 TTL). Codes of the vendor
 * drift, so callers are expected to decide on the status.
 */
final class RecordRules {

    static final Set<String> TYPES =
            Set.of(
                    "A", "AAAA", "CAA", "CERT", "CNAME", "DNSKEY", "DS", "HTTPS", "LOC", "MX",
                    "NAPTR", "NS", "PTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI");

    private static final Set<String> BY_DATA = Set.of("SRV", "CAA", "HTTPS", "SVCB");
    private static final Pattern LABELS =
            Pattern.compile(
                    "(\\*|[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)"
                            + "(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");
    private static final Pattern IPV4 =
            Pattern.compile("((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!$)|$)){4}");

    private RecordRules() {}

    /** A new record of the draft, defaults filled in; refused when the draft breaks a rule. */
    static CloudflareRecord create(
            RecordDraft draft, String id, String zone, ZonePlan plan, Instant now) {
        var type =
                draft.type()
                        .filter(TYPES::contains)
                        .orElseThrow(
                                () -> new ApiRefusal(400, 9000, "DNS record type is invalid."));
        var name =
                draft.name()
                        .map(value -> fullName(value, zone))
                        .orElseThrow(() -> new ApiRefusal(400, 9000, "DNS name is required."));
        return judged(
                new CloudflareRecord(
                        id,
                        name,
                        type,
                        draft.content().orElse(""),
                        draft.data().orElse(Map.of()),
                        draft.ttlSeconds().orElse(1L),
                        draft.proxied().orElse(false),
                        draft.priority(),
                        draft.comment().orElse(""),
                        draft.tags().orElse(List.of()),
                        draft.settings().orElse(Map.of()),
                        now,
                        now),
                plan);
    }

    /** The record after a PUT: everything the draft leaves out falls back to its default. */
    static CloudflareRecord overwrite(
            CloudflareRecord before, RecordDraft draft, String zone, ZonePlan plan, Instant now) {
        sameType(before, draft);
        var made = create(draft, before.id(), zone, plan, now);
        return new CloudflareRecord(
                made.id(),
                made.name(),
                made.type(),
                made.content(),
                made.data(),
                made.ttlSeconds(),
                made.proxied(),
                made.priority(),
                made.comment(),
                made.tags(),
                made.settings(),
                before.createdAt(),
                now);
    }

    /** The record after a PATCH: what the draft leaves out stays. */
    static CloudflareRecord patch(
            CloudflareRecord before, RecordDraft draft, String zone, ZonePlan plan, Instant now) {
        sameType(before, draft);
        return judged(
                new CloudflareRecord(
                        before.id(),
                        draft.name().map(value -> fullName(value, zone)).orElse(before.name()),
                        before.type(),
                        draft.content().orElse(before.content()),
                        draft.data().orElse(before.data()),
                        draft.ttlSeconds().orElse(before.ttlSeconds()),
                        draft.proxied().orElse(before.proxied()),
                        draft.priority().or(before::priority),
                        draft.comment().orElse(before.comment()),
                        draft.tags().orElse(before.tags()),
                        draft.settings().orElse(before.settings()),
                        before.createdAt(),
                        now),
                plan);
    }

    /** Refuses a record that may not stand beside the others of the zone. */
    static void beside(CloudflareRecord record, String apex, Collection<CloudflareRecord> zone) {
        for (var other : zone) {
            if (other.id().equals(record.id()) || !other.name().equals(record.name())) {
                continue;
            }
            if (other.type().equals(record.type())
                    && other.content().equals(record.content())
                    && other.priority().equals(record.priority())) {
                throw new ApiRefusal(400, 81058, "An identical record already exists.");
            }
            var alias = record.type().equals("CNAME") || other.type().equals("CNAME");
            if (alias && address(record.type()) && address(other.type())) {
                throw new ApiRefusal(
                        400, 81053, "An A, AAAA, or CNAME record with that host already exists.");
            }
            if (alias) {
                throw new ApiRefusal(400, 81054, "A CNAME record with that host already exists.");
            }
            if (!record.name().equals(apex)
                    && record.type().equals("NS") != other.type().equals("NS")) {
                throw new ApiRefusal(400, 81056, "NS records with that host already exist.");
            }
        }
    }

    private static boolean address(String type) {
        return CloudflareRecord.proxiable(type);
    }

    private static void sameType(CloudflareRecord before, RecordDraft draft) {
        if (draft.type().isPresent() && !draft.type().get().equals(before.type())) {
            throw new ApiRefusal(
                    400,
                    9006,
                    "The type of a record cannot be changed from "
                            + before.type()
                            + " to "
                            + draft.type().get()
                            + "; delete it and create another.");
        }
    }

    private static CloudflareRecord judged(CloudflareRecord raw, ZonePlan plan) {
        var record = normal(raw);
        content(record);
        if (record.proxied() && !record.proxiable()) {
            throw new ApiRefusal(400, 9004, "This record type cannot be proxied.");
        }
        var ttl = record.ttlSeconds();
        if (ttl != 1 && (ttl < plan.minimumTtlSeconds() || ttl > 86_400)) {
            throw new ApiRefusal(
                    400,
                    9021,
                    "Invalid TTL. Must be between "
                            + plan.minimumTtlSeconds()
                            + " and 86,400 seconds, or 1 for Automatic.");
        }
        if (record.comment().length() > plan.commentLimit()) {
            throw new ApiRefusal(
                    400,
                    9301,
                    "DNS record comment is longer than " + plan.commentLimit() + " characters.");
        }
        if (record.tags().size() > plan.tagLimit()) {
            throw new ApiRefusal(
                    400,
                    9300,
                    "DNS record has %d tags, exceeding the quota of %d."
                            .formatted(record.tags().size(), plan.tagLimit()));
        }
        for (var tag : record.tags()) {
            var colon = tag.indexOf(':');
            var name = colon < 0 ? tag : tag.substring(0, colon);
            if (name.isEmpty() || name.length() > 32 || tag.length() - name.length() > 101) {
                throw new ApiRefusal(400, 9302, "DNS record tag is invalid: " + tag);
            }
        }
        // Proxied records are held at "automatic"; any other TTL is dropped without an error.
        return record.proxied() ? record.withTtlSeconds(1) : record;
    }

    private static CloudflareRecord normal(CloudflareRecord record) {
        var content = record.content().strip();
        if (BY_DATA.contains(record.type())) {
            content = written(record);
        } else if (Set.of("CNAME", "NS", "MX", "PTR").contains(record.type())) {
            content = content.toLowerCase(Locale.ROOT);
            content = content.endsWith(".") ? content.substring(0, content.length() - 1) : content;
        }
        return record.withContent(content);
    }

    private static String written(CloudflareRecord record) {
        var data = record.data();
        return switch (record.type()) {
            case "SRV" ->
                    "%s %s %s %s"
                            .formatted(
                                    part(data, "priority"),
                                    part(data, "weight"),
                                    part(data, "port"),
                                    part(data, "target"));
            case "CAA" ->
                    "%s %s \"%s\""
                            .formatted(part(data, "flags"), part(data, "tag"), part(data, "value"));
            default ->
                    "%s %s %s"
                            .formatted(
                                    part(data, "priority"),
                                    part(data, "target"),
                                    data.getOrDefault("value", ""))
                            .strip();
        };
    }

    private static Object part(Map<String, Object> data, String field) {
        return Optional.ofNullable(data.get(field))
                .orElseThrow(
                        () -> new ApiRefusal(400, 9101, "data." + field + " is a required field."));
    }

    private static void content(CloudflareRecord record) {
        var value = record.content();
        var good =
                switch (record.type()) {
                    case "A" -> IPV4.matcher(value).matches();
                    case "AAAA" -> ipv6(value);
                    case "CNAME", "NS", "PTR" -> hostname(value);
                    case "MX" -> hostname(value) && record.priority().isPresent();
                    default -> !value.isEmpty() && value.length() <= 4_096;
                };
        if (!good) {
            throw new ApiRefusal(
                    400, 9005, "Content for " + record.type() + " record is invalid: " + value);
        }
    }

    private static boolean ipv6(String value) {
        if (!value.contains(":") || !value.matches("[0-9a-fA-F:.]{2,45}")) {
            return false;
        }
        try {
            // Only digits, colons and dots are left, so nothing is looked up.
            return java.net.InetAddress.getByName(value) instanceof java.net.Inet6Address;
        } catch (java.net.UnknownHostException e) {
            return false;
        }
    }

    private static boolean hostname(String value) {
        return value.length() <= 253 && LABELS.matcher(value.toLowerCase(Locale.ROOT)).matches();
    }

    private static String fullName(String given, String zone) {
        var name = given.strip().toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.equals("@") || name.isEmpty()) {
            name = zone;
        } else if (!name.equals(zone) && !name.endsWith("." + zone)) {
            name = name + "." + zone;
        }
        if (!hostname(name)) {
            throw new ApiRefusal(400, 9000, "DNS name is invalid: " + given);
        }
        return name;
    }
}
