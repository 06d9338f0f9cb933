package dev.cutover.postgres;

import org.jspecify.annotations.Nullable;

/// Why the embedded PostgreSQL could not be started, what was seen, and what to do about it.
///
/// Every message ends with a remedy; the one that always works is an external server.
public final class PostgresStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /// The remedy that is always open to the operator.
    static final String USE_EXTERNAL = "set cutover.store.url to an external PostgreSQL >= 15";

    PostgresStartException(String problem, String remedy) {
        this(problem, remedy, null);
    }

    PostgresStartException(String problem, String remedy, @Nullable Throwable cause) {
        super("embedded PostgreSQL: " + problem + "; remedy: " + remedy, cause);
    }
}
