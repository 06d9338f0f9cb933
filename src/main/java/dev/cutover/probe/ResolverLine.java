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
        /// In the queue of lines that may send.
        QUEUED,
        /// Waiting for its rate to allow the next query.
        RESTING
    }

    /// Unused sending time that a line may save up, and has when new.
    static final long CREDIT_NANOS = 1_000_000_000L;

    private static final long PORT_AGE_NANOS = 60_000_000_000L;
    private static final int STRAYS_THAT_SPOIL_A_PORT = 50;

    final InetSocketAddress address;
    final ArrayDeque<Exchange> waiting = new ArrayDeque<>();
    final Map<Integer, Exchange> outstanding = new HashMap<>();
    Turn turn = Turn.NONE;
    long mayWriteAt;
    int strays;

    /// Whether the server does not repeat a question letter by letter.
    boolean foldsCase;

    private @Nullable DatagramChannel channel;

    /// The channel of the port before, while answers may still come to it.
    private @Nullable DatagramChannel retired;

    private long openedAt;
    private long usedAt;

    ResolverLine(InetSocketAddress address, long now) {
        this.address = address;
        this.mayWriteAt = now - CREDIT_NANOS;
        this.usedAt = now;
    }

    /// The channel to write to, on a fresh port when the old one is spent: too old, or known to
    /// strangers. The old one is listened to until nothing is outstanding.
    DatagramChannel channel(Selector selector, ProbeLimits limits, long now) throws IOException {
        usedAt = now;
        DatagramChannel open = channel;
        boolean spent = now - openedAt > PORT_AGE_NANOS || strays > STRAYS_THAT_SPOIL_A_PORT;
        if (open != null && spent && retired == null) {
            channel = null;
            retired = open;
            open = null;
            dropRetired();
        }
        if (open == null) {
            open = open(selector, limits);
            channel = open;
            openedAt = now;
            strays = 0;
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
            return fresh;
        } finally {
            if (!connected) {
                fresh.close();
            }
        }
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
            retired = null;
        }
    }

    void hangUp() {
        close(channel);
        channel = null;
        close(retired);
        retired = null;
    }

    private static void close(@Nullable DatagramChannel open) {
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "close a channel", e);
        }
    }
}
