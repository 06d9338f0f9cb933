package dev.cutover.core.timeline;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
 */
public record TtlClock(Map<String, Instant> startedAt) {
    public TtlClock {
        startedAt = Map.copyOf(new TreeMap<>(startedAt));
    }

    /** A clock that has not started for any set. */
    public static TtlClock stopped() {
        return new TtlClock(Map.of());
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
        for (SetChange change : changes) {
            String key = change.key().toString();
            List<AuthorityAnswer> answers = answersFor(change.key(), seen);
            long allowed = allowedTtl(change);
            boolean anyHigh =
                    answers.stream()
                            .anyMatch(
                                    a ->
                                            a.answered()
                                                    && !a.contents().isEmpty()
                                                    && a.ttlSeconds() > allowed);
            boolean allLow =
                    !answers.isEmpty()
                            && answers.stream()
                                    .allMatch(
                                            a ->
                                                    a.answered()
                                                            && (a.contents().isEmpty()
                                                                    || a.ttlSeconds() <= allowed));
            if (anyHigh) {
                next.remove(key);
            } else if (allLow) {
                next.putIfAbsent(key, seen.observedAt());
            }
        }
        return new TtlClock(next);
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
            Instant gone = start.plus(oldTtl(change, negativeTtl));
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
        return change.aged().stream()
                .mapToLong(DnsRecord::answeredTtlSeconds)
                .max()
                .orElse(Long.MAX_VALUE);
    }

    private static List<AuthorityAnswer> answersFor(SetKey key, Evidence.Authorities seen) {
        return seen.answers().stream().filter(a -> a.set().equals(key)).toList();
    }
}
