package dev.cutover.core.dns;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Clients of one region, known by a network that some of them sit in.
 *
 * <p>Resolvers that pass client subnets on may give them another answer, or keep one for them longer.
 * Source: RFC 7871.
 *
 * @param name as people call it: 1 to 43 letters, digits, dots, colons, slashes and dashes
 * @param address an address of the network, in normal form
 * @param prefixLength 1 to 32, or to 128 for IPv6; what resolvers tell apart is mostly 24 and 56
 */
public record Region(String name, String address, int prefixLength) {
    /** More are asked of nobody: each is one more question to each resolver. */
    public static final int MOST = 10;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:/-]{0,42}");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,3}");

    public Region {
        int most = Address.ipv4(address).isPresent() ? 32 : 128;
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "expected a region's name of letters, digits and dashes, seen '" + name + "'");
        }
        if (prefixLength < 1 || prefixLength > most) {
            throw new IllegalArgumentException(
                    address + ": expected a prefix of 1 to " + most + ", seen " + prefixLength);
        }
    }

    /**
     * Reads {@code NAME=ADDRESS/LENGTH}, or a network alone, which is its own name then.
     *
     * @throws IllegalArgumentException when it is neither; the message says what was expected
     */
    public static Region parse(String text) {
        int equals = text.indexOf('=');
        String network = text.substring(equals + 1).strip();
        int slash = network.indexOf('/');
        String address = slash < 0 ? network : network.substring(0, slash);
        Optional<String> normal = Address.ipv4(address).or(() -> Address.ipv6(address));
        if (slash < 0
                || normal.isEmpty()
                || !LENGTH.matcher(network.substring(slash + 1)).matches()) {
            throw new IllegalArgumentException(
                    "expected a network such as 192.0.2.0/24, or with a name DE=192.0.2.0/24, seen '"
                            + text
                            + "'");
        }
        int length = Integer.parseInt(network.substring(slash + 1));
        String whole = normal.get() + "/" + length;
        return new Region(
                equals < 0 ? whole : text.substring(0, equals).strip(), normal.get(), length);
    }

    /** The network as people write it. */
    public String network() {
        return address + "/" + prefixLength;
    }
}
