package dev.cutover.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of the distribution, in a folder of its own: what a site's database team would run. It
 * can go away and come back, which the embedded one does not without its controller.
 */
public final class DebianPostgres implements AutoCloseable {
    private static final String USER = "cutover";
    private static final String PASSWORD = "kept by the database team";

    private final Path bin;
    private final Path home;
    private final int port;
    private Process server;

    private DebianPostgres(Path bin, Path home, int port) throws IOException {
        this.bin = bin;
        this.home = home;
        this.port = port;
        this.server = launch();
    }

    /** Makes a cluster and starts it; skips the test, or fails it in CI, where Debian's package is missing. */
    public static DebianPostgres start() {
        Path bin = Peers.need(Peers.postgres(), "a PostgreSQL server", "postgresql");
        try {
            Path home = Files.createTempDirectory("cutover-debian-postgres-");
            Path secret = Files.writeString(home.resolve("password"), PASSWORD);
            giveToPostgres(home);
            giveToPostgres(secret);
            run(
                    bin.resolve("initdb").toString(),
                    "--pgdata=" + home.resolve("data"),
                    "--username=" + USER,
                    "--pwfile=" + secret,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    // No power cut is played, and a slow disk takes a minute to sync a thousand
                    // files.
                    "--no-sync",
                    "--no-instructions");
            DebianPostgres started = new DebianPostgres(bin, home, ChildServer.freePort());
            Runtime.getRuntime().addShutdownHook(new Thread(started.server::destroyForcibly));
            started.awaitReady();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    public String user() {
        return USER;
    }

    public String password() {
        return PASSWORD;
    }

    /** Ends the server as a reboot of its machine does: every connection breaks, nothing new is taken. */
    public void goAway() {
        // Immediate shutdown; the next start recovers from the log.
        signal("QUIT");
        try {
            if (!server.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("PostgreSQL did not end in 60 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts the server again on the same data and port. */
    public void comeBack() {
        try {
            server = launch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitReady();
    }

    @Override
    public void close() {
        if (server.isAlive()) {
            goAway();
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(
                        asPostgres(
                                bin.resolve("postgres").toString(),
                                "-D",
                                home.resolve("data").toString(),
                                "-c",
                                "port=" + port,
                                "-c",
                                "listen_addresses=127.0.0.1",
                                "-c",
                                "unix_socket_directories="))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                .start();
    }

    private void awaitReady() {
        long until = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (true) {
            try (var connection = DriverManager.getConnection(url(), USER, PASSWORD)) {
                if (connection.isValid(1)) {
                    return;
                }
            } catch (SQLException e) {
                if (System.nanoTime() - until > 0 || !server.isAlive()) {
                    throw new IllegalStateException(
                            "PostgreSQL did not start; its log is " + home.resolve("log"), e);
                }
            }
            pause();
        }
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(server.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * PostgreSQL refuses to run as root; Debian's package brings a user for it. It ends with the thread that
     * started it, so that a test that is killed leaves nothing behind.
     */
    private static List<String> asPostgres(String... command) {
        List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "INT"));
        if (isRoot()) {
            words.addAll(List.of("--reuid=postgres", "--regid=postgres", "--clear-groups"));
        }
        words.addAll(List.of(command));
        return words;
    }

    private static void giveToPostgres(Path file) throws IOException {
        if (isRoot()) {
            var postgres =
                    file.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByName("postgres");
            Files.setOwner(file, postgres);
        }
        Files.setPosixFilePermissions(
                file,
                PosixFilePermissions.fromString(
                        Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(asPostgres(command)).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
