package dev.cutover.lab.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One server as a child process: without root's rights, its output in a file, ended with us however we
 * end.
 *
 * <p>The life line is the kernel's: the child gets SIGTERM when the thread that started it ends, which a
 * killed JVM's threads do too. That thread does nothing else and lives as long as the child. Source:
 * prctl(2), PR_SET_PDEATHSIG.
 */
final class PeerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration END_LIMIT = Duration.ofSeconds(5);
    private static final int WORDS_OF_LOG = 600;

    private final String name;
    private final Path log;
    private final Process process;

    private PeerProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Whether a try to reach the server went well. */
    @FunctionalInterface
    interface Ready {
        boolean isReady() throws IOException;
    }

    /**
     * Starts a program.
     *
     * @param folder its own; given to the program's user with all that is in it
     * @param arguments what follows the program's name
     * @throws IOException when it or {@code setpriv} is missing or cannot be started
     */
    static PeerProcess start(String name, PeerProgram program, Path folder, List<String> arguments)
            throws IOException {
        Path log = folder.resolve("log");
        List<String> command = new ArrayList<>(asUser(program));
        command.add(path(program).toString());
        command.addAll(arguments);
        giveTo(program, folder);
        CompletableFuture<Process> started = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name("peer-" + name)
                .start(() -> live(command, folder, log, started));
        try {
            return new PeerProcess(name, log, started.get());
        } catch (ExecutionException e) {
            throw new IOException(name + " could not be started: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CompletableFuture<Void> unused = started.thenAccept(Process::destroyForcibly);
            throw new IOException(name + " was interrupted while starting", e);
        }
    }

    private static void live(
            List<String> command, Path folder, Path log, CompletableFuture<Process> started) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.directory(folder.toFile());
            builder.environment().clear();
            builder.redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            Process process = builder.start();
            started.complete(process);
            int status = process.waitFor();
            System.getLogger(PeerProcess.class.getName())
                    .log(
                            System.Logger.Level.DEBUG,
                            "{0} ended with {1}",
                            command.getLast(),
                            status);
        } catch (IOException e) {
            started.completeExceptionally(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Path path(PeerProgram program) throws IOException {
        return program.path()
                .orElseThrow(
                        () ->
                                new IOException(
                                        program.word()
                                                + " is not installed; on Debian: apt-get install "
                                                + program.debianPackage()));
    }

    private static List<String> asUser(PeerProgram program) throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(path(PeerProgram.SETPRIV).toString(), "--pdeathsig", "TERM"));
        if (isRoot()) {
            words.add("--reuid=" + program.user());
            words.add("--regid=" + program.user());
            words.add("--clear-groups");
        }
        return words;
    }

    /** Nobody else may read a server's folder: its key is in it. */
    private static void giveTo(PeerProgram program, Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.setPosixFilePermissions(
                        file,
                        PosixFilePermissions.fromString(
                                Files.isDirectory(file) ? "rwx------" : "rw-------"));
                if (isRoot()) {
                    Files.setOwner(
                            file,
                            file.getFileSystem()
                                    .getUserPrincipalLookupService()
                                    .lookupPrincipalByName(program.user()));
                }
            }
        }
    }

    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /**
     * Waits until the server can be reached.
     *
     * @throws IOException when it ended, or was not there after a minute, with its last words
     */
    void awaitReady(Ready ready) throws IOException {
        long until = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            String why = "it does not answer";
            try {
                if (ready.isReady()) {
                    return;
                }
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
            if (!process.isAlive() || System.nanoTime() - until > 0) {
                throw new IOException(
                        name
                                + (process.isAlive()
                                        ? " was not ready after " + START_LIMIT.toSeconds() + " s"
                                        : " ended with " + process.exitValue() + " while starting")
                                + ": "
                                + why
                                + "; it said: "
                                + lastWords());
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(name + " was interrupted while starting", e);
            }
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    private String lastWords() throws IOException {
        String said = Files.readString(log);
        return said.substring(Math.max(0, said.length() - WORDS_OF_LOG)).strip();
    }

    /** Asks it to end, insists after five seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
