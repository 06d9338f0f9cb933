package dev.cutover.wiring;

import dev.cutover.postgres.EmbeddedPostgres;
import dev.cutover.postgres.PostgresStartException;
import io.quarkus.runtime.Quarkus;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Starts the controller: the database first, because the platform wants its address when it starts, then
 * the platform.
 */
final class Serve {
    private static final int FAILED = 3;

    private final PrintWriter err;

    Serve(PrintWriter err) {
        this.err = err;
    }

    /** Runs until asked to stop; 0 after an orderly stop, 3 when the database could not be had. */
    int run(String... arguments) {
        Optional<String> url = early("cutover.store.url");
        if (url.isPresent()) {
            connectTo(
                    url.get(),
                    early("cutover.store.user").orElse(""),
                    early("cutover.store.password").orElse(""));
            return platform(arguments);
        }
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
                        err.println("cutover serve: could not start: " + rootOf(mistake));
                        mistake.printStackTrace(err);
                        err.flush();
                    }
                },
                arguments);
        return code.get();
    }

    /** The message that helps: the innermost one. */
    private static Throwable rootOf(Throwable mistake) {
        Throwable root = mistake;
        for (Throwable cause = mistake.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
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
        String variable =
                System.getenv(
                        key.toUpperCase(java.util.Locale.ROOT).replace('.', '_').replace('-', '_'));
        return variable == null || variable.isBlank() ? Optional.empty() : Optional.of(variable);
    }
}
