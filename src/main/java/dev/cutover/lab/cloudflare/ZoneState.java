package dev.cutover.lab.cloudflare;

import dev.cutover.lab.LabClock;
import dev.cutover.lab.dns.ZoneSource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * One zone of the account: its records, settings and purges, and what each authority sees of it.
 *
 * <p>Every write is a transaction: all of it or nothing. Safe for many threads. As a {@link
 * ZoneSource} it answers proxied names with the edge's address and 300 seconds, and "automatic"
 * TTLs with 300 seconds. Source: Cloudflare proxy status and TTL reference.
 */
public final class ZoneState implements ZoneSource {

    /** The server index by which the edge reads the zone. */
    public static final int EDGE = -1;

    private static final long AUTOMATIC_TTL_SECONDS = 300;
    // Serials look like a date with a counter, as people expect of an SOA.
    private static final long FIRST_SERIAL = 2_026_010_100L;
    private static final Duration DEVELOPMENT_MODE_LASTS = Duration.ofHours(3);

    private final String id;
    private final String name;
    private final ZonePlan plan;
    private final List<String> nameServers;
    private final LabClock clock;
    private final Instant createdAt;
    private final SplittableRandom random;
    private final Propagation propagation;
    private final Rulesets rulesets;
    private final Map<String, CloudflareRecord> records = new LinkedHashMap<>();
    private final Map<String, Setting> settings = new TreeMap<>();
    private final List<Purge> purges = new ArrayList<>();
    private List<String> edgeAddresses;
    private boolean paused;
    private long writes;

    /** One setting of the zone. */
    public record Setting(String value, Optional<Instant> modifiedAt) {}

    /**
     * One accepted purge.
     *
     * @param everything whether the whole cache goes
     * @param files full addresses, empty unless purged by address
     * @param hosts host names, empty unless purged by host
     */
    public record Purge(
            String id,
            Instant acceptedAt,
            boolean everything,
            List<String> files,
            List<String> hosts) {}

    ZoneState(
            String id,
            String name,
            ZonePlan plan,
            List<String> nameServers,
            List<String> edgeAddresses,
            LabClock clock,
            long seed) {
        this.id = id;
        this.name = name;
        this.plan = plan;
        this.nameServers = List.copyOf(nameServers);
        this.edgeAddresses = List.copyOf(edgeAddresses);
        this.clock = clock;
        this.createdAt =
                plan == ZonePlan.OLD_FREE
                        ? Instant.parse("2019-05-06T07:08:09Z")
                        : clock.instant()
                                .minus(Duration.ofDays(400))
                                .truncatedTo(ChronoUnit.SECONDS);
        this.random = new SplittableRandom(seed);
        this.propagation = new Propagation(seed ^ 0x9e3779b97f4a7c15L);
        this.rulesets = new Rulesets(plan, clock, seed ^ 0x5851f42d4c957f2dL);
        settings.put("always_use_https", new Setting("off", Optional.empty()));
        settings.put("ssl", new Setting("strict", Optional.empty()));
        settings.put("development_mode", new Setting("off", Optional.empty()));
        settings.put("always_online", new Setting("off", Optional.empty()));
        settings.put("cache_level", new Setting("aggressive", Optional.empty()));
        settings.put("tiered_caching", new Setting("off", Optional.empty()));
    }

    /** The zone's identifier: 32 hexadecimal digits. */
    public String id() {
        return id;
    }

    /** The zone's name without a dot at its end. */
    public String name() {
        return name;
    }

    /** The subscription of the zone. */
    public ZonePlan plan() {
        return plan;
    }

    /** The authoritative servers the API shows. */
    public List<String> nameServers() {
        return nameServers;
    }

    /** When the zone was added. */
    public Instant createdAt() {
        return createdAt;
    }

    /** While true nothing is proxied. */
    public synchronized void pause(boolean still) {
        paused = still;
    }

    synchronized boolean isPaused() {
        return paused;
    }

    /** Every record as the account holds it now, in order of creation. */
    public synchronized List<CloudflareRecord> records() {
        return List.copyOf(records.values());
    }

    /** One record by its id. */
    public synchronized Optional<CloudflareRecord> record(String recordId) {
        return Optional.ofNullable(records.get(recordId));
    }

    /** How many writing transactions have been applied, by whoever. */
    public synchronized long writes() {
        return writes;
    }

    /**
     * Applies a batch as one transaction.
     *
     * @throws ApiRefusal for the first operation that breaks a rule; then nothing has changed
     */
    public synchronized RecordBatch.Done apply(RecordBatch batch) {
        if (batch.size() > plan.batchLimit()) {
            throw new ApiRefusal(
                    400,
                    9208,
                    "A batch of %d operations exceeds the limit of %d."
                            .formatted(batch.size(), plan.batchLimit()));
        }
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var next = new LinkedHashMap<>(records);
        var touched = new LinkedHashSet<String>();
        var deleted = new ArrayList<CloudflareRecord>();
        for (var recordId : batch.deletes()) {
            var gone = next.remove(recordId);
            if (gone == null) {
                throw missing();
            }
            deleted.add(gone);
            touched.add(gone.name());
        }
        var patched = new ArrayList<CloudflareRecord>();
        for (var target : batch.patches()) {
            var before = existing(next, target.id());
            var after = RecordRules.patch(before, target.draft(), name, plan, now);
            touched.add(before.name());
            patched.add(put(next, touched, after));
        }
        var overwritten = new ArrayList<CloudflareRecord>();
        for (var target : batch.puts()) {
            var before = existing(next, target.id());
            var after = RecordRules.overwrite(before, target.draft(), name, plan, now);
            touched.add(before.name());
            overwritten.add(put(next, touched, after));
        }
        var created = new ArrayList<CloudflareRecord>();
        for (var draft : batch.posts()) {
            if (next.size() >= plan.recordLimit()) {
                throw new ApiRefusal(400, 81045, "Record quota exceeded.");
            }
            var after = RecordRules.create(draft, identifier(), name, plan, now);
            created.add(put(next, touched, after));
        }
        commit(next, touched, now);
        return new RecordBatch.Done(deleted, patched, overwritten, created);
    }

    /**
     * A person changes one record in the dashboard; the record must exist and the change obeys the
     * same rules as the API.
     *
     * @return the record after the edit
     */
    public synchronized CloudflareRecord editByHand(
            String recordName, String type, UnaryOperator<CloudflareRecord> edit) {
        var before = only(recordName, type);
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        var after = edit.apply(before).withModifiedAt(now);
        RecordRules.beside(after, name, records.values());
        var next = new LinkedHashMap<>(records);
        next.put(before.id(), after);
        commit(next, new LinkedHashSet<>(List.of(before.name(), after.name())), now);
        return after;
    }

    /** A person adds a record in the dashboard. */
    public CloudflareRecord addByHand(RecordDraft draft) {
        return apply(RecordBatch.post(draft)).posts().get(0);
    }

    /** A person deletes a record in the dashboard. */
    public synchronized void deleteByHand(String recordName, String type) {
        apply(RecordBatch.delete(only(recordName, type).id()));
    }

    /** Makes every write so far visible at all servers at once; for the start of a world. */
    public synchronized void settle() {
        propagation.settleAll();
    }

    /** Multiplies the propagation lags (50 to 800 ms) from now on; 1 to 100. */
    public synchronized void slowPropagation(int factor) {
        propagation.stretch(factor);
    }

    /** The addresses with which proxied names are answered. */
    public synchronized void edgeAddresses(List<String> addresses) {
        edgeAddresses = List.copyOf(addresses);
    }

    /** The records of a host as the edge has learnt them; a wildcard serves names without any. */
    public synchronized List<CloudflareRecord> seenByEdge(String host, Instant now) {
        var seen = propagation.seenBy(EDGE, now);
        var own = seen.getOrDefault(host, List.of());
        if (!own.isEmpty() || !host.endsWith("." + name)) {
            return own;
        }
        var dot = host.indexOf('.');
        return seen.getOrDefault("*" + host.substring(dot), List.of());
    }

    /** A setting of the zone; empty when there is no such setting. */
    public synchronized Optional<Setting> setting(String settingId) {
        var found = Optional.ofNullable(settings.get(settingId));
        if (settingId.equals("development_mode")
                && found.flatMap(Setting::modifiedAt)
                        .filter(at -> clock.instant().isAfter(at.plus(DEVELOPMENT_MODE_LASTS)))
                        .isPresent()) {
            return Optional.of(new Setting("off", found.flatMap(Setting::modifiedAt)));
        }
        return found;
    }

    /** Sets a setting. */
    public synchronized Setting set(String settingId, String value) {
        var set = new Setting(value, Optional.of(clock.instant().truncatedTo(ChronoUnit.MICROS)));
        settings.put(settingId, set);
        return set;
    }

    /** Takes a setting away that only exists while somebody has set it. */
    synchronized void unset(String settingId) {
        settings.remove(settingId);
    }

    /** The rules of the zone's phases. */
    public Rulesets rulesets() {
        return rulesets;
    }

    /** Accepts a purge. The edge drops what it names some time later. */
    public synchronized Purge purge(boolean everything, List<String> files, List<String> hosts) {
        var purge =
                new Purge(
                        identifier(),
                        clock.instant(),
                        everything,
                        List.copyOf(files),
                        List.copyOf(hosts));
        if (purges.size() == 10_000) {
            purges.remove(0);
        }
        purges.add(purge);
        return purge;
    }

    /** The accepted purges in order, the last 10,000 of them. */
    public synchronized List<Purge> purges() {
        return List.copyOf(purges);
    }

    @Override
    public String origin() {
        return name;
    }

    @Override
    public synchronized long version(int serverIndex, Instant now) {
        return FIRST_SERIAL + propagation.count(serverIndex, now);
    }

    @Override
    public synchronized List<ZoneRecord> recordsAt(int serverIndex, Instant now) {
        var seen = propagation.seenBy(serverIndex, now);
        var answers = new ArrayList<ZoneRecord>();
        seen.forEach((owner, atName) -> answers.addAll(Answers.of(owner, atName, seen, this)));
        return List.copyOf(answers);
    }

    /** The edge's addresses, for answers of proxied names. */
    synchronized List<String> edge() {
        return edgeAddresses;
    }

    static long answeredTtlSeconds(CloudflareRecord record) {
        return record.ttlSeconds() == 1 ? AUTOMATIC_TTL_SECONDS : record.ttlSeconds();
    }

    private CloudflareRecord put(
            Map<String, CloudflareRecord> next, Set<String> touched, CloudflareRecord after) {
        RecordRules.beside(after, name, next.values());
        next.put(after.id(), after);
        touched.add(after.name());
        return after;
    }

    private void commit(Map<String, CloudflareRecord> next, Set<String> touched, Instant now) {
        records.clear();
        records.putAll(next);
        writes++;
        for (var changed : touched) {
            var atName = records.values().stream().filter(r -> r.name().equals(changed)).toList();
            propagation.changed(changed, atName, now);
        }
    }

    private CloudflareRecord only(String recordName, String type) {
        var found =
                records.values().stream()
                        .filter(r -> r.name().equals(recordName) && r.type().equals(type))
                        .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    "%s %s: expected one record in the lab's zone, found %d"
                            .formatted(recordName, type, found.size()));
        }
        return found.get(0);
    }

    private static CloudflareRecord existing(Map<String, CloudflareRecord> in, String recordId) {
        var found = in.get(recordId);
        if (found == null) {
            throw missing();
        }
        return found;
    }

    private static ApiRefusal missing() {
        return new ApiRefusal(404, 81044, "Record does not exist.");
    }

    private String identifier() {
        return "%016x%016x".formatted(random.nextLong(), random.nextLong());
    }
}
