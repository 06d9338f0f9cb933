package dev.cutover.store;

import dev.cutover.peer.DebianPostgres;
import dev.cutover.postgres.EmbeddedPostgres;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/// A migrated schema of its own on a real server, behind the pool the product uses.
public final class TestDatabase implements AutoCloseable {
    private static final int CONNECTIONS = 16;

    private final String url;
    private final String user;
    private final String password;
    private final String schema;
    private final Runnable stop;
    private AgroalDataSource pool;

    private TestDatabase(String url, String user, String password, Runnable stop) {
        this(url, user, password, stop, "latest");
    }

    private TestDatabase(String url, String user, String password, Runnable stop, String version) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.stop = stop;
        this.schema =
                "store_" + Long.toString(ProcessHandle.current().pid()) + "_" + System.nanoTime();
        execute("CREATE SCHEMA " + schema);
        this.pool = pool();
        Flyway.configure().dataSource(pool).defaultSchema(schema).target(version).load().migrate();
    }

    /// Another store on the same server, as an older version of this program left it.
    TestDatabase asOf(String version) {
        return new TestDatabase(url, user, password, () -> {}, version);
    }

    public static TestDatabase embedded() {
        try {
            Path home = Files.createTempDirectory("cutover-store");
            var running =
                    EmbeddedPostgres.start(
                            home.resolve("home"), Path.of("target/postgres-programs"));
            return new TestDatabase(
                    running.jdbcUrl(),
                    running.user(),
                    running.password(),
                    () -> {
                        running.close();
                        delete(home);
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Debian's server; or the one that `cutover.test.postgres.url` names, with user and password
    /// beside it.
    static TestDatabase external() {
        String url = System.getProperty("cutover.test.postgres.url", "");
        if (!url.isEmpty()) {
            return new TestDatabase(
                    url,
                    System.getProperty("cutover.test.postgres.user", "postgres"),
                    System.getProperty("cutover.test.postgres.password", ""),
                    () -> {});
        }
        DebianPostgres server = DebianPostgres.start();
        return new TestDatabase(server.url(), server.user(), server.password(), server::close);
    }

    public DataSource source() {
        return pool;
    }

    /// What a restart of the controller does to its connections.
    void reopen() {
        pool.close();
        pool = pool();
    }

    public void clear() {
        execute(
                "SET search_path TO "
                        + schema
                        + "; TRUNCATE cutover, plan_number, provider_call, channel, call_budget, sign_in RESTART IDENTITY CASCADE");
    }

    void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(url, user, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs a statement in the schema.
    public void executeHere(String sql) {
        execute("SET search_path TO " + schema + "; " + sql);
    }

    /// What a restart of the server does to every connection of the pool; all are gone when it
    /// returns.
    void cutConnections() {
        execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                        + " WHERE application_name = '"
                        + schema
                        + "'");
    }

    /// A connection outside the pool, in the schema.
    Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection(url, user, password);
        connection.setSchema(schema);
        return connection;
    }

    public List<String> column(String sql) {
        List<String> values = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                values.add(row.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return values;
    }

    private AgroalDataSource pool() {
        try {
            return AgroalDataSource.from(
                    new AgroalDataSourceConfigurationSupplier()
                            .connectionPoolConfiguration(
                                    p ->
                                            p.maxSize(CONNECTIONS)
                                                    .acquisitionTimeout(Duration.ofSeconds(20))
                                                    .exceptionSorter(
                                                            new PostgreSQLExceptionSorter())
                                                    .connectionFactoryConfiguration(
                                                            f ->
                                                                    f.jdbcUrl(
                                                                                    url
                                                                                            + (url
                                                                                                            .contains(
                                                                                                                    "?")
                                                                                                    ? "&"
                                                                                                    : "?")
                                                                                            + "ApplicationName="
                                                                                            + schema
                                                                                            + "&currentSchema="
                                                                                            + schema)
                                                                            .principal(
                                                                                    new NamePrincipal(
                                                                                            user))
                                                                            .credential(
                                                                                    new SimplePassword(
                                                                                            password)))));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        pool.close();
        execute("DROP SCHEMA " + schema + " CASCADE");
        stop.run();
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
