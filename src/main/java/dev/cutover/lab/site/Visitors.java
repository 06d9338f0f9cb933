package dev.cutover.lab.site;

import dev.cutover.lab.http.PinnedClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * People who read the lab's site and order from it, at a low steady rate and by a seed.
 *
 * <p>Each visit resolves the site's name, connects to one of the addresses with the site's Host and
 * SNI, and checks the certificate, as a browser does. What came of it is counted per side, the side
 * being what the answer's {@code X-Origin} says.
 */
public final class Visitors implements AutoCloseable {

    /** How a visitor finds addresses: the lab's stub resolver. */
    @FunctionalInterface
    public interface NameLookup {
        /**
         * The IPv4 addresses of a name as text, in the order given.
         *
         * @throws IOException when there is no answer
         */
        List<String> addresses(String name) throws IOException;
    }

    /** What came of a visit. */
    public enum Outcome {
        /** A page or redirect was read. */
        READ,
        /** An order was taken. */
        ORDERED,
        /** An order was refused with 503: the side is read-only. */
        ORDER_REFUSED,
        /** The server answered 500 or more. */
        SERVER_ERROR,
        /** The server answered 400 to 499, or 200 to something that was no order. */
        OTHER_ANSWER,
        /** No connection, no valid certificate, or no answer in time. */
        UNREACHABLE,
        /** The name did not resolve. */
        NO_ADDRESS
    }

    /** The side of visits that never reached one. */
    public static final String NOWHERE = "none";

    private static final int MOST_AT_ONCE = 64;
    private static final int MOST_KEPT = 20_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration GOING_HOME = Duration.ofSeconds(5);
    private static final Duration WARM_UP_PATIENCE = Duration.ofSeconds(20);

    /** One visit, for an oracle. */
    public record Visit(Instant at, String path, String address, String side, Outcome outcome) {}

    private final URI site;
    private final NameLookup lookup;
    private final PinnedClient client;
    private final InstantSource clock;
    private final double perSecond;
    private final SplittableRandom random;
    private final List<String> paths;
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);
    private final Map<String, Map<Outcome, Long>> tally = new TreeMap<>();
    private final Deque<Visit> visits = new ArrayDeque<>();
    private volatile boolean open = true;
    private @Nullable Thread arrivals;

    /**
     * Visitors who have not started yet.
     *
     * @param site scheme, host and port they type in
     * @param trustPem the authority they trust
     * @param perSecond visits a second, more than 0, at most 50
     */
    public Visitors(
            URI site,
            NameLookup lookup,
            String trustPem,
            InstantSource clock,
            double perSecond,
            long seed) {
        if (perSecond <= 0 || perSecond > 50) {
            throw new IllegalArgumentException("visits a second: above 0, up to 50");
        }
        this.site = site;
        this.lookup = lookup;
        this.client = new PinnedClient(trustPem, Duration.ofSeconds(2));
        this.clock = clock;
        this.perSecond = perSecond;
        this.random = new SplittableRandom(seed);
        this.paths = SiteContent.landingPages();
    }

    /** Lets them come, until closed. */
    public synchronized Visitors start() {
        if (arrivals == null) {
            arrivals = Thread.ofVirtual().name("lab-visitors").start(this::arrive);
        }
        return this;
    }

    /** One visit at once, on this thread: a page read, or an order. */
    public Outcome visit(boolean ordering) throws InterruptedException {
        String path;
        synchronized (this) {
            path = ordering ? "/orders" : paths.get(random.nextInt(paths.size()));
        }
        return visit(path, ordering);
    }

    /** How visits ended, by side. */
    public synchronized Map<String, Map<Outcome, Long>> tally() {
        var copy = new TreeMap<String, Map<Outcome, Long>>();
        tally.forEach((side, counts) -> copy.put(side, new TreeMap<>(counts)));
        return copy;
    }

    /** How many visits ended so, over all sides. */
    public synchronized long count(Outcome outcome) {
        return tally.values().stream().mapToLong(counts -> counts.getOrDefault(outcome, 0L)).sum();
    }

    /** The last 20,000 visits in the order they ended. */
    public synchronized List<Visit> visits() {
        return new ArrayList<>(visits);
    }

    /** Sends them home: no new visit starts, running ones get five seconds. */
    @Override
    public void close() {
        open = false;
        Thread running;
        synchronized (this) {
            running = arrivals;
        }
        try {
            if (running != null) {
                running.interrupt();
                running.join(GOING_HOME);
            }
            if (!room.tryAcquire(MOST_AT_ONCE, GOING_HOME.toMillis(), TimeUnit.MILLISECONDS)) {
                // What still hangs is cut by closing the client.
                room.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }

    private void arrive() {
        try {
            warmUp();
            while (open) {
                double gapSeconds;
                boolean ordering;
                synchronized (this) {
                    // Gaps between independent arrivals are exponential; none longer than 5 s.
                    gapSeconds = Math.min(5, -Math.log(1 - random.nextDouble()) / perSecond);
                    ordering = random.nextInt(10) == 0;
                }
                Thread.sleep(Duration.ofNanos((long) (gapSeconds * 1e9)));
                if (open && room.tryAcquire()) {
                    Thread.ofVirtual().name("lab-visitor").start(() -> come(ordering));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * One page that is not counted: the first handshake of a JVM takes seconds on a busy machine, and
     * that is not the site's fault.
     */
    private void warmUp() throws InterruptedException {
        try {
            for (var address : lookup.addresses(site.getHost())) {
                client.send(outgoing("GET", address, "/"), WARM_UP_PATIENCE);
                return;
            }
        } catch (IOException e) {
            // The visits that follow will tell.
        }
    }

    private PinnedClient.Outgoing outgoing(String method, String address, String path) {
        return new PinnedClient.Outgoing(
                method,
                address,
                site.getPort() < 0 ? 443 : site.getPort(),
                site.getHost(),
                path,
                Map.of("User-Agent", List.of(Origin.VISITOR_AGENT)),
                new byte[0]);
    }

    private void come(boolean ordering) {
        try {
            visit(ordering);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            room.release();
        }
    }

    private Outcome visit(String path, boolean ordering) throws InterruptedException {
        List<String> addresses;
        try {
            addresses = lookup.addresses(site.getHost());
        } catch (IOException e) {
            addresses = List.of();
        }
        if (addresses.isEmpty()) {
            return ended(path, "", NOWHERE, Outcome.NO_ADDRESS);
        }
        var address = addresses.get(0);
        var out = outgoing(ordering ? "POST" : "GET", address, path);
        try {
            var answer = client.send(out, PATIENCE);
            var side = answer.header("x-origin");
            return ended(
                    path,
                    address,
                    side.isEmpty() ? NOWHERE : side,
                    outcome(answer.status(), ordering));
        } catch (IOException e) {
            return ended(path, address, NOWHERE, Outcome.UNREACHABLE);
        }
    }

    private static Outcome outcome(int status, boolean ordering) {
        if (ordering) {
            return switch (status) {
                case 201 -> Outcome.ORDERED;
                case 503 -> Outcome.ORDER_REFUSED;
                default -> status >= 500 ? Outcome.SERVER_ERROR : Outcome.OTHER_ANSWER;
            };
        }
        if (status >= 500) {
            return Outcome.SERVER_ERROR;
        }
        return status >= 400 ? Outcome.OTHER_ANSWER : Outcome.READ;
    }

    private synchronized Outcome ended(String path, String address, String side, Outcome outcome) {
        tally.computeIfAbsent(side, s -> new TreeMap<>()).merge(outcome, 1L, Long::sum);
        if (visits.size() == MOST_KEPT) {
            visits.removeFirst();
        }
        visits.add(new Visit(clock.instant(), path, address, side, outcome));
        return outcome;
    }
}
