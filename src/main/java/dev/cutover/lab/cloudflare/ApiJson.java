package dev.cutover.lab.cloudflare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.http.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the API writes and reads JSON: envelopes, records, zones, settings. */
final class ApiJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ApiJson() {}

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static ArrayNode array() {
        return JSON.createArrayNode();
    }

    /** The body of a request as JSON; an empty body is an empty object. */
    static JsonNode body(String text) {
        if (text.isBlank()) {
            return object();
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new ApiRefusal(400, 9207, "Request body is invalid: not JSON.");
        }
    }

    static Reply.Answer success(JsonNode result) {
        return Reply.json(200, envelope(result).toString());
    }

    static Reply.Answer page(ArrayNode result, int page, int perPage, int totalCount) {
        var envelope = envelope(result);
        var info = envelope.putObject("result_info");
        info.put("page", page);
        info.put("per_page", perPage);
        info.put("count", result.size());
        info.put("total_count", totalCount);
        info.put("total_pages", (totalCount + perPage - 1) / perPage);
        return Reply.json(200, envelope.toString());
    }

    static Reply.Answer failure(int status, int code, String message) {
        var envelope = object();
        envelope.put("success", false);
        var error = envelope.putArray("errors").addObject();
        error.put("code", code);
        error.put("message", message);
        envelope.putArray("messages");
        envelope.putNull("result");
        return Reply.json(status, envelope.toString());
    }

    static ObjectNode record(CloudflareRecord record) {
        var node = object();
        node.put("id", record.id());
        node.put("name", record.name());
        node.put("type", record.type());
        node.put("content", record.content());
        if (!record.data().isEmpty()) {
            node.set("data", JSON.valueToTree(new TreeMap<>(record.data())));
        }
        record.priority().ifPresent(value -> node.put("priority", value));
        node.put("proxiable", record.proxiable());
        node.put("proxied", record.proxied());
        node.put("ttl", record.ttlSeconds());
        node.set("settings", JSON.valueToTree(new TreeMap<>(record.settings())));
        node.putObject("meta");
        // The vendor shows null for a missing comment; its published schema knows only text.
        if (!record.comment().isEmpty()) {
            node.put("comment", record.comment());
        }
        node.set("tags", JSON.valueToTree(record.tags()));
        node.put("created_on", record.createdAt().toString());
        node.put("modified_on", record.modifiedAt().toString());
        return node;
    }

    static ArrayNode records(List<CloudflareRecord> records) {
        var list = array();
        records.forEach(record -> list.add(record(record)));
        return list;
    }

    static ObjectNode zone(ZoneState zone, CloudflareAccount account) {
        var node = object();
        node.put("id", zone.id());
        node.put("name", zone.name());
        node.put("status", "active");
        node.put("paused", zone.isPaused());
        node.put("type", "full");
        node.put("development_mode", 0);
        node.set("name_servers", JSON.valueToTree(zone.nameServers()));
        node.putNull("original_name_servers");
        node.putNull("original_registrar");
        node.putNull("original_dnshost");
        node.put("created_on", zone.createdAt().toString());
        node.put("modified_on", zone.createdAt().toString());
        node.put("activated_on", zone.createdAt().plus(Duration.ofHours(1)).toString());
        var meta = node.putObject("meta");
        meta.put("step", 2);
        meta.put("page_rule_quota", 3);
        meta.put("phishing_detected", false);
        var owner = node.putObject("owner");
        owner.put("id", account.id());
        owner.put("name", account.name());
        owner.put("type", "organization");
        var of = node.putObject("account");
        of.put("id", account.id());
        of.put("name", account.name());
        var plan = node.putObject("plan");
        plan.put("id", zone.plan().legacyId());
        plan.put("name", zone.plan().title());
        plan.put("legacy_id", zone.plan().legacyId());
        plan.put("is_subscribed", true);
        return node;
    }

    static ObjectNode setting(String id, ZoneState.Setting setting) {
        var node = object();
        node.put("id", id);
        node.put("value", setting.value());
        node.put("editable", true);
        setting.modifiedAt().ifPresent(at -> node.put("modified_on", at.toString()));
        return node;
    }

    static ObjectNode lists(Map<String, ArrayNode> lists) {
        var node = object();
        lists.forEach(node::set);
        return node;
    }

    private static ObjectNode envelope(JsonNode result) {
        var envelope = object();
        envelope.put("success", true);
        envelope.putArray("errors");
        envelope.putArray("messages");
        envelope.set("result", result);
        return envelope;
    }
}
