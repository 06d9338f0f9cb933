package dev.cutover.peer;

import dev.cutover.lab.dns.LabAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server as a child process on loopback, without root's rights, in a folder of its own that goes with
 * it. It ends with the thread that started it, which lives as long as the server.
 */
final class ChildServer implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    private final String user;
    private final Path folder;
    private Optional<Process> process = Optional.empty();

    /**
     * @param user as whom it runs where we are root
     */
    ChildServer(String name, String user) {
        this.user = user;
        try {
            this.folder = Files.createTempDirectory("cutover-" + name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    /** Puts a file into the folder. */
    Path put(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a folder in the folder. */
    Path folder(String name) {
        try {
            return Files.createDirectories(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and waits until it takes connections. */
    void start(InetSocketAddress listens, List<String> program) {
        try {
            giveAll();
            List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
            if (isRoot()) {
                command.addAll(List.of("--reuid=" + user, "--regid=" + user, "--clear-groups"));
            }
            command.addAll(program);
            CompletableFuture<Process> started = new CompletableFuture<>();
            Thread unused =
                    Thread.ofPlatform()
                            .daemon()
                            .name("peer-" + program.getFirst())
                            .start(() -> live(command, started));
            Process child = started.join();
            process = Optional.of(child);
            awaitListening(child, listens);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void live(List<String> command, CompletableFuture<Process> started) {
        try {
            Process child =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            folder.resolve("log").toFile()))
                            .start();
            started.complete(child);
            child.waitFor();
        } catch (IOException e) {
            started.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitListening(Process child, InetSocketAddress address) throws IOException {
        long until = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(address, 500);
                return;
            } catch (IOException e) {
                if (!child.isAlive() || System.nanoTime() - until > 0) {
                    throw new IOException("no server at " + address + "; it said: " + log(), e);
                }
            }
            pause();
        }
    }

    /** Waits until it has said this: a kernel takes connections before a server has read its zones. */
    void awaitSaid(String words) {
        long until = System.nanoTime() + START_LIMIT.toNanos();
        while (!log().contains(words)) {
            if (System.nanoTime() - until > 0) {
                throw new UncheckedIOException(
                        new IOException("it did not say '" + words + "', but: " + log()));
            }
            pause();
        }
    }

    /** What it said so far. */
    String log() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void giveAll() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(
                        file,
                        PosixFilePermissions.fromString(
                                Files.isDirectory(file) ? "rwx------" : "rw-------"));
                if (isRoot()) {
                    Files.setOwner(
                            file,
                            file.getFileSystem()
                                    .getUserPrincipalLookupService()
                                    .lookupPrincipalByName(user));
                }
            }
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** A port nobody has on loopback now, for UDP and TCP, and none that the kernel gives to clients. */
    static int freePort() {
        try {
            return LabAddresses.freePort(List.of(InetAddress.getLoopbackAddress()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Process child) {
        child.destroy();
        try {
            if (!child.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                int unused = child.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.ifPresent(ChildServer::end);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
