package dev.cutover.wiring;

import dev.cutover.run.PlanClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The lab's time: the system's plus an offset that is asked for five times a second and only ever grows.
 *
 * <p>The rate is always 1; a jump wakes everybody who sleeps by plan time.
 */
final class OffsetTime implements PlanClock, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OffsetTime.class.getName());
    private static final Duration ASK_EVERY = Duration.ofMillis(200);
    private static final int MOST_BYTES = 64;

    private final PlanClock system;
    private final URI url;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Duration offset;
    private volatile boolean closed;

    /**
     * Asks once, then goes on asking in the background.
     *
     * @throws IOException when the lab does not answer
     */
    OffsetTime(PlanClock system, URI url) throws IOException {
        this.system = system;
        this.url = url;
        this.offset = ask();
        Thread.ofVirtual().name("lab-time").start(this::follow);
    }

    @Override
    public Instant instant() {
        return system.instant().plus(offset);
    }

    @Override
    public InstantSource machine() {
        return system;
    }

    @Override
    public void onJump(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void follow() {
        while (!closed) {
            try {
                Thread.sleep(ASK_EVERY);
                Duration now = ask();
                if (now.compareTo(offset) > 0) {
                    offset = now;
                    listeners.forEach(Runnable::run);
                }
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "the lab's time was not told: " + e.getMessage());
            }
        }
    }

    private Duration ask() throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(2_000);
        connection.setReadTimeout(2_000);
        try (InputStream body = connection.getInputStream()) {
            String text = new String(body.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip();
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IOException(
                    "expected an ISO-8601 duration at "
                            + url
                            + ", seen '"
                            + e.getParsedString()
                            + "'",
                    e);
        }
    }
}
