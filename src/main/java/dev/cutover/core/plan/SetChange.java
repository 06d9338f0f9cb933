package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.EdgeChange;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One difference the plan makes: a record set with its records before, aged, next and on fallback.
 *
 * <pre>
 *   before   as the zone had it when the plan was made
 *   aged     before, with its TTL lowered where it has one to lower
 *   next     the plan's content; TTL low until closing
 *   fallback where falling back goes; TTL low until closing
 * </pre>
 *
 * Records at the same position are the same record: an in-place patch where both exist.
 *
 * @param settledTtlSeconds the TTL that records without a predecessor in this set get when all is done,
 *     such as a CNAME that replaces an A
 * @param step the switching step that applies it, from 1
 */
public record SetChange(
        DnsName name,
        RecordType type,
        List<DnsRecord> before,
        List<DnsRecord> aged,
        List<DnsRecord> next,
        List<DnsRecord> fallback,
        long settledTtlSeconds,
        int step) {
    public SetChange {
        before = List.copyOf(before);
        aged = List.copyOf(aged);
        next = List.copyOf(next);
        fallback = List.copyOf(fallback);
    }

    /** A set whose new records settle on the TTL its first record had. */
    public SetChange(
            DnsName name,
            RecordType type,
            List<DnsRecord> before,
            List<DnsRecord> aged,
            List<DnsRecord> next,
            List<DnsRecord> fallback,
            int step) {
        this(
                name,
                type,
                before,
                aged,
                next,
                fallback,
                before.isEmpty() ? DnsRecord.AUTO_TTL : before.getFirst().ttlSeconds(),
                step);
    }

    public SetKey key() {
        return new SetKey(name, type);
    }

    /** Whether visitors reach this set through the provider's edge, on any side. */
    public boolean isProxied() {
        return before.stream().anyMatch(DnsRecord::proxied)
                || next.stream().anyMatch(DnsRecord::proxied);
    }

    /** The names whose visitors reach the provider's edge, by their records or by what routes them there, each once. */
    public static List<DnsName> proxiedNames(List<SetChange> changes, List<EdgeChange> edge) {
        TreeSet<DnsName> names = new TreeSet<>();
        changes.stream().filter(SetChange::isProxied).forEach(c -> names.add(c.name()));
        edge.forEach(e -> names.addAll(e.names()));
        return List.copyOf(names);
    }

    /** Whether visitors reach the next side through the provider's edge. */
    public boolean isProxiedNext() {
        return next.stream().anyMatch(DnsRecord::proxied);
    }

    /** Whether the edge hides both sides, so that resolvers answer the same before and after. */
    public boolean isHidden() {
        return isProxied()
                && Stream.concat(before.stream(), next.stream()).allMatch(DnsRecord::proxied);
    }

    /** Whether the zone's own servers answer with these records of the set, and not with the edge's. */
    public boolean isAnswered(List<DnsRecord> records) {
        return records.isEmpty() ? !isProxied() : records.stream().noneMatch(DnsRecord::proxied);
    }

    /** The records a side keeps when all is done and TTLs are back. */
    public List<DnsRecord> settledOn(Side side) {
        return switch (side) {
            case CURRENT -> before;
            case NEXT -> nextSettled();
            case FALLBACK -> fallbackSettled();
        };
    }

    /** The next side's records with the TTLs they keep when all is done. */
    public List<DnsRecord> nextSettled() {
        return settled(next);
    }

    /** The fallback side's records with the TTLs they keep when all is done. */
    public List<DnsRecord> fallbackSettled() {
        return settled(fallback);
    }

    private List<DnsRecord> settled(List<DnsRecord> records) {
        List<DnsRecord> settled = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            DnsRecord r = records.get(i);
            long ttl = i < before.size() ? before.get(i).ttlSeconds() : settledTtlSeconds;
            settled.add(OwnershipMark.off(r.proxied() ? r : r.withTtl(ttl)));
        }
        return settled;
    }

    /** This change before any switch: the next side, and the fallback unless it is wanted, were never written. */
    public SetChange unswitched(boolean fallbackWanted) {
        return new SetChange(
                name,
                type,
                before,
                aged,
                aged,
                fallbackWanted ? fallback : aged,
                settledTtlSeconds,
                step);
    }

    /** This change at closing: whatever is not the next side's is somebody else's by now. */
    public SetChange closing() {
        return new SetChange(name, type, nextSettled(), next, next, next, settledTtlSeconds, step);
    }

    /** Every state of this set that we may have written; whatever differs from all of them is somebody else's. */
    public List<List<DnsRecord>> ours() {
        return List.of(before, aged, next, fallback, nextSettled(), fallbackSettled());
    }
}
