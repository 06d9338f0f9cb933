package dev.cutover.core.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** IPv4 and IPv6 literals in their one normal form, read without asking any resolver. */
public final class Address {
    private Address() {}

    /**
     * The normal form of a record's content, so that two spellings of one value compare equal.
     *
     * @throws IllegalArgumentException when the content does not fit the type; the message says what was
     *     expected and seen
     */
    public static String normalContent(RecordType type, String content) {
        String text = content.strip();
        return switch (type) {
            case A ->
                    ipv4(text)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "expected an IPv4 address for A, seen '"
                                                            + text
                                                            + "'"));
            case AAAA ->
                    ipv6(text)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "expected an IPv6 address for AAAA, seen '"
                                                            + text
                                                            + "'"
                                                            + (ipv4(text).isPresent()
                                                                    ? " (that is IPv4: use type A)"
                                                                    : "")));
            case CNAME -> {
                if (ipv4(text).isPresent() || ipv6(text).isPresent()) {
                    throw new IllegalArgumentException(
                            "expected a host name for CNAME, seen the address '" + text + "'");
                }
                yield new DnsName(text).value();
            }
            case MX, TXT, NS, SOA, SRV, CAA, HTTPS, SVCB, PTR, DS, TLSA, OTHER -> text;
        };
    }

    /** Dotted quad without leading zeros, or empty when the text is no IPv4 literal. */
    public static Optional<String> ipv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || (part.length() > 1 && part.charAt(0) == '0')
                    || Integer.parseInt(part) > 255) {
                return Optional.empty();
            }
        }
        return Optional.of(text);
    }

    /** The text form of RFC 5952 (lower case, longest run of zeros as {@code ::}), or empty when it is no IPv6 literal. */
    public static Optional<String> ipv6(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        int gap = lower.indexOf("::");
        List<Integer> groups = new ArrayList<>();
        if (gap < 0) {
            if (!readGroups(lower, groups) || groups.size() != 8) {
                return Optional.empty();
            }
            return Optional.of(print(groups));
        }
        List<Integer> tail = new ArrayList<>();
        String left = lower.substring(0, gap);
        String right = lower.substring(gap + 2);
        if (right.contains("::")
                || !readGroups(left, groups)
                || !readGroups(right, tail)
                || groups.size() + tail.size() > 7) {
            return Optional.empty();
        }
        while (groups.size() + tail.size() < 8) {
            groups.add(0);
        }
        groups.addAll(tail);
        return Optional.of(print(groups));
    }

    private static boolean readGroups(String text, List<Integer> into) {
        if (text.isEmpty()) {
            return true;
        }
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (i == parts.length - 1 && ipv4(part).isPresent()) {
                String[] quad = part.split("\\.", -1);
                into.add(Integer.parseInt(quad[0]) * 256 + Integer.parseInt(quad[1]));
                into.add(Integer.parseInt(quad[2]) * 256 + Integer.parseInt(quad[3]));
            } else if (part.isEmpty()
                    || part.length() > 4
                    || !part.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128)) {
                return false;
            } else {
                into.add(Integer.parseInt(part, 16));
            }
        }
        return into.size() <= 8;
    }

    private static String print(List<Integer> groups) {
        int bestAt = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int j = i;
            while (j < 8 && groups.get(j) == 0) {
                j++;
            }
            if (j - i > bestLength) {
                bestAt = i;
                bestLength = j - i;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestAt) {
                out.append("::");
                i += bestLength - 1;
            } else {
                if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                    out.append(':');
                }
                out.append(Integer.toHexString(groups.get(i)));
            }
        }
        return out.toString();
    }
}
