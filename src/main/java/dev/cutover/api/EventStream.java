package dev.cutover.api;

import dev.cutover.run.Feed;
import dev.cutover.run.StoreUnavailableException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/// One client's stream. Writing waits until the connection has taken what was written, so nothing
/// piles up here, and gives the client up when that takes too long.
final class EventStream implements AutoCloseable {
    /// A comment; clients skip it.
    static final String HEARTBEAT = ": still here\n\n";

    private static final Logger LOG = Logger.getLogger(EventStream.class);

    private final Feed.Follower follower;
    private final RoutingContext routing;
    private final Duration patience;
    private final Runnable whenClosed;
    private final long openedAtNanos = System.nanoTime();
    private final AtomicBoolean closed = new AtomicBoolean();

    /// @param patience how long the client may take to read what was sent
    /// @param whenClosed run once, when this stream is closed or its client is gone
    EventStream(
            Feed.Follower follower,
            RoutingContext routing,
            Duration patience,
            Runnable whenClosed) {
        this.follower = follower;
        this.routing = routing;
        this.patience = patience;
        this.whenClosed = whenClosed;
    }

    /// Ends this stream as soon as its client goes, not at the next heartbeat.
    EventStream endingWithItsClient() {
        if (routing.request().connection() instanceof ConnectionBase socket) {
            socket.closeFuture().onComplete(gone -> close());
        }
        routing.addEndHandler(ended -> close());
        return this;
    }

    /// Runs the stream on this thread until it ends, or its client is gone or was given up.
    ///
    /// @param head written by the platform, with the answer's headers before it
    /// @throws IOException when its beginning cannot be written
    void send(OutputStream out, byte[] head, EventStreams.Course course) throws IOException {
        try (this) {
            out.write(head);
            out.flush();
            course.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (GoneException e) {
            // Clients leave at any moment: nobody is there to be told, and it is no failure of
            // ours.
            LOG.debug("a stream ended", e);
        } catch (StoreUnavailableException e) {
            // Ended without a word: the client comes again and goes on where it was.
        }
    }

    void write(String frames) throws IOException, InterruptedException {
        if (frames.isEmpty()) {
            return;
        }
        try {
            routing.response()
                    .write(frames)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            cut(routing.request().connection());
            throw new GoneException("the client took nothing for " + patience, e);
        } catch (ExecutionException e) {
            throw new GoneException("the client is gone", e);
        }
    }

    /// Closes at once. An orderly close would wait for what the client does not take.
    private static void cut(HttpConnection connection) {
        if (connection instanceof ConnectionBase socket) {
            var unused = socket.channel().close();
        } else {
            var unused = connection.close();
        }
    }

    Feed.Woken await(Duration most) throws InterruptedException {
        return follower.await(most);
    }

    boolean isOlderThan(Duration age) {
        return System.nanoTime() - openedAtNanos > age.toNanos();
    }

    /// The client is not there any more.
    private static final class GoneException extends IOException {
        private static final long serialVersionUID = 1;

        GoneException(String why, Exception cause) {
            super(why, cause);
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
