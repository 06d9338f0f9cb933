package dev.cutover.probe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The line to one address: its connected channel, what is outstanding on it and what waits.
///
/// Used by the I/O thread only. The channel is opened for the first query, given another local
/// port now and then, and closed when nothing has used it for a while.
final class ResolverLine {

    private static final System.Logger LOG = System.getLogger(ResolverLine.class.getPackageName());

    /// Where a line stands in the sender's books.
    enum Turn {
        /// Nothing to send, or as much outstanding as allowed.
        NONE,
        /// Among the lines that may send and have not answered yet.
        QUEUED,
        /// Waiting for its rate to allow the next query.
        RESTING,
        /// Among the lines that answer: behind all others, and when the window is open.
        HELD
    }

    /// Unused sending time that a line may save up, and has when new.
    static final long CREDIT_NANOS = 1_000_000_000L;

    private static final long PORT_AGE_NANOS = 60_000_000_000L;
    private static final int STRAYS_THAT_SPOIL_A_PORT = 50;

    /// What an answer may take of a receive buffer as the system reports it: Linux keeps twice
    /// that,
    /// since it counts the pages a datagram lies in. Source: socket(7), SO_RCVBUF.
    private static final int BYTES_PER_ANSWER = 2_048;

    final InetSocketAddress address;
    final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
    final Map<Integer, Exchange> outstanding = new HashMap<>();
    Turn turn = Turn.NONE;
    long mayWriteAt;
    int strays;

    /// Whether its last word was an answer.
    boolean answers;

    /// All that had come until then has been read.
    long drainedAt;

    /// Whether the server does not repeat a question letter by letter.
    boolean foldsCase;

    private final OwnDrops drops;
    private final int mostOutstandingAllowed;

    /// Whether it answers on this machine, with the same processors.
    final boolean local;

    private int mostOutstanding;
    private @Nullable DatagramChannel channel;

    /// The channel of the port before, while answers may still come to it.
    private @Nullable DatagramChannel retired;

    private List<DatagramChannel> channels = List.of();
    private long openedAt;
    private long quickestNanos = Long.MAX_VALUE;
    private long usedAt;

    ResolverLine(InetSocketAddress address, ProbeLimits limits, OwnDrops drops, long now) {
        this.address = address;
        this.drops = drops;
        this.local = address.getAddress().isLoopbackAddress();
        this.mostOutstandingAllowed = limits.inFlightPerResolver();
        this.mostOutstanding = mostOutstandingAllowed;
        this.mayWriteAt = now - CREDIT_NANOS;
        this.usedAt = now;
        this.drainedAt = now;
    }

    /// The channel to write to, on a fresh port when the old one is spent: too old, or known to
    /// strangers. The old one is listened to until nothing is outstanding.
    DatagramChannel channel(Selector selector, ProbeLimits limits, long now) throws IOException {
        usedAt = now;
        DatagramChannel open = channel;
        boolean spent = now - openedAt > PORT_AGE_NANOS || strays > STRAYS_THAT_SPOIL_A_PORT;
        if (open != null && spent && retired == null) {
            remember(null, open);
            open = null;
            dropRetired();
        }
        if (open == null) {
            open = open(selector, limits);
            remember(open, retired);
            openedAt = now;
            strays = 0;
            forgetLatency();
        }
        return open;
    }

    private DatagramChannel open(Selector selector, ProbeLimits limits) throws IOException {
        DatagramChannel fresh = DatagramChannel.open();
        boolean connected = false;
        try {
            fresh.configureBlocking(false);
            fresh.setOption(StandardSocketOptions.SO_RCVBUF, limits.receiveBufferBytes());
            fresh.connect(address);
            fresh.register(selector, SelectionKey.OP_READ, this);
            connected = true;
            int granted = fresh.getOption(StandardSocketOptions.SO_RCVBUF);
            mostOutstanding = Math.clamp(granted / BYTES_PER_ANSWER, 1, mostOutstandingAllowed);
            drops.opened(localPort(fresh), address.getPort());
            return fresh;
        } finally {
            if (!connected) {
                fresh.close();
            }
        }
    }

    private static int localPort(DatagramChannel open) throws IOException {
        return open.getLocalAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
    }

    /// Whether as much is outstanding as was allowed, or as the granted receive buffer holds
    /// answers to.
    boolean isFull() {
        return outstanding.size() >= mostOutstanding;
    }

    /// Takes note of a latency.
    ///
    /// @return how much longer it is than the least seen since the port was opened
    long slowerThanEver(long nanos) {
        quickestNanos = Math.min(quickestNanos, nanos);
        return nanos - quickestNanos;
    }

    /// The way to a server may become longer, so what is quick is learnt anew now and then.
    void forgetLatency() {
        quickestNanos = Long.MAX_VALUE;
    }

    /// Where answers may come: none, one channel, or for a while two.
    List<DatagramChannel> channels() {
        return channels;
    }

    private void remember(@Nullable DatagramChannel current, @Nullable DatagramChannel before) {
        channel = current;
        retired = before;
        channels = Stream.of(current, before).flatMap(Stream::ofNullable).toList();
    }

    /// Takes back everything outstanding, for the caller to end.
    List<Exchange> takeOutstanding() {
        List<Exchange> taken = new ArrayList<>(outstanding.values());
        outstanding.clear();
        return taken;
    }

    boolean isIdleSince(long nanos, long now) {
        return outstanding.isEmpty() && waiting.isEmpty() && now - usedAt > nanos;
    }

    /// Closes the channel of the port before when nothing can come to it any more.
    void dropRetired() {
        if (retired != null && outstanding.isEmpty()) {
            close(retired);
            remember(channel, null);
        }
    }

    void hangUp() {
        close(channel);
        close(retired);
        remember(null, null);
    }

    private void close(@Nullable DatagramChannel open) {
        try {
            if (open != null) {
                drops.closed(localPort(open), address.getPort());
                open.close();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "close a channel", e);
        }
    }
}
