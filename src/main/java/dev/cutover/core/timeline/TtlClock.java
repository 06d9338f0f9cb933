package dev.cutover.core.timeline;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Says when the last cache must have let go of answers with the old, long TTL.
 *
 * <pre>
 *   lower TTL written   all authorities serve it        old answers gone
 *        |---- lag -----------|------ old TTL ----------------|
 * </pre>
 *
 * For each set the clock starts when every authoritative server was first seen to serve the lowered TTL
 * (or the set's absence), and runs for the largest TTL seen before. A TTL that is seen high again stops
 * it. Source: RFC 2181 section 5.2, RFC 2308 section 5, design promise 4.
 *
 * @param startedAt by set in text form, when all authorities were first seen to serve the lowered TTL;
 *     a set that is missing has not started
 * @param longestSeconds by set, the longest TTL above the planned one that was seen at any authority
 *     since TTLs were lowered, in the zone since it was scheduled, or at the target of the alias it is; a
 *     set that is missing was never seen higher
 * @param nextSeconds by set, the longest TTL above the planned one with which the next side itself was
 *     seen since it was switched to: what the way back must outlast. For a set that is removed on the next
 *     side it is how long "no such name" may be remembered. A long TTL of the answers before the switch
 *     has no place here: they never led to the next side
 */
public record TtlClock(
        Map<String, Instant> startedAt,
        Map<String, Long> longestSeconds,
        Map<String, Long> nextSeconds) {
    public TtlClock {
        startedAt = Map.copyOf(new TreeMap<>(startedAt));
        longestSeconds = Map.copyOf(new TreeMap<>(longestSeconds));
        nextSeconds = Map.copyOf(new TreeMap<>(nextSeconds));
    }

    /** A clock that has not started for any set. */
    public static TtlClock stopped() {
        return new TtlClock(Map.of(), Map.of(), Map.of());
    }

    /** What stands in the way of an answer about the end. */
    public sealed interface Reading {
        /** Every set's clock runs; at {@code goneAt} no honest cache holds an old answer. */
        record Runs(Instant goneAt) implements Reading {}

        /** Some sets are not yet served with the lowered TTL everywhere. */
        record Waits(List<String> sets) implements Reading {}
    }

    /**
     * The clock after one look at all authorities: started where all agree on the lowered TTL, stopped
     * where any serves a longer one. An authority that did not answer changes nothing that already runs.
     */
    public TtlClock look(List<SetChange> changes, Evidence.Authorities seen) {
        Map<String, Instant> next = new TreeMap<>(startedAt);
        Map<String, Long> longest = new TreeMap<>(longestSeconds);
        for (SetChange change : changes) {
            String key = change.key().toString();
            List<AuthorityAnswer> answers = answersFor(change.key(), seen);
            long allowed = allowedTtl(change);
            long highest =
                    answers.stream()
                            .filter(a -> a.answered() && !a.contents().isEmpty())
                            .mapToLong(AuthorityAnswer::ttlSeconds)
                            .max()
                            .orElse(0);
            boolean allLow =
                    !answers.isEmpty()
                            && answers.stream()
                                    .allMatch(
                                            a ->
                                                    a.answered()
                                                            && (a.contents().isEmpty()
                                                                    || a.ttlSeconds() <= allowed));
            if (highest > allowed) {
                next.remove(key);
                longest.merge(key, highest, Math::max);
            } else if (allLow) {
                next.putIfAbsent(key, seen.observedAt());
            }
        }
        return new TtlClock(next, longest, nextSeconds);
    }

    /**
     * The clock after one look at the zone at its provider: a TTL above the planned ones was served, or
     * will be, and counts from now on.
     */
    public TtlClock look(List<SetChange> changes, ZoneView seen) {
        Map<String, Long> longest = new TreeMap<>(longestSeconds);
        for (SetChange change : changes) {
            long planned =
                    Math.max(
                            allowedTtl(change) == Long.MAX_VALUE ? 0 : allowedTtl(change),
                            longest(change.before()));
            long highest = longest(seen.set(change.key()));
            if (highest > planned && !change.isHidden()) {
                longest.merge(change.key().toString(), highest, Math::max);
            }
        }
        return new TtlClock(startedAt, longest, nextSeconds);
    }

    /**
     * The clock after one look at where aliases lead: an old target's answers may be kept beside the alias
     * for as long as they live themselves, and the next side's after falling back.
     */
    public TtlClock look(List<SetChange> changes, Evidence.Aliases seen) {
        Map<String, Long> longest = new TreeMap<>(longestSeconds);
        Map<String, Long> shown = new TreeMap<>(nextSeconds);
        for (SetChange change : changes) {
            if (change.type() != RecordType.CNAME || change.isProxied()) {
                continue;
            }
            long before = targetSeconds(change.before(), seen);
            if (before > longest(change.before())) {
                longest.merge(change.key().toString(), before, Math::max);
            }
            keepLongest(shown, change, targetSeconds(change.next(), seen));
        }
        return new TtlClock(startedAt, longest, shown);
    }

    private static long targetSeconds(List<DnsRecord> aliases, Evidence.Aliases seen) {
        return seen.targets().stream()
                .filter(t -> aliases.stream().anyMatch(a -> a.content().equals(t.target().value())))
                .mapToLong(AliasTarget::longestTtlSeconds)
                .max()
                .orElse(0);
    }

    /** The clock after one look at all authorities for answers that lead to the next side. */
    public TtlClock lookForNext(List<SetChange> switched, Evidence.Authorities seen) {
        Map<String, Long> shown = new TreeMap<>(nextSeconds);
        for (SetChange change : switched) {
            boolean removed = isRemoved(change, switched);
            long highest =
                    answersFor(change.key(), seen).stream()
                            .filter(AuthorityAnswer::answered)
                            .filter(
                                    a ->
                                            a.contents().isEmpty()
                                                    ? removed
                                                    : leadsToNext(change, a.contents()))
                            .mapToLong(AuthorityAnswer::ttlSeconds)
                            .max()
                            .orElse(0);
            keepLongest(shown, change, highest);
        }
        return new TtlClock(startedAt, longestSeconds, shown);
    }

    /** The clock after one look at the zone for records that lead to the next side. */
    public TtlClock lookForNext(List<SetChange> switched, ZoneView seen) {
        Map<String, Long> shown = new TreeMap<>(nextSeconds);
        for (SetChange change : switched) {
            List<DnsRecord> direct =
                    seen.set(change.key()).stream().filter(r -> !r.proxied()).toList();
            if (leadsToNext(change, direct.stream().map(DnsRecord::content).toList())) {
                keepLongest(shown, change, longest(direct));
            }
        }
        return new TtlClock(startedAt, longestSeconds, shown);
    }

    private static void keepLongest(Map<String, Long> shown, SetChange change, long seconds) {
        if (seconds > plannedNextSeconds(change)) {
            shown.merge(change.key().toString(), seconds, Math::max);
        }
    }

    /** How long the planned next side may be remembered; 0 where the edge hides it, and where there is none. */
    private static long plannedNextSeconds(SetChange change) {
        return change.isHidden() ? 0 : longest(change.next());
    }

    /** Whether an answer sends visitors where neither the side before nor the fallback does. */
    private static boolean leadsToNext(SetChange change, List<String> contents) {
        List<String> next = contents(change.next());
        if (!next.isEmpty() && contents.stream().sorted().toList().equals(next)) {
            return true;
        }
        List<String> elsewhere =
                Stream.of(change.before(), change.fallback())
                        .flatMap(records -> contents(records).stream())
                        .toList();
        return contents.stream().anyMatch(c -> next.contains(c) && !elsewhere.contains(c));
    }

    /** Whether the next side has no such name, not even by another way: its absence is remembered. */
    private static boolean isRemoved(SetChange change, List<SetChange> switched) {
        return change.next().isEmpty()
                && !change.fallback().isEmpty()
                && switched.stream()
                        .noneMatch(
                                c ->
                                        c.name().equals(change.name())
                                                && c.type() == RecordType.CNAME
                                                && !c.next().isEmpty());
    }

    private static List<String> contents(List<DnsRecord> records) {
        return records.stream().map(DnsRecord::content).sorted().toList();
    }

    /**
     * How long a cache may keep sending visitors to the next side after the last authority gave it, in
     * seconds: the longest of the planned TTLs and those that were seen.
     */
    public long nextKeptSeconds(List<SetChange> switched) {
        return switched.stream()
                .mapToLong(
                        c ->
                                Math.max(
                                        plannedNextSeconds(c),
                                        nextSeconds.getOrDefault(c.key().toString(), 0L)))
                .max()
                .orElse(0);
    }

    private static long longest(List<DnsRecord> records) {
        return records.stream().mapToLong(DnsRecord::answeredTtlSeconds).max().orElse(0);
    }

    /**
     * When old answers are gone.
     *
     * @param negativeTtl how long "no such name" may be cached, from the zone's SOA; matters for sets that
     *     do not exist yet
     */
    public Reading read(List<SetChange> changes, Duration negativeTtl) {
        List<String> waiting = new ArrayList<>();
        Instant goneAt = Instant.MIN;
        for (SetChange change : changes) {
            String key = change.key().toString();
            Instant start = startedAt.get(key);
            if (start == null) {
                waiting.add(key);
                continue;
            }
            Duration old = oldTtl(change, negativeTtl);
            Duration raised = Duration.ofSeconds(longestSeconds.getOrDefault(key, 0L));
            Instant gone = start.plus(raised.compareTo(old) > 0 ? raised : old);
            goneAt = gone.isAfter(goneAt) ? gone : goneAt;
        }
        return waiting.isEmpty() ? new Reading.Runs(goneAt) : new Reading.Waits(waiting);
    }

    private static Duration oldTtl(SetChange change, Duration negativeTtl) {
        long seconds =
                change.before().stream()
                        .mapToLong(DnsRecord::answeredTtlSeconds)
                        .max()
                        .orElse(negativeTtl.toSeconds());
        return Duration.ofSeconds(seconds);
    }

    private static long allowedTtl(SetChange change) {
        return Stream.concat(change.aged().stream(), change.next().stream())
                .mapToLong(DnsRecord::answeredTtlSeconds)
                .max()
                .orElse(Long.MAX_VALUE);
    }

    private static List<AuthorityAnswer> answersFor(SetKey key, Evidence.Authorities seen) {
        return seen.answers().stream().filter(a -> a.set().equals(key)).toList();
    }
}
