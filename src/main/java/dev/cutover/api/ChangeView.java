package dev.cutover.api;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.plan.SetChange;
import java.util.List;

/// One record set a plan changes; an empty list means the set is absent on that side.
///
/// @param set such as `www.acme.example A`
/// @param step the switching step that moves it, from 1
/// @param aged before, with its TTL lowered
/// @param settled next, with the TTLs it keeps when all is done
/// @param proxied whether visitors reach it through the provider's edge
public record ChangeView(
        String set,
        String name,
        String type,
        int step,
        List<RecordView> before,
        List<RecordView> aged,
        List<RecordView> next,
        List<RecordView> settled,
        List<RecordView> fallback,
        boolean proxied) {

    static ChangeView of(SetChange c) {
        return new ChangeView(
                c.key().toString(),
                c.name().value(),
                c.type().name(),
                c.step(),
                records(c.before()),
                records(c.aged()),
                records(c.next()),
                records(c.nextSettled()),
                records(c.fallback()),
                c.isProxied());
    }

    private static List<RecordView> records(List<DnsRecord> records) {
        return records.stream().map(RecordView::of).toList();
    }
}
