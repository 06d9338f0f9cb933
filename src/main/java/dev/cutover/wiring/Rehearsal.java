package dev.cutover.wiring;

import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A start of the controller for the start's own sake: on an empty store that is thrown away, on a free
 * port of loopback. It answers what a controller is asked first, and ends. What the JVM loads meanwhile is
 * what its start-up cache should hold (JEP 514).
 */
final class Rehearsal {
    private static final Duration MOST = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofMillis(50);
    private static final int OK = 200;
    private static final int FAILED = 3;

    /** Asked once each when the controller is ready; what they answer does not matter. */
    private static final List<String> FIRST_QUESTIONS =
            List.of("/", "/api/v1/cutovers", "/q/metrics", "/q/openapi");

    private boolean ready;

    /** Starts, asks, ends; 0 when the controller was ready within a minute, 3 when not. */
    int run(Serve serve) {
        Path home = emptyFolder();
        int port = freePort();
        System.setProperty("cutover.home", home.toString());
        System.setProperty("cutover.images.directory", home.resolve("images").toString());
        System.setProperty("quarkus.http.host", "127.0.0.1");
        System.setProperty("quarkus.http.port", Integer.toString(port));
        Thread.ofPlatform().daemon().name("rehearsal").start(() -> askAndEnd(port));
        try {
            int code = serve.onOwnDatabase();
            return code == 0 && !isReady() ? FAILED : code;
        } finally {
            remove(home);
        }
    }

    private synchronized boolean isReady() {
        return ready;
    }

    private void askAndEnd(int port) {
        long until = System.nanoTime() + MOST.toNanos();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(STEP.multipliedBy(20)).build()) {
            while (System.nanoTime() < until && !isReady()) {
                TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
                if (status(client, port, "/q/health/ready") == OK) {
                    for (String path : FIRST_QUESTIONS) {
                        status(client, port, path);
                    }
                    synchronized (this) {
                        ready = true;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Quarkus.asyncExit(0);
    }

    /** The answer's status, 0 when there is none. */
    private static int status(HttpClient client, int port, String path)
            throws InterruptedException {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(5))
                            .build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("no free port on loopback", e);
        }
    }

    private static Path emptyFolder() {
        try {
            return Files.createTempDirectory("cutover-rehearsal-");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for temporary files can be made", e);
        }
    }

    private static void remove(Path home) {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // A leftover below the temporary folder; the start it was for is over and was judged.
            System.err.println("cutover serve --rehearse: " + home + " is left behind: " + e);
        }
    }
}
