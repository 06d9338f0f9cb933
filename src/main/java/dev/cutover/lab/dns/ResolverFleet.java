package dev.cutover.lab.dns;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.dns.CachingResolver.Place;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Many resolvers of many kinds at {@code 127.77.2.1} and on, all on one port. */
public final class ResolverFleet implements AutoCloseable {

    /** How many resolvers a lab has unless it says otherwise. */
    public static final int USUAL_SIZE = 48;

    /** Made-up operators and countries; a resolver's number decides which are its. */
    private static final List<String> OPERATORS =
            List.of("aurora-net", "brookline", "cinder-isp", "dovetail", "elmtel", "farpoint");

    private static final List<String> COUNTRIES = List.of("XA", "XB", "XC", "XD", "XE");

    private final List<CachingResolver> resolvers;

    private ResolverFleet(List<CachingResolver> resolvers) {
        this.resolvers = List.copyOf(resolvers);
    }

    /**
     * Starts one resolver for each behaviour (1 to 254).
     *
     * @param port the port of all of them, such as {@link LabAddresses#freePort} finds
     * @param authorities whom they ask
     * @throws IOException when a socket cannot be bound; then none is left open
     */
    public static ResolverFleet start(
            List<Behaviour> behaviours,
            int port,
            List<InetSocketAddress> authorities,
            InstantSource clock,
            CallTap tap)
            throws IOException {
        return start(behaviours, port, authorities, clock, tap, CachingResolver.AUTHORITY_TIMEOUT);
    }

    /** As the other, with a patience of its own for each authority. */
    static ResolverFleet start(
            List<Behaviour> behaviours,
            int port,
            List<InetSocketAddress> authorities,
            InstantSource clock,
            CallTap tap,
            Duration authorityTimeout)
            throws IOException {
        List<CachingResolver> started = new ArrayList<>();
        try {
            for (Behaviour behaviour : behaviours) {
                started.add(
                        CachingResolver.start(
                                place(started.size() + 1, port),
                                behaviour,
                                authorities,
                                clock,
                                tap,
                                authorityTimeout));
            }
        } catch (IOException e) {
            started.forEach(CachingResolver::close);
            throw e;
        }
        return new ResolverFleet(started);
    }

    /** Who and where the resolver of that number is, counted from 1. */
    public static Place place(int number, int port) {
        return new Place(
                "r%02d".formatted(number),
                new InetSocketAddress(LabAddresses.resolver(number), port),
                OPERATORS.get(number % OPERATORS.size()),
                COUNTRIES.get(number % COUNTRIES.size()));
    }

    /**
     * A mix as one meets it outside, the same each time for the same size: of 48, 28 are honest, 4
     * raise low TTLs, 3 lower high ones, 4 serve stale answers, 2 are slow, 1 is dead, 1 refuses, 3
     * are anycast farms and 2 lose questions.
     *
     * <p>The bad habits are short ones, so that a rehearsal in real time sees them and ends.
     */
    public static List<Behaviour> usualMix(int size) {
        return IntStream.range(0, size).mapToObj(ResolverFleet::usual).toList();
    }

    private static Behaviour usual(int index) {
        return switch (index % USUAL_SIZE) {
            case 3, 15, 27, 39 -> new Behaviour.ClampMin(Duration.ofSeconds(90));
            case 5, 21, 37 -> new Behaviour.ClampMax(Duration.ofSeconds(20));
            case 7, 19, 31, 43 -> new Behaviour.Stale(Duration.ofSeconds(45));
            case 9, 33 -> new Behaviour.Slow(Duration.ofMillis(120));
            case 11 -> new Behaviour.Dead();
            case 23 -> new Behaviour.Refusing();
            case 13, 29, 45 -> new Behaviour.AnycastFarm(4);
            case 17, 41 -> new Behaviour.Lossy(0.05, index);
            default -> new Behaviour.Honest();
        };
    }

    /** The addresses that {@code size} resolvers will have; to find a port that is free at each. */
    public static List<InetAddress> places(int size) {
        return IntStream.rangeClosed(1, size).mapToObj(LabAddresses::resolver).toList();
    }

    /** The resolvers, in the order of their number. */
    public List<CachingResolver> resolvers() {
        return resolvers;
    }

    /** Who and where they are, in the order of their number. */
    public List<Place> places() {
        return resolvers.stream().map(CachingResolver::place).toList();
    }

    /**
     * Writes the list of resolvers for those who are to ask them: a line for each with name,
     * {@code address:port}, operator and country, apart by one blank; lines with {@code #} are notes.
     */
    public static void writeList(List<Place> places, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("# name address:port operator country");
        for (Place place : places) {
            lines.add(
                    "%s %s:%d %s %s"
                            .formatted(
                                    place.name(),
                                    place.address().getAddress().getHostAddress(),
                                    place.address().getPort(),
                                    place.operator(),
                                    place.country()));
        }
        Files.write(file, lines);
    }

    @Override
    public void close() {
        resolvers.forEach(CachingResolver::close);
    }
}
