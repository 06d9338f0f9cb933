package dev.cutover.core.timeline;

import java.time.Instant;
import java.util.Optional;

/**
 * One cache that was asked, with what is known of it.
 *
 * @param resolver the resolver's name
 * @param site which of the caches behind its address this is (NSID); empty when it does not say, and then
 *     several may answer in turn
 * @param scope the clients its answers are for; empty for all
 * @param weight how much the resolver counts, above 0
 * @param verdict the worst of its latest answers
 * @param seenAt when those came
 * @param ttlSeconds the longest life left to one that does not show the next side; of the next side's
 *     where all do
 * @param latencyMillis of the slowest; 0 when none came
 * @param oldUntil when it lets go of the last old answer; empty when it holds none
 * @param nextUntil how long the next side's answers live in it; empty when it has none
 * @param shared whether several caches were seen to answer as this one
 * @param habit what it does with TTLs
 * @param habitSeconds the TTL it was seen to give, or how long past its bound it was; 0 where the habit has
 *     no figure
 */
public record Cache(
        String resolver,
        String site,
        String scope,
        double weight,
        AnswerVerdict verdict,
        Instant seenAt,
        long ttlSeconds,
        long latencyMillis,
        Optional<Between> oldUntil,
        Optional<Instant> nextUntil,
        boolean shared,
        TtlHabit habit,
        long habitSeconds) {
    /** What tells it from others. */
    record Key(String resolver, String site, String scope) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = resolver.compareTo(other.resolver);
            order = order != 0 ? order : site.compareTo(other.site);
            return order != 0 ? order : scope.compareTo(other.scope);
        }
    }

    Key key() {
        return new Key(resolver, site, scope);
    }

    /** The cache as people call it. */
    public String name() {
        return resolver
                + (site.isEmpty() ? "" : "/" + site)
                + (scope.isEmpty() ? "" : " for " + scope);
    }

    /** Whether it may still give an old answer. */
    public boolean mayBeOld(Instant now) {
        return oldUntil.map(u -> !u.isOver(now)).orElse(false);
    }

    /** Whether it ever answered; one that did not says nothing about adoption. */
    public boolean isHeard() {
        return verdict.isAnswer() || oldUntil.isPresent() || nextUntil.isPresent();
    }
}
