package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.cutover.lab.http.Reply;
import dev.cutover.lab.http.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The calls on the records of one zone. */
final class RecordCalls {

    private static final int LARGEST_PAGE = 5_000;
    private static final Set<String> NOT_FILTERS =
            Set.of("page", "per_page", "order", "direction", "match");

    private RecordCalls() {}

    static Reply.Answer list(ZoneState zone, Request request) {
        var asked = request.parameters();
        var page = bounded(asked, "page", 1, 1, 1_000_000);
        var perPage = bounded(asked, "per_page", 100, 1, LARGEST_PAGE);
        var any = asked.getOrDefault("match", "all").equals("any");
        var filters = new LinkedHashMap<>(asked);
        filters.keySet().removeAll(NOT_FILTERS);
        var found = new ArrayList<CloudflareRecord>();
        for (var record : zone.records()) {
            var hits =
                    filters.entrySet().stream()
                            .filter(filter -> passes(record, filter.getKey(), filter.getValue()))
                            .count();
            if (filters.isEmpty() || (any ? hits > 0 : hits == filters.size())) {
                found.add(record);
            }
        }
        found.sort(order(asked));
        var from = Math.min(found.size(), (long) (page - 1) * perPage);
        var to = Math.min(found.size(), from + perPage);
        return ApiJson.page(
                ApiJson.records(found.subList((int) from, (int) to)), page, perPage, found.size());
    }

    static Reply.Answer one(ZoneState zone, String id) {
        return ApiJson.success(
                ApiJson.record(
                        zone.record(id)
                                .orElseThrow(
                                        () ->
                                                new ApiRefusal(
                                                        404, 81044, "Record does not exist."))));
    }

    static Reply.Answer create(ZoneState zone, JsonNode body) {
        var done = zone.apply(RecordBatch.post(RecordDraft.parse(body)));
        return ApiJson.success(ApiJson.record(done.posts().get(0)));
    }

    static Reply.Answer overwrite(ZoneState zone, String id, JsonNode body) {
        var done = zone.apply(RecordBatch.put(id, RecordDraft.parse(body)));
        return ApiJson.success(ApiJson.record(done.puts().get(0)));
    }

    static Reply.Answer patch(ZoneState zone, String id, JsonNode body) {
        var done = zone.apply(RecordBatch.patch(id, RecordDraft.parse(body)));
        return ApiJson.success(ApiJson.record(done.patches().get(0)));
    }

    static Reply.Answer delete(ZoneState zone, String id) {
        zone.apply(RecordBatch.delete(id));
        return ApiJson.success(ApiJson.object().put("id", id));
    }

    static Reply.Answer batch(ZoneState zone, JsonNode body) {
        var done =
                zone.apply(
                        new RecordBatch(
                                each(body, "deletes", RecordCalls::id),
                                each(body, "patches", RecordCalls::target),
                                each(body, "puts", RecordCalls::target),
                                each(body, "posts", RecordDraft::parse)));
        Map<String, ArrayNode> lists = new LinkedHashMap<>();
        lists.put("deletes", ApiJson.records(done.deletes()));
        lists.put("patches", ApiJson.records(done.patches()));
        lists.put("puts", ApiJson.records(done.puts()));
        lists.put("posts", ApiJson.records(done.posts()));
        return ApiJson.success(ApiJson.lists(lists));
    }

    /** The zone as a BIND file. */
    static Reply.Answer export(ZoneState zone) {
        var text = new StringBuilder();
        text.append(";; Domain: ").append(zone.name()).append(".\n");
        text.append("$ORIGIN ").append(zone.name()).append(".\n");
        for (var record : zone.records()) {
            var priority = record.type().equals("MX") ? record.priority().orElse(0) + " " : "";
            text.append(record.name())
                    .append(".\t")
                    .append(ZoneState.answeredTtlSeconds(record))
                    .append("\tIN\t")
                    .append(record.type())
                    .append('\t')
                    .append(priority)
                    .append(
                            switch (record.type()) {
                                case "CNAME", "NS", "MX", "PTR" -> record.content() + ".";
                                case "TXT" ->
                                        record.content().startsWith("\"")
                                                ? record.content()
                                                : '"' + record.content() + '"';
                                default -> record.content();
                            })
                    .append(record.proxied() ? " ; cf_tags=cf-proxied:true\n" : "\n");
        }
        return Reply.text(200, "text/plain", text.toString());
    }

    private static <T> List<T> each(JsonNode body, String field, Function<JsonNode, T> read) {
        var list = body.path(field);
        if (list.isMissingNode() || list.isNull()) {
            return List.of();
        }
        if (!list.isArray()) {
            throw new ApiRefusal(400, 9207, "Request body is invalid: expected a list in " + field);
        }
        var values = new ArrayList<T>();
        list.forEach(node -> values.add(read.apply(node)));
        return List.copyOf(values);
    }

    private static String id(JsonNode node) {
        var id = node.path("id");
        if (!id.isTextual()) {
            throw new ApiRefusal(400, 9207, "Request body is invalid: expected an id.");
        }
        return id.asText();
    }

    private static RecordBatch.Target target(JsonNode node) {
        return new RecordBatch.Target(id(node), RecordDraft.parse(node));
    }

    private static boolean passes(CloudflareRecord record, String filter, String value) {
        return switch (filter) {
            case "type" -> record.type().equals(value.toUpperCase(Locale.ROOT));
            case "proxied" -> record.proxied() == Boolean.parseBoolean(value);
            case "name", "name.exact" -> record.name().equalsIgnoreCase(value);
            case "name.contains" -> record.name().contains(value);
            case "name.startswith" -> record.name().startsWith(value);
            case "name.endswith" -> record.name().endsWith(value);
            case "content", "content.exact" -> record.content().equalsIgnoreCase(value);
            case "content.contains" -> record.content().contains(value);
            case "content.startswith" -> record.content().startsWith(value);
            case "content.endswith" -> record.content().endsWith(value);
            case "comment", "comment.exact" -> record.comment().equals(value);
            case "comment.contains" -> record.comment().contains(value);
            case "comment.present" -> !record.comment().isEmpty();
            case "comment.absent" -> record.comment().isEmpty();
            case "tag", "tag.exact" -> record.tags().contains(value);
            case "tag.present" ->
                    record.tags().stream()
                            .anyMatch(tag -> tag.equals(value) || tag.startsWith(value + ":"));
            case "search" ->
                    (record.name() + " " + record.content() + " " + record.comment())
                            .contains(value);
            // Louder than the vendor, who may ignore it: a filter that is not applied hides bugs.
            default -> throw new ApiRefusal(400, 9100, "Unknown filter for DNS records: " + filter);
        };
    }

    private static Comparator<CloudflareRecord> order(Map<String, String> asked) {
        Comparator<CloudflareRecord> order =
                switch (asked.getOrDefault("order", "type")) {
                    case "name" -> Comparator.comparing(CloudflareRecord::name);
                    case "content" -> Comparator.comparing(CloudflareRecord::content);
                    case "ttl" -> Comparator.comparing(CloudflareRecord::ttlSeconds);
                    case "proxied" -> Comparator.comparing(CloudflareRecord::proxied);
                    default -> Comparator.comparing(CloudflareRecord::type);
                };
        order = order.thenComparing(CloudflareRecord::name).thenComparing(CloudflareRecord::id);
        return asked.getOrDefault("direction", "asc").equals("desc") ? order.reversed() : order;
    }

    static int bounded(Map<String, String> asked, String name, int preset, int least, int most) {
        var text = asked.get(name);
        if (text == null) {
            return preset;
        }
        try {
            var value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as for a number out of range.
        }
        throw new ApiRefusal(
                400, 9100, "%s must be %d to %d, not %s".formatted(name, least, most, text));
    }
}
