package dev.cutover.lab.dns;

import dev.cutover.lab.CallTap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * One recursive resolver of the lab, on real UDP and TCP sockets, with a cache that ages by the lab's
 * clock.
 *
 * <p>What it does not hold it asks an authority for, over sockets, from its own address. How it
 * treats TTLs and questions is its {@link Behaviour}, which may be changed while it runs. Says which
 * cache answered to those who ask for the NSID. Safe for many threads.
 */
public final class CachingResolver implements AutoCloseable {

    /** For each authority asked; a visitor waits longer than for two of them. */
    static final Duration AUTHORITY_TIMEOUT = Duration.ofMillis(800);

    private final Place place;
    private final List<InetSocketAddress> authorities;
    private final InstantSource clock;
    private final Duration authorityTimeout;
    private final LongAdder questions = new LongAdder();
    private final ServerSockets sockets;
    private volatile Conduct conduct;

    /**
     * Who and where a resolver is, as the resolver list tells it.
     *
     * @param name unique in the list, without blanks
     * @param operator who runs it, without blanks
     * @param country where it stands: a made-up code of two capital letters
     */
    public record Place(String name, InetSocketAddress address, String operator, String country) {}

    /** A behaviour with the caches and the chance it needs. */
    private record Conduct(
            Behaviour behaviour, Recursion recursion, List<AnswerCache> caches, Random chance) {}

    private CachingResolver(
            Place place,
            Behaviour behaviour,
            List<InetSocketAddress> authorities,
            InstantSource clock,
            CallTap tap,
            Duration authorityTimeout)
            throws IOException {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException(
                    "lab resolver " + place.name() + ": expected at least one authority, got none");
        }
        this.place = place;
        this.authorities = List.copyOf(authorities);
        this.clock = clock;
        this.authorityTimeout = authorityTimeout;
        this.conduct = conduct(behaviour, List.of());
        this.sockets =
                ServerSockets.bind(
                        place.address(),
                        new ServerSockets.Outside(
                                place.name(), true, CallTap.Kind.DNS_RESOLVER, tap),
                        this::answer);
    }

    /**
     * Starts a resolver with an empty cache.
     *
     * @param authorities whom it asks, at least one; each must serve all zones
     * @throws IOException when a socket cannot be bound; then none is
     */
    public static CachingResolver start(
            Place place,
            Behaviour behaviour,
            List<InetSocketAddress> authorities,
            InstantSource clock,
            CallTap tap)
            throws IOException {
        return start(place, behaviour, authorities, clock, tap, AUTHORITY_TIMEOUT);
    }

    /** As the other, with a patience of its own for each authority. */
    static CachingResolver start(
            Place place,
            Behaviour behaviour,
            List<InetSocketAddress> authorities,
            InstantSource clock,
            CallTap tap,
            Duration authorityTimeout)
            throws IOException {
        CachingResolver resolver =
                new CachingResolver(place, behaviour, authorities, clock, tap, authorityTimeout);
        resolver.sockets.open();
        return resolver;
    }

    /** Who and where it is. */
    public Place place() {
        return place;
    }

    /** How it behaves now. */
    public Behaviour behaviour() {
        return conduct.behaviour();
    }

    /** Changes how it behaves from the next question on; what it holds it keeps. */
    public synchronized void behave(Behaviour behaviour) {
        conduct = conduct(behaviour, conduct.caches());
    }

    /** How many questions it was asked since it started, those it kept silent on included. */
    public long questions() {
        return questions.sum();
    }

    /** Empties its caches. */
    public void forget() {
        conduct.caches().forEach(AnswerCache::forget);
    }

    /**
     * How long the answer it holds for this name and type is still good, by the lab's clock; empty
     * when it holds none or only an expired one. Of a farm, the cache that holds it longest. Changes
     * nothing. A negative answer counts.
     *
     * @throws IllegalArgumentException when the type is unknown
     */
    public Optional<Duration> remainingTtl(String name, String type) {
        Name asked = StubResolver.name(name);
        int kind = StubResolver.type(type);
        Instant now = clock.instant();
        return conduct.caches().stream()
                .flatMap(
                        cache ->
                                Stream.of(kind, AnswerCache.NO_SUCH_NAME)
                                        .map(
                                                k ->
                                                        cache.find(
                                                                new AnswerCache.Question(asked, k),
                                                                now,
                                                                Duration.ZERO))
                                        .flatMap(Optional::stream))
                .map(entry -> Duration.between(now, entry.expiresAt()))
                .max(Comparator.naturalOrder());
    }

    private Conduct conduct(Behaviour behaviour, List<AnswerCache> held) {
        Recursion.Habit honest = Recursion.Habit.HONEST;
        Recursion.Habit habit =
                switch (behaviour) {
                    case Behaviour.ClampMin(var least) ->
                            new Recursion.Habit(
                                    least.toSeconds(),
                                    Math.max(least.toSeconds(), honest.mostSeconds()),
                                    Duration.ZERO);
                    case Behaviour.ClampMax(var most) ->
                            new Recursion.Habit(0, most.toSeconds(), Duration.ZERO);
                    case Behaviour.Stale(var period) ->
                            new Recursion.Habit(0, honest.mostSeconds(), period);
                    case Behaviour.Honest h -> honest;
                    case Behaviour.Slow s -> honest;
                    case Behaviour.Dead d -> honest;
                    case Behaviour.Refusing r -> honest;
                    case Behaviour.AnycastFarm f -> honest;
                    case Behaviour.Lossy l -> honest;
                };
        int wanted = behaviour instanceof Behaviour.AnycastFarm(int caches) ? caches : 1;
        List<AnswerCache> caches =
                IntStream.range(0, Math.max(wanted, held.size()))
                        .mapToObj(i -> i < held.size() ? held.get(i) : new AnswerCache())
                        .toList();
        Exchange exchange = new Exchange(place.address().getAddress(), authorityTimeout);
        long seed =
                behaviour instanceof Behaviour.Lossy(var rate, var given)
                        ? given
                        : place.name().hashCode();
        return new Conduct(
                behaviour,
                new Recursion(exchange, authorities, clock, habit),
                caches,
                new Random(seed));
    }

    /** Passes on no signatures: whoever asks for them gets the answer without. */
    private Optional<Reply> answer(Record question, boolean dnssecOk) {
        questions.increment();
        Conduct now = conduct;
        return switch (now.behaviour()) {
            case Behaviour.Dead d -> Optional.empty();
            case Behaviour.Refusing r -> Optional.of(Reply.of(Rcode.REFUSED, place.name()));
            case Behaviour.Lossy(var rate, var seed) when now.chance().nextDouble() < rate ->
                    Optional.empty();
            case Behaviour.Lossy l -> recurse(now, question, 0);
            case Behaviour.Slow(var latency) -> later(latency, now, question);
            case Behaviour.AnycastFarm(int caches) ->
                    recurse(now, question, now.chance().nextInt(caches));
            case Behaviour.Honest h -> recurse(now, question, 0);
            case Behaviour.ClampMin c -> recurse(now, question, 0);
            case Behaviour.ClampMax c -> recurse(now, question, 0);
            case Behaviour.Stale s -> recurse(now, question, 0);
        };
    }

    private Optional<Reply> later(Duration latency, Conduct now, Record question) {
        try {
            Thread.sleep(latency);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        return recurse(now, question, 0);
    }

    private Optional<Reply> recurse(Conduct now, Record question, int cache) {
        String site = now.caches().size() > 1 ? place.name() + "-c" + cache : place.name();
        if (question.getType() == Type.ANY) {
            // A resolver need not collect everything it knows (RFC 8482 section 4.3).
            return Optional.of(Reply.of(Rcode.NOTIMP, site));
        }
        Reply reply =
                now.recursion()
                        .answer(
                                now.caches().get(cache),
                                question.getName(),
                                question.getType(),
                                site);
        return Optional.of(reply);
    }

    @Override
    public void close() {
        sockets.close();
    }
}
