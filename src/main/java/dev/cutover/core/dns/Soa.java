package dev.cutover.core.dns;

import java.util.Optional;

/**
 * What a zone says about itself.
 *
 * @param serial the version a server shows, 0 to 2^32 - 1
 * @param minimumSeconds together with the record's own TTL how long absence may be remembered. Source: RFC
 *     2308 section 4
 */
public record Soa(long serial, long minimumSeconds) {
    private static final int FIELDS = 7;
    private static final long MOST = 0xFFFF_FFFFL;

    /** Reads presentation format, {@code ns1. host. 7 10000 2400 604800 1800}; empty when it is none. */
    public static Optional<Soa> of(String content) {
        String[] fields = content.strip().split("\\s+", -1);
        if (fields.length != FIELDS) {
            return Optional.empty();
        }
        try {
            Soa soa = new Soa(Long.parseLong(fields[2]), Long.parseLong(fields[6]));
            boolean fits =
                    soa.serial >= 0
                            && soa.serial <= MOST
                            && soa.minimumSeconds >= 0
                            && soa.minimumSeconds <= MOST;
            return fits ? Optional.of(soa) : Optional.empty();
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    /** Whether this version is older than the other, in the circle serials run in. Source: RFC 1982. */
    public boolean isBehind(Soa other) {
        long ahead = (other.serial - serial) & MOST;
        return ahead != 0 && ahead < 1L << 31;
    }
}
