package dev.cutover.cli;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** One controller of the lab: the process and the way to its API. */
public final class DemoNode implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final String name;
    private final DemoProcess process;
    private final DemoClient client;
    private final URI page;
    private volatile boolean frozen;

    DemoNode(String name, DemoProcess process, URI page) {
        this.name = name;
        this.process = process;
        this.page = page;
        this.client = new DemoClient(page);
    }

    /** Its name in leases, and towards providers. */
    public String name() {
        return name;
    }

    /** Where its API and pages are. */
    public URI page() {
        return page;
    }

    /** Starts it and returns at once. */
    public void start() throws IOException {
        // It lives for minutes: compiling for speed would cost more than it ever gives back.
        process.start(
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                List.of("serve"));
    }

    /** Waits until it is ready. */
    public void awaitReady() throws IOException, InterruptedException, TimeoutException {
        long until = System.nanoTime() + START_LIMIT.toNanos();
        while (!client.isReady()) {
            if (!process.isAlive()) {
                throw new IOException("the controller ended while starting; " + lastWords());
            }
            if (System.nanoTime() - until > 0) {
                throw new TimeoutException(
                        "the controller was not ready after "
                                + START_LIMIT.toSeconds()
                                + " s; "
                                + lastWords());
            }
            Thread.sleep(Duration.ofMillis(50));
        }
    }

    /** Ends it without warning (SIGKILL). */
    public void kill() {
        process.kill();
        frozen = false;
    }

    /** Stops it in the middle of whatever it does (SIGSTOP); it notices nothing until it is thawed. */
    public void freeze() throws IOException {
        process.signal("STOP");
        frozen = true;
    }

    /** Lets a frozen one go on (SIGCONT). */
    public void thaw() throws IOException {
        process.signal("CONT");
        frozen = false;
    }

    /** Whether it runs and is not frozen. */
    public boolean isAwake() {
        return process.isAlive() && !frozen;
    }

    /** What it said last, and where all of it is. */
    String lastWords() {
        return name + " said last (" + process.log() + "):\n" + process.lastWords();
    }

    DemoClient client() {
        return client;
    }

    @Override
    public void close() {
        if (frozen) {
            process.kill();
        } else {
            process.close();
        }
    }
}
