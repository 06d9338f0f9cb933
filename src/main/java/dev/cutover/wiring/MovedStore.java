package dev.cutover.wiring;

import dev.cutover.cli.GivenUpException;
import dev.cutover.cli.StoreMover;
import dev.cutover.postgres.EmbeddedPostgres;
import dev.cutover.postgres.PostgresStartException;
import dev.cutover.store.StoreArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;

/** Reaches the store that {@code serve} would use, without starting the controller, to copy it. */
final class MovedStore implements StoreMover {
    private static final String MIGRATIONS = "classpath:db/migration";

    private final InstantSource clock;

    MovedStore(InstantSource clock) {
        this.clock = clock;
    }

    /** Work on the store. */
    private interface Task {
        StoreArchive.Summary on(DataSource store)
                throws SQLException, IOException, StoreArchive.UnusableException;
    }

    @Override
    public List<String> export(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw GivenUpException.wrongUse(
                    List.of(
                            file
                                    + ": expected a file in a folder that exists, there is no "
                                    + folder
                                    + "; nothing was written"));
        }
        StoreArchive.Summary summary = onStore(store -> write(store, file));
        return List.of(
                "wrote "
                        + file
                        + ": "
                        + summary.cutovers()
                        + " cutovers with "
                        + summary.events()
                        + " events, schema version "
                        + summary.schemaVersion(),
                "to move: keep this controller stopped, set CUTOVER_STORE_URL to the new server,"
                        + " then cutover import "
                        + file);
    }

    private StoreArchive.Summary write(DataSource store, Path file)
            throws SQLException, IOException, StoreArchive.UnusableException {
        migrate(store, Optional.empty());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            StoreArchive.Summary summary;
            // Plans name hosts and people: for their owner's eyes.
            Files.deleteIfExists(part);
            Files.createFile(
                    part,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.WRITE)) {
                summary = new StoreArchive(store).write(out, clock.instant());
            }
            String unused = StoreArchive.check(part);
            Files.move(part, file);
            return summary;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    @Override
    public List<String> take(Path file) {
        // Before a store is started or made for it.
        String schema = tried(() -> StoreArchive.check(file));
        StoreArchive.Summary summary =
                onStore(
                        store -> {
                            migrate(store, Optional.of(schema));
                            StoreArchive.Summary read = new StoreArchive(store).read(file);
                            migrate(store, Optional.empty());
                            return read;
                        });
        return List.of(
                "read "
                        + summary.cutovers()
                        + " cutovers with "
                        + summary.events()
                        + " events from "
                        + file,
                "start the controller with the same store: it goes on where the old one stopped");
    }

    /** An archive is read at the schema it was written at; then the store is brought up to date. */
    private static void migrate(DataSource store, Optional<String> version) {
        var flyway = Flyway.configure().dataSource(store).locations(MIGRATIONS);
        version.ifPresent(flyway::target);
        flyway.load().migrate();
    }

    private static StoreArchive.Summary onStore(Task task) {
        Optional<String> url = Serve.early("cutover.store.url");
        if (url.isPresent()) {
            DataSource given =
                    source(
                            url.get(),
                            Serve.early("cutover.store.user").orElse(""),
                            Serve.early("cutover.store.password").orElse(""));
            return tried(() -> task.on(given));
        }
        try (EmbeddedPostgres.Running database =
                EmbeddedPostgres.start(Serve.home().resolve("postgres"))) {
            DataSource own = source(database.jdbcUrl(), database.user(), database.password());
            return tried(() -> task.on(own));
        } catch (PostgresStartException e) {
            throw GivenUpException.unreachable(List.of(String.valueOf(e.getMessage())));
        }
    }

    private static DataSource source(String url, String user, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    /** The migration tool wraps what the database said into a page of its own. */
    private static String cause(Exception e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    /** Work that may fail for reasons an operator is told. */
    private interface Work<T> {
        T done() throws SQLException, IOException, StoreArchive.UnusableException;
    }

    private static <T> T tried(Work<T> work) {
        try {
            return work.done();
        } catch (StoreArchive.UnusableException e) {
            throw GivenUpException.wrongUse(
                    List.of(String.valueOf(e.getMessage()), "nothing was changed"));
        } catch (SQLException | FlywayException e) {
            throw GivenUpException.unreachable(
                    List.of("the store: " + cause(e), "nothing was changed"));
        } catch (IOException e) {
            throw GivenUpException.unreachable(
                    List.of("the archive: " + e.getMessage(), "nothing was changed"));
        }
    }
}
