package dev.cutover.api;

import dev.cutover.core.dns.DnsRecord;

/// One value of a record set.
///
/// @param ttlSeconds 1 where the provider chooses
/// @param comment a person's note; empty when there is none
public record RecordView(String content, long ttlSeconds, boolean proxied, String comment) {
    static RecordView of(DnsRecord r) {
        return new RecordView(r.content(), r.ttlSeconds(), r.proxied(), r.comment());
    }
}
