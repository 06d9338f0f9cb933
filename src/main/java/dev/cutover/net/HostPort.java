package dev.cutover.net;

import dev.cutover.core.dns.DnsName;

/**
 * A server as people write it: {@code ns1.acme.example}, {@code 192.0.2.1:5353}, {@code [2001:db8::1]:53}.
 *
 * @param host a name or an address literal, IPv6 without its brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
    /** The longest text that can be a server. */
    public static final int LONGEST = 270;

    /**
     * Reads the text.
     *
     * @param port the port where the text names none
     * @throws IllegalArgumentException when it is no server; the message says what was expected and seen
     */
    public static HostPort parse(String text, int port) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "expected a server of at most "
                            + LONGEST
                            + " characters, seen "
                            + text.length());
        }
        boolean isLiteral = Literals.parse(text).isPresent();
        int colon = isLiteral ? -1 : text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        int at = colon < 0 ? port : port(text, text.substring(colon + 1));
        if (host.indexOf(':') >= 0 && !host.startsWith("[") && !isLiteral) {
            throw wrong(text);
        }
        if (Literals.parse(host).isPresent()) {
            return new HostPort(
                    host.startsWith("[") ? host.substring(1, host.length() - 1) : host, at);
        }
        try {
            return new HostPort(new DnsName(host).value(), at);
        } catch (IllegalArgumentException e) {
            throw wrong(text);
        }
    }

    private static int port(String text, String digits) {
        if (!digits.matches("[1-9][0-9]{0,4}") || Integer.parseInt(digits) > 65_535) {
            throw wrong(text);
        }
        return Integer.parseInt(digits);
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "expected a server such as ns1.acme.example, 192.0.2.1:53 or [2001:db8::1]:53, seen '"
                        + text.replaceAll("[^!-~]", "?")
                        + "'");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
