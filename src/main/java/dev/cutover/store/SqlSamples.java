package dev.cutover.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.core.timeline.ResolverLook.Standing;
import dev.cutover.json.CoreJson;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Samples;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;

/** Measurements in tables of their own. Safe for concurrent use. */
public final class SqlSamples implements Samples {
    private final Database database;

    public SqlSamples(DataSource source) {
        this.database = new Database(source);
    }

    @Override
    public void addBuckets(CutoverId id, String source, List<Bucket> buckets) {
        if (buckets.isEmpty()) {
            return;
        }
        database.transaction(
                "add buckets of " + id,
                c -> {
                    try (PreparedStatement upsert =
                            Database.prepare(
                                    c,
                                    """
                                    INSERT INTO sample_bucket
                                        (cutover, source, starts_at, length_nanos, ok, failed)
                                    VALUES (?, ?, ?, ?, ?, ?)
                                    ON CONFLICT (cutover, source, starts_at) DO UPDATE
                                    SET length_nanos = excluded.length_nanos,
                                        ok = excluded.ok, failed = excluded.failed""")) {
                        for (Bucket bucket : buckets) {
                            upsert.setString(1, id.value());
                            upsert.setString(2, source);
                            upsert.setObject(3, Database.timestamp(bucket.startsAt()));
                            upsert.setLong(4, bucket.length().toNanos());
                            upsert.setLong(5, bucket.ok());
                            upsert.setLong(6, bucket.failed());
                            upsert.addBatch();
                        }
                        return upsert.executeBatch();
                    }
                });
    }

    @Override
    public List<Bucket> buckets(CutoverId id, String source, Instant from) {
        return database.query(
                "read buckets of " + id,
                c -> {
                    List<Bucket> buckets = new ArrayList<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT starts_at, length_nanos, ok, failed FROM sample_bucket
                                    WHERE cutover = ? AND source = ? AND starts_at >= ?
                                    ORDER BY starts_at""")) {
                        select.setString(1, id.value());
                        select.setString(2, source);
                        select.setObject(3, Database.timestamp(from));
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                buckets.add(
                                        new Bucket(
                                                Database.instant(row, "starts_at"),
                                                Duration.ofNanos(row.getLong("length_nanos")),
                                                row.getLong("ok"),
                                                row.getLong("failed")));
                            }
                        }
                    }
                    return buckets;
                });
    }

    @Override
    public void addAdoption(CutoverId id, Adoption point) {
        database.query(
                "add adoption of " + id,
                c -> {
                    try (PreparedStatement upsert =
                            Database.prepare(
                                    c,
                                    """
                                    INSERT INTO adoption
                                        (cutover, at, on_next, on_old, other, failed)
                                    VALUES (?, ?, ?, ?, ?, ?)
                                    ON CONFLICT (cutover, at) DO UPDATE
                                    SET on_next = excluded.on_next, on_old = excluded.on_old,
                                        other = excluded.other, failed = excluded.failed""")) {
                        upsert.setString(1, id.value());
                        upsert.setObject(2, Database.timestamp(point.at()));
                        upsert.setInt(3, point.onNext());
                        upsert.setInt(4, point.onOld());
                        upsert.setInt(5, point.other());
                        upsert.setInt(6, point.failed());
                        return upsert.executeUpdate();
                    }
                });
    }

    @Override
    public List<Adoption> adoption(CutoverId id) {
        return database.query(
                "read adoption of " + id,
                c -> {
                    List<Adoption> points = new ArrayList<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT at, on_next, on_old, other, failed FROM adoption
                                    WHERE cutover = ? ORDER BY at""")) {
                        select.setString(1, id.value());
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                points.add(
                                        new Adoption(
                                                Database.instant(row, "at"),
                                                row.getInt("on_next"),
                                                row.getInt("on_old"),
                                                row.getInt("other"),
                                                row.getInt("failed")));
                            }
                        }
                    }
                    return points;
                });
    }

    /** What {@link SqlCallLog} has written so far; flush it first for a report. */
    @Override
    public void keepLook(CutoverId id, ResolverLook look) {
        List<ResolverLook.Standing> all = look.resolvers();
        database.query(
                "keep the look of " + id,
                c -> {
                    try (PreparedStatement upsert =
                            Database.prepare(
                                    c,
                                    """
                                    INSERT INTO resolver_look
                                        (cutover, at, resolver, on_next, on_old, other, failed,
                                         old_ttl_seconds, latency_nanos)
                                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                                    ON CONFLICT (cutover) DO UPDATE
                                    SET at = excluded.at, resolver = excluded.resolver,
                                        on_next = excluded.on_next, on_old = excluded.on_old,
                                        other = excluded.other, failed = excluded.failed,
                                        old_ttl_seconds = excluded.old_ttl_seconds,
                                        latency_nanos = excluded.latency_nanos""")) {
                        upsert.setString(1, id.value());
                        upsert.setObject(2, Database.timestamp(look.at()));
                        upsert.setArray(3, array(c, "text", all, Standing::resolver));
                        upsert.setArray(4, array(c, "integer", all, Standing::onNext));
                        upsert.setArray(5, array(c, "integer", all, Standing::onOld));
                        upsert.setArray(6, array(c, "integer", all, Standing::other));
                        upsert.setArray(7, array(c, "integer", all, Standing::failed));
                        upsert.setArray(8, array(c, "bigint", all, Standing::oldTtlSeconds));
                        upsert.setArray(9, array(c, "bigint", all, s -> s.latency().toNanos()));
                        return upsert.executeUpdate();
                    }
                });
    }

    private static Array array(
            Connection c, String type, List<Standing> all, Function<Standing, Object> field)
            throws SQLException {
        return c.createArrayOf(type, all.stream().map(field).toArray());
    }

    @Override
    public Optional<ResolverLook> look(CutoverId id) {
        return database.query(
                "read the look of " + id,
                c -> {
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT l.at, r.* FROM resolver_look l,
                                        unnest(resolver, on_next, on_old, other, failed,
                                               old_ttl_seconds, latency_nanos)
                                        AS r (resolver, on_next, on_old, other, failed, ttl, latency)
                                    WHERE cutover = ?""")) {
                        select.setString(1, id.value());
                        List<Standing> all = new ArrayList<>();
                        Optional<Instant> at = Optional.empty();
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                at = Optional.of(Database.instant(row, "at"));
                                all.add(
                                        new Standing(
                                                row.getString("resolver"),
                                                row.getInt("on_next"),
                                                row.getInt("on_old"),
                                                row.getInt("other"),
                                                row.getInt("failed"),
                                                row.getLong("ttl"),
                                                Duration.ofNanos(row.getLong("latency"))));
                            }
                        }
                        return at.map(when -> new ResolverLook(when, all));
                    }
                });
    }

    @Override
    public void keepCaches(CutoverId id, Caches caches) {
        database.query(
                "keep the caches of " + id,
                c -> {
                    try (PreparedStatement upsert =
                            Database.prepare(
                                    c,
                                    """
                                    INSERT INTO known_caches (cutover, value) VALUES (?, ?)
                                    ON CONFLICT (cutover) DO UPDATE SET value = excluded.value""")) {
                        upsert.setString(1, id.value());
                        upsert.setString(2, CoreJson.ascii(caches));
                        return upsert.executeUpdate();
                    }
                });
    }

    @Override
    public Optional<Caches> caches(CutoverId id) {
        return database.query(
                "read the caches of " + id,
                c -> {
                    try (PreparedStatement select =
                            Database.prepare(
                                    c, "SELECT value FROM known_caches WHERE cutover = ?")) {
                        select.setString(1, id.value());
                        try (ResultSet row = select.executeQuery()) {
                            return row.next() ? readCaches(row.getString(1)) : Optional.empty();
                        }
                    }
                });
    }

    /** What another version wrote and this one cannot read is learnt anew by asking. */
    static Optional<Caches> readCaches(String json) {
        try {
            return Optional.of(CoreJson.mapper().readValue(json, Caches.class));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<ProviderCall> calls(CutoverId id, int most) {
        return database.query(
                "read calls of " + id,
                c -> {
                    List<ProviderCall> calls = new ArrayList<>();
                    try (PreparedStatement select =
                            Database.prepare(
                                    c,
                                    """
                                    SELECT purpose, peer, method, target, at, took_nanos, outcome,
                                        write
                                    FROM provider_call WHERE cutover = ? ORDER BY no LIMIT ?""")) {
                        select.setString(1, id.value());
                        select.setInt(2, most);
                        try (ResultSet row = select.executeQuery()) {
                            while (row.next()) {
                                calls.add(
                                        new ProviderCall(
                                                id.value(),
                                                row.getString("purpose"),
                                                row.getString("peer"),
                                                row.getString("method"),
                                                row.getString("target"),
                                                Database.instant(row, "at"),
                                                Duration.ofNanos(row.getLong("took_nanos")),
                                                row.getString("outcome"),
                                                row.getBoolean("write")));
                            }
                        }
                    }
                    return calls;
                });
    }
}
