package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The fields one write names; an empty field was not in the request.
 *
 * <p>What an absent field means is up to the call: POST and PUT take the default, PATCH keeps what
 * the record has.
 */
public record RecordDraft(
        Optional<String> type,
        Optional<String> name,
        Optional<String> content,
        Optional<Map<String, Object>> data,
        Optional<Long> ttlSeconds,
        Optional<Boolean> proxied,
        Optional<Integer> priority,
        Optional<String> comment,
        Optional<List<String>> tags,
        Optional<Map<String, Object>> settings) {

    /** A draft of an address, alias, text or mail record: what most callers need. */
    public static RecordDraft of(
            String type, String name, String content, long ttlSeconds, boolean proxied) {
        return new RecordDraft(
                Optional.of(type),
                Optional.of(name),
                Optional.of(content),
                Optional.empty(),
                Optional.of(ttlSeconds),
                Optional.of(proxied),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** A draft of a record written by its parts (SRV, CAA, HTTPS). */
    public static RecordDraft ofData(
            String type, String name, Map<String, Object> data, long ttlSeconds) {
        return new RecordDraft(
                Optional.of(type),
                Optional.of(name),
                Optional.empty(),
                Optional.of(data),
                Optional.of(ttlSeconds),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same draft with a priority, as MX needs it. */
    public RecordDraft withPriority(int value) {
        return new RecordDraft(
                type,
                name,
                content,
                data,
                ttlSeconds,
                proxied,
                Optional.of(value),
                comment,
                tags,
                settings);
    }

    /** The same draft with a comment. */
    public RecordDraft withComment(String value) {
        return new RecordDraft(
                type,
                name,
                content,
                data,
                ttlSeconds,
                proxied,
                priority,
                Optional.of(value),
                tags,
                settings);
    }

    /** The same draft with tags. */
    public RecordDraft withTags(List<String> value) {
        return new RecordDraft(
                type,
                name,
                content,
                data,
                ttlSeconds,
                proxied,
                priority,
                comment,
                Optional.of(value),
                settings);
    }

    /** Reads the body of a write; a field of the wrong JSON type is refused. */
    static RecordDraft parse(JsonNode body) {
        if (!body.isObject()) {
            throw malformed("a JSON object");
        }
        return new RecordDraft(
                text(body, "type").map(value -> value.toUpperCase(Locale.ROOT)),
                text(body, "name"),
                text(body, "content"),
                object(body, "data"),
                number(body, "ttl"),
                truth(body, "proxied"),
                number(body, "priority").map(Long::intValue),
                body.path("comment").isNull() ? Optional.of("") : text(body, "comment"),
                texts(body, "tags"),
                object(body, "settings"));
    }

    private static Optional<String> text(JsonNode body, String field) {
        var node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw malformed("text in " + field);
        }
        return Optional.of(node.asText());
    }

    private static Optional<Long> number(JsonNode body, String field) {
        var node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isNumber()) {
            throw malformed("a number in " + field);
        }
        return Optional.of(node.asLong());
    }

    private static Optional<Boolean> truth(JsonNode body, String field) {
        var node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isBoolean()) {
            throw malformed("true or false in " + field);
        }
        return Optional.of(node.asBoolean());
    }

    private static Optional<List<String>> texts(JsonNode body, String field) {
        var node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isArray()) {
            throw malformed("a list in " + field);
        }
        var values = new ArrayList<String>();
        node.forEach(value -> values.add(value.asText()));
        return Optional.of(List.copyOf(values));
    }

    private static Optional<Map<String, Object>> object(JsonNode body, String field) {
        var node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isObject()) {
            throw malformed("an object in " + field);
        }
        var values = new TreeMap<String, Object>();
        node.properties()
                .forEach(
                        entry -> {
                            var value = entry.getValue();
                            if (value.isBoolean()) {
                                values.put(entry.getKey(), value.asBoolean());
                            } else if (value.isNumber()) {
                                values.put(entry.getKey(), value.asLong());
                            } else if (value.isTextual()) {
                                values.put(entry.getKey(), value.asText());
                            }
                        });
        return Optional.of(values);
    }

    private static ApiRefusal malformed(String expected) {
        return new ApiRefusal(400, 9207, "Request body is invalid: expected " + expected + ".");
    }
}
