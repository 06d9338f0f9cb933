package dev.cutover.probe;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One query on its way: written once, then ended once, by a reply or without.
///
/// The fields below the line belong to the I/O thread; the listener hears the end on that thread
/// and must not block.
final class Exchange {

    private static final byte[] NO_COOKIE = {};

    /// Hears how an exchange ended.
    interface Listener {
        void ended(Exchange exchange, Outcome outcome);
    }

    /// How a UDP exchange ends.
    sealed interface Outcome {
        /// A reply to this very question; nanoseconds between write and read.
        ///
        /// @param folded whether it came back with other letters' case than it was asked with
        @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
        record Replied(byte[] reply, long nanos, boolean folded) implements Outcome {}

        /// No reply in time, looked for once more after it.
        ///
        /// @param broken whether something with our id and no readable question came from that
        ///     address
        /// @param starved whether this thread, and a server on this machine as well then, had to
        ///     wait long for a processor meanwhile
        record Silent(long nanos, boolean broken, boolean starved) implements Outcome {
            Silent(long nanos, boolean broken) {
                this(nanos, broken, false);
            }
        }

        record Failed(String reason) implements Outcome {}

        /// Our own limits held the query back until nobody wanted it any more.
        record NeverWritten() implements Outcome {}
    }

    final byte[] query;

    /// The cookie the query shows, empty when it shows none.
    final byte[] cookie;

    /// Whether the query's bytes are somebody else's, signed perhaps, and stay as they are.
    final boolean fixed;

    final Duration timeout;
    final long writeUntil;
    private final AtomicReference<@Nullable Listener> listener;

    // --- I/O thread only ---
    int id;
    long writtenAt;
    long deadline;

    /// What the thread had waited for a processor when this was written.
    long waitedBefore;

    boolean broken;
    boolean mixed;
    @Nullable ResolverLine line;

    /// @param writeUntil the nano time after which it is not to be written any more
    Exchange(byte[] query, Duration timeout, long writeUntil, Listener listener) {
        this(query, NO_COOKIE, false, timeout, writeUntil, listener);
    }

    Exchange(
            byte[] query,
            byte[] cookie,
            boolean fixed,
            Duration timeout,
            long writeUntil,
            Listener listener) {
        this.query = query;
        this.cookie = cookie;
        this.fixed = fixed;
        this.timeout = timeout;
        this.writeUntil = writeUntil;
        this.listener = new AtomicReference<>(listener);
    }

    boolean isOver() {
        return listener.get() == null;
    }

    /// Ends it; only the first end counts.
    void end(Outcome outcome) {
        Listener waiting = listener.getAndSet(null);
        if (waiting != null) {
            waiting.ended(this, outcome);
        }
    }
}
