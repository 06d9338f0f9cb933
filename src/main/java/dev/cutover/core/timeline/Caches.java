package dev.cutover.core.timeline;

import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of every cache that was asked: a fold over looks at the resolvers.
 *
 * <p>An address may stand for a farm of caches, and chance says which of them answers. So of a resolver
 * that does not tell them apart the latest bound seen is kept, even when it has shown the next side since.
 *
 * @param ceilingAt when no honest cache can hold an old answer any more; empty while an authority may give
 *     one
 * @param servedAt by switching step in text form, when every authority was seen to serve it
 * @param caches by resolver, site and scope, at most {@value #MOST}
 */
public record Caches(
        Optional<Instant> ceilingAt, Map<String, Instant> servedAt, List<Cache> caches) {
    /** Five hundred resolvers with some sites each; a bound for what is stored and drawn. */
    public static final int MOST = 2_000;

    /** Bounds of one cache's answers differ by rounding and by the length of a round. */
    private static final Duration SAME = Duration.ofSeconds(3);

    public Caches {
        servedAt = Map.copyOf(servedAt);
        caches = caches.stream().limit(MOST).toList();
    }

    /** Nobody was asked yet. */
    public static Caches none() {
        return new Caches(Optional.empty(), Map.of(), List.of());
    }

    /** When the latest answer came; empty before the first look. */
    public Optional<Instant> seenAt() {
        return caches.stream().map(Cache::seenAt).max(Instant::compareTo);
    }

    /** Remembers when a step was seen served; the first time counts. */
    public Caches served(int step, Instant at) {
        Map<String, Instant> more = new TreeMap<>(servedAt);
        more.putIfAbsent(Integer.toString(step), at);
        return new Caches(ceilingAt, more, caches);
    }

    /** When a step was seen served. */
    public Optional<Instant> served(int step) {
        return Optional.ofNullable(servedAt.get(Integer.toString(step)));
    }

    /** How much each resolver counts. */
    @FunctionalInterface
    public interface Weighing {
        /** The weight of the resolver that gave this answer, above 0. */
        double of(ResolverAnswer answer);
    }

    /**
     * What is known after one look.
     *
     * @param sets every set that was switched; answers about others are passed over
     * @param answers of this look alone; a resolver that was not asked keeps what is known of it
     * @param askedAt when the look began
     * @param endedAt when it had ended
     */
    public Caches look(
            List<SwitchedSet> sets,
            List<ResolverAnswer> answers,
            Weighing weighing,
            Instant askedAt,
            Instant endedAt) {
        Map<SetKey, SwitchedSet> bySet =
                sets.stream().collect(Collectors.toMap(s -> s.change().key(), s -> s, (a, b) -> a));
        SortedMap<Cache.Key, List<ResolverAnswer>> heard = new TreeMap<>();
        for (ResolverAnswer answer : answers) {
            if (bySet.containsKey(answer.set())) {
                heard.computeIfAbsent(key(answer), k -> new ArrayList<>()).add(answer);
            }
        }
        Optional<Instant> ceiling = ceiling(sets);
        SortedMap<Cache.Key, Cache> known = new TreeMap<>();
        caches.forEach(c -> known.put(c.key(), c));
        heard.forEach(
                (key, told) -> {
                    Reading now = Reading.of(told, bySet, askedAt, endedAt);
                    double weight = weighing.of(told.getFirst());
                    if (now.verdict.isAnswer()) {
                        known.put(key, met(known.get(key), key, weight, now, askedAt, ceiling));
                    } else {
                        unanswered(known, key, weight, now, askedAt);
                    }
                });
        return new Caches(ceiling, servedAt, List.copyOf(known.values()));
    }

    private static Optional<Instant> ceiling(List<SwitchedSet> sets) {
        return sets.stream().allMatch(s -> s.servedAt().isPresent())
                ? sets.stream().flatMap(s -> s.ceilingAt().stream()).max(Instant::compareTo)
                : Optional.empty();
    }

    private static Cache.Key key(ResolverAnswer answer) {
        return new Cache.Key(answer.resolver(), answer.told().site(), answer.told().scope());
    }

    /** Silence says nothing about which cache was silent: every one of the resolver's is. */
    private static void unanswered(
            SortedMap<Cache.Key, Cache> known,
            Cache.Key key,
            double weight,
            Reading now,
            Instant askedAt) {
        List<Cache> its =
                known.values().stream().filter(c -> c.resolver().equals(key.resolver())).toList();
        for (Cache c : its) {
            known.put(
                    c.key(),
                    new Cache(
                            c.resolver(),
                            c.site(),
                            c.scope(),
                            weight,
                            now.verdict,
                            askedAt,
                            0,
                            0,
                            c.oldUntil(),
                            c.nextUntil(),
                            c.shared(),
                            c.habit(),
                            c.habitSeconds()));
        }
        if (its.isEmpty()) {
            known.put(key, met(null, key, weight, now, askedAt, Optional.empty()));
        }
    }

    /** One look's answers of one cache, put together. */
    private record Reading(
            AnswerVerdict verdict,
            long ttlSeconds,
            long latencyMillis,
            Optional<Between> oldUntil,
            Optional<Instant> nextUntil,
            long freshSeconds) {
        static Reading of(
                List<ResolverAnswer> told,
                Map<SetKey, SwitchedSet> bySet,
                Instant askedAt,
                Instant endedAt) {
            AnswerVerdict worst = AnswerVerdict.TIMED_OUT;
            long oldTtl = 0;
            long nextTtl = 0;
            long latency = 0;
            long fresh = 0;
            Optional<Between> oldUntil = Optional.empty();
            Optional<Instant> nextUntil = Optional.empty();
            for (ResolverAnswer answer : told) {
                SwitchedSet set = bySet.get(answer.set());
                if (set == null) {
                    continue;
                }
                Instant arrivedAt = Between.earlier(askedAt.plus(answer.latency()), endedAt);
                AnswerVerdict verdict = set.judge(answer, askedAt);
                worst = worst.worse(verdict);
                latency = Math.max(latency, answer.latency().toMillis());
                if (!verdict.isAnswer()) {
                    continue;
                }
                Instant until = arrivedAt.plusSeconds(answer.ttlSeconds());
                if (verdict == AnswerVerdict.NEXT) {
                    nextTtl = Math.max(nextTtl, answer.ttlSeconds());
                    fresh = Math.max(fresh, set.nextTtlSeconds());
                    nextUntil =
                            Optional.of(nextUntil.map(u -> Between.later(u, until)).orElse(until));
                } else {
                    oldTtl = Math.max(oldTtl, answer.ttlSeconds());
                    Between its = set.until(answer, verdict, arrivedAt, endedAt);
                    oldUntil = Optional.of(oldUntil.map(its::both).orElse(its));
                }
            }
            return new Reading(
                    worst,
                    oldUntil.isPresent() ? oldTtl : nextTtl,
                    latency,
                    oldUntil,
                    nextUntil,
                    fresh);
        }
    }

    private static Cache met(
            @Nullable Cache before,
            Cache.Key key,
            double weight,
            Reading now,
            Instant askedAt,
            Optional<Instant> ceilingAt) {
        TtlHabit habit = before == null ? TtlHabit.KEEPS : before.habit();
        long seconds = before == null ? 0 : before.habitSeconds();
        boolean shared = before != null && (before.shared() || isAnother(before, now));
        Optional<Between> oldUntil = now.oldUntil;
        if (before != null && before.mayBeOld(askedAt)) {
            Between was = before.oldUntil().orElseThrow();
            if (oldUntil.isPresent()) {
                oldUntil = Optional.of(shared ? was.both(oldUntil.get()) : oldUntil.get());
            } else if (key.site().isEmpty()) {
                // Only that one answer was new: another cache behind this address may lag.
                oldUntil = Optional.of(new Between(askedAt, was.latest()));
            }
        }
        TtlHabit seen = habit(before, now, askedAt, ceilingAt);
        if (seen.compareTo(habit) > 0 || (seen == habit && seen == TtlHabit.RAISES)) {
            habit = seen;
            seconds = Math.max(seconds, figure(before, now, seen, askedAt));
        }
        if (habit.isUnbounded() && oldUntil.isPresent()) {
            oldUntil = Optional.of(Between.from(oldUntil.get().earliest()));
        }
        return new Cache(
                key.resolver(),
                key.site(),
                key.scope(),
                weight,
                now.verdict,
                askedAt,
                now.ttlSeconds,
                now.latencyMillis,
                oldUntil,
                now.nextUntil.or(() -> before == null ? Optional.empty() : before.nextUntil()),
                shared,
                habit,
                seconds);
    }

    /** Whether another cache than the one before must have answered. */
    private static boolean isAnother(Cache before, Reading now) {
        if (now.oldUntil.isEmpty()) {
            return false;
        }
        if (before.verdict() == AnswerVerdict.NEXT && now.verdict.isOld()) {
            return true;
        }
        return before.oldUntil().isPresent()
                && now.verdict == AnswerVerdict.OLD
                && before.verdict() == AnswerVerdict.OLD
                && Duration.between(
                                        before.oldUntil().orElseThrow().earliest(),
                                        now.oldUntil.get().earliest())
                                .abs()
                                .compareTo(SAME)
                        > 0;
    }

    /**
     * What this look tells of the cache's ways. Within the ceiling nothing: another cache behind the same
     * name, at a farm or a site, explains any old answer.
     */
    private static TtlHabit habit(
            @Nullable Cache before, Reading now, Instant askedAt, Optional<Instant> ceilingAt) {
        return switch (now.verdict) {
            case SERVING_STALE -> TtlHabit.SERVES_STALE;
            case TTL_CLAMPED ->
                    before != null && outlived(before, askedAt, ceilingAt)
                            ? TtlHabit.IGNORES
                            : TtlHabit.RAISES;
            case NEXT -> ofNext(before, now, askedAt);
            case OLD, MIXED, OTHER, NEGATIVE, REFUSED, FAILED, TIMED_OUT -> TtlHabit.KEEPS;
        };
    }

    private static TtlHabit ofNext(@Nullable Cache before, Reading now, Instant askedAt) {
        if (now.ttlSeconds > now.freshSeconds) {
            return TtlHabit.RAISES;
        }
        if (before == null || before.site().isEmpty() || before.shared()) {
            return TtlHabit.KEEPS;
        }
        // Fetched after it was last seen old, and yet shorter than it was given out.
        long age = Duration.between(before.seenAt(), askedAt).toSeconds();
        boolean fetchedSince = before.verdict().isOld() && now.oldUntil.isEmpty();
        return fetchedSince && now.ttlSeconds + age + SAME.toSeconds() < now.freshSeconds
                ? TtlHabit.LOWERS
                : TtlHabit.KEEPS;
    }

    /** Whether it shows an old answer that not even the longest TTL it was seen to give explains. */
    private static boolean outlived(Cache before, Instant askedAt, Optional<Instant> ceilingAt) {
        return before.habit().isLate()
                && ceilingAt
                        .map(
                                at ->
                                        at.plusSeconds(before.habitSeconds())
                                                .plus(SAME)
                                                .isBefore(askedAt))
                        .orElse(false);
    }

    private static long figure(
            @Nullable Cache before, Reading now, TtlHabit habit, Instant askedAt) {
        return switch (habit) {
            case KEEPS -> 0;
            case LOWERS, RAISES, SERVES_STALE -> now.ttlSeconds;
            case IGNORES ->
                    before == null
                            ? 0
                            : before.oldUntil()
                                    .map(u -> Duration.between(u.earliest(), askedAt).toSeconds())
                                    .orElse(0L);
        };
    }
}
