package dev.cutover.store;

import dev.cutover.port.SignIns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;

/** Sign-ins as rows. Those that are over go when somebody signs in. */
public final class SqlSignIns implements SignIns {
    private final Database database;

    public SqlSignIns(DataSource source) {
        this.database = new Database(source);
    }

    @Override
    public void keep(Kind kind, String digest, String key, Duration life, int most) {
        database.transaction(
                "keep a sign-in",
                c -> {
                    insert(c, kind, digest, key, life);
                    makeRoom(c, kind, key, most);
                    return 0;
                });
    }

    private static void insert(
            Connection connection, Kind kind, String digest, String key, Duration life)
            throws SQLException {
        try (PreparedStatement insert =
                Database.prepare(
                        connection,
                        """
                        INSERT INTO sign_in (digest, kind, key, ends_at)
                        VALUES (?, ?, ?, clock_timestamp() + ? * interval '1 millisecond')
                        ON CONFLICT (digest) DO NOTHING""")) {
            insert.setString(1, digest);
            insert.setString(2, word(kind));
            insert.setString(3, key);
            insert.setLong(4, life.toMillis());
            insert.executeUpdate();
        }
    }

    private static void makeRoom(Connection connection, Kind kind, String key, int most)
            throws SQLException {
        try (PreparedStatement delete =
                Database.prepare(
                        connection,
                        """
                        DELETE FROM sign_in
                        WHERE ends_at <= clock_timestamp() OR digest IN (
                            SELECT digest FROM sign_in WHERE key = ? AND kind = ?
                            ORDER BY ends_at DESC, digest OFFSET ?)""")) {
            delete.setString(1, key);
            delete.setString(2, word(kind));
            delete.setInt(3, most);
            delete.executeUpdate();
        }
    }

    @Override
    public Optional<String> find(String digest) {
        return ofKey(
                "look for a session",
                """
                SELECT key FROM sign_in
                WHERE digest = ? AND kind = 'session' AND ends_at > clock_timestamp()""",
                digest);
    }

    @Override
    public Optional<String> take(String digest) {
        return ofKey(
                "use a code up",
                """
                DELETE FROM sign_in
                WHERE digest = ? AND kind = 'code' AND ends_at > clock_timestamp()
                RETURNING key""",
                digest);
    }

    private Optional<String> ofKey(String what, String sql, String digest) {
        return database.transaction(
                what,
                c -> {
                    try (PreparedStatement statement = Database.prepare(c, sql)) {
                        statement.setString(1, digest);
                        try (ResultSet row = statement.executeQuery()) {
                            return row.next()
                                    ? Optional.of(row.getString("key"))
                                    : Optional.<String>empty();
                        }
                    }
                });
    }

    @Override
    public void end(String digest) {
        database.transaction(
                "end a session",
                c -> {
                    try (PreparedStatement delete =
                            Database.prepare(c, "DELETE FROM sign_in WHERE digest = ?")) {
                        delete.setString(1, digest);
                        return delete.executeUpdate();
                    }
                });
    }

    private static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
