package dev.cutover.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Address;

/// Resolvers from a text file: an operator's own, or the shipped list of public ones.
///
/// ```
/// # id      address[:port]          "operator"        country  [more]
/// quad9     9.9.9.9                 "Quad9"           CH       dot=dns.quad9.net
/// lab-6     [2001:db8::53]:5353     Lab               -
/// ```
///
/// More may be said in any order: `dot=` the name on its certificate, `doh=` its URL, `at=`
/// latitude
/// and longitude in degrees, `ecs=` what it does with client subnets (`forwards`, `replaces`,
/// `none`), `rate=` how many questions a second it may be asked at most, `source=` the pages that
/// say so, with commas between, and `seen=` the day they did.
/// What is not known is left
/// out. An operator of one word needs no quotes.
/// Addresses are literals, since a list that needed DNS to be read would probe nothing when DNS is
/// what fails. Empty lines and what follows `#` outside quotes are left out.
public final class ResolverList {

    private static final int LARGEST_FILE = 1 << 20;
    private static final int LONGEST_LINE = 1_000;
    private static final int MOST_RESOLVERS = 10_000;
    private static final int MOST_ERRORS = 20;
    private static final int DNS_PORT = 53;

    private static final Pattern LINE =
            Pattern.compile(
                    "(\\S+)\\s+(\\S+)\\s+(?:\"([^\"]*)\"|([^\\s\"#]+))\\s+(\\S+)"
                            + "((?:\\s+[a-z]+=\\S+)*)\\s*(?:#.*)?");
    private static final Pattern DAY = Pattern.compile("20[0-9]{2}-[01][0-9]-[0-3][0-9]");
    private static final String SHIPPED = "public-resolvers.txt";
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

    /// The public resolvers this program ships with, each with the page its facts were found on.
    ///
    /// Who answers everybody may stop doing so at any time: a resolver that is silent is a finding
    /// about it, not about the site.
    public static List<ListedResolver> shipped() {
        try (InputStream in = ResolverList.class.getResourceAsStream(SHIPPED)) {
            byte[] bytes = Objects.requireNonNull(in, SHIPPED).readNBytes(LARGEST_FILE);
            return entries(new String(bytes, StandardCharsets.UTF_8), SHIPPED);
        } catch (IOException | InvalidException e) {
            throw new IllegalStateException("the shipped list of resolvers is damaged", e);
        }
    }

    /// Reads a file.
    ///
    /// @throws InvalidException when a line is wrong, an id or address comes twice, or nothing is
    ///     in it
    /// @throws IOException when it cannot be read
    public static List<Resolver> read(Path file) throws IOException, InvalidException {
        return plain(entries(file));
    }

    /// Reads the text of a list.
    ///
    /// @param source what to call it in messages
    public static List<Resolver> parse(String text, String source) throws InvalidException {
        return plain(entries(text, source));
    }

    /// How often each of a list may be asked, in questions per second, by address.
    ///
    /// @param usual for those whose line says nothing
    public static Map<InetAddress, Integer> rates(List<ListedResolver> entries, int usual) {
        Map<InetAddress, Integer> rates = new HashMap<>();
        for (ListedResolver entry : entries) {
            InetAddress address = entry.resolver().address().getAddress();
            // two ports of one machine are one machine
            rates.merge(address, entry.queriesPerSecond().orElse(usual), Math::min);
        }
        return rates;
    }

    private static List<Resolver> plain(List<ListedResolver> entries) {
        return entries.stream().map(ListedResolver::resolver).toList();
    }

    /// Reads a file, with all it says of each.
    ///
    /// @throws InvalidException as for [#read]
    /// @throws IOException when it cannot be read
    public static List<ListedResolver> entries(Path file) throws IOException, InvalidException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(LARGEST_FILE + 1);
        }
        if (bytes.length > LARGEST_FILE) {
            throw new InvalidException(
                    List.of(file + ": expected at most " + LARGEST_FILE + " bytes, seen more"));
        }
        return entries(new String(bytes, StandardCharsets.UTF_8), file.toString());
    }

    /// Reads the text of a list, with all it says of each.
    ///
    /// @param source what to call it in messages
    public static List<ListedResolver> entries(String text, String source) throws InvalidException {
        Map<String, Integer> seen = new HashMap<>();
        List<ListedResolver> resolvers = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            try {
                ListedResolver entry = entry(line);
                once(seen, "id " + entry.resolver().id(), number);
                once(seen, "address " + entry.resolver().address(), number);
                resolvers.add(entry);
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

    private static ListedResolver entry(String line) {
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
        Resolver resolver =
                new Resolver(id, address(fields.group(2)), printable(operator), country);
        return withFacts(resolver, facts(fields.group(6)));
    }

    private static Map<String, String> facts(String text) {
        Map<String, String> facts = new HashMap<>();
        for (String fact : text.strip().split("\\s+", -1)) {
            int equals = fact.indexOf('=');
            if (equals > 0
                    && facts.put(fact.substring(0, equals), fact.substring(equals + 1)) != null) {
                throw new IllegalArgumentException(
                        fact.substring(0, equals) + "= comes twice in one line");
            }
        }
        return facts;
    }

    private static ListedResolver withFacts(Resolver resolver, Map<String, String> facts) {
        Map<String, String> left = new HashMap<>(facts);
        Optional<String> dot = Optional.ofNullable(left.remove("dot"));
        Optional<String> doh = Optional.ofNullable(left.remove("doh"));
        Optional<String> at = Optional.ofNullable(left.remove("at"));
        Optional<String> ecs = Optional.ofNullable(left.remove("ecs"));
        OptionalInt rate = rate(left.remove("rate"));
        String source = Objects.requireNonNullElse(left.remove("source"), "");
        String seen = Objects.requireNonNullElse(left.remove("seen"), "");
        if (!left.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected dot=, doh=, at=, ecs=, rate=, source= or seen=, seen "
                            + printable(String.join(", ", new TreeSet<>(left.keySet())))
                            + "=");
        }
        if (!seen.isEmpty()) {
            expect(DAY, seen, "a day such as 2026-11-20");
        }
        return new ListedResolver(
                resolver,
                dot.map(Transport.Tls::named),
                doh.map(ResolverList::https),
                at.map(ResolverList::place),
                ecs.map(ResolverList::ecs).orElse(ListedResolver.Ecs.UNKNOWN),
                rate,
                source,
                seen);
    }

    private static Transport.Https https(String url) {
        try {
            URI uri = new URI(url);
            if ("https".equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getPort() == -1
                    && uri.getRawQuery() == null) {
                return new Transport.Https(
                        uri.getHost(), uri.getRawPath(), Transport.Https.Method.POST);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "expected doh=https://host/path, seen " + printable(url), e);
        }
        throw new IllegalArgumentException(
                "expected doh=https://host/path, without port or query, seen " + printable(url));
    }

    private static ListedResolver.Place place(String text) {
        int comma = text.indexOf(',');
        try {
            if (comma > 0) {
                return new ListedResolver.Place(
                        Double.parseDouble(text.substring(0, comma)),
                        Double.parseDouble(text.substring(comma + 1)));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "expected at=LATITUDE,LONGITUDE in degrees, seen " + printable(text), e);
        }
        throw new IllegalArgumentException(
                "expected at=LATITUDE,LONGITUDE in degrees, seen " + printable(text));
    }

    private static ListedResolver.Ecs ecs(String text) {
        return switch (text) {
            case "forwards" -> ListedResolver.Ecs.FORWARDS;
            case "replaces" -> ListedResolver.Ecs.REPLACES;
            case "none" -> ListedResolver.Ecs.NONE;
            default ->
                    throw new IllegalArgumentException(
                            "expected ecs=forwards, ecs=replaces or ecs=none, seen "
                                    + printable(text));
        };
    }

    private static OptionalInt rate(@Nullable String text) {
        if (text == null) {
            return OptionalInt.empty();
        }
        if (!text.matches("[1-9][0-9]{0,2}|1000")) {
            throw new IllegalArgumentException(
                    "expected rate= of 1 to 1000 questions a second, seen " + printable(text));
        }
        return OptionalInt.of(Integer.parseInt(text));
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
