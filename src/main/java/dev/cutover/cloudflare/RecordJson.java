package dev.cutover.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.port.PortException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Records and batches between the core's words and the API's JSON. */
final class RecordJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordJson() {}

    /**
     * A record as the API shows it; empty when its name is none the core can say, such as {@code
     * 0/25.2.0.192.in-addr.arpa}, which no plan can name either.
     *
     * <p>Strict about the types a plan can change: what stood there would be read as something else, and
     * falling back would write that. Of the others the vendor may change what it likes.
     *
     * @throws PortException TRANSIENT when such a record is not of the API's form
     */
    static Optional<DnsRecord> record(JsonNode node) {
        DnsName name;
        try {
            name = new DnsName(node.path("name").asText());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        RecordType type = RecordType.of(node.path("type").asText());
        if (type.isPlannable()) {
            expectForm(name, type, node);
        }
        List<String> tags = new ArrayList<>();
        node.path("tags").forEach(tag -> tags.add(tag.asText()));
        SortedMap<String, String> settings = new TreeMap<>();
        node.path("settings")
                .properties()
                .forEach(
                        entry -> {
                            if (!entry.getValue().isNull()) {
                                settings.put(entry.getKey(), entry.getValue().asText());
                            }
                        });
        return Optional.of(
                new DnsRecord(
                        node.path("id").asText(),
                        name,
                        type,
                        content(type, node),
                        node.path("ttl").asLong(),
                        node.path("proxied").asBoolean(false),
                        node.path("comment").isNull() ? "" : node.path("comment").asText(),
                        tags,
                        settings,
                        instant(node.path("modified_on").asText())));
    }

    private static void expectForm(DnsName name, RecordType type, JsonNode node) {
        expect(name, type, "id", "text", node.path("id"), node.path("id").isTextual());
        JsonNode content = node.path("content");
        expect(name, type, "content", "text", content, content.isTextual());
        JsonNode ttl = node.path("ttl");
        boolean usual = ttl.isIntegralNumber() && ttl.canConvertToInt() && ttl.asInt() > 0;
        expect(name, type, "ttl", "a whole number of seconds", ttl, usual);
        JsonNode proxied = node.path("proxied");
        boolean said = proxied.isMissingNode() || proxied.isNull() || proxied.isBoolean();
        expect(name, type, "proxied", "true or false", proxied, said);
        JsonNode comment = node.path("comment");
        boolean noted = comment.isMissingNode() || comment.isNull() || comment.isTextual();
        expect(name, type, "comment", "text", comment, noted);
    }

    private static void expect(
            DnsName name, RecordType type, String field, String form, JsonNode seen, boolean ok) {
        if (!ok) {
            throw PortException.passing(
                    "Cloudflare listed "
                            + name
                            + " "
                            + type
                            + " with a "
                            + field
                            + " that is none: expected "
                            + form
                            + ", seen "
                            + seen.getNodeType().name().toLowerCase(Locale.ROOT)
                            + "; read it again");
        }
    }

    private static String content(RecordType type, JsonNode node) {
        String text = node.path("content").asText();
        if (type == RecordType.MX && node.path("priority").isNumber()) {
            // The API keeps it apart; two exchanges may differ in nothing else.
            return node.path("priority").asInt() + " " + text;
        }
        try {
            return Address.normalContent(type, text);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /**
     * The body of one batch, each list in the order given.
     *
     * @throws PortException PERMANENT for a write this provider cannot make in place
     */
    static ObjectNode batch(List<RecordWrite> writes) {
        ArrayNode deletes = JSON.createArrayNode();
        ArrayNode patches = JSON.createArrayNode();
        ArrayNode posts = JSON.createArrayNode();
        for (RecordWrite write : writes) {
            switch (write) {
                case RecordWrite.Delete delete ->
                        deletes.addObject().put("id", identified(delete.seen()));
                case RecordWrite.Patch patch -> patches.add(changed(patch));
                case RecordWrite.Create create -> posts.add(whole(create.target()));
            }
        }
        ObjectNode body = JSON.createObjectNode();
        if (!deletes.isEmpty()) {
            body.set("deletes", deletes);
        }
        if (!patches.isEmpty()) {
            body.set("patches", patches);
        }
        if (!posts.isEmpty()) {
            body.set("posts", posts);
        }
        return body;
    }

    private static ObjectNode whole(DnsRecord record) {
        if (!record.type().isPlannable()) {
            throw PortException.lasting(
                    record.key() + ": this adapter makes A, AAAA and CNAME records only");
        }
        ObjectNode node = JSON.createObjectNode();
        node.put("type", record.type().name());
        node.put("name", record.name().value());
        for (RecordField field : RecordField.values()) {
            boolean isUnset =
                    switch (field) {
                        case CONTENT, TTL, PROXIED -> false;
                        case COMMENT -> record.comment().isEmpty();
                        case TAGS -> record.tags().isEmpty();
                        case SETTINGS -> record.settings().isEmpty();
                    };
            if (!isUnset) {
                put(node, field, record);
            }
        }
        return node;
    }

    /** Only what differs: a field that is sent overwrites what a person set meanwhile. */
    private static ObjectNode changed(RecordWrite.Patch patch) {
        if (!patch.seen().key().equals(patch.target().key())) {
            throw PortException.lasting(
                    patch.seen().key()
                            + " cannot become "
                            + patch.target().key()
                            + " in place: delete one and create the other");
        }
        ObjectNode node = JSON.createObjectNode();
        node.put("id", identified(patch.seen()));
        for (RecordField field : RecordField.values()) {
            if (!field.of(patch.seen()).equals(field.of(patch.target()))) {
                put(node, field, patch.target());
            }
        }
        return node;
    }

    private static void put(ObjectNode node, RecordField field, DnsRecord record) {
        switch (field) {
            case CONTENT -> node.put("content", record.content());
            case TTL -> node.put("ttl", record.ttlSeconds());
            case PROXIED -> node.put("proxied", record.proxied());
            case COMMENT -> node.put("comment", record.comment());
            case TAGS -> {
                ArrayNode tags = node.putArray("tags");
                record.tags().forEach(tags::add);
            }
            case SETTINGS -> {
                ObjectNode settings = node.putObject("settings");
                record.settings().forEach((name, value) -> setting(settings, name, value));
            }
        }
    }

    /** Settings are kept as printed; the API wants its booleans back. */
    private static void setting(ObjectNode settings, String name, String value) {
        switch (value) {
            case "true" -> settings.put(name, true);
            case "false" -> settings.put(name, false);
            default -> settings.put(name, value);
        }
    }

    private static String identified(DnsRecord seen) {
        if (seen.id().isEmpty()) {
            throw PortException.lasting(
                    seen.key() + " " + seen.content() + " was never read from Cloudflare: no id");
        }
        return seen.id();
    }
}
