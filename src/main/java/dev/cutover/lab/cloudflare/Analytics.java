package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Answers GraphQL queries for {@code httpRequestsAdaptiveGroups} and its limits from the edge's
 * counts; an unknown field or filter is an error in the answer, as the vendor's 200 may carry one.
 */
final class Analytics {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONGEST_QUERY = Duration.ofDays(1);
    private static final long LARGEST_PAGE = 10_000;
    private static final Set<String> DIMENSIONS =
            Set.of(
                    "datetimeMinute",
                    "datetimeFiveMinutes",
                    "edgeResponseStatus",
                    "originResponseStatus",
                    "clientRequestHTTPHost");

    private final CloudflareAccount account;

    Analytics(CloudflareAccount account) {
        this.account = account;
    }

    /** The whole answer: {@code data} and {@code errors}. */
    ObjectNode answer(String query, JsonNode variables) {
        var answer = JSON.createObjectNode();
        try {
            var data = JSON.createObjectNode();
            for (var root : GraphqlQuery.parse(query, variables)) {
                if (!root.name().equals("viewer")) {
                    throw new GraphqlQuery.Malformed("unknown field \"" + root.name() + "\"");
                }
                data.set(root.alias(), viewer(root));
            }
            answer.set("data", data);
            answer.putNull("errors");
        } catch (GraphqlQuery.Malformed e) {
            answer.putNull("data");
            var error = answer.putArray("errors").addObject();
            error.put("message", e.getMessage());
            error.putNull("path");
            error.putObject("extensions").put("timestamp", account.clock().instant().toString());
        }
        return answer;
    }

    private ObjectNode viewer(GraphqlQuery.Field viewer) {
        var node = JSON.createObjectNode();
        for (var field : viewer.selections()) {
            if (!field.name().equals("zones")) {
                throw new GraphqlQuery.Malformed("unknown field \"" + field.name() + "\"");
            }
            var list = node.putArray(field.alias());
            for (var zoneId : zoneIds(field)) {
                var zone =
                        account.zone(zoneId)
                                .orElseThrow(
                                        () ->
                                                new GraphqlQuery.Malformed(
                                                        "zone '"
                                                                + zoneId
                                                                + "' does not have access to the"
                                                                + " path"));
                list.add(zone(field, zone));
            }
        }
        return node;
    }

    private static List<String> zoneIds(GraphqlQuery.Field zones) {
        var filter = zones.object("filter");
        if (filter.get("zoneTag") instanceof String one) {
            return List.of(one);
        }
        if (filter.get("zoneTag_in") instanceof List<?> many && many.size() <= 10) {
            return many.stream().map(String::valueOf).toList();
        }
        throw new GraphqlQuery.Malformed("zones need a filter by zoneTag, at most 10 of them");
    }

    private ObjectNode zone(GraphqlQuery.Field field, ZoneState zone) {
        var node = JSON.createObjectNode();
        for (var inner : field.selections()) {
            switch (inner.name()) {
                case "zoneTag" -> node.put(inner.alias(), zone.id());
                case "settings" -> node.set(inner.alias(), settings(inner));
                case "httpRequestsAdaptiveGroups" -> node.set(inner.alias(), groups(inner, zone));
                default ->
                        throw new GraphqlQuery.Malformed("unknown field \"" + inner.name() + "\"");
            }
        }
        return node;
    }

    private static ObjectNode settings(GraphqlQuery.Field settings) {
        var node = JSON.createObjectNode();
        for (var data : settings.selections()) {
            if (!data.name().equals("httpRequestsAdaptiveGroups")) {
                throw new GraphqlQuery.Malformed("unknown field \"" + data.name() + "\"");
            }
            var limits = node.putObject(data.alias());
            for (var limit : data.selections()) {
                switch (limit.name()) {
                    case "enabled" -> limits.put(limit.alias(), true);
                    case "maxDuration" -> limits.put(limit.alias(), LONGEST_QUERY.toSeconds());
                    case "maxPageSize" -> limits.put(limit.alias(), LARGEST_PAGE);
                    case "notOlderThan" -> limits.put(limit.alias(), LONGEST_QUERY.toSeconds());
                    case "maxNumberOfFields" -> limits.put(limit.alias(), 30);
                    default ->
                            throw new GraphqlQuery.Malformed(
                                    "unknown field \"" + limit.name() + "\"");
                }
            }
        }
        return node;
    }

    private ArrayNode groups(GraphqlQuery.Field field, ZoneState zone) {
        var filter = field.object("filter");
        var from = instant(filter, "datetime_geq");
        var to = instant(filter, "datetime_lt");
        if (Duration.between(from, to).compareTo(LONGEST_QUERY) > 0) {
            throw new GraphqlQuery.Malformed("query time range is too large");
        }
        var limit = field.arguments().get("limit") instanceof Long n ? n : 0;
        if (limit < 1 || limit > LARGEST_PAGE) {
            throw new GraphqlQuery.Malformed("limit must be 1 to " + LARGEST_PAGE);
        }
        var wanted =
                field.selects("dimensions")
                        ? field.only("dimensions").selections()
                        : List.<GraphqlQuery.Field>of();
        for (var dimension : wanted) {
            if (!DIMENSIONS.contains(dimension.name())) {
                throw new GraphqlQuery.Malformed("unknown field \"" + dimension.name() + "\"");
            }
        }
        var sums = new TreeMap<String, ObjectNode>();
        for (var count : account.traffic().shown(from, to)) {
            var answered = count.answered();
            if (!account.zoneOf(answered.host()).filter(zone::equals).isPresent()
                    || !passes(filter, answered)) {
                continue;
            }
            var dimensions = JSON.createObjectNode();
            for (var dimension : wanted) {
                dimension(dimensions, dimension, count);
            }
            var group =
                    sums.computeIfAbsent(
                            dimensions.toString(),
                            key -> {
                                var made = JSON.createObjectNode();
                                made.put("count", 0L);
                                made.set("dimensions", dimensions);
                                return made;
                            });
            group.put("count", group.get("count").asLong() + count.count());
        }
        return shaped(field, new ArrayList<>(sums.values()), limit);
    }

    private static ArrayNode shaped(GraphqlQuery.Field field, List<ObjectNode> groups, long limit) {
        var list = JSON.createArrayNode();
        for (var group : groups) {
            if (list.size() >= limit) {
                break;
            }
            var node = list.addObject();
            for (var part : field.selections()) {
                switch (part.name()) {
                    case "count" -> node.put(part.alias(), group.get("count").asLong());
                    case "dimensions" -> node.set(part.alias(), group.get("dimensions"));
                    default ->
                            throw new GraphqlQuery.Malformed(
                                    "unknown field \"" + part.name() + "\"");
                }
            }
        }
        return list;
    }

    private static void dimension(
            ObjectNode into, GraphqlQuery.Field dimension, Traffic.Count count) {
        var answered = count.answered();
        switch (dimension.name()) {
            case "datetimeMinute" ->
                    into.put(
                            dimension.alias(),
                            count.at().truncatedTo(ChronoUnit.MINUTES).toString());
            case "datetimeFiveMinutes" ->
                    into.put(
                            dimension.alias(),
                            Instant.ofEpochSecond(
                                            Math.floorDiv(count.at().getEpochSecond(), 300L) * 300)
                                    .toString());
            case "edgeResponseStatus" -> into.put(dimension.alias(), answered.edgeStatus());
            case "originResponseStatus" -> into.put(dimension.alias(), answered.originStatus());
            default -> into.put(dimension.alias(), answered.host());
        }
    }

    private static boolean passes(Map<String, Object> filter, Traffic.Answered answered) {
        var passes = true;
        for (var entry : filter.entrySet()) {
            var value = entry.getValue();
            passes &=
                    switch (entry.getKey()) {
                        case "datetime_geq", "datetime_lt" -> true;
                        case "clientRequestHTTPHost" -> answered.host().equals(value);
                        // The lab's edge serves visitors only.
                        case "requestSource" -> value.equals("eyeball");
                        case "edgeResponseStatus" -> answered.edgeStatus() == number(value);
                        case "edgeResponseStatus_geq" -> answered.edgeStatus() >= number(value);
                        case "edgeResponseStatus_lt" -> answered.edgeStatus() < number(value);
                        case "originResponseStatus_geq" -> answered.originStatus() >= number(value);
                        default ->
                                throw new GraphqlQuery.Malformed(
                                        "unknown filter \"" + entry.getKey() + "\"");
                    };
        }
        return passes;
    }

    private static long number(Object value) {
        if (value instanceof Long number) {
            return number;
        }
        throw new GraphqlQuery.Malformed("expected a number, got " + value);
    }

    private static Instant instant(Map<String, Object> filter, String name) {
        if (!(filter.get(name) instanceof String text)) {
            throw new GraphqlQuery.Malformed("filter needs " + name);
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new GraphqlQuery.Malformed(name + " is no time: " + text);
        }
    }
}
