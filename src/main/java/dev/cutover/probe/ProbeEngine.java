package dev.cutover.probe;

import dev.cutover.probe.Answer.Malformed;
import dev.cutover.probe.Answer.TimedOut;
import dev.cutover.probe.Answer.Unreachable;
import dev.cutover.probe.Exchange.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Asks every resolver every question at once, and tells what each of them said.
///
/// Many threads may ask at the same time; they share one I/O thread, the channels and the
/// [ProbeLimits]. A question is written once by UDP, again without EDNS when the server does not
/// know it, and again by TCP when the answer was truncated; there is no other retry, since a lost
/// answer is a finding.
public final class ProbeEngine implements AutoCloseable {

    private static final int MOST_PROBES = 100_000;
    private static final Duration LONGEST_PATIENCE = Duration.ofHours(1);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    private final UdpTransport udp;
    private final TcpTransport tcp = new TcpTransport();
    private final ReceiveErrors receiveErrors;

    /// Starts an engine with [ProbeLimits#DEFAULT].
    public ProbeEngine() throws IOException {
        this(ProbeLimits.DEFAULT);
    }

    /// Starts an engine.
    ///
    /// @throws IOException when the system gives no selector
    public ProbeEngine(ProbeLimits limits) throws IOException {
        this(limits, ReceiveErrors.ofThisMachine());
    }

    ProbeEngine(ProbeLimits limits, ReceiveErrors receiveErrors) throws IOException {
        this.udp = new UdpTransport(limits);
        this.receiveErrors = receiveErrors;
    }

    /// Asks, however long [ProbeLimits] hold questions back, up to an hour.
    ///
    /// @see #ask(Collection, List, Duration, Duration)
    public Round ask(Collection<Resolver> resolvers, List<Question> questions, Duration timeout)
            throws InterruptedException {
        return ask(resolvers, questions, timeout, LONGEST_PATIENCE);
    }

    /// Asks and waits for the last answer or timeout.
    ///
    /// Lasts `timeout` at most, plus the time for which [ProbeLimits] hold questions back. Never
    /// throws for what resolvers or networks do.
    ///
    /// @param patience how long a question may be held back; one that is still unwritten then ends
    ///     as [Unreachable], and the round as self-inflicted
    /// @param timeout for each question from just before it is written, TCP included; 1 ms to 1 min
    /// @throws IllegalArgumentException for more than 100,000 probes or a timeout out of range
    /// @throws InterruptedException when interrupted; what is outstanding ends by itself
    public Round ask(
            Collection<Resolver> resolvers,
            List<Question> questions,
            Duration timeout,
            Duration patience)
            throws InterruptedException {
        long count = (long) resolvers.size() * questions.size();
        if (count > MOST_PROBES) {
            throw new IllegalArgumentException(
                    "expected at most " + MOST_PROBES + " probes in a round, seen " + count);
        }
        if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "expected a timeout of 1 ms to " + LONGEST_TIMEOUT + ", seen " + timeout);
        }
        List<byte[]> queries = new ArrayList<>();
        for (Question question : questions) {
            queries.add(Wire.query(question, true));
        }
        CountDownLatch open = new CountDownLatch((int) count);
        long droppedBefore = receiveErrors.count();
        long stallsBefore = udp.stalls();
        if (patience.isNegative() || patience.compareTo(LONGEST_PATIENCE) > 0) {
            throw new IllegalArgumentException(
                    "expected a patience of 0 to " + LONGEST_PATIENCE + ", seen " + patience);
        }
        long writeUntil = System.nanoTime() + patience.toNanos();
        List<Probe> probes = new ArrayList<>((int) count);
        for (Resolver resolver : resolvers) {
            for (int i = 0; i < questions.size(); i++) {
                probes.add(new Probe(resolver, questions.get(i), timeout, open));
            }
        }
        for (int i = 0; i < probes.size(); i++) {
            probes.get(i).write(queries.get(i % queries.size()).clone(), writeUntil);
        }
        open.await();
        List<ProbeResult> results = new ArrayList<>(probes.size());
        for (Probe probe : probes) {
            results.add(new ProbeResult(probe.resolver, probe.question, probe.answer()));
        }
        boolean selfInflicted =
                receiveErrors.count() > droppedBefore
                        || udp.stalls() > stallsBefore
                        || probes.stream().anyMatch(Probe::wasHeldBack);
        return new Round(results, selfInflicted);
    }

    /// Ends the I/O thread; who still waits gets [Unreachable].
    @Override
    public void close() {
        udp.close();
    }

    /// One question to one resolver, through all the writes it takes.
    private final class Probe implements Exchange.Listener {

        final Resolver resolver;
        final Question question;
        private final Duration timeout;
        private final CountDownLatch open;
        private boolean edns = true;
        private boolean viaTcp;
        private long spentNanos;
        private volatile @Nullable Outcome outcome;

        Probe(Resolver resolver, Question question, Duration timeout, CountDownLatch open) {
            this.resolver = resolver;
            this.question = question;
            this.timeout = timeout;
            this.open = open;
        }

        void write(byte[] query, long until) {
            udp.submit(resolver.address(), new Exchange(query, left(), until, this));
        }

        private Duration left() {
            return timeout.minusNanos(spentNanos);
        }

        /// On the I/O thread: decides and hands on, reads nothing but the header.
        @Override
        public void ended(Exchange exchange, Outcome came) {
            if (came instanceof Outcome.Replied replied) {
                boolean inTime = replied.nanos() < left().toNanos();
                if (inTime && edns && Wire.refusesEdns(replied.reply())) {
                    edns = false;
                    spentNanos += replied.nanos();
                    write(Wire.query(question, false), System.nanoTime() + left().toNanos());
                    return;
                }
                if (Wire.truncated(replied.reply())) {
                    if (!inTime) { // a part of an answer is none
                        finish(new Outcome.Silent(replied.nanos(), false));
                        return;
                    }
                    spentNanos += replied.nanos();
                    viaTcp = true;
                    Thread.ofVirtual().name("probe-tcp").start(() -> askByTcp(exchange.query));
                    return;
                }
            }
            finish(came);
        }

        private void askByTcp(byte[] query) {
            Outcome came = new Outcome.Failed("TCP exchange failed");
            try {
                came = tcp.ask(resolver.address(), query, left());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                finish(came);
            }
        }

        private void finish(Outcome came) {
            outcome = came;
            open.countDown();
        }

        boolean wasHeldBack() {
            return outcome instanceof Outcome.NeverWritten;
        }

        /// Reads the reply: on the caller's thread, where a hostile one harms no other probe.
        Answer answer() {
            return switch (outcome) {
                case Outcome.Replied replied ->
                        Wire.read(
                                replied.reply(),
                                Duration.ofNanos(spentNanos + replied.nanos()),
                                viaTcp);
                case Outcome.Silent silent ->
                        silent.broken()
                                ? new Malformed(
                                        "answered our id with another question or none, and"
                                                + " nothing better came")
                                : new TimedOut(Duration.ofNanos(spentNanos + silent.nanos()));
                case Outcome.Failed failed -> new Unreachable(failed.reason());
                case Outcome.NeverWritten held ->
                        new Unreachable("not asked in time, held back by our own rate limit");
                case null -> throw new IllegalStateException("not ended yet: " + question);
            };
        }
    }
}
