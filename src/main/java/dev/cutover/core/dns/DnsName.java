package dev.cutover.core.dns;

import java.util.Locale;

/**
 * A fully qualified domain name: lower case, without the trailing dot, 1 to 253 characters.
 *
 * <p>Labels are 1 to 63 characters of letters, digits, hyphen and underscore; a leading {@code *}
 * label is a wildcard. Source: RFC 1035 section 2.3.4, RFC 4592.
 *
 * @param value the name in its one normal form
 */
public record DnsName(String value) implements Comparable<DnsName> {
    public DnsName {
        value = normal(value);
    }

    /**
     * Reads a name as a person writes it in a plan: {@code @} and relative names belong to the zone.
     *
     * @throws IllegalArgumentException when the text is no name; the message says why
     */
    public static DnsName within(DnsName zone, String text) {
        if (text.equals("@")) {
            return zone;
        }
        DnsName absolute = new DnsName(text);
        return text.endsWith(".") || absolute.isWithin(zone)
                ? absolute
                : new DnsName(absolute.value + "." + zone.value);
    }

    /** Whether this name is the zone's apex or below it. */
    public boolean isWithin(DnsName zone) {
        return value.equals(zone.value) || value.endsWith("." + zone.value);
    }

    private static String normal(String text) {
        // Lower case turns the Kelvin sign into an ASCII k: two names a person can tell apart must
        // stay two.
        text.codePoints()
                .filter(c -> c > 127)
                .findFirst()
                .ifPresent(
                        c -> {
                            throw new IllegalArgumentException(
                                    "a domain name is written in ASCII, seen U+"
                                            + Integer.toHexString(c)
                                            + " in '"
                                            + text
                                            + "'");
                        });
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.isEmpty() || name.length() > 253) {
            throw new IllegalArgumentException(
                    "a domain name has 1 to 253 characters, seen " + name.length());
        }
        String[] labels = name.split("\\.", -1);
        for (int i = 0; i < labels.length; i++) {
            checkLabel(name, labels[i], i == 0);
        }
        return name;
    }

    private static void checkLabel(String name, String label, boolean first) {
        if (first && label.equals("*")) {
            return;
        }
        if (label.isEmpty() || label.length() > 63) {
            throw new IllegalArgumentException(
                    "each label of a domain name has 1 to 63 characters, seen '"
                            + label
                            + "' in '"
                            + name
                            + "'");
        }
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            boolean fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!fine) {
                throw new IllegalArgumentException(
                        "a domain name may hold letters, digits, '-' and '_', seen '"
                                + c
                                + "' in '"
                                + name
                                + "'");
            }
        }
    }

    @Override
    public int compareTo(DnsName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
