package dev.cutover.net;

import dev.cutover.core.dns.Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Address literals as addresses; no resolver is ever asked. */
public final class Literals {
    private Literals() {}

    /**
     * The address a literal names, or empty when the text is no literal. Brackets around IPv6 are
     * allowed, zones ({@code %eth0}) are not; an IPv4-mapped IPv6 literal is the IPv4 address.
     */
    public static Optional<InetAddress> parse(String text) {
        String bare =
                text.startsWith("[") && text.endsWith("]")
                        ? text.substring(1, text.length() - 1)
                        : text;
        return Address.ipv4(bare).or(() -> Address.ipv6(bare)).map(Literals::address);
    }

    private static InetAddress address(String normal) {
        try {
            // The text is in normal form, so this reads it and looks nothing up.
            return InetAddress.getByName(normal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address literal: " + normal, e);
        }
    }
}
