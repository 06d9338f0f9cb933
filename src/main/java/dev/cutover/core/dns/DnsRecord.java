package dev.cutover.core.dns;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One record as the zone's provider keeps it: what resolvers see and what only people see.
 *
 * @param id the provider's own key; empty when the record does not exist yet. It is no part of
 *     {@link #sameAs}: Cloudflare gives a new one when a type changes
 * @param name the owner name
 * @param type the record type
 * @param content the value in normal form ({@link Address#normalContent}); opaque text for types a plan
 *     may not change
 * @param ttlSeconds seconds, or {@link #AUTO_TTL} where the provider chooses
 * @param proxied whether visitors reach the provider's edge instead of the content
 * @param comment a person's note; empty when there is none
 * @param tags the provider's tags, sorted
 * @param settings the provider's per-record settings by name, values as printed by the provider
 * @param modifiedAt when the provider says it was last written; empty where it does not say. No part of
 *     {@link #sameAs}
 */
public record DnsRecord(
        String id,
        DnsName name,
        RecordType type,
        String content,
        long ttlSeconds,
        boolean proxied,
        String comment,
        List<String> tags,
        SortedMap<String, String> settings,
        Optional<Instant> modifiedAt) {
    /** The TTL value by which Cloudflare says "automatic": proxied records have no other. */
    public static final long AUTO_TTL = 1;

    /** What {@link #AUTO_TTL} is answered as. Source: Cloudflare docs, dns reference ttl, 2026-11. */
    public static final long AUTO_TTL_ANSWERED = 300;

    public DnsRecord {
        tags = tags.stream().sorted().toList();
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /** A record of a plan that has no comment, tags or settings yet. */
    public static DnsRecord of(
            DnsName name, RecordType type, String content, long ttlSeconds, boolean proxied) {
        return new DnsRecord(
                "",
                name,
                type,
                content,
                ttlSeconds,
                proxied,
                "",
                List.of(),
                new TreeMap<>(),
                Optional.empty());
    }

    public SetKey key() {
        return new SetKey(name, type);
    }

    /** The TTL a resolver is told, in seconds. */
    public long answeredTtlSeconds() {
        return proxied || ttlSeconds == AUTO_TTL ? AUTO_TTL_ANSWERED : ttlSeconds;
    }

    public DnsRecord withId(String newId) {
        return new DnsRecord(
                newId,
                name,
                type,
                content,
                ttlSeconds,
                proxied,
                comment,
                tags,
                settings,
                modifiedAt);
    }

    public DnsRecord withContent(String newContent) {
        return new DnsRecord(
                id,
                name,
                type,
                newContent,
                ttlSeconds,
                proxied,
                comment,
                tags,
                settings,
                modifiedAt);
    }

    public DnsRecord withTtl(long newTtlSeconds) {
        return new DnsRecord(
                id,
                name,
                type,
                content,
                newTtlSeconds,
                proxied,
                comment,
                tags,
                settings,
                modifiedAt);
    }

    /** Equal in every field a plan or a person can set; the provider's id aside. */
    public boolean sameAs(DnsRecord other) {
        return plain().equals(other.plain());
    }

    private DnsRecord plain() {
        return new DnsRecord(
                "",
                name,
                type,
                content,
                ttlSeconds,
                proxied,
                comment,
                tags,
                settings,
                Optional.empty());
    }
}
