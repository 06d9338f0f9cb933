package dev.cutover.probe;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One query on its way: written once, then ended once, by a reply or without.
///
/// The fields below the line belong to the I/O thread; the listener hears the end on that thread
/// and must not block.
final class Exchange {

    /// Hears how an exchange ended.
    interface Listener {
        void ended(Exchange exchange, Outcome outcome);
    }

    /// How a UDP exchange ends.
    sealed interface Outcome {
        /// A reply to this very question; nanoseconds between write and read.
        @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
        record Replied(byte[] reply, long nanos) implements Outcome {}

        /// No reply in time; `broken` tells that something with our id and no readable question
        /// came from that address.
        record Silent(long nanos, boolean broken) implements Outcome {}

        record Failed(String reason) implements Outcome {}

        /// Our own limits held the query back until nobody wanted it any more.
        record NeverWritten() implements Outcome {}
    }

    final byte[] query;
    final Duration timeout;
    final long writeUntil;
    private final AtomicReference<@Nullable Listener> listener;

    // --- I/O thread only ---
    int id;
    long writtenAt;
    long deadline;
    boolean broken;
    @Nullable ResolverLine line;

    /// @param writeUntil the nano time after which it is not to be written any more
    Exchange(byte[] query, Duration timeout, long writeUntil, Listener listener) {
        this.query = query;
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
