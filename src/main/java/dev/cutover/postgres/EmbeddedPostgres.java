package dev.cutover.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL server of our own, in a folder, for as long as this process lives.
///
/// It listens on 127.0.0.1 only, at a port that is new at each start, and asks for a password
/// that only this user can read. Every commit is on the disk before it is acknowledged.
public final class EmbeddedPostgres {

    /// The one user, who owns the cluster.
    private static final String USER = "cutover";

    private static final String DATABASE = "postgres";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String UNFINISHED = ".initdb-";

    private static final long INITDB_SECONDS = 120;
    // Recovery after a crash replays at most max_wal_size of log; a slow disk may take a while.
    private static final long READY_SECONDS = 120;
    private static final long LOOK_EVERY_MILLIS = 5;
    private static final int PORT_TRIES = 5;

    /// Small on purpose: tens of connections, a few MB of working set, <= 60 MB in all.
    private static final List<String> SETTINGS =
            List.of(
                    "listen_addresses=" + LOOPBACK,
                    "unix_socket_directories=", // its lock file would go stale like postmaster.pid
                    "max_connections=40",
                    "shared_buffers=16MB",
                    "huge_pages=off",
                    "io_method=sync", // no I/O worker processes
                    "max_worker_processes=2",
                    "max_parallel_workers=0",
                    "max_parallel_workers_per_gather=0",
                    "max_logical_replication_workers=0",
                    "max_wal_senders=0",
                    "wal_level=minimal",
                    "min_wal_size=32MB",
                    "max_wal_size=128MB",
                    "autovacuum_max_workers=1",
                    "jit=off",
                    "fsync=on",
                    "full_page_writes=on",
                    "synchronous_commit=on",
                    "password_encryption=scram-sha-256",
                    "timezone=UTC",
                    "log_timezone=UTC",
                    "log_destination=stderr",
                    "logging_collector=off",
                    "log_checkpoints=off",
                    "log_line_prefix=");

    private EmbeddedPostgres() {}

    /// Starts the server of `home`, keeping the unpacked programs in `home/programs`.
    ///
    /// @see #start(Path, Path)
    public static Running start(Path home) {
        return start(home, home.resolve("programs"));
    }

    /// Starts the server of `home`, making the folder and the cluster when they are absent.
    ///
    /// Blocks until the server takes connections: 0.3 s as a rule, 2-3 s the first time. What an
    /// earlier process left behind (a stale pid file, a server still going down) is cleared first.
    ///
    /// @param home the folder of one database; one process at a time
    /// @param programs the folder for unpacked programs, which several homes may share; it must
    ///     allow running programs
    /// @throws PostgresStartException when it cannot run here, with the remedy; nothing stays
    ///     running
    public static Running start(Path home, Path programs) {
        FolderLock lock = null;
        Running running = null;
        try {
            Path real = privateFolder(home);
            lock = FolderLock.take(real);
            PostgresBinaries binaries =
                    PostgresBinaries.in(
                            programs.toAbsolutePath(), EmbeddedPostgres.class.getClassLoader());
            List<String> prefix = RunAs.prefix();
            Path data = real.resolve("data");
            String password = password(real, data);
            if (!Files.exists(data)) {
                makeCluster(real, data, binaries, prefix);
            }
            Leftovers.clear(data.toRealPath());
            running = run(real, data, binaries, prefix, password, lock);
            return running;
        } catch (IOException e) {
            throw new PostgresStartException(
                    "start in " + home + " failed (" + e + ")",
                    "check that the folder is on a local disk with room, belongs to this user and"
                            + " allows running programs, or "
                            + PostgresStartException.USE_EXTERNAL,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresStartException("start was interrupted", "start again", e);
        } finally {
            if (running == null && lock != null) {
                release(lock);
            }
        }
    }

    private static Path privateFolder(Path home) throws IOException {
        if (!Files.exists(home)) {
            Path parent = home.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try {
                Files.createDirectory(
                        home,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException anotherWasQuicker) {
                return home.toRealPath();
            }
        }
        return home.toRealPath();
    }

    /// Reads the password, or makes one before the first cluster.
    private static String password(Path home, Path data) throws IOException {
        Path file = home.resolve("password");
        if (Files.exists(file)) {
            try (var in = Files.newInputStream(file)) {
                String text = new String(in.readNBytes(1_000), StandardCharsets.US_ASCII).strip();
                if (!text.isEmpty()) {
                    return text;
                }
            }
        }
        if (Files.exists(data)) {
            throw new PostgresStartException(
                    "the database in " + data + " has lost its password file " + file,
                    "restore that file from a backup, or " + PostgresStartException.USE_EXTERNAL);
        }
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, password + "\n", StandardCharsets.US_ASCII);
        Folders.sync(file);
        return password;
    }

    private static void makeCluster(
            Path home, Path data, PostgresBinaries binaries, List<String> prefix)
            throws IOException, InterruptedException {
        try (DirectoryStream<Path> stale = Files.newDirectoryStream(home, UNFINISHED + "*")) {
            for (Path folder : stale) {
                Folders.delete(folder);
            }
        }
        Path fresh = Files.createTempDirectory(home, UNFINISHED);
        List<String> command =
                List.of(
                        binaries.initdb().toString(),
                        "--pgdata=" + fresh,
                        "--username=" + USER,
                        "--pwfile=" + home.resolve("password"),
                        "--auth=scram-sha-256",
                        "--data-checksums",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-instructions");
        try (WatchedProcess initdb = WatchedProcess.start(prefix, command, home)) {
            boolean ended = initdb.endedWithin(INITDB_SECONDS);
            if (!ended || initdb.exitStatus() != 0) {
                throw new PostgresStartException(
                        "initdb "
                                + (ended
                                        ? "failed with status " + initdb.exitStatus()
                                        : "did not end within " + INITDB_SECONDS + " s")
                                + " in "
                                + fresh
                                + "; it said:\n"
                                + initdb.lastWords()
                                + "\n",
                        "needs glibc >= 2.27, libstdc++, 100 MB of disk and a folder that allows"
                                + " running programs, or "
                                + PostgresStartException.USE_EXTERNAL);
            }
            Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
            Folders.sync(home);
        } finally {
            Folders.delete(fresh);
        }
    }

    private static Running run(
            Path home,
            Path data,
            PostgresBinaries binaries,
            List<String> prefix,
            String password,
            FolderLock lock)
            throws IOException, InterruptedException {
        String said = "";
        for (int attempt = 0; attempt < PORT_TRIES; attempt++) {
            int port = freePort();
            WatchedProcess server =
                    WatchedProcess.start(prefix, command(binaries, data, port), home);
            boolean ready = false;
            try {
                ready = becomesReady(server, data);
                if (ready) {
                    return new Running(server, lock, port, password);
                }
            } finally {
                if (!ready) {
                    server.close();
                }
            }
            said = server.lastWords();
            if (!said.contains("could not bind") && !said.contains("could not create any TCP")) {
                break;
            }
        }
        throw new PostgresStartException(
                "the server on " + data + " did not become ready; it said:\n" + said + "\n",
                "see its words above; the data was not changed. Or "
                        + PostgresStartException.USE_EXTERNAL);
    }

    private static List<String> command(PostgresBinaries binaries, Path data, int port) {
        List<String> command = new ArrayList<>();
        command.add(binaries.postgres().toString());
        command.addAll(List.of("-D", data.toString(), "-p", Integer.toString(port)));
        for (String setting : SETTINGS) {
            command.add("-c");
            command.add(setting);
        }
        return command;
    }

    /// Another process may take the port before the server does; then the server says so.
    private static int freePort() throws IOException {
        try (ServerSocket socket =
                new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    /// Source: PostgreSQL, miscadmin.h: line 8 of postmaster.pid is the server's status.
    private static boolean becomesReady(WatchedProcess server, Path data)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (server.isAlive() && System.nanoTime() < deadline) {
            if ("ready".equals(status(data))) {
                return true;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
        return false;
    }

    private static @Nullable String status(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return null;
        }
        try (var in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(4_000), StandardCharsets.UTF_8);
            return text.lines().skip(7).findFirst().map(String::strip).orElse(null);
        } catch (java.nio.file.NoSuchFileException removedMeanwhile) {
            return null;
        }
    }

    private static void release(FolderLock lock) {
        try {
            lock.close();
        } catch (IOException e) {
            System.getLogger(EmbeddedPostgres.class.getPackageName())
                    .log(System.Logger.Level.DEBUG, "lock file", e);
        }
    }

    /// A server that takes connections, until it is closed or this process ends.
    public static final class Running implements AutoCloseable {

        private final WatchedProcess server;
        private final FolderLock lock;
        private final int port;
        private final String password;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Running(WatchedProcess server, FolderLock lock, int port, String password) {
            this.server = server;
            this.lock = lock;
            this.port = port;
            this.password = password;
        }

        /// The address for JDBC, without user and password; the port is new at each start.
        public String jdbcUrl() {
            return "jdbc:postgresql://" + LOOPBACK + ":" + port + "/" + DATABASE;
        }

        public String user() {
            return USER;
        }

        /// The password; a secret, never to be printed.
        public String password() {
            return password;
        }

        /// Whether the server still runs; false after [#close] or when it died.
        public boolean isAlive() {
            return server.isAlive();
        }

        /// Ends the server in order, rolling back what is open, and frees the folder. Idempotent.
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                server.close();
                release(lock);
            }
        }

        /// Says where, never with what password.
        @Override
        public String toString() {
            return "PostgreSQL at " + LOOPBACK + ":" + port;
        }
    }
}
