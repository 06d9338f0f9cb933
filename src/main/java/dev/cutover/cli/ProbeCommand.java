package dev.cutover.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.cli.Prober.Look;
import dev.cutover.core.dns.Region;
import dev.cutover.core.evidence.Came;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `cutover probe`: asks many resolvers what a name leads to. Needs no controller.
@Command(
        name = "probe",
        mixinStandardHelpOptions = true,
        description = {
            "Asks many resolvers at once what a name leads to, and tells who gives the expected"
                    + " answer, who does not yet, and until when. Needs no controller.",
            "Without --expect, what most of them say is expected. Those that do not answer count"
                    + " neither way, but half must.",
            "Exits 0 when the quorum gives the expected answer, 1 when it does not, 2 for wrong use,"
                    + " 3 when no resolver answers."
        })
final class ProbeCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(10);
    private static final Duration MOST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LEAST_EVERY = Duration.ofSeconds(1);
    private static final Duration MOST_OLD_TTL = Duration.ofDays(7);
    private static final Set<Came> FELL_SHORT = Set.of(Came.TIMED_OUT, Came.FAILED);
    private static final Duration MOST_WATCH = Duration.ofDays(4);

    private final Surroundings around;
    private final Prober.Opening opening;

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "NAME", description = "The name to ask for.")
    private String name;

    @Parameters(
            index = "1",
            paramLabel = "TYPE",
            arity = "0..1",
            defaultValue = "A",
            description = "The record type: A unless said otherwise.")
    private String type;

    @Option(
            names = "--expect",
            paramLabel = "VALUE",
            description = "What the answer should be; repeated, all of them together.")
    private List<String> expect = new ArrayList<>();

    @Option(
            names = "--old",
            paramLabel = "VALUE",
            description = "What the answer was before; repeated, all of them together.")
    private List<String> old = new ArrayList<>();

    @Option(
            names = "--resolver",
            paramLabel = "ADDRESS[:PORT]",
            description = "Ask this resolver; may be repeated. IPv6 with a port: [2001:db8::1]:53.")
    private List<String> resolvers = new ArrayList<>();

    @Option(
            names = "--resolvers",
            paramLabel = "FILE",
            description =
                    "Ask the resolvers of a list; may be repeated. Without either, the shipped list"
                            + " of public resolvers is asked.")
    private List<Path> lists = new ArrayList<>();

    @Option(
            names = "--transport",
            paramLabel = "WAY",
            defaultValue = "udp",
            description = "udp, tcp, dot or doh; udp unless said otherwise.")
    private String transport;

    @Option(
            names = "--server-name",
            paramLabel = "NAME",
            defaultValue = "",
            description =
                    "dot and doh: the name on the certificate of --resolver; its address otherwise.")
    private String serverName;

    @Option(
            names = "--pin",
            paramLabel = "SHA256",
            description = "dot: base64 of the SHA-256 of the server's public key; may be repeated.")
    private List<String> pins = new ArrayList<>();

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/dns-query",
            description = "doh: where --resolver serves it; /dns-query unless said otherwise.")
    private String path;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "dot and doh: certificates (PEM) believed beside the system's roots.")
    private Optional<Path> trust = Optional.empty();

    @Option(
            names = "--subnet",
            paramLabel = "[NAME=]NET",
            description =
                    "Ask for the clients of this network too, such as DE=192.0.2.0/24; may be repeated."
                            + " An answer counts for them only when the resolver says it is.")
    private List<String> subnets = new ArrayList<>();

    @Option(
            names = "--old-ttl",
            paramLabel = "TIME",
            description =
                    "How long any cache may keep the old answer, aliases on the way included, such as"
                            + " 5m: no honest one outlasts it.")
    private Optional<String> oldTtl = Optional.empty();

    @Option(
            names = "--switched",
            paramLabel = "WHEN",
            description =
                    "With --old-ttl: when the last of the zone's servers began to give the expected"
                            + " answer, such as 2026-12-06T02:00:00Z; when the watch began otherwise.")
    private Optional<String> switched = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "How long to wait for an answer, such as 500ms or 5s; 2s otherwise.")
    private String timeout;

    @Option(
            names = "--quorum",
            paramLabel = "PERCENT",
            defaultValue = "95%",
            description = "How many of those that answer must give it; 95%% unless said otherwise.")
    private String quorum;

    @Option(
            names = "--watch",
            description =
                    "Ask on until the quorum gives it: each resolver again just after its old answer"
                            + " has run out, those that give it no more.")
    private boolean watch;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            defaultValue = "5s",
            description =
                    "With --watch: never ask a resolver more often; 5s unless said otherwise.")
    private String every;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "With --watch: give up after this long; 1h unless said otherwise.")
    private String howLong;

    @Option(names = "--json", description = "Print the last answers as JSON.")
    private boolean json;

    ProbeCommand(Surroundings around, Prober.Opening opening) {
        this.around = around;
        this.opening = opening;
    }

    @Override
    public Integer call() throws InterruptedException {
        double wanted = share(quorum);
        Duration pause = span("--every", every, LEAST_EVERY, Duration.ofHours(1));
        Duration patience = span("--for", howLong, LEAST_EVERY, MOST_WATCH);
        List<Region> regions = regions();
        Optional<Duration> kept =
                oldTtl.map(t -> span("--old-ttl", t, Duration.ofSeconds(1), MOST_OLD_TTL));
        Optional<Instant> since = switched.map(this::moment);
        if ((kept.isPresent() && expect.isEmpty()) || (since.isPresent() && kept.isEmpty())) {
            throw wrong(
                    "--old-ttl: expected --expect beside it, and --switched only with --old-ttl");
        }
        Prober.Wish wish =
                new Prober.Wish(
                        name,
                        type.toUpperCase(Locale.ROOT),
                        resolvers,
                        lists,
                        way(),
                        serverName,
                        path,
                        pins,
                        trust,
                        regions,
                        span("--timeout", timeout, LEAST_TIMEOUT, MOST_TIMEOUT));
        try (Prober prober = opening.open(wish)) {
            if (prober.leftOut() > 0) {
                note(
                        prober.leftOut()
                                + " of the lists' resolvers left out: no way to ask them by "
                                + way()
                                + " is known");
            }
            ProbeOutlook outlook = new ProbeOutlook(prober.set(), normal(prober, old), kept, since);
            ProbeBoard board =
                    new ProbeBoard(prober.ids(), normal(prober, expect), regions, outlook);
            return watch
                    ? follow(prober, board, wanted, pause, patience)
                    : once(prober, board, wanted);
        }
    }

    private int once(Prober prober, ProbeBoard board, double wanted) throws InterruptedException {
        Look look = look(prober, board, Set.copyOf(prober.ids()));
        show(board.table(around.ansi(), width(), look.askedAt(), wanted));
        return finish(board, wanted, look.askedAt());
    }

    private int follow(
            Prober prober, ProbeBoard board, double wanted, Duration pause, Duration patience)
            throws InterruptedException {
        Set<String> whom = new TreeSet<>(prober.ids());
        Optional<Instant> began = Optional.empty();
        String said = "";
        int drawn = 0;
        while (true) {
            Look look = look(prober, board, whom);
            Instant now = look.askedAt();
            began = began.or(() -> Optional.of(now));
            if (around.ansi() && !json) {
                List<String> lines = board.table(true, width(), now, wanted);
                out().print(drawn > 0 ? "\u001b[" + drawn + "A\u001b[0J" : "");
                show(lines);
                drawn = lines.size();
            } else {
                String counts = board.counts(ProbeBoard.OWN_PLACE).toString();
                if (!counts.equals(said) && !json) {
                    show(
                            List.of(
                                    Shown.clock(now)
                                            + "  "
                                            + String.join("; ", board.summary(now, wanted))));
                }
                said = counts;
            }
            Optional<Instant> next = board.nextAt(pause);
            boolean over = next.isEmpty() || !next.get().isBefore(began.get().plus(patience));
            if (board.reached(wanted) || over) {
                if (!around.ansi()) {
                    show(board.table(false, width(), now, wanted));
                }
                return finish(board, wanted, now);
            }
            Duration left = Duration.between(now, next.get());
            prober.rest(left.isNegative() ? Duration.ZERO : left);
            // what is due within a second goes along
            whom = board.due(next.get().plusSeconds(1), pause);
        }
    }

    /// A round that this machine spoilt is asked once more before anybody is called silent.
    private Look look(Prober prober, ProbeBoard board, Set<String> whom)
            throws InterruptedException {
        Look look = prober.ask(whom);
        board.take(look);
        Set<String> silent = new TreeSet<>();
        look.seen().stream()
                .filter(s -> s.region().isEmpty())
                .filter(s -> FELL_SHORT.contains(s.answer().told().came()))
                .forEach(s -> silent.add(s.id()));
        if (look.isSpoilt() && !silent.isEmpty()) {
            Look again = prober.ask(silent);
            board.take(again);
            if (again.isSpoilt()) {
                note(
                        "this machine "
                                + again.ownFaults()
                                + ": missing answers may be its own doing");
            }
        }
        return look;
    }

    private int finish(ProbeBoard board, double wanted, Instant now) {
        if (json) {
            try {
                out().println(
                                JSON.writerWithDefaultPrettyPrinter()
                                        .writeValueAsString(
                                                new ProbeJson(JSON, board, wanted, now)
                                                        .of(name, type)));
                out().flush();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
        if (board.answering(ProbeBoard.OWN_PLACE) == 0) {
            throw GivenUpException.unreachable(
                    List.of(
                            "no resolver answered; check this machine's way out, the addresses and"
                                    + " the transport"));
        }
        return board.reached(wanted) ? GivenUpException.DONE : GivenUpException.FINDING;
    }

    private Set<String> normal(Prober prober, List<String> values) {
        Set<String> set = new TreeSet<>();
        for (String value : values) {
            try {
                set.add(prober.normal(value));
            } catch (IllegalArgumentException e) {
                throw wrong(String.valueOf(e.getMessage()));
            }
        }
        return set;
    }

    private List<Region> regions() {
        Map<String, Region> byName = new LinkedHashMap<>();
        for (String text : subnets) {
            try {
                Region region = Region.parse(text);
                if (byName.putIfAbsent(region.name(), region) != null) {
                    throw wrong("--subnet: " + region.name() + " comes twice");
                }
            } catch (IllegalArgumentException e) {
                throw wrong("--subnet: " + e.getMessage());
            }
        }
        if (byName.size() > Region.MOST) {
            throw wrong("--subnet: expected at most " + Region.MOST + ", seen " + byName.size());
        }
        return List.copyOf(byName.values());
    }

    private Instant moment(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw wrong("--switched: expected a moment such as 2026-12-06T02:00:00Z, seen " + text);
        }
    }

    private String way() {
        String way = transport.toLowerCase(Locale.ROOT);
        if (!Set.of("udp", "tcp", "dot", "doh").contains(way)) {
            throw wrong("--transport: expected udp, tcp, dot or doh, seen " + transport);
        }
        return way;
    }

    private double share(String text) {
        String digits = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
        if (digits.matches("[0-9]{1,3}(\\.[0-9]{1,3})?")) {
            double percent = Double.parseDouble(digits);
            if (percent > 0 && percent <= 100) {
                return percent / 100;
            }
        }
        throw wrong("--quorum: expected above 0 to 100 %, such as 95%, seen " + text);
    }

    private Duration span(String option, String text, Duration least, Duration most) {
        Map<String, Long> units =
                Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L);
        String unit = text.replaceFirst("^[0-9]{1,6}", "");
        String digits = text.substring(0, text.length() - unit.length());
        if (!digits.isEmpty() && units.containsKey(unit)) {
            Duration span = Duration.ofMillis(Long.parseLong(digits) * units.get(unit));
            if (span.compareTo(least) >= 0 && span.compareTo(most) <= 0) {
                return span;
            }
        }
        throw wrong(
                option
                        + ": expected "
                        + words(least)
                        + " to "
                        + words(most)
                        + " as 500ms, 5s, 2m or 1h, seen "
                        + text);
    }

    private static String words(Duration span) {
        return span.toMillis() < 1_000 ? span.toMillis() + " ms" : Shown.span(span);
    }

    private CommandLine.ParameterException wrong(String why) {
        return new CommandLine.ParameterException(spec.commandLine(), Shown.line(why));
    }

    /// A pipe has no edge: what is cut off there is lost.
    private int width() {
        return around.terminal() ? around.width() : Integer.MAX_VALUE;
    }

    private void show(List<String> lines) {
        if (!json) {
            lines.forEach(out()::println);
            out().flush();
        }
    }

    private void note(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(Shown.line(line));
        err.flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
