package dev.cutover.probe;

import dev.cutover.net.Trust;
import dev.cutover.probe.Answer.Malformed;
import dev.cutover.probe.Answer.TimedOut;
import dev.cutover.probe.Answer.Unreachable;
import dev.cutover.probe.Exchange.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.io.IoClientFactory;

/// Asks every resolver every question at once, and tells what each of them said.
///
/// Many threads may ask at the same time; they share one I/O thread, the channels and the
/// [ProbeLimits]. A question is written once, by its resolver's [Transport]; again without EDNS
/// when
/// the server does not know it, with plain letters when it does not repeat their case, with the
/// server's cookie when it insists on one, and by TCP when UDP's answer was truncated. There is no
/// other retry, since a lost answer is a finding.
public final class ProbeEngine implements AutoCloseable {

    private static final byte[] NO_COOKIE = {};
    private static final int MOST_PROBES = 100_000;
    private static final Duration LONGEST_PATIENCE = Duration.ofHours(1);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    private final UdpTransport udp;
    private final StreamTransport streams;
    private final HttpsTransport https;
    private final Cookies cookies = new Cookies();
    private final OwnDrops drops;

    /// Starts an engine with [ProbeLimits#DEFAULT].
    public ProbeEngine() throws IOException {
        this(ProbeLimits.DEFAULT);
    }

    /// Starts an engine.
    ///
    /// @throws IOException when the system gives no selector
    public ProbeEngine(ProbeLimits limits) throws IOException {
        this(limits, Trust::system, OwnDrops.ofThisMachine());
    }

    /// Starts an engine.
    ///
    /// @param trust whose certificates are believed by [Transport.Tls] and [Transport.Https]
    public ProbeEngine(ProbeLimits limits, Trust trust) throws IOException {
        this(limits, () -> trust, OwnDrops.ofThisMachine());
    }

    ProbeEngine(ProbeLimits limits, OwnDrops drops) throws IOException {
        this(limits, Trust::system, drops);
    }

    /// The system's roots take a tenth of a second to read, and plain probes need none.
    private ProbeEngine(ProbeLimits limits, Supplier<Trust> trust, OwnDrops drops)
            throws IOException {
        Turnstile turnstile = new Turnstile(limits);
        this.udp = new UdpTransport(limits, drops);
        this.streams = new StreamTransport(turnstile, trust);
        this.https = new HttpsTransport(turnstile, trust);
        this.drops = drops;
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
        long droppedBefore = drops.count();
        long stallsBefore = udp.stalls();
        if (patience.isNegative() || patience.compareTo(LONGEST_PATIENCE) > 0) {
            throw new IllegalArgumentException(
                    "expected a patience of 0 to " + LONGEST_PATIENCE + ", seen " + patience);
        }
        long writeUntil = System.nanoTime() + patience.toNanos();
        List<Probe> probes = new ArrayList<>((int) count);
        for (Resolver resolver : resolvers) {
            for (int i = 0; i < questions.size(); i++) {
                probes.add(new Probe(resolver, questions.get(i), queries.get(i), timeout, open));
            }
        }
        probes.forEach(probe -> probe.write(writeUntil));
        open.await();
        List<ProbeResult> results = new ArrayList<>(probes.size());
        for (Probe probe : probes) {
            results.add(new ProbeResult(probe.resolver, probe.question, probe.answer()));
        }
        Set<OwnFault> faults = EnumSet.noneOf(OwnFault.class);
        probes.forEach(probe -> probe.ownFault().ifPresent(faults::add));
        if (drops.count() > droppedBefore) {
            faults.add(OwnFault.DROPPED_PACKETS);
        }
        if (udp.stalls() > stallsBefore) {
            faults.add(OwnFault.STOOD_STILL);
        }
        return new Round(results, faults);
    }

    /// The engine as the transport of dnsjava's own resolvers, so that signed updates, validation
    /// and whatever else that library speaks gain exact timeouts and ignore strangers.
    public IoClientFactory forDnsjava() {
        return new DnsjavaIo(udp, streams);
    }

    /// How many TCP and TLS connections are open.
    int connections() {
        return streams.connections();
    }

    /// Ends the I/O thread and closes all connections; who still waits gets [Unreachable].
    @Override
    public void close() {
        udp.close();
        streams.close();
        https.close();
    }

    /// One question to one resolver, through all the writes it takes.
    private final class Probe implements Exchange.Listener {

        final Resolver resolver;
        final Question question;

        /// The query as it is without a cookie; shared by all who ask it, never changed.
        private final byte[] usual;

        private final Duration timeout;
        private final CountDownLatch open;
        private boolean edns = true;
        private boolean plainCase;
        private boolean cookieRenewed;
        private boolean viaTcp;
        private long spentNanos;
        private volatile @Nullable Outcome outcome;

        Probe(
                Resolver resolver,
                Question question,
                byte[] usual,
                Duration timeout,
                CountDownLatch open) {
            this.resolver = resolver;
            this.question = question;
            this.usual = usual;
            this.timeout = timeout;
            this.open = open;
        }

        void write(long until) {
            byte[] cookie =
                    edns && question.options().cookie()
                            ? cookies.toShow(resolver.address())
                            : NO_COOKIE;
            byte[] query =
                    edns && cookie.length == 0 ? usual.clone() : Wire.query(question, edns, cookie);
            Exchange exchange = new Exchange(query, cookie, false, left(), until, this);
            switch (resolver.transport()) {
                case Transport.Udp byDatagram -> udp.submit(resolver.address(), exchange);
                case Transport.Tcp tcp -> blocking(exchange, tcp);
                case Transport.Tls tls -> blocking(exchange, tls);
                case Transport.Https doh -> blocking(exchange, doh);
            }
        }

        /// On a thread of its own, as cheap as they are.
        private void blocking(Exchange exchange, Transport how) {
            Thread.ofVirtual()
                    .name("probe-" + how.word())
                    .start(
                            () -> {
                                Outcome came = new Outcome.Failed(how.word() + " exchange failed");
                                try {
                                    came = ask(exchange, how);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                } finally {
                                    exchange.end(came);
                                }
                            });
        }

        private Outcome ask(Exchange exchange, Transport how) throws InterruptedException {
            return how instanceof Transport.Https doh
                    ? https.ask(
                            resolver.address(),
                            doh,
                            exchange.query,
                            exchange.timeout,
                            exchange.writeUntil)
                    : streams.ask(
                            resolver.address(),
                            how,
                            exchange.query,
                            exchange.fixed,
                            exchange.timeout,
                            exchange.writeUntil);
        }

        private Duration left() {
            return timeout.minusNanos(spentNanos);
        }

        /// On the thread that read: decides and hands on, reads nothing but the header.
        @Override
        public void ended(Exchange exchange, Outcome came) {
            if (came instanceof Outcome.Replied replied) {
                boolean inTime = replied.nanos() < left().toNanos();
                if (inTime && wantsAnother(exchange, replied)) {
                    spentNanos += replied.nanos();
                    write(System.nanoTime() + left().toNanos());
                    return;
                }
                boolean byDatagram = resolver.transport() instanceof Transport.Udp && !viaTcp;
                if (byDatagram && Wire.truncated(replied.reply())) {
                    if (!inTime) { // a part of an answer is none
                        finish(new Outcome.Silent(replied.nanos(), false));
                        return;
                    }
                    spentNanos += replied.nanos();
                    viaTcp = true;
                    long until = System.nanoTime() + left().toNanos();
                    blocking(
                            new Exchange(
                                    exchange.query,
                                    exchange.cookie,
                                    exchange.fixed,
                                    left(),
                                    until,
                                    this),
                            new Transport.Tcp());
                    return;
                }
            }
            finish(came);
        }

        /// Whether the same question has to be put in another way to this server; each once.
        private boolean wantsAnother(Exchange exchange, Outcome.Replied replied) {
            if (replied.folded() && !plainCase) {
                plainCase = true; // the line remembers
                return true;
            }
            if (exchange.cookie.length > 0) {
                byte[] back = Edns.cookieOf(replied.reply());
                if (back != null) {
                    cookies.learn(resolver.address(), back);
                }
                if (!cookieRenewed && Wire.saysBadCookie(replied.reply())) {
                    cookieRenewed = true;
                    return true;
                }
            }
            if (edns && Wire.refusesEdns(replied.reply())) {
                edns = false;
                return true;
            }
            return false;
        }

        private void finish(Outcome came) {
            outcome = came;
            open.countDown();
        }

        Optional<OwnFault> ownFault() {
            return switch (outcome) {
                case Outcome.NeverWritten held -> Optional.of(OwnFault.HELD_BACK);
                case Outcome.Silent silent when silent.starved() -> Optional.of(OwnFault.STARVED);
                case Outcome.Silent silent -> Optional.empty();
                case Outcome.Replied replied -> Optional.empty();
                case Outcome.Failed failed -> Optional.empty();
                case null -> Optional.empty();
            };
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
                case Outcome.Failed failed ->
                        new Unreachable(
                                (viaTcp ? "UDP answer truncated, then " : "") + failed.reason());
                case Outcome.NeverWritten held ->
                        new Unreachable("not asked in time, held back by our own rate limit");
                case null -> throw new IllegalStateException("not ended yet: " + question);
            };
        }
    }
}
