package dev.cutover.core.timeline;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.plan.ResolverWeights;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One point of the adoption curve: how many answers show which side.
 *
 * @param at when the resolvers were asked
 * @param onNext answers that show the next side
 * @param onOld answers that show the side before, or the fallback
 * @param other answers that show neither
 * @param failed questions without an answer
 */
public record Adoption(Instant at, int onNext, int onOld, int other, int failed) {
    /** The share of answered questions that show the next side, 0 to 1; 0 when nothing was answered. */
    public double share() {
        int answered = onNext + onOld + other;
        return answered == 0 ? 0 : (double) onNext / answered;
    }

    /**
     * Counts answers about sets that the edge does not hide: a name that is proxied on every side shows the
     * edge's addresses before and after, so resolvers can say nothing about it.
     */
    public static Adoption of(List<SetChange> changes, Evidence.Resolvers seen) {
        Map<SetKey, SetChange> bySet = new HashMap<>();
        changes.stream().filter(c -> !c.isHidden()).forEach(c -> bySet.put(c.key(), c));
        int onNext = 0;
        int onOld = 0;
        int other = 0;
        int failed = 0;
        for (ResolverAnswer answer : seen.answers()) {
            SetChange change = bySet.get(answer.set());
            if (change == null) {
                continue;
            }
            if (!answer.answered()) {
                failed++;
                continue;
            }
            switch (shown(change, answer.contents())) {
                case NEXT -> onNext++;
                case OLD -> onOld++;
                case OTHER -> other++;
            }
        }
        return new Adoption(seen.observedAt(), onNext, onOld, other, failed);
    }

    /** Which side an answer shows. */
    enum Shown {
        NEXT,
        OLD,
        OTHER
    }

    /**
     * Which side these contents show. The edge's own addresses are not known here: behind a name that goes
     * there they are all that is not old, behind one that comes from there all that is not new.
     */
    static Shown shown(SetChange change, List<String> contents) {
        if (change.isAnswered(change.next()) && contents.equals(contents(change.next()))) {
            return Shown.NEXT;
        }
        if ((change.isAnswered(change.before()) && contents.equals(contents(change.before())))
                || (change.isAnswered(change.fallback())
                        && contents.equals(contents(change.fallback())))) {
            return Shown.OLD;
        }
        if (contents.isEmpty()) {
            return Shown.OTHER;
        }
        if (change.isProxiedNext()) {
            return Shown.NEXT;
        }
        return change.isProxied() ? Shown.OLD : Shown.OTHER;
    }

    /** The share of answered questions that show the next side, each counted by its resolver's weight. */
    public static double weightedShare(
            List<SetChange> changes, Evidence.Resolvers seen, ResolverWeights weights) {
        double next = 0;
        double all = 0;
        for (ResolverAnswer answer : seen.answers()) {
            Adoption one = of(changes, new Evidence.Resolvers(List.of(answer), seen.observedAt()));
            double weight = weights.of(answer.told().operator(), answer.told().country());
            next += weight * one.onNext();
            all += weight * (one.onNext() + one.onOld() + one.other());
        }
        return all == 0 ? 0 : next / all;
    }

    /** The 95th percentile of answer latency over resolvers; zero when nothing was answered. */
    public static Duration p95Latency(Evidence.Resolvers seen) {
        List<Duration> latencies = new ArrayList<>();
        seen.answers().stream()
                .filter(ResolverAnswer::answered)
                .map(ResolverAnswer::latency)
                .forEach(latencies::add);
        if (latencies.isEmpty()) {
            return Duration.ZERO;
        }
        latencies.sort(null);
        return latencies.get((int) Math.ceil(0.95 * latencies.size()) - 1);
    }

    private static List<String> contents(List<DnsRecord> records) {
        return records.stream().map(DnsRecord::content).sorted().toList();
    }
}
