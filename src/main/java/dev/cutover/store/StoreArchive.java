package dev.cutover.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * The whole store as one file: to keep, and to move it to another server.
 *
 * <pre>
 *   archive.zip
 *     TABLE.copy      one for each table, in PostgreSQL's COPY text format
 *     manifest.json   format, schema version, and of each table its columns, rows, bytes and SHA-256
 * </pre>
 *
 * Written from one snapshot, so that a controller may go on meanwhile. Read in one transaction into a store
 * without cutovers, after every digest was checked and every journal was folded: either all of it is
 * there afterwards, or nothing.
 *
 * <p>Source: PostgreSQL documentation, COPY; the embedded server brings no pg_dump.
 */
public final class StoreArchive {
    /** Stays behind: whoever moves the store signs in again. */
    static final List<String> LEFT_BEHIND = List.of("sign_in");

    /** Every other table but the migrations' own, those referred to first. */
    static final List<String> TABLES =
            List.of(
                    "cutover",
                    "event",
                    "plan_number",
                    "name_claim",
                    "idempotency",
                    "outbox",
                    "sample_bucket",
                    "adoption",
                    "resolver_look",
                    "known_caches",
                    "provider_call",
                    "channel",
                    "delivery",
                    "call_budget");

    private static final String FORMAT = "cutover-store";
    private static final int VERSION = 1;
    private static final String MANIFEST = "manifest.json";
    private static final int MOST_MANIFEST_BYTES = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DataSource source;

    public StoreArchive(DataSource source) {
        this.source = source;
    }

    /** The archive cannot be used; the message says where and why. Nothing was changed. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message) {
            super(message);
        }
    }

    /**
     * What was written or read.
     *
     * @param rows by table
     */
    public record Summary(String schemaVersion, Map<String, Long> rows) {
        public Summary {
            rows = Map.copyOf(rows);
        }

        /** How many cutovers. */
        public long cutovers() {
            return rows.getOrDefault("cutover", 0L);
        }

        /** How many journaled events. */
        public long events() {
            return rows.getOrDefault("event", 0L);
        }
    }

    /**
     * Writes everything as it is at one moment.
     *
     * @throws SQLException when the database fails; what was written so far is no archive
     */
    public Summary write(OutputStream to, Instant at) throws SQLException, IOException {
        Map<String, Long> rows = new LinkedHashMap<>();
        try (Connection connection = source.getConnection();
                ZipOutputStream zip = new ZipOutputStream(to, StandardCharsets.UTF_8)) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            ObjectNode manifest = JSON.createObjectNode();
            manifest.put("format", FORMAT).put("v", VERSION);
            String schema = schemaVersion(connection);
            manifest.put("schema", schema).put("writtenAt", at.toString());
            ObjectNode tables = manifest.putObject("tables");
            for (String table : tablesOf(connection)) {
                rows.put(table, copyOut(connection, table, zip, tables.putObject(table)));
            }
            zip.putNextEntry(new ZipEntry(MANIFEST));
            zip.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
            zip.closeEntry();
            connection.rollback();
            return new Summary(schema, rows);
        }
    }

    private static long copyOut(
            Connection connection, String table, ZipOutputStream zip, ObjectNode told)
            throws SQLException, IOException {
        List<String> columns = columns(connection, table);
        zip.putNextEntry(new ZipEntry(table + ".copy"));
        MessageDigest digest = sha256();
        Counted counted = new Counted(new DigestOutputStream(zip, digest));
        long rows =
                copies(connection)
                        .copyOut(
                                "COPY " + table + " (" + String.join(", ", columns) + ") TO STDOUT",
                                counted);
        counted.flush();
        zip.closeEntry();
        columns.forEach(told.putArray("columns")::add);
        told.put("rows", rows)
                .put("bytes", counted.bytes)
                .put("sha256", HexFormat.of().formatHex(digest.digest()));
        return rows;
    }

    /**
     * The schema version an archive was written at, after its digests were checked.
     *
     * @throws UnusableException when it is none of ours, was cut short or was changed
     */
    public static String check(Path file) throws UnusableException, IOException {
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
            JsonNode manifest = manifest(file, zip);
            for (String table : TABLES) {
                // What an older version had no table for is not in it; reading sees whether more is
                // missing.
                if (manifest.path("tables").has(table)) {
                    check(file, zip, table, manifest.path("tables").path(table));
                }
            }
            return manifest.path("schema").asText();
        } catch (ZipException e) {
            throw new UnusableException(file + ": expected an archive that export wrote: no zip");
        }
    }

    private static JsonNode manifest(Path file, ZipFile zip) throws UnusableException, IOException {
        ZipEntry entry = zip.getEntry(MANIFEST);
        if (entry == null) {
            throw new UnusableException(
                    file + ": expected an archive that export wrote, it has no " + MANIFEST);
        }
        try (InputStream in = zip.getInputStream(entry)) {
            JsonNode manifest = JSON.readTree(in.readNBytes(MOST_MANIFEST_BYTES));
            if (manifest == null
                    || !manifest.path("format").asText().equals(FORMAT)
                    || manifest.path("v").asInt() != VERSION) {
                throw new UnusableException(
                        file
                                + ": expected format "
                                + FORMAT
                                + " version "
                                + VERSION
                                + " in "
                                + MANIFEST);
            }
            return manifest;
        } catch (JsonProcessingException e) {
            throw new UnusableException(file + ": its " + MANIFEST + " is no JSON");
        }
    }

    private static void check(Path file, ZipFile zip, String table, JsonNode told)
            throws UnusableException, IOException {
        ZipEntry entry = zip.getEntry(table + ".copy");
        if (entry == null) {
            throw new UnusableException(file + ": " + table + ".copy is missing");
        }
        MessageDigest digest = sha256();
        long most = told.path("bytes").asLong();
        long bytes = 0;
        try (InputStream in = new DigestInputStream(zip.getInputStream(entry), digest)) {
            byte[] portion = new byte[1 << 16];
            for (int read = in.read(portion); read >= 0 && bytes <= most; ) {
                bytes += read;
                read = in.read(portion);
            }
        }
        String seen = HexFormat.of().formatHex(digest.digest());
        if (bytes != most || !seen.equals(told.path("sha256").asText())) {
            throw new UnusableException(
                    file
                            + ": "
                            + table
                            + ".copy was changed or cut short: expected "
                            + most
                            + " bytes of SHA-256 "
                            + told.path("sha256").asText()
                            + ", seen "
                            + bytes
                            + " of "
                            + seen);
        }
    }

    /**
     * Reads an archive into this store. Leases are left behind: whoever drives next claims anew.
     *
     * @throws UnusableException when the store has cutovers already, or another schema
     */
    public Summary read(Path file) throws UnusableException, SQLException, IOException {
        String schema = check(file);
        Map<String, Long> rows = new LinkedHashMap<>();
        try (Connection connection = source.getConnection();
                ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try {
                read(file, zip, connection, statement, schema, rows);
                connection.commit();
            } catch (UnusableException | SQLException | IOException | RuntimeException e) {
                // A pool that takes a connection back may commit what is open on it.
                connection.rollback();
                throw e;
            }
            return new Summary(schema, rows);
        }
    }

    private static void read(
            Path file,
            ZipFile zip,
            Connection connection,
            Statement statement,
            String schema,
            Map<String, Long> rows)
            throws UnusableException, SQLException, IOException {
        expectEmpty(connection, schema);
        List<String> here = tablesOf(connection);
        statement.execute("TRUNCATE " + String.join(", ", here));
        JsonNode tables = manifest(file, zip).path("tables");
        for (String table : here) {
            if (!tables.has(table)) {
                throw new UnusableException(file + ": " + table + ".copy is missing");
            }
            rows.put(table, copyIn(connection, zip, table, tables.path(table)));
        }
        expectWholeJournals(statement);
        new ArchivedJournals(connection).expectReadable();
        statement.execute(
                "UPDATE cutover SET owner = '', epoch = epoch + 1, lease_until = '-infinity'");
        statement.execute("UPDATE channel SET owner = '', lease_until = '-infinity'");
        goOnCounting(connection);
    }

    private static void expectEmpty(Connection connection, String schema)
            throws SQLException, UnusableException {
        String here = schemaVersion(connection);
        if (!here.equals(schema)) {
            throw new UnusableException(
                    "the archive has schema version "
                            + schema
                            + ", the store has "
                            + here
                            + ": give an empty database, or import with the version of cutover that"
                            + " wrote it");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE cutover IN ACCESS EXCLUSIVE MODE");
            try (ResultSet row = statement.executeQuery("SELECT count(*) FROM cutover")) {
                if (row.next() && row.getLong(1) > 0) {
                    throw new UnusableException(
                            "the store already holds "
                                    + row.getLong(1)
                                    + " cutovers; nothing is ever mixed, give an empty database");
                }
            }
        }
    }

    private static long copyIn(Connection connection, ZipFile zip, String table, JsonNode told)
            throws SQLException, IOException, UnusableException {
        List<String> columns = new ArrayList<>();
        told.path("columns").forEach(c -> columns.add(c.asText()));
        List<String> known = columns(connection, table);
        if (!known.equals(columns)) {
            throw new UnusableException(
                    table + ": expected columns " + known + ", the archive has " + columns);
        }
        try (InputStream in = zip.getInputStream(zip.getEntry(table + ".copy"))) {
            long rows =
                    copies(connection)
                            .copyIn(
                                    "COPY "
                                            + table
                                            + " ("
                                            + String.join(", ", columns)
                                            + ") FROM STDIN",
                                    in);
            if (rows != told.path("rows").asLong()) {
                throw new UnusableException(
                        table
                                + ": expected "
                                + told.path("rows").asLong()
                                + " rows as its "
                                + MANIFEST
                                + " says, seen "
                                + rows);
            }
            return rows;
        }
    }

    /** A journal with a gap would be folded to a state that never was, and driven from there. */
    private static void expectWholeJournals(Statement statement)
            throws SQLException, UnusableException {
        try (ResultSet row =
                statement.executeQuery(
                        """
                        SELECT c.id, c.seq, count(e.seq) AS entries, max(e.seq) AS last
                        FROM cutover c LEFT JOIN event e ON e.cutover = c.id
                        GROUP BY c.id, c.seq
                        HAVING count(e.seq) <> c.seq OR max(e.seq) IS DISTINCT FROM c.seq
                        ORDER BY c.id LIMIT 1""")) {
            if (row.next()) {
                throw new UnusableException(
                        "the journal of "
                                + row.getString("id")
                                + " is not whole: expected entries 1 to "
                                + row.getLong("seq")
                                + ", seen "
                                + row.getLong("entries")
                                + " up to "
                                + row.getLong("last")
                                + "; take an archive that export wrote");
            }
        }
    }

    /** Numbers that the server gives out go on after the highest that was given. */
    private static void goOnCounting(Connection connection) throws SQLException {
        List<String> statements = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                SELECT table_name, column_name FROM information_schema.columns
                                WHERE table_schema = current_schema() AND is_identity = 'YES'""")) {
            while (row.next()) {
                String table = row.getString(1);
                String column = row.getString(2);
                statements.add(
                        "SELECT setval(pg_get_serial_sequence('%s', '%s'), max(%s)) FROM %s HAVING max(%s) IS NOT NULL"
                                .formatted(table, column, column, table, column));
            }
        }
        try (Statement statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    /** The tables of this store: an older schema has fewer. */
    private static List<String> tablesOf(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        for (String table : TABLES) {
            if (!columns(connection, table).isEmpty()) {
                tables.add(table);
            }
        }
        return tables;
    }

    static List<String> columns(Connection connection, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (var select =
                connection.prepareStatement(
                        """
                        SELECT column_name FROM information_schema.columns
                        WHERE table_schema = current_schema() AND table_name = ?
                        ORDER BY ordinal_position""")) {
            select.setString(1, table);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    columns.add(row.getString(1));
                }
            }
        }
        return columns;
    }

    private static String schemaVersion(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                SELECT version FROM flyway_schema_history
                                WHERE success ORDER BY installed_rank DESC LIMIT 1""")) {
            return row.next() ? row.getString(1) : "none";
        }
    }

    private static CopyManager copies(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Counts what passes and leaves the zip open when the copy is over. */
    private static final class Counted extends FilterOutputStream {
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            bytes++;
        }

        @Override
        public void write(byte[] b, int from, int length) throws IOException {
            out.write(b, from, length);
            bytes += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
