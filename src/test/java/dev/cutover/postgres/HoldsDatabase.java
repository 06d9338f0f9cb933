package dev.cutover.postgres;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;

/// The process that tests kill: starts the database of a folder and writes rows until it is ended.
///
/// Prints `refused <message>` and ends with status 2 when it cannot start, else `ready`, then the
/// number of each row whose commit was acknowledged.
final class HoldsDatabase {

    private HoldsDatabase() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path home = Path.of(arguments[0]);
        Path programs = Path.of(arguments[1]);
        try (EmbeddedPostgres.Running database = EmbeddedPostgres.start(home, programs);
                Connection connection =
                        DriverManager.getConnection(
                                database.jdbcUrl(), database.user(), database.password())) {
            try (var statement = connection.createStatement()) {
                statement.execute("create table if not exists kept (n bigint primary key)");
            }
            out.println("ready");
            try (PreparedStatement insert =
                    connection.prepareStatement(
                            "insert into kept select coalesce(max(n), 0) + 1 from kept"
                                    + " returning n")) {
                while (true) {
                    try (var row = insert.executeQuery()) {
                        row.next();
                        out.println(row.getLong(1));
                    }
                }
            }
        } catch (PostgresStartException e) {
            out.println("refused " + e.getMessage());
            System.exit(2);
        }
    }
}
