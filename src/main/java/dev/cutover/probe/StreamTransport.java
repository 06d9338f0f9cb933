package dev.cutover.probe;

import dev.cutover.net.Trust;
import dev.cutover.probe.Exchange.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// DNS over TCP and over TLS: one kept connection to each server, shared by all who ask it.
///
/// Blocks the calling thread, which should be virtual. One deadline covers everything from
/// connecting to the last byte, so a server that trickles, or never finishes a handshake, gains
/// nothing. A question whose connection the server closed goes once more on a fresh one: servers
/// close idle connections when they like. Source: RFC 7766 section 6.2, RFC 7858.
final class StreamTransport implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long SWEEP_SECONDS = 2;

    private final Turnstile turnstile;
    private final Supplier<Trust> trust;
    private volatile @Nullable TlsDoor door;
    private final SecureRandom random = new SecureRandom();
    private final Map<Endpoint, Line> lines = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor clock;
    private final Future<?> sweeping;
    private volatile boolean closed;

    private record Endpoint(InetSocketAddress address, Transport how) {}

    private static final class Line {
        final ReentrantLock opening = new ReentrantLock();
        volatile long usedAt = System.nanoTime();
        volatile @Nullable StreamConnection open;
    }

    StreamTransport(Turnstile turnstile, Supplier<Trust> trust) {
        this.turnstile = turnstile;
        this.trust = trust;
        this.clock =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("probe-streams").factory());
        clock.setRemoveOnCancelPolicy(true);
        this.sweeping =
                clock.scheduleWithFixedDelay(
                        this::hangUpIdle, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    /// Asks once.
    ///
    /// @param how [Transport.Tcp] or [Transport.Tls]
    /// @param query the message; its id is overwritten unless `fixed`
    /// @param timeout for everything from the moment it is this question's turn
    /// @param until the nano time after which nobody wants it any more
    Outcome ask(
            InetSocketAddress address,
            Transport how,
            byte[] query,
            boolean fixed,
            Duration timeout,
            long until)
            throws InterruptedException {
        Endpoint endpoint = new Endpoint(address, how);
        Turnstile.Gate gate = turnstile.to(endpoint, address.getAddress());
        if (!gate.enter(until)) {
            return new Outcome.NeverWritten();
        }
        long began = System.nanoTime();
        try {
            return askInTime(endpoint, query, fixed, began, began + timeout.toNanos());
        } catch (SocketTimeoutException late) {
            return new Outcome.Silent(System.nanoTime() - began, false);
        } catch (IOException e) {
            String way = how instanceof Transport.Tls ? "DNS over TLS" : "TCP";
            return new Outcome.Failed(way + " to " + address + ": " + e.getMessage());
        } finally {
            gate.leave();
        }
    }

    private Outcome askInTime(
            Endpoint endpoint, byte[] query, boolean fixed, long began, long deadline)
            throws IOException, InterruptedException {
        Line line = lines.computeIfAbsent(endpoint, fresh -> new Line());
        line.usedAt = began;
        String why = "";
        for (int attempt = 0; attempt < 2; attempt++) {
            StreamConnection connection = connection(line, endpoint, deadline);
            switch (connection.ask(query, fixed, deadline)) {
                case StreamConnection.End.Reply reply -> {
                    return new Outcome.Replied(reply.bytes(), reply.nanos(), false);
                }
                case StreamConnection.End.Late late -> {
                    return new Outcome.Silent(System.nanoTime() - began, false);
                }
                case StreamConnection.End.Breach breach -> {
                    return new Outcome.Silent(System.nanoTime() - began, true);
                }
                case StreamConnection.End.Lost lost -> {
                    why = lost.why();
                    if (System.nanoTime() - deadline >= 0) {
                        return new Outcome.Silent(System.nanoTime() - began, false);
                    }
                    if (!lost.proven()) {
                        throw new IOException(why);
                    }
                }
            }
        }
        throw new IOException(why);
    }

    private StreamConnection connection(Line line, Endpoint endpoint, long deadline)
            throws IOException, InterruptedException {
        StreamConnection open = line.open;
        if (open != null && open.isOpen()) {
            return open;
        }
        if (!line.opening.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new SocketTimeoutException("somebody else is still connecting");
        }
        try {
            open = line.open;
            if (open == null || !open.isOpen()) {
                open = connect(endpoint, deadline);
                line.open = open;
            }
            return open;
        } finally {
            line.opening.unlock();
        }
    }

    private StreamConnection connect(Endpoint endpoint, long deadline) throws IOException {
        if (closed) {
            throw new IOException("the probe engine was closed");
        }
        long until = Math.min(deadline - System.nanoTime(), CONNECT.toNanos());
        long giveUpAt = System.nanoTime() + until;
        Socket plain = new Socket();
        boolean done = false;
        // ends what no socket timeout ends: a peer that says a byte now and then
        var guard = clock.schedule(() -> shut(plain), until, TimeUnit.NANOSECONDS);
        try {
            plain.setTcpNoDelay(true);
            plain.connect(endpoint.address(), millis(until));
            Socket ready =
                    endpoint.how() instanceof Transport.Tls tls
                            ? door().open(plain, endpoint.address(), tls)
                            : plain;
            StreamConnection connection = new StreamConnection(ready, random);
            done = guard.cancel(false);
            if (!done) {
                throw new SocketTimeoutException("connected too late");
            }
            return connection;
        } catch (IOException e) {
            if (System.nanoTime() - giveUpAt >= 0 && !(e instanceof SocketTimeoutException)) {
                SocketTimeoutException late =
                        new SocketTimeoutException("connecting took too long");
                late.initCause(e);
                throw late;
            }
            throw e;
        } finally {
            guard.cancel(false);
            if (!done) {
                shut(plain);
            }
        }
    }

    private synchronized TlsDoor door() {
        TlsDoor made = door;
        if (made == null) {
            made = new TlsDoor(trust.get());
            door = made;
        }
        return made;
    }

    private static int millis(long nanos) throws SocketTimeoutException {
        if (nanos <= 0) {
            throw new SocketTimeoutException("no time left to connect");
        }
        return (int) Math.min(Integer.MAX_VALUE, nanos / 1_000_000 + 1);
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            return; // closed is closed
        }
    }

    private void hangUpIdle() {
        lines.values()
                .removeIf(
                        line -> {
                            StreamConnection open = line.open;
                            if (open != null && open.isOpen() && open.isIdleSince(IDLE_NANOS)) {
                                open.close("idle");
                            }
                            boolean shut = open == null || !open.isOpen();
                            // longer than any question lasts, so nobody holds it any more
                            return shut && System.nanoTime() - line.usedAt > FORGET_NANOS;
                        });
    }

    /// How many connections are open.
    int connections() {
        return (int)
                lines.values().stream()
                        .map(line -> line.open)
                        .filter(open -> open != null && open.isOpen())
                        .count();
    }

    @Override
    public void close() {
        closed = true;
        sweeping.cancel(false);
        clock.shutdownNow();
        for (Line line : lines.values()) {
            StreamConnection open = line.open;
            if (open != null) {
                open.close("the probe engine was closed");
            }
        }
    }
}
