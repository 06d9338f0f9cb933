package dev.cutover.core.dns;

import java.util.Locale;

/** The record types a zone may hold, as far as the planner tells them apart. */
public enum RecordType {
    A,
    AAAA,
    CNAME,
    MX,
    TXT,
    NS,
    SOA,
    SRV,
    CAA,
    HTTPS,
    SVCB,
    PTR,
    DS,
    TLSA,
    /** Any type not named above; read and kept, never planned. */
    OTHER;

    /** The type of that name; {@link #OTHER} when it is none of ours. */
    public static RecordType of(String name) {
        String upper = name.strip().toUpperCase(Locale.ROOT);
        for (RecordType type : values()) {
            if (type.name().equals(upper)) {
                return type;
            }
        }
        return OTHER;
    }

    /** Whether a plan may change records of this type. Everything else is left alone by rule. */
    public boolean isPlannable() {
        return switch (this) {
            case A, AAAA, CNAME -> true;
            case MX, TXT, NS, SOA, SRV, CAA, HTTPS, SVCB, PTR, DS, TLSA, OTHER -> false;
        };
    }

    /** Whether a record of this type says where a visitor's connection goes. */
    public boolean routesVisitors() {
        return switch (this) {
            case A, AAAA, CNAME, HTTPS, SVCB -> true;
            case MX, TXT, NS, SOA, SRV, CAA, PTR, DS, TLSA, OTHER -> false;
        };
    }
}
