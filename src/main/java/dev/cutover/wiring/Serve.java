package dev.cutover.wiring;

import dev.cutover.postgres.EmbeddedPostgres;
import dev.cutover.postgres.PostgresStartException;
import io.quarkus.runtime.Quarkus;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.Driver;

/**
 * Starts the controller: the database first, because the platform wants its address when it starts, then
 * the platform.
 */
final class Serve {
    private static final int WRONG_USE = 2;
    private static final int FAILED = 3;
    private static final String SECONDS_TO_CONNECT = "10";

    private final PrintWriter err;

    Serve(PrintWriter err) {
        this.err = err;
    }

    /**
     * Runs until asked to stop; 0 after an orderly stop, 3 when the database could not be had.
     *
     * @throws dev.cutover.cli.GivenUpException with a line for each setting that cannot be used
     */
    int run(String... arguments) {
        SettingsCheck.serve();
        Optional<String> url = early("cutover.store.url");
        if (url.isPresent()) {
            String user = early("cutover.store.user").orElse("");
            String password = early("cutover.store.password").orElse("");
            Optional<String> unreachable = unreachable(url.get(), user, password);
            if (unreachable.isPresent()) {
                err.println("CUTOVER_STORE_URL: " + unreachable.get());
                err.flush();
                return FAILED;
            }
            connectTo(url.get(), user, password);
            return platform(arguments);
        }
        return onOwnDatabase(arguments);
    }

    /** Runs on the database embedded below {@link #home()}. */
    int onOwnDatabase(String... arguments) {
        try (EmbeddedPostgres.Running database =
                EmbeddedPostgres.start(home().resolve("postgres"))) {
            connectTo(database.jdbcUrl(), database.user(), database.password());
            System.setProperty(ONE_NODE, "true");
            return platform(arguments);
        } catch (PostgresStartException e) {
            err.println("cutover serve: " + e.getMessage());
            err.flush();
            return FAILED;
        }
    }

    /** Set when the database is ours alone: then no other node can hold a lease. */
    static final String ONE_NODE = "dev.cutover.one-node";

    private int platform(String... arguments) {
        AtomicInteger code = new AtomicInteger();
        Quarkus.run(
                null,
                (exit, mistake) -> {
                    code.set(mistake == null ? exit : FAILED);
                    if (mistake != null) {
                        code.set(failed(mistake));
                    }
                },
                arguments);
        return code.get();
    }

    /** Says why the platform did not start; a mistake in the settings is a line, one of ours keeps its trace. */
    private int failed(Throwable mistake) {
        Throwable root = rootOf(mistake);
        List<String> settings = StartMistakes.inSettings(root);
        settings.forEach(line -> err.println("cutover serve: " + line));
        if (settings.isEmpty()) {
            err.println("cutover serve: could not start: " + root);
            mistake.printStackTrace(err);
        }
        err.flush();
        return settings.isEmpty() ? FAILED : WRONG_USE;
    }

    /** The message that helps: the innermost one. */
    private static Throwable rootOf(Throwable mistake) {
        Throwable root = mistake;
        for (Throwable cause = mistake.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }

    /** Why the database cannot be used; asked once before the platform is built upon it. */
    private static Optional<String> unreachable(String url, String user, String password) {
        Properties access = new Properties();
        access.setProperty("user", user);
        access.setProperty("password", password);
        access.setProperty("connectTimeout", SECONDS_TO_CONNECT);
        try (Connection connection = new Driver().connect(url, access)) {
            return connection == null
                    ? Optional.of(
                            "expected jdbc:postgresql://HOST:PORT/DATABASE, seen another form")
                    : Optional.empty();
        } catch (SQLException e) {
            return Optional.of(
                    "the database does not let us in ("
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + "); look at address, CUTOVER_STORE_USER and CUTOVER_STORE_PASSWORD");
        }
    }

    private static void connectTo(String url, String user, String password) {
        System.setProperty("quarkus.datasource.jdbc.url", url);
        System.setProperty("quarkus.datasource.username", user);
        System.setProperty("quarkus.datasource.password", password);
    }

    /** Where this node keeps its own files. */
    static Path home() {
        return early("cutover.home")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cutover"));
    }

    /** A setting needed before the platform is up: a system property or its environment variable. */
    static Optional<String> early(String key) {
        String property = System.getProperty(key);
        if (property != null && !property.isBlank()) {
            return Optional.of(property);
        }
        String variable = System.getenv(SettingsCheck.variable(key));
        return variable == null || variable.isBlank() ? Optional.empty() : Optional.of(variable);
    }

    /** The keys of ours that are set, by system property or environment variable. */
    static Set<String> given() {
        Set<String> keys = new TreeSet<>();
        System.getProperties().stringPropertyNames().stream()
                .filter(k -> k.startsWith("cutover."))
                .forEach(keys::add);
        System.getenv().keySet().stream()
                .filter(k -> k.startsWith("CUTOVER_"))
                .map(k -> k.toLowerCase(Locale.ROOT).replace('_', '.'))
                .forEach(keys::add);
        return keys;
    }
}
