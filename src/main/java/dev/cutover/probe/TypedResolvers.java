package dev.cutover.probe;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Resolvers that a person names one by one, each known by what was typed.
public final class TypedResolvers {

    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Fa-f.:\\[\\]]{2,60}");
    private static final Pattern PORT_TYPED = Pattern.compile(".*\\]:[0-9]+|[0-9.]+:[0-9]+");

    private TypedResolvers() {}

    /// How all of them are asked.
    ///
    /// @param word `udp`, `tcp`, `dot` or `doh`
    /// @param serverName the name on their certificates; empty for each one's own address
    /// @param pins public keys of which theirs must be one; may be empty, see [Transport.Tls]
    /// @param path where they serve DNS over HTTPS
    public record Way(String word, String serverName, Set<String> pins, String path) {
        public Way {
            pins = Set.copyOf(pins);
        }

        private Transport to(InetSocketAddress address) {
            String literal = address.getAddress().getHostAddress();
            return switch (word) {
                case "udp" -> new Transport.Udp();
                case "tcp" -> new Transport.Tcp();
                case "dot" ->
                        new Transport.Tls(
                                serverName.isEmpty() && pins.isEmpty() ? literal : serverName,
                                pins);
                case "doh" ->
                        new Transport.Https(
                                serverName.isEmpty() ? literal : serverName,
                                path,
                                Transport.Https.Method.POST);
                default ->
                        throw new IllegalArgumentException(
                                "expected udp, tcp, dot or doh, seen " + word);
            };
        }
    }

    /// Reads addresses, each an IPv4 or IPv6 literal, with a port where it is not the transport's
    /// usual one; what is typed twice is asked once.
    ///
    /// @throws IllegalArgumentException when one is no address; the message names it
    public static List<Resolver> read(List<String> addresses, Way way) {
        List<Resolver> typed = new ArrayList<>();
        for (String text : new LinkedHashSet<>(addresses)) {
            InetSocketAddress address = address(text);
            Transport how = way.to(address);
            int port = PORT_TYPED.matcher(text).matches() ? address.getPort() : how.usualPort();
            typed.add(new Resolver(text, address, "", "-").by(how, port));
        }
        return typed;
    }

    private static InetSocketAddress address(String text) {
        if (!ADDRESS.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "--resolver: expected an IPv4 or IPv6 address, with a port as 192.0.2.1:53"
                            + " or [2001:db8::1]:53, seen "
                            + text);
        }
        try {
            return ResolverList.parse("typed " + text + " \"\" -", "--resolver")
                    .getFirst()
                    .address();
        } catch (ResolverList.InvalidException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
