package dev.cutover.lab.cloudflare;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One DNS record as the account keeps it.
 *
 * @param id 32 hexadecimal digits, new for each created record
 * @param name full name in lower case, without a dot at its end
 * @param type mnemonic in upper case
 * @param content the value; for types written by {@code data} the text made of it
 * @param data the parts of SRV, CAA, HTTPS and the like; empty for types written by content
 * @param ttlSeconds 1 for "automatic", else 30 or 60 to 86400; always 1 when proxied
 * @param priority of MX, SRV and URI
 * @param comment empty text when there is none
 * @param settings flags of the record ({@code ipv4_only}, {@code flatten_cname}); empty for none
 */
public record CloudflareRecord(
        String id,
        String name,
        String type,
        String content,
        Map<String, Object> data,
        long ttlSeconds,
        boolean proxied,
        Optional<Integer> priority,
        String comment,
        List<String> tags,
        Map<String, Object> settings,
        Instant createdAt,
        Instant modifiedAt) {

    public CloudflareRecord {
        data = Map.copyOf(data);
        tags = List.copyOf(tags);
        settings = Map.copyOf(settings);
    }

    /** Whether the type can be answered with the edge's address at all. */
    public boolean proxiable() {
        return proxiable(type);
    }

    /** Whether records of this type can be proxied. */
    static boolean proxiable(String type) {
        return type.equals("A") || type.equals("AAAA") || type.equals("CNAME");
    }

    /** The same record with another content. */
    public CloudflareRecord withContent(String value) {
        return new CloudflareRecord(
                id,
                name,
                type,
                value,
                data,
                ttlSeconds,
                proxied,
                priority,
                comment,
                tags,
                settings,
                createdAt,
                modifiedAt);
    }

    /** The same record with another TTL. */
    public CloudflareRecord withTtlSeconds(long value) {
        return new CloudflareRecord(
                id,
                name,
                type,
                content,
                data,
                value,
                proxied,
                priority,
                comment,
                tags,
                settings,
                createdAt,
                modifiedAt);
    }

    /** The same record, proxied or not. */
    public CloudflareRecord withProxied(boolean value) {
        return new CloudflareRecord(
                id,
                name,
                type,
                content,
                data,
                ttlSeconds,
                value,
                priority,
                comment,
                tags,
                settings,
                createdAt,
                modifiedAt);
    }

    /** The same record with another comment. */
    public CloudflareRecord withComment(String value) {
        return new CloudflareRecord(
                id,
                name,
                type,
                content,
                data,
                ttlSeconds,
                proxied,
                priority,
                value,
                tags,
                settings,
                createdAt,
                modifiedAt);
    }

    /** The same record with other tags. */
    public CloudflareRecord withTags(List<String> value) {
        return new CloudflareRecord(
                id,
                name,
                type,
                content,
                data,
                ttlSeconds,
                proxied,
                priority,
                comment,
                value,
                settings,
                createdAt,
                modifiedAt);
    }

    /** The same record, told when it was last written. */
    CloudflareRecord withModifiedAt(Instant value) {
        return new CloudflareRecord(
                id,
                name,
                type,
                content,
                data,
                ttlSeconds,
                proxied,
                priority,
                comment,
                tags,
                settings,
                createdAt,
                value);
    }
}
