package dev.cutover.store;

import dev.cutover.core.life.CutoverId;
import dev.cutover.core.timeline.Caches;
import dev.cutover.port.Figures;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/** Sums over the tables. Safe for concurrent use. */
public final class SqlFigures implements Figures {
    private final Database database;

    public SqlFigures(DataSource source) {
        this.database = new Database(source);
    }

    @Override
    public Map<String, Long> livePhases() {
        return database.query(
                "count live cutovers",
                c -> {
                    Map<String, Long> phases = new HashMap<>();
                    try (PreparedStatement select =
                                    Database.prepare(
                                            c,
                                            """
                                            SELECT split_part(phase, '(', 1) AS word, count(*) AS n
                                            FROM cutover WHERE live GROUP BY 1""");
                            ResultSet row = select.executeQuery()) {
                        while (row.next()) {
                            phases.put(row.getString("word"), row.getLong("n"));
                        }
                    }
                    return phases;
                });
    }

    @Override
    public Map<CutoverId, Double> adoption(Set<CutoverId> cutovers) {
        return database.query(
                "read adoption",
                c -> {
                    Map<CutoverId, Double> shares = new HashMap<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT id, a.on_next::float8
                                        / nullif(a.on_next + a.on_old + a.other, 0) AS share
                                    FROM unnest(?) AS id, LATERAL (
                                        SELECT on_next, on_old, other FROM adoption
                                        WHERE cutover = id ORDER BY at DESC LIMIT 1) a""")) {
                        select.setArray(
                                1,
                                c.createArrayOf(
                                        "text", cutovers.stream().map(CutoverId::value).toArray()));
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                // Nothing answered is a share of zero, as on the page.
                                shares.put(
                                        new CutoverId(row.getString("id")), row.getDouble("share"));
                            }
                        }
                    }
                    return shares;
                });
    }

    @Override
    public Map<CutoverId, Caches> caches(Set<CutoverId> cutovers) {
        return database.query(
                "read caches",
                c -> {
                    Map<CutoverId, Caches> known = new HashMap<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    "SELECT cutover, value FROM known_caches WHERE cutover = ANY (?)")) {
                        select.setArray(
                                1,
                                c.createArrayOf(
                                        "text", cutovers.stream().map(CutoverId::value).toArray()));
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                CutoverId id = new CutoverId(row.getString("cutover"));
                                SqlSamples.readCaches(row.getString("value"))
                                        .ifPresent(caches -> known.put(id, caches));
                            }
                        }
                    }
                    return known;
                });
    }

    @Override
    public Map<CutoverId, Double> failedProbes(Map<CutoverId, Instant> since) {
        List<CutoverId> ids = List.copyOf(since.keySet());
        return database.query(
                "count failed probes",
                c -> {
                    Map<CutoverId, Double> shares = new HashMap<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT m.id, sum(b.failed)::float8
                                        / sum(b.ok + b.failed) AS share
                                    FROM unnest(?, ?) AS m(id, since)
                                    JOIN sample_bucket b ON b.cutover = m.id
                                        AND b.source = 'probes' AND b.starts_at >= m.since
                                    GROUP BY m.id HAVING sum(b.ok + b.failed) > 0""")) {
                        select.setArray(
                                1,
                                c.createArrayOf(
                                        "text", ids.stream().map(CutoverId::value).toArray()));
                        select.setArray(
                                2,
                                c.createArrayOf(
                                        "timestamptz",
                                        ids.stream()
                                                .map(
                                                        id ->
                                                                Database.timestamp(
                                                                        since.getOrDefault(
                                                                                id, Instant.EPOCH)))
                                                .toArray()));
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                shares.put(
                                        new CutoverId(row.getString("id")), row.getDouble("share"));
                            }
                        }
                    }
                    return shares;
                });
    }
}
