package dev.cutover.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xbill.DNS.Address;

/// The operator's list of resolvers, from a text file.
///
/// ```
/// # id      address[:port]          "operator"        country
/// quad9     9.9.9.9                 "Quad9"           CH
/// lab-6     [2001:db8::53]:5353     Lab               -
/// ```
///
/// An operator of one word needs no quotes.
/// Addresses are literals, since a list that needed DNS to be read would probe nothing when DNS is
/// what fails. Empty lines and what follows `#` outside quotes are left out.
public final class ResolverList {

    private static final int LARGEST_FILE = 1 << 20;
    private static final int LONGEST_LINE = 500;
    private static final int MOST_RESOLVERS = 10_000;
    private static final int MOST_ERRORS = 20;
    private static final int DNS_PORT = 53;

    private static final Pattern LINE =
            Pattern.compile(
                    "(\\S+)\\s+(\\S+)\\s+(?:\"([^\"]*)\"|([^\\s\"#]+))\\s+(\\S+)\\s*(?:#.*)?");
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}|-");
    private static final Pattern WITH_PORT =
            Pattern.compile("(?:\\[([^\\]]+)\\]|([0-9.]+)):([0-9]{1,5})");

    private ResolverList() {}

    /// Why a list was refused, one line for each fault, each with file and line number.
    public static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(List<String> faults) {
            super(String.join("\n", faults));
        }
    }

    /// Reads a file.
    ///
    /// @throws InvalidException when a line is wrong, an id or address comes twice, or nothing is
    ///     in it
    /// @throws IOException when it cannot be read
    public static List<Resolver> read(Path file) throws IOException, InvalidException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_FILE + 1);
        }
        if (bytes.length > LARGEST_FILE) {
            throw new InvalidException(
                    List.of(file + ": expected at most " + LARGEST_FILE + " bytes, seen more"));
        }
        return parse(new String(bytes, StandardCharsets.UTF_8), file.toString());
    }

    /// Reads the text of a list.
    ///
    /// @param source what to call it in messages
    public static List<Resolver> parse(String text, String source) throws InvalidException {
        Map<String, Integer> seen = new HashMap<>();
        List<Resolver> resolvers = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            try {
                Resolver resolver = resolver(line);
                once(seen, "id " + resolver.id(), number);
                once(seen, "address " + resolver.address(), number);
                resolvers.add(resolver);
            } catch (IllegalArgumentException e) {
                faults.add(source + ":" + number + ": " + e.getMessage());
            }
            if (faults.size() == MOST_ERRORS || resolvers.size() > MOST_RESOLVERS) {
                break;
            }
        }
        if (resolvers.size() > MOST_RESOLVERS) {
            faults.add(source + ": expected at most " + MOST_RESOLVERS + " resolvers, seen more");
        } else if (resolvers.isEmpty() && faults.isEmpty()) {
            faults.add(source + ": expected at least one resolver, seen none");
        }
        if (!faults.isEmpty()) {
            throw new InvalidException(faults);
        }
        return List.copyOf(resolvers);
    }

    private static void once(Map<String, Integer> seen, String what, int number) {
        Integer before = seen.putIfAbsent(what, number);
        if (before != null) {
            throw new IllegalArgumentException(what + " is already in line " + before);
        }
    }

    private static Resolver resolver(String line) {
        if (line.length() > LONGEST_LINE) {
            throw new IllegalArgumentException(
                    "expected at most " + LONGEST_LINE + " characters, seen " + line.length());
        }
        Matcher fields = LINE.matcher(line.strip());
        if (!fields.matches()) {
            throw new IllegalArgumentException(
                    "expected: id address[:port] \"operator\" country, seen: " + printable(line));
        }
        String id = fields.group(1);
        expect(ID, id, "an id of small letters, digits, dot, dash and underscore");
        String country = fields.group(5);
        expect(COUNTRY, country, "a country of two capital letters, or -");
        String operator = fields.group(3) == null ? fields.group(4) : fields.group(3);
        return new Resolver(id, address(fields.group(2)), printable(operator), country);
    }

    private static InetSocketAddress address(String text) {
        Matcher withPort = WITH_PORT.matcher(text);
        String host = text;
        int port = DNS_PORT;
        if (withPort.matches()) {
            host = withPort.group(1) == null ? withPort.group(2) : withPort.group(1);
            port = Integer.parseInt(withPort.group(3));
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("expected a port of 1 to 65535, seen " + port);
        }
        return new InetSocketAddress(literal(host, text), port);
    }

    private static InetAddress literal(String host, String text) {
        try {
            return Address.getByAddress(host); // reads literals only, asks no resolver
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "expected an IPv4 or IPv6 address, with a port as 192.0.2.1:53 or"
                            + " [2001:db8::1]:53, seen "
                            + printable(text),
                    e);
        }
    }

    private static void expect(Pattern pattern, String seen, String wanted) {
        if (!pattern.matcher(seen).matches()) {
            throw new IllegalArgumentException("expected " + wanted + ", seen " + printable(seen));
        }
    }

    /// Keeps what others wrote from steering a terminal or a log.
    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() > 100 ? line.substring(0, 100) + "..." : line;
    }
}
