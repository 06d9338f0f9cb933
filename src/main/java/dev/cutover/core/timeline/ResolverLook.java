package dev.cutover.core.timeline;

import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What every resolver answered at one look, counted by the side it shows.
 *
 * @param at when the resolvers were asked
 * @param resolvers by name, at most {@value #MOST_RESOLVERS}
 */
public record ResolverLook(Instant at, List<Standing> resolvers) {
    /** More than anybody asks; a bound for what is stored and drawn. */
    public static final int MOST_RESOLVERS = 500;

    public ResolverLook {
        resolvers = resolvers.stream().limit(MOST_RESOLVERS).toList();
    }

    /**
     * One resolver's answers about the switched sets.
     *
     * @param onNext answers that show the next side
     * @param onOld answers that show the side before, or the fallback
     * @param other answers that show neither
     * @param failed questions without an answer
     * @param oldTtlSeconds the longest life left to an answer that does not show the next side; 0 when all do
     * @param latency of its slowest answer; zero when nothing was answered
     */
    public record Standing(
            String resolver,
            int onNext,
            int onOld,
            int other,
            int failed,
            long oldTtlSeconds,
            Duration latency) {
        /** Whether all it answered shows the next side. */
        public boolean isOnNext() {
            return onNext > 0 && onOld == 0 && other == 0;
        }

        /** Whether it answered nothing. */
        public boolean isSilent() {
            return onNext + onOld + other == 0;
        }
    }

    /**
     * Counts answers about sets that the edge does not hide, as {@link Adoption#of} does.
     *
     * @param changes the sets that were switched
     */
    public static ResolverLook of(List<SetChange> changes, Evidence.Resolvers seen) {
        Map<SetKey, SetChange> bySet = new HashMap<>();
        changes.stream().filter(c -> !c.isHidden()).forEach(c -> bySet.put(c.key(), c));
        Map<String, List<ResolverAnswer>> byResolver = new TreeMap<>();
        for (ResolverAnswer answer : seen.answers()) {
            if (bySet.containsKey(answer.set())) {
                byResolver
                        .computeIfAbsent(answer.resolver(), name -> new ArrayList<>())
                        .add(answer);
            }
        }
        return new ResolverLook(
                seen.observedAt(),
                byResolver.entrySet().stream()
                        .map(e -> standing(e.getKey(), e.getValue(), bySet))
                        .toList());
    }

    private static Standing standing(
            String resolver, List<ResolverAnswer> answers, Map<SetKey, SetChange> bySet) {
        int onNext = 0;
        int onOld = 0;
        int other = 0;
        int failed = 0;
        long oldTtlSeconds = 0;
        Duration latency = Duration.ZERO;
        for (ResolverAnswer answer : answers) {
            SetChange change = bySet.get(answer.set());
            if (change == null) {
                continue;
            }
            if (!answer.answered()) {
                failed++;
                continue;
            }
            latency = answer.latency().compareTo(latency) > 0 ? answer.latency() : latency;
            switch (Adoption.shown(change, answer.contents())) {
                case NEXT -> onNext++;
                case OLD -> {
                    onOld++;
                    oldTtlSeconds = Math.max(oldTtlSeconds, answer.ttlSeconds());
                }
                case OTHER -> {
                    other++;
                    oldTtlSeconds = Math.max(oldTtlSeconds, answer.ttlSeconds());
                }
            }
        }
        return new Standing(resolver, onNext, onOld, other, failed, oldTtlSeconds, latency);
    }
}
