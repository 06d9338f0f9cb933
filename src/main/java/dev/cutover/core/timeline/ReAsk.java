package dev.cutover.core.timeline;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * When a recursive resolver is asked again: just after its old answer should be gone, not on a tick.
 *
 * <p>A question can change what is observed: it may plant an answer, or make a cache refresh early. So
 * nobody is asked before all authorities agree (the caller's part), and then only when the answer can have
 * changed, with a slow tick below for what no forecast knows: farms, lost answers, caches that went back.
 */
public final class ReAsk {
    /** Everybody is asked once in this time, each at its own second of it: so some are asked at any time. */
    public static final Duration FLOOR = Duration.ofSeconds(60);

    /** Rounds are at least this far apart, so that those due about now share one. */
    public static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(3);

    /** Answers may be a second late by rounding; then they are surely gone. */
    private static final Duration JUST_AFTER = Duration.ofSeconds(1);

    /** Who did not answer, answered slowly, or hides several caches is looked at again after this long. */
    private static final Duration IN_DOUBT = Duration.ofSeconds(10);

    private static final long SLOW_MILLIS = 250;

    private ReAsk() {}

    /** When a cache is worth asking again. */
    public static Instant dueAt(Cache c) {
        Instant floor = floorAt(c);
        Instant doubt = c.seenAt().plus(IN_DOUBT);
        if (!c.isHeard()) {
            return floor;
        }
        if (!c.verdict().isAnswer() || c.latencyMillis() > SLOW_MILLIS) {
            return doubt;
        }
        if (c.verdict() == AnswerVerdict.NEXT) {
            // It changed earlier than it said: another cache behind the address may not have.
            return c.shared() && c.oldUntil().isPresent() ? doubt : floor;
        }
        Optional<Between> until = c.oldUntil();
        if (until.isEmpty()) {
            return doubt;
        }
        Instant after = until.get().earliest().plus(JUST_AFTER);
        Instant next = after.isAfter(c.seenAt()) ? after : doubt;
        return Between.earlier(c.shared() ? Between.earlier(next, doubt) : next, floor);
    }

    /** The next time after its latest answer that is this resolver's second of the minute. */
    private static Instant floorAt(Cache c) {
        long seen = c.seenAt().getEpochSecond();
        long its = Math.floorMod(c.resolver().hashCode(), FLOOR.toSeconds());
        return Instant.ofEpochSecond(
                seen + FLOOR.toSeconds() - Math.floorMod(seen + its, FLOOR.toSeconds()));
    }

    /** The resolvers to ask now, by name; empty when nobody is due. */
    public static Set<String> due(List<Cache> caches, Instant now) {
        Set<String> due = new TreeSet<>();
        for (Cache c : caches) {
            if (!dueAt(c).isAfter(now)) {
                due.add(c.resolver());
            }
        }
        return due;
    }
}
