package dev.cutover.core.dns;

/** The fields of a record that can differ between what we wrote and what a person left there. */
public enum RecordField {
    CONTENT,
    TTL,
    PROXIED,
    COMMENT,
    TAGS,
    SETTINGS;

    /** This field's value, comparable by {@code equals}. */
    public Object of(DnsRecord record) {
        return switch (this) {
            case CONTENT -> record.content();
            case TTL -> record.ttlSeconds();
            case PROXIED -> record.proxied();
            case COMMENT -> record.comment();
            case TAGS -> record.tags();
            case SETTINGS -> record.settings();
        };
    }

    /** {@code target} with this one field taken from {@code source}. */
    public DnsRecord copy(DnsRecord source, DnsRecord target) {
        return new DnsRecord(
                target.id(),
                target.name(),
                target.type(),
                this == CONTENT ? source.content() : target.content(),
                this == TTL ? source.ttlSeconds() : target.ttlSeconds(),
                this == PROXIED ? source.proxied() : target.proxied(),
                this == COMMENT ? source.comment() : target.comment(),
                this == TAGS ? source.tags() : target.tags(),
                this == SETTINGS ? source.settings() : target.settings(),
                target.modifiedAt());
    }
}
