package dev.cutover.core.plan;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words {@code cutover:NAME} at the end of a record's note, by which people and other controllers see
 * that a cutover is at work on it. Written together with the lowered TTL, taken away with the last write.
 */
final class OwnershipMark {
    /** The shortest limit of any plan level. Source: Cloudflare docs, record attributes, 2026-11. */
    private static final int LONGEST_NOTE = 100;

    private static final Pattern MARK = Pattern.compile("(?:^| )cutover:([a-z0-9-]{1,64})$");

    private OwnershipMark() {}

    /** The record with the mark; as it is when its note has no room for it. */
    static DnsRecord on(DnsRecord record, String cutover) {
        String note =
                record.comment() + (record.comment().isEmpty() ? "" : " ") + "cutover:" + cutover;
        return note.length() > LONGEST_NOTE || holder(record).isPresent()
                ? record
                : noted(record, note);
    }

    /** The record without a mark. */
    static DnsRecord off(DnsRecord record) {
        Matcher mark = MARK.matcher(record.comment());
        return mark.find() ? noted(record, record.comment().substring(0, mark.start())) : record;
    }

    /** The cutover whose mark the record carries. */
    static Optional<String> holder(DnsRecord record) {
        Matcher mark = MARK.matcher(record.comment());
        return mark.find() ? Optional.of(mark.group(1)) : Optional.empty();
    }

    private static DnsRecord noted(DnsRecord record, String note) {
        DnsRecord words =
                new DnsRecord(
                        "",
                        record.name(),
                        record.type(),
                        "",
                        DnsRecord.AUTO_TTL,
                        false,
                        note,
                        record.tags(),
                        new TreeMap<>(),
                        Optional.empty());
        return RecordField.COMMENT.copy(words, record);
    }
}
