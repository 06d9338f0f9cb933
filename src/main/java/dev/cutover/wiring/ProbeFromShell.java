package dev.cutover.wiring;

import dev.cutover.cli.GivenUpException;
import dev.cutover.cli.Prober;
import dev.cutover.core.dns.Address;
import dev.cutover.core.dns.RecordType;
import dev.cutover.net.Trust;
import dev.cutover.probe.Answer;
import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.EdnsOptions;
import dev.cutover.probe.ListedResolver;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.ProbeResult;
import dev.cutover.probe.Question;
import dev.cutover.probe.Resolver;
import dev.cutover.probe.ResolverList;
import dev.cutover.probe.Round;
import dev.cutover.probe.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** Probes for a person at a shell, without platform, controller or database. */
final class ProbeFromShell implements Prober {
    private static final int WRONG_USE = 2;
    private static final int UNREACHABLE = 3;
    private static final int MOST_RESOLVERS = 1_000;

    private final ProbeEngine engine;
    private final InstantSource clock;
    private final Wish wish;
    private final Question question;
    private final Optional<EdnsOptions.Subnet> subnet;
    private final Map<String, Resolver> resolvers;
    private final int leftOut;

    private ProbeFromShell(
            ProbeEngine engine,
            InstantSource clock,
            Wish wish,
            Question question,
            Map<String, Resolver> resolvers,
            int leftOut) {
        this.engine = engine;
        this.clock = clock;
        this.wish = wish;
        this.question = question;
        this.subnet = question.options().clientSubnet();
        this.resolvers = resolvers;
        this.leftOut = leftOut;
    }

    static Prober open(Wish wish, InstantSource clock) {
        try {
            Map<String, Resolver> resolvers = new LinkedHashMap<>();
            int leftOut = 0;
            for (ListedResolver entry : listed(wish)) {
                Optional<Resolver> found = entry.by(wish.transport());
                if (found.isPresent()) {
                    resolvers.putIfAbsent(found.get().id(), found.get());
                } else {
                    leftOut++;
                }
            }
            for (Resolver typed : typed(wish)) {
                resolvers.putIfAbsent(typed.id(), typed);
            }
            if (resolvers.isEmpty() || resolvers.size() > MOST_RESOLVERS) {
                throw wrong(
                        "expected 1 to "
                                + MOST_RESOLVERS
                                + " resolvers to ask by "
                                + wish.transport()
                                + ", seen "
                                + resolvers.size());
            }
            Question question = question(wish);
            ProbeEngine engine =
                    wish.trust().isPresent()
                            ? new ProbeEngine(ProbeLimits.DEFAULT, Trust.withExtra(wish.trust()))
                            : new ProbeEngine(ProbeLimits.DEFAULT);
            return new ProbeFromShell(engine, clock, wish, question, resolvers, leftOut);
        } catch (IllegalArgumentException | ResolverList.InvalidException e) {
            throw wrong(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new GivenUpException(UNREACHABLE, List.of(String.valueOf(e)));
        }
    }

    private static GivenUpException wrong(String why) {
        return new GivenUpException(WRONG_USE, why.lines().toList());
    }

    private static List<ListedResolver> listed(Wish wish) throws ResolverList.InvalidException {
        if (wish.lists().isEmpty() && wish.resolvers().isEmpty()) {
            return ResolverList.shipped();
        }
        List<ListedResolver> all = new ArrayList<>();
        for (Path list : wish.lists()) {
            try {
                all.addAll(ResolverList.entries(list));
            } catch (IOException e) {
                throw new IllegalArgumentException(list + ": cannot be read (" + e + ")", e);
            }
        }
        return all;
    }

    /** The resolvers of the command line, each known by what was typed. */
    private static List<Resolver> typed(Wish wish) throws ResolverList.InvalidException {
        List<Resolver> typed = new ArrayList<>();
        for (String text : new java.util.LinkedHashSet<>(wish.resolvers())) {
            if (!text.matches("[0-9A-Fa-f.:\\[\\]]{2,60}")) {
                throw new IllegalArgumentException(
                        "--resolver: expected an IPv4 or IPv6 address, with a port as 192.0.2.1:53"
                                + " or [2001:db8::1]:53, seen "
                                + text);
            }
            InetSocketAddress address =
                    ResolverList.parse("typed " + text + " \"\" -", "--resolver")
                            .getFirst()
                            .address();
            boolean portTyped = text.contains("]:") || text.matches("[0-9.]+:[0-9]+");
            typed.add(
                    new Resolver(text, address, "", "-", transport(wish, address))
                            .by(
                                    transport(wish, address),
                                    portTyped ? address.getPort() : usualPort(wish.transport())));
        }
        return typed;
    }

    private static Transport transport(Wish wish, InetSocketAddress address) {
        String name =
                wish.serverName().isEmpty()
                        ? wish.pins().isEmpty() ? address.getAddress().getHostAddress() : ""
                        : wish.serverName();
        return switch (wish.transport()) {
            case "udp" -> new Transport.Udp();
            case "tcp" -> new Transport.Tcp();
            case "dot" -> new Transport.Tls(name, Set.copyOf(wish.pins()));
            default ->
                    new Transport.Https(
                            name.isEmpty() ? address.getAddress().getHostAddress() : name,
                            wish.path(),
                            Transport.Https.Method.POST);
        };
    }

    private static int usualPort(String transport) {
        return switch (transport) {
            case "dot" -> 853;
            case "doh" -> 443;
            default -> 53;
        };
    }

    private static Question question(Wish wish) {
        int type = Type.value(wish.type());
        if (type < 0) {
            throw new IllegalArgumentException(
                    "expected a record type such as A, AAAA, CNAME, MX or TXT, seen "
                            + wish.type());
        }
        EdnsOptions options =
                new EdnsOptions(wish.subnet().map(ProbeFromShell::subnet), true, true, false);
        return new Question(wish.name(), type, true, options);
    }

    private static EdnsOptions.Subnet subnet(String text) {
        int slash = text.indexOf('/');
        String length = text.substring(slash + 1);
        if (slash > 0 && length.matches("[0-9]{1,3}")) {
            try {
                InetAddress address = org.xbill.DNS.Address.getByAddress(text.substring(0, slash));
                return new EdnsOptions.Subnet(address, Integer.parseInt(length));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("--subnet: no address in " + text, e);
            }
        }
        throw new IllegalArgumentException(
                "--subnet: expected a network such as 192.0.2.0/24, seen " + text);
    }

    @Override
    public List<String> ids() {
        return List.copyOf(resolvers.keySet());
    }

    @Override
    public int leftOut() {
        return leftOut;
    }

    @Override
    public String normal(String content) {
        RecordType type = RecordType.of(wish.type());
        return type == RecordType.OTHER
                ? content.strip()
                : Address.normalContent(type, content.strip());
    }

    @Override
    public Look ask(Set<String> ids) throws InterruptedException {
        List<Resolver> whom =
                resolvers.values().stream().filter(r -> ids.contains(r.id())).toList();
        Instant askedAt = clock.instant();
        Round round = engine.ask(whom, List.of(question), wish.timeout());
        return new Look(
                askedAt, round.results().stream().map(this::seen).toList(), round.faultsInWords());
    }

    private Seen seen(ProbeResult result) {
        return switch (result.answer()) {
            case Answer.Answered answered -> answered(result.resolver(), answered);
            case Answer.TimedOut late ->
                    missing(
                            result.resolver(),
                            Came.TIMED_OUT,
                            "no answer within " + late.after().toMillis() + " ms");
            case Answer.Unreachable gone -> missing(result.resolver(), Came.FAILED, gone.reason());
            case Answer.Malformed broken ->
                    missing(result.resolver(), Came.FAILED, broken.reason());
        };
    }

    private static Seen missing(Resolver resolver, Came came, String why) {
        return new Seen(
                resolver.id(),
                shown(resolver),
                resolver.operator(),
                resolver.country(),
                came,
                List.of(),
                List.of(),
                -1,
                Duration.ZERO,
                "",
                why,
                false,
                false);
    }

    private Seen answered(Resolver resolver, Answer.Answered answered) {
        Chain chain = Chain.of(answered.records(), wish.name(), wish.type());
        boolean said = answered.rcode() == Rcode.NOERROR || answered.rcode() == Rcode.NXDOMAIN;
        Came came =
                !said
                        ? answered.rcode() == Rcode.REFUSED ? Came.REFUSED : Came.FAILED
                        : chain.contents().isEmpty() ? Came.NEGATIVE : Came.RECORDS;
        List<String> details = new ArrayList<>();
        if (answered.rcode() != Rcode.NOERROR) {
            details.add(Rcode.string(answered.rcode()));
        }
        answered.edns()
                .errors()
                .forEach(
                        e ->
                                details.add(
                                        "EDE "
                                                + e.code()
                                                + (e.text().isEmpty() ? "" : " " + e.text())));
        boolean forSubnet = subnet.map(answered.edns()::isFor).orElse(false);
        if (subnet.isPresent() && !forSubnet) {
            details.add("not for that network");
        }
        long ttl =
                came == Came.RECORDS
                        ? chain.ttlSeconds()
                        : came == Came.NEGATIVE ? answered.negativeTtlSeconds().orElse(-1) : -1;
        return new Seen(
                resolver.id(),
                shown(resolver),
                resolver.operator(),
                resolver.country(),
                came,
                chain.contents().stream().map(this::shownContent).sorted().toList(),
                chain.aliases(),
                ttl,
                answered.latency(),
                answered.edns().nsid().orElse(""),
                String.join(", ", details),
                answered.edns().saysStale(),
                forSubnet);
    }

    private String shownContent(String content) {
        try {
            return normal(content);
        } catch (IllegalArgumentException unusual) {
            return content;
        }
    }

    private static String shown(Resolver resolver) {
        String host = resolver.address().getAddress().getHostAddress();
        int port = resolver.address().getPort();
        if (port == usualPort(resolver.transport().word())) {
            return host;
        }
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }

    /** The records a client ends at, aliases followed, with the least TTL on the way. */
    private record Chain(List<String> aliases, List<String> contents, long ttlSeconds) {
        static Chain of(List<AnswerRecord> records, String name, String type) {
            String owner = trimmed(name);
            List<String> aliases = new ArrayList<>();
            Set<String> met = new HashSet<>();
            long ttl = Long.MAX_VALUE;
            while (met.add(owner)) {
                AnswerRecord alias = first(records, owner, "CNAME");
                if (alias == null || type.equals("CNAME")) {
                    break;
                }
                ttl = Math.min(ttl, alias.ttlSeconds());
                owner = trimmed(alias.content());
                aliases.add(owner);
            }
            List<String> contents = new ArrayList<>();
            for (AnswerRecord found : records) {
                if (found.name().equals(owner) && found.type().equals(type)) {
                    contents.add(found.content());
                    ttl = Math.min(ttl, found.ttlSeconds());
                }
            }
            return new Chain(aliases, contents, ttl);
        }

        private static @Nullable AnswerRecord first(
                List<AnswerRecord> records, String owner, String type) {
            return records.stream()
                    .filter(r -> r.name().equals(owner) && r.type().equals(type))
                    .findFirst()
                    .orElse(null);
        }

        private static String trimmed(String name) {
            String lower = name.strip().toLowerCase(Locale.ROOT);
            return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        }
    }

    @Override
    public void rest(Duration howLong) throws InterruptedException {
        Thread.sleep(howLong);
    }

    @Override
    public void close() {
        engine.close();
    }
}
