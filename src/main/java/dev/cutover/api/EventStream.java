package dev.cutover.api;

import dev.cutover.run.Feed;
import dev.cutover.run.StoreUnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One client's stream. Writing blocks until the client takes what was written.
final class EventStream implements AutoCloseable {
    /// A comment; clients skip it.
    static final String HEARTBEAT = ": still here\n\n";

    private final Feed.Follower follower;
    private final Runnable cut;
    private final long openedAtNanos = System.nanoTime();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Runnable whenClosed = () -> {};
    private volatile boolean writing;
    private volatile long writingSinceNanos;
    private @Nullable OutputStream out;

    /// @param cut closes the client's connection
    EventStream(Feed.Follower follower, Runnable cut) {
        this.follower = follower;
        this.cut = cut;
    }

    /// What to do once when this stream is closed.
    void onClose(Runnable task) {
        whenClosed = task;
    }

    /// Runs the stream on this thread until it ends.
    ///
    /// @throws IOException when the client is gone or was cut off
    void send(OutputStream client, EventStreams.Course course) throws IOException {
        try (this) {
            out = client;
            course.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (StoreUnavailableException e) {
            // Ended without a word: the client comes again and goes on where it was.
        }
    }

    void write(String frames) throws IOException {
        OutputStream client = out;
        if (client == null || frames.isEmpty()) {
            return;
        }
        writingSinceNanos = System.nanoTime();
        writing = true;
        try {
            client.write(frames.getBytes(StandardCharsets.UTF_8));
            client.flush();
        } finally {
            writing = false;
        }
    }

    Feed.Woken await(Duration most) throws InterruptedException {
        return follower.await(most);
    }

    boolean isOlderThan(Duration age) {
        return System.nanoTime() - openedAtNanos > age.toNanos();
    }

    /// Closes the connection of a client that takes nothing.
    void cutIfStuck(Duration patience) {
        if (writing && System.nanoTime() - writingSinceNanos > patience.toNanos()) {
            cut.run();
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            follower.close();
            whenClosed.run();
        }
    }
}
