package dev.cutover.lab.cloudflare;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Which records each server of a zone sees at a moment: every name reaches every server late, each
 * by its own lag between 50 and 800 ms, drawn from the seed.
 *
 * <p>A batch is one transaction in the account, but its names become visible one by one, so a mixed
 * window is normal. All records of one name change together. Source: Cloudflare batch record
 * changes: propagation is per record.
 *
 * <p>Not safe by itself for many threads; {@link ZoneState} guards it.
 */
final class Propagation {

    /** No server lags longer, unless the lab stretches the lags. */
    private static final int LONGEST_MILLIS = 800;

    private static final int SHORTEST_MILLIS = 50;

    private record Change(long seq, String name, List<CloudflareRecord> after, Instant at) {}

    private final long seed;
    private final Map<String, List<CloudflareRecord>> settled = new TreeMap<>();
    private final List<Change> pending = new ArrayList<>();
    private long seq;
    private long settledCount;
    private int stretch = 1;

    Propagation(long seed) {
        this.seed = seed;
    }

    /** Multiplies every lag from now on, 1 to 100. */
    void stretch(int factor) {
        if (factor < 1 || factor > 100) {
            throw new IllegalArgumentException("stretch is 1 to 100, not " + factor);
        }
        stretch = factor;
    }

    /** Notes that a name holds these records since {@code at}. */
    void changed(String name, List<CloudflareRecord> after, Instant at) {
        settle(at);
        pending.add(new Change(++seq, name, List.copyOf(after), at));
    }

    /** Makes everything noted so far visible everywhere at once; for the start of a world. */
    void settleAll() {
        pending.forEach(change -> settled.put(change.name(), change.after()));
        settledCount += pending.size();
        pending.clear();
    }

    /** How many changes the server sees; equal counts mean equal records. */
    long count(int server, Instant now) {
        settle(now);
        return settledCount
                + pending.stream().filter(change -> visible(change, server, now)).count();
    }

    /** All names with records, as the server sees them. */
    Map<String, List<CloudflareRecord>> seenBy(int server, Instant now) {
        settle(now);
        if (pending.isEmpty()) {
            return settled;
        }
        var seen = new HashMap<>(settled);
        for (var change : pending) {
            if (visible(change, server, now)) {
                seen.put(change.name(), change.after());
            }
        }
        return seen;
    }

    private boolean visible(Change change, int server, Instant now) {
        return !now.isBefore(change.at().plus(lag(change, server)));
    }

    private Duration lag(Change change, int server) {
        var random =
                new SplittableRandom(
                        seed * 31
                                + change.seq() * 1_000_003L
                                + server * 7_919L
                                + change.name().hashCode());
        random.nextInt();
        return Duration.ofMillis(
                (long) stretch * random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS + 1));
    }

    private void settle(Instant now) {
        var longest = Duration.ofMillis((long) LONGEST_MILLIS * stretch);
        while (!pending.isEmpty() && now.isAfter(pending.get(0).at().plus(longest))) {
            var change = pending.remove(0);
            settled.put(change.name(), change.after());
            settledCount++;
        }
    }
}
