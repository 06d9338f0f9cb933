package dev.cutover.core.timeline;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A set that was switched, with what bounds the old answers about it.
 *
 * <pre>
 *   last authority switched                    no honest cache holds the old answer
 *            |------------- old TTL --------------------|
 *        arrival |---- TTL seen ----|                        whichever ends first
 * </pre>
 *
 * Source: RFC 2181 section 8; serving stale: RFC 8767 section 4.
 *
 * @param servedAt when every authority was seen to serve the next side; empty while one may not
 * @param oldTtlSeconds the longest life any authority gave the old answer just before; for a set that did
 *     not exist, how long "no such name" may be remembered
 * @param nextTtlSeconds the longest life they give the next side's
 * @param edge how the provider's edge is known again
 */
public record SwitchedSet(
        SetChange change,
        Optional<Instant> servedAt,
        long oldTtlSeconds,
        long nextTtlSeconds,
        EdgeIdentity edge) {
    /** A stale answer's TTL is at most this, by habit. Source: RFC 8767 section 4. */
    static final long STALE_TTL_SECONDS = 30;

    /** What rounding of TTLs to seconds, at the authority and at the cache, adds up to. */
    static final Duration ROUNDING = Duration.ofSeconds(1);

    /** The longest an expired answer is served by those who keep to the advice. Source: RFC 8767 section 5. */
    static final Duration STALE_MOST = Duration.ofDays(3);

    /**
     * The set with the TTLs its change plans.
     *
     * @param negativeTtl how long "no such name" may be remembered
     */
    public static SwitchedSet of(
            SetChange change, Optional<Instant> servedAt, Duration negativeTtl, EdgeIdentity edge) {
        return new SwitchedSet(
                change,
                servedAt,
                longest(change.aged(), negativeTtl),
                longest(change.next(), negativeTtl),
                edge);
    }

    private static long longest(List<DnsRecord> records, Duration negativeTtl) {
        return records.stream()
                .mapToLong(DnsRecord::answeredTtlSeconds)
                .max()
                .orElse(negativeTtl.toSeconds());
    }

    /** When no honest cache can hold the old answer any more; empty while an authority may still give it. */
    public Optional<Instant> ceilingAt() {
        return servedAt.map(at -> at.plusSeconds(oldTtlSeconds));
    }

    /**
     * What an answer means.
     *
     * @param arrivedAt when it came, as early as it can have been: a verdict against a resolver must be
     *     true even then
     */
    public AnswerVerdict judge(ResolverAnswer answer, Instant arrivedAt) {
        return switch (answer.told().came()) {
            case REFUSED -> AnswerVerdict.REFUSED;
            case FAILED -> AnswerVerdict.FAILED;
            case TIMED_OUT -> AnswerVerdict.TIMED_OUT;
            case RECORDS, NEGATIVE ->
                    answer.answered() ? shown(answer, arrivedAt) : AnswerVerdict.FAILED;
        };
    }

    private AnswerVerdict shown(ResolverAnswer answer, Instant arrivedAt) {
        List<String> own = answer.contents();
        List<String> reached = answer.told().reached();
        AnswerVerdict verdict = side(own);
        if (own.isEmpty() && !reached.isEmpty() && verdict != AnswerVerdict.NEXT) {
            // An alias in the set's place: what it leads to is what visitors get.
            verdict = side(reached);
        }
        if (verdict == AnswerVerdict.OTHER && change.isProxied()) {
            verdict = throughEdge(own);
        }
        return verdict == AnswerVerdict.OLD ? age(answer, arrivedAt) : verdict;
    }

    /** What an answer means that may be the edge's. */
    private AnswerVerdict throughEdge(List<String> contents) {
        if (edge.addresses().isEmpty()) {
            return switch (Adoption.shown(change, contents)) {
                case NEXT -> AnswerVerdict.NEXT;
                case OLD -> AnswerVerdict.OLD;
                case OTHER -> AnswerVerdict.OTHER;
            };
        }
        if (!edge.isEdge(contents)) {
            return AnswerVerdict.OTHER;
        }
        return change.isProxiedNext()
                ? edge.behind(change.name()).orElse(AnswerVerdict.OTHER)
                : AnswerVerdict.OLD;
    }

    private AnswerVerdict side(List<String> contents) {
        List<String> next = answered(change.next());
        List<String> before = answered(change.before());
        List<String> fallback = answered(change.fallback());
        if (change.isAnswered(change.next()) && contents.equals(next)) {
            return AnswerVerdict.NEXT;
        }
        if ((change.isAnswered(change.before()) && contents.equals(before))
                || (change.isAnswered(change.fallback()) && contents.equals(fallback))) {
            return AnswerVerdict.OLD;
        }
        if (contents.isEmpty()) {
            return AnswerVerdict.NEGATIVE;
        }
        Set<String> old = new HashSet<>(before);
        old.addAll(fallback);
        boolean someNext = contents.stream().anyMatch(c -> next.contains(c) && !old.contains(c));
        boolean someOld = contents.stream().anyMatch(c -> old.contains(c) && !next.contains(c));
        return someNext && someOld ? AnswerVerdict.MIXED : AnswerVerdict.OTHER;
    }

    /** Whether an old answer may still live, is kept alive on purpose, or was given a longer life. */
    private AnswerVerdict age(ResolverAnswer answer, Instant arrivedAt) {
        boolean past = ceilingAt().map(at -> arrivedAt.isAfter(at.plus(ROUNDING))).orElse(false);
        if (answer.told().markedStale() || (past && answer.ttlSeconds() <= STALE_TTL_SECONDS)) {
            return AnswerVerdict.SERVING_STALE;
        }
        Instant saysUntil = arrivedAt.plusSeconds(answer.ttlSeconds()).minus(ROUNDING);
        boolean tooLong =
                answer.ttlSeconds() > oldTtlSeconds
                        || ceilingAt()
                                .map(at -> saysUntil.isAfter(at.plus(ROUNDING)))
                                .orElse(false);
        return tooLong ? AnswerVerdict.TTL_CLAMPED : AnswerVerdict.OLD;
    }

    /**
     * How long the cache that gave this answer may go on giving it.
     *
     * @param arrivedAt when it came, as it is best known
     * @param roundEndedAt when it had surely come
     */
    Between until(
            ResolverAnswer answer, AnswerVerdict verdict, Instant arrivedAt, Instant roundEndedAt) {
        long least = answer.told().leastTtlSeconds();
        long first = least > 0 ? Math.min(least, answer.ttlSeconds()) : answer.ttlSeconds();
        Instant earliest = arrivedAt.plusSeconds(first);
        Instant latest = roundEndedAt.plusSeconds(answer.ttlSeconds()).plus(ROUNDING);
        return switch (verdict) {
            case SERVING_STALE -> Between.from(earliest);
            case TTL_CLAMPED, OTHER, NEGATIVE -> Between.of(earliest, latest);
            case OLD, MIXED -> capped(earliest, latest);
            case NEXT, REFUSED, FAILED, TIMED_OUT -> Between.of(arrivedAt, arrivedAt);
        };
    }

    /** What expires before the last authority has switched may be fetched anew, and still be old. */
    private Between capped(Instant earliest, Instant latest) {
        if (servedAt.isEmpty()) {
            return Between.of(earliest, latest.plusSeconds(oldTtlSeconds));
        }
        Instant ceiling = servedAt.get().plusSeconds(oldTtlSeconds);
        if (!latest.isAfter(servedAt.get())) {
            return Between.of(earliest, ceiling);
        }
        return Between.of(Between.earlier(earliest, ceiling), Between.earlier(latest, ceiling));
    }

    /** What the zone's own servers answer for these records: nothing of ours where the edge hides them. */
    private static List<String> answered(List<DnsRecord> records) {
        return records.stream().filter(r -> !r.proxied()).map(DnsRecord::content).sorted().toList();
    }
}
