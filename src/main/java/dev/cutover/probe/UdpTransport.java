package dev.cutover.probe;

import dev.cutover.probe.Exchange.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// DNS over UDP to many addresses at once, on one thread.
///
/// One turn of the thread: take what callers submitted, write some of what rates and window allow,
/// sleep until a packet comes or the next deadline or write is due, read, then end what is late.
/// Nothing ends as silence before its channel was emptied at a moment after its deadline: an answer
/// that was in time is never lost to our own delay, however late this thread comes.
final class UdpTransport implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(UdpTransport.class.getPackageName());

    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    /// A turn that comes this late, or lasts this long, has distorted what it measured.
    private static final long STALL_NANOS = 100 * MILLI;

    private static final long SWEEP_NANOS = 10 * SECOND;
    private static final long IDLE_NANOS = 60 * SECOND;
    private static final long SOCKET_FULL_NANOS = MILLI;

    /// Packets taken from one line before the next has its turn: a flood must not starve the rest.
    private static final int READS_IN_A_ROW = 1_024;

    private static final int SUBMISSIONS_IN_A_ROW = 4_096;

    /// Answers and deadlines wait meanwhile.
    private static final int WRITES_IN_A_ROW = 64;

    /// A local server's silence says nothing when so much of its time nobody could run.
    private static final int STARVED_PART = 2;

    private static final int LEAST_WRITE_BURST = 64;

    /// The thread sleeps whole milliseconds, so what it may write after one must cover more.
    private static final int BURSTS_PER_SECOND = 250;

    private static final int LARGEST_DATAGRAM = 1 << 16;

    private record Submission(InetSocketAddress address, Exchange exchange) {}

    private final ProbeLimits limits;
    private final OwnDrops drops;
    private final long interval;
    private final long burstNanos;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Submission> submitted = new ConcurrentLinkedQueue<>();
    private final AtomicLong stalls = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable String over;

    // --- I/O thread only ---
    private final Map<InetSocketAddress, ResolverLine> lines = new HashMap<>();
    private final ArrayDeque<ResolverLine> queued = new ArrayDeque<>();
    private final ArrayDeque<ResolverLine> held = new ArrayDeque<>();
    private final SendWindow window = new SendWindow();
    private final PriorityQueue<ResolverLine> resting =
            new PriorityQueue<>(inTime(line -> line.mayWriteAt));
    private final PriorityQueue<Exchange> deadlines =
            new PriorityQueue<>(inTime(exchange -> exchange.deadline));
    private final ByteBuffer packet = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);
    private final Disguise disguise = new Disguise();
    private long waited;
    private long mayWriteAt = System.nanoTime();
    private long sweptAt = System.nanoTime();

    private interface NanoTime<T> {
        long of(T thing);
    }

    /// Orders by nano time, which may wrap around.
    private static <T> Comparator<T> inTime(NanoTime<T> due) {
        return (a, b) -> Long.signum(due.of(a) - due.of(b));
    }

    UdpTransport(ProbeLimits limits) throws IOException {
        this(limits, OwnDrops.ofThisMachine());
    }

    UdpTransport(ProbeLimits limits, OwnDrops drops) throws IOException {
        this.limits = limits;
        this.drops = drops;
        this.interval = SECOND / limits.queriesPerSecond();
        this.burstNanos = Math.max(LEAST_WRITE_BURST * interval, SECOND / BURSTS_PER_SECOND);
        this.selector = Selector.open();
        this.thread = Thread.ofPlatform().daemon().name("probe-udp").unstarted(this::run);
        thread.start();
    }

    /// Hands an exchange over; it always ends, on the I/O thread or, when closed, on this one.
    void submit(InetSocketAddress address, Exchange exchange) {
        submitted.add(new Submission(address, exchange));
        if (over != null) {
            endSubmitted();
        } else if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /// How often this machine was so late that what was being measured is not to be trusted.
    long stalls() {
        return stalls.get();
    }

    private void run() {
        String reason = "the probe engine was closed";
        try (var wait = new ProcessorWait()) {
            while (!closing) {
                turn(wait);
            }
        } catch (IOException | RuntimeException e) {
            reason = "the probe engine failed: " + e;
            LOG.log(System.Logger.Level.ERROR, "UDP thread ends", e);
        } finally {
            shut(reason);
        }
    }

    private void turn(ProcessorWait processor) throws IOException {
        long began = System.nanoTime();
        waited = processor.nanos(began);
        takeSubmitted(began);
        long writeAt = writeAllowed();
        long slept = System.nanoTime();
        noteStall(slept - began);

        long wait = submitted.isEmpty() ? untilNext(slept, writeAt) : 0;
        if (wait <= 0) {
            selector.selectNow(this::read);
        } else {
            // rounded up, so that at the end of the sleep the next thing is due
            long millis = (wait + MILLI - 1) / MILLI;
            selector.select(this::read, millis);
            noteStall(System.nanoTime() - slept - millis * MILLI);
        }
        long now = System.nanoTime();
        waited = processor.nanos(now);
        endLate(now);
        sweep(now);
    }

    /// Idle time distorts nothing, so it counts only while something is outstanding.
    private void noteStall(long nanos) {
        if (nanos > STALL_NANOS && !deadlines.isEmpty()) {
            stalls.incrementAndGet();
        }
    }

    /// Nanoseconds to sleep; at most the time to the next sweep.
    private long untilNext(long now, long writeAt) {
        long wait = Math.min(SWEEP_NANOS, writeAt - now);
        for (Exchange first = deadlines.peek(); first != null; first = deadlines.peek()) {
            if (!first.isOver()) {
                return Math.min(wait, first.deadline - now);
            }
            deadlines.poll();
        }
        return wait;
    }

    // ---------------------------------------------------------------- sending

    private void takeSubmitted(long now) {
        for (int taken = 0; taken < SUBMISSIONS_IN_A_ROW; taken++) {
            Submission next = submitted.poll();
            if (next == null) {
                return;
            }
            ResolverLine line =
                    lines.computeIfAbsent(
                            next.address(),
                            address -> new ResolverLine(address, limits, drops, now));
            line.waiting.add(next.exchange());
            reschedule(line, now);
        }
    }

    /// Puts a line where it belongs after anything about it changed.
    private void reschedule(ResolverLine line, long now) {
        if (line.turn != ResolverLine.Turn.NONE || line.waiting.isEmpty() || line.isFull()) {
            return;
        }
        if (line.mayWriteAt - now > 0) {
            line.turn = ResolverLine.Turn.RESTING;
            resting.add(line);
        } else if (line.answers) {
            hold(line);
        } else {
            line.turn = ResolverLine.Turn.QUEUED;
            queued.add(line);
        }
    }

    /// Writes some of what rates and window allow now.
    ///
    /// @return when the next write is allowed; far away when nothing waits, or for answers only
    private long writeAllowed() {
        long now = System.nanoTime();
        for (ResolverLine line = resting.peek();
                line != null && line.mayWriteAt - now <= 0;
                line = resting.peek()) {
            resting.poll();
            line.turn = ResolverLine.Turn.QUEUED;
            queued.add(line);
        }
        // Unused time is kept for one burst and no more.
        mayWriteAt = later(mayWriteAt, now - burstNanos);
        int written = 0;
        for (ResolverLine line = next(now); line != null; line = next(now)) {
            line.turn = ResolverLine.Turn.NONE;
            if (writeOne(line)) {
                mayWriteAt += interval;
                long lineInterval = SECOND / limits.queriesPerSecondTo(line.address.getAddress());
                long earliest = now - ResolverLine.CREDIT_NANOS + lineInterval;
                line.mayWriteAt = later(line.mayWriteAt, earliest) + lineInterval;
            }
            now = System.nanoTime();
            reschedule(line, now);
            if (++written == WRITES_IN_A_ROW) {
                break;
            }
        }
        ResolverLine first = held.peek();
        if (!queued.isEmpty() || (first != null && window.isOpenFor(first))) {
            return mayWriteAt;
        }
        ResolverLine rested = resting.peek();
        return rested == null ? now + SWEEP_NANOS : later(rested.mayWriteAt, mayWriteAt);
    }

    /// Whose turn it is: servers not heard yet first, since a round lasts as long as their silence.
    private @Nullable ResolverLine next(long now) {
        if (mayWriteAt - now > 0) {
            return null;
        }
        for (ResolverLine line = queued.poll(); line != null; line = queued.poll()) {
            if (!line.answers) {
                return line;
            }
            hold(line); // it has answered since
        }
        ResolverLine first = held.peek();
        return first != null && window.isOpenFor(first) ? held.poll() : null;
    }

    private void hold(ResolverLine line) {
        line.turn = ResolverLine.Turn.HELD;
        held.add(line);
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }

    /// Writes the line's next query.
    ///
    /// @return whether a packet left
    private boolean writeOne(ResolverLine line) {
        Exchange exchange = line.waiting.poll();
        if (exchange == null) {
            return false;
        }
        if (exchange.writeUntil - System.nanoTime() < 0) {
            exchange.end(new Outcome.NeverWritten());
            return false;
        }
        try {
            DatagramChannel channel = line.channel(selector, limits, System.nanoTime());
            if (exchange.fixed && line.outstanding.containsKey(Wire.id(exchange.query))) {
                line.waiting.add(exchange); // until its id is free
                line.mayWriteAt = later(line.mayWriteAt, System.nanoTime() + SOCKET_FULL_NANOS);
                return false;
            }
            disguise.putOn(exchange, line);
            ByteBuffer bytes = ByteBuffer.wrap(exchange.query);
            exchange.writtenAt = System.nanoTime();
            int written;
            try {
                written = channel.write(bytes);
            } catch (PortUnreachableException ofAnEarlierQuery) {
                endOutstanding(line, "port unreachable: nobody listens at " + line.address);
                bytes.rewind();
                exchange.writtenAt = System.nanoTime();
                written = channel.write(bytes);
            }
            if (written == 0) { // our own send buffer is full: soon again
                line.waiting.addFirst(exchange);
                line.mayWriteAt = later(line.mayWriteAt, System.nanoTime() + SOCKET_FULL_NANOS);
                return false;
            }
            exchange.deadline = exchange.writtenAt + exchange.timeout.toNanos();
            exchange.line = line;
            exchange.waitedBefore = waited;
            line.outstanding.put(exchange.id, exchange);
            window.wrote(line);
            deadlines.add(exchange);
            return true;
        } catch (IOException | RuntimeException e) {
            exchange.end(new Outcome.Failed(line.address + ": " + e.getMessage()));
            return false;
        }
    }

    // -------------------------------------------------------------- receiving

    private void read(SelectionKey key) {
        if (key.attachment() instanceof ResolverLine line) {
            drain(line);
        }
    }

    /// Reads what has come for a line.
    private void drain(ResolverLine line) {
        long began = System.nanoTime();
        boolean dry = true;
        for (DatagramChannel channel : line.channels()) {
            dry &= readAll(line, channel);
        }
        if (dry) {
            line.drainedAt = began;
        }
        reschedule(line, System.nanoTime());
    }

    /// @return whether nothing was left
    private boolean readAll(ResolverLine line, DatagramChannel channel) {
        for (int i = 0; i < READS_IN_A_ROW && channel.isOpen(); i++) {
            packet.clear();
            try {
                if (channel.read(packet) <= 0) {
                    return true;
                }
                take(line, System.nanoTime());
            } catch (PortUnreachableException nobody) {
                endOutstanding(line, "port unreachable: nobody listens at " + line.address);
            } catch (IOException e) {
                endOutstanding(line, line.address + ": " + e.getMessage());
                line.hangUp();
            }
        }
        return !channel.isOpen();
    }

    /// Gives the packet to the query it answers; anything else is a stray, to be waited past.
    private void take(ResolverLine line, long readAt) {
        packet.flip();
        Exchange exchange = null;
        if (packet.remaining() >= 2) {
            exchange = line.outstanding.get(packet.getShort(0) & 0xFFFF);
        }
        if (exchange == null) {
            line.strays++;
            return;
        }
        byte[] reply = new byte[packet.remaining()];
        packet.get(reply);
        if (!Wire.answers(exchange.query, reply)) {
            line.strays++;
            exchange.broken = true;
            return;
        }
        if (exchange.cookie.length > 0 && isAnothers(exchange.cookie, reply)) {
            line.strays++;
            return;
        }
        boolean folded = exchange.mixed && !Wire.repeatsCase(exchange.query, reply);
        line.foldsCase |= folded;
        line.outstanding.remove(exchange.id);
        window.answered(line, exchange, readAt - exchange.writtenAt);
        line.dropRetired();
        exchange.end(new Outcome.Replied(reply, readAt - exchange.writtenAt, folded));
    }

    /// A reply without a cookie may come from a server that knows none. Source: RFC 7873 section
    /// 5.3.
    private static boolean isAnothers(byte[] shown, byte[] reply) {
        byte[] back = Edns.cookieOf(reply);
        return back != null && !Cookies.isFor(back, shown);
    }

    private void endOutstanding(ResolverLine line, String reason) {
        window.forget(line);
        line.takeOutstanding().forEach(exchange -> exchange.end(new Outcome.Failed(reason)));
    }

    private void endLate(long now) {
        for (Exchange first = deadlines.peek();
                first != null && (first.isOver() || first.deadline - now <= 0);
                first = deadlines.peek()) {
            deadlines.poll();
            ResolverLine line = first.line;
            if (line != null && !first.isOver() && line.drainedAt - first.deadline < 0) {
                drain(line);
            }
            if (!first.isOver()) {
                long noProcessor = waited - first.waitedBefore;
                boolean local = line != null && line.local;
                boolean starved = local && noProcessor > first.timeout.toNanos() / STARVED_PART;
                first.end(new Outcome.Silent(now - first.writtenAt, first.broken, starved));
                forget(first, now);
            }
        }
    }

    private void forget(Exchange exchange, long now) {
        ResolverLine line = exchange.line;
        if (line != null && line.outstanding.remove(exchange.id, exchange)) {
            window.silent(line, exchange);
            line.dropRetired();
            reschedule(line, now);
        }
    }

    // ----------------------------------------------------------- housekeeping

    private void sweep(long now) {
        if (now - sweptAt < SWEEP_NANOS) {
            return;
        }
        sweptAt = now;
        for (Iterator<ResolverLine> all = lines.values().iterator(); all.hasNext(); ) {
            ResolverLine line = all.next();
            if (line.isIdleSince(IDLE_NANOS, now)) {
                line.hangUp();
                all.remove();
            }
        }
    }

    private void shut(String reason) {
        over = reason;
        for (ResolverLine line : lines.values()) {
            endOutstanding(line, reason);
            line.waiting.forEach(exchange -> exchange.end(new Outcome.Failed(reason)));
            line.hangUp();
        }
        endSubmitted();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "close selector", e);
        }
    }

    private void endSubmitted() {
        String reason = over;
        for (Submission next = submitted.poll(); next != null; next = submitted.poll()) {
            next.exchange().end(new Outcome.Failed(reason == null ? "closed" : reason));
        }
    }

    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        boolean interrupted = false;
        while (thread.isAlive() && Thread.currentThread() != thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
