package dev.cutover.core.life;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.gate.CacheGates;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Purging the edge in portions, with proof: after the switch, and again once it was taken back.
 *
 * <pre>
 *   portion 1, pause, portion 2, ... accepted -> looked at -> made since the switch, by the right side: done
 *                                                          -> an old page: the next round
 * </pre>
 *
 * Accepted is not done: a place of the edge may refill itself from an upper tier that was not purged yet,
 * and then keep the old page.
 */
public final class Purging {
    /** One purge names no more. Source: Cloudflare purge_cache, 2026. */
    private static final int MOST_NAMED = 100;

    /** So many rounds; a page that outlives them is kept by something that purging does not reach. */
    static final int MOST_ROUNDS = 5;

    /** The wait before the second round; each further one waits that much longer. */
    private static final Duration ROUND_PAUSE = Duration.ofSeconds(5);

    /** The code of the page, or of the hold, that says so when it cannot be proven. */
    static final String NOT_PURGED = "NotPurged";

    private Purging() {}

    /** How far purging is. */
    enum Stand {
        /** Proven, or nothing is to be purged. */
        DONE,
        BUSY,
        /** A purge is not accepted, or an old page outlives every round. */
        STUCK
    }

    /** What a round purges, in order; empty when the plan purges nothing. */
    public static List<PurgePortion> portions(Cutover c) {
        return portions(c.plan(), c.proxiedNames());
    }

    /**
     * What a round would purge.
     *
     * @param proxied the planned names whose visitors reach the edge, each once
     */
    public static List<PurgePortion> portions(Plan plan, List<DnsName> proxied) {
        Plan.EdgePlan edge = plan.edge();
        return switch (edge.purge()) {
            case NOTHING -> List.of();
            case EVERYTHING -> List.of(new PurgePortion.Everything());
            case HOSTS -> parted(proxied, MOST_NAMED, PurgePortion.Hosts::new);
            case PAGES ->
                    proxied.contains(plan.site().host())
                            ? parted(pages(plan), edge.portion(), PurgePortion.Pages::new)
                            : List.of();
        };
    }

    private static List<String> pages(Plan plan) {
        return plan.checks().landingPages().stream().map(p -> plan.site().url() + p).toList();
    }

    private static <E> List<PurgePortion> parted(
            List<E> all, int most, Function<List<E>, PurgePortion> portion) {
        List<PurgePortion> portions = new ArrayList<>();
        for (int from = 0; from < all.size(); from += most) {
            portions.add(portion.apply(all.subList(from, Math.min(from + most, all.size()))));
        }
        return portions;
    }

    /** The work of one portion; the very first has had a name of its own since before there were others. */
    static ActionSpec spec(Side side, int round, int portion) {
        return side == Side.NEXT && round == 1 && portion == 1
                ? new ActionSpec.Purge()
                : new ActionSpec.PurgeMore(side, round, portion);
    }

    /** Whether the edge is still to be looked at for old pages. */
    static boolean isUnproven(Cutover c, Side side) {
        List<PurgePortion> portions = portions(c);
        return !portions.isEmpty()
                && !c.proxiedNames().isEmpty()
                && !isProven(c, lastEndedAt(c, side, round(c, side), portions.size()));
    }

    /** Works on it for the side that serves now. */
    static Stand work(Turn t, Side side) {
        int portions = portions(t.c).size();
        if (portions == 0) {
            return Stand.DONE;
        }
        int round = round(t.c, side);
        Stand accepted = accepted(t, side, round, portions);
        if (accepted != Stand.DONE) {
            return accepted;
        }
        // A zone without a proxied name has no pages at the edge to look at.
        Instant purgedAt = lastEndedAt(t.c, side, round, portions);
        if (t.c.proxiedNames().isEmpty() || isProven(t.c, purgedAt)) {
            return Stand.DONE;
        }
        Judged judged = judged(t, side, purgedAt);
        return switch (judged.verdict()) {
            case PASS -> {
                t.emit(new Event.GatePassed(judged));
                yield Stand.DONE;
            }
            case FAIL -> again(t, side, round, purgedAt, judged);
            case INCONCLUSIVE, BLIND -> {
                t.wakeIn(Duration.ofSeconds(1));
                Instant from = lookedFrom(t.c, side, purgedAt);
                boolean patient = t.now.isBefore(from.plus(Pace.FORWARD_PATIENCE));
                yield patient ? Stand.BUSY : stuck(t, judged);
            }
        };
    }

    /** What is in the way, for people. */
    static String problem(Turn t, Side side) {
        int round = round(t.c, side);
        int portions = portions(t.c).size();
        for (int portion = 1; portion <= portions; portion++) {
            ActionSpec spec = spec(side, round, portion);
            if (!t.c.isDone(spec)) {
                return spec.key() + ": " + t.lastWord(spec);
            }
        }
        String seen = judged(t, side, lastEndedAt(t.c, side, round, portions)).summary();
        return seen + ", after " + round + (round == 1 ? " round" : " rounds") + " of purging";
    }

    private static Judged judged(Turn t, Side side, Instant purgedAt) {
        return new CacheGates(t.gates(Pace.FRESH))
                .purged(servedSince(t.c, side), lookedFrom(t.c, side, purgedAt));
    }

    /** When that side was seen to serve. */
    private static Instant servedSince(Cutover c, Side side) {
        return (side == Side.NEXT ? c.servedAt() : c.restoredAt()).orElse(c.phaseSince());
    }

    /**
     * What was looked at before says nothing: neither before the purge, nor before a person went on, who may
     * have purged by hand.
     */
    private static Instant lookedFrom(Cutover c, Side side, Instant purgedAt) {
        return side == Side.NEXT && c.phaseSince().isAfter(purgedAt) ? c.phaseSince() : purgedAt;
    }

    private static Stand accepted(Turn t, Side side, int round, int portions) {
        for (int portion = 1; portion <= portions; portion++) {
            ActionSpec spec = spec(side, round, portion);
            if (t.c.isDone(spec)) {
                continue;
            }
            if (portion > 1 && !t.c.tries().containsKey(spec.key())) {
                Instant dueAt =
                        t.triedAt(spec(side, round, portion - 1)).plus(t.c.plan().edge().pause());
                if (t.now.isBefore(dueAt)) {
                    t.wake(dueAt);
                    return Stand.BUSY;
                }
            }
            if (side == Side.NEXT) {
                return t.ensure(spec) == Turn.Work.STUCK ? Stand.STUCK : Stand.BUSY;
            }
            Turn.Work work = t.insist(spec);
            boolean hopeless =
                    work == Turn.Work.BUSY
                            && t.c.openAttempt(spec).isEmpty()
                            && t.failures(spec) >= Pace.KEEP_CONTENT_AFTER_TRIES;
            return hopeless ? Stand.STUCK : Stand.BUSY;
        }
        return Stand.DONE;
    }

    /** Another round, once the last one has had time to take effect: until then an old page is no finding. */
    private static Stand again(Turn t, Side side, int round, Instant purgedAt, Judged judged) {
        int spent = spent(t.c, side, round);
        Instant dueAt = purgedAt.plus(ROUND_PAUSE.multipliedBy(spent));
        if (t.now.isBefore(dueAt)) {
            t.wakeIn(Duration.ofSeconds(1));
            return Stand.BUSY;
        }
        if (spent >= MOST_ROUNDS) {
            return stuck(t, judged);
        }
        Judged unused = t.note(judged);
        Turn.Work opened = t.insist(spec(side, round + 1, 1));
        return opened == Turn.Work.DONE ? Stand.DONE : Stand.BUSY;
    }

    private static Stand stuck(Turn t, Judged judged) {
        Judged unused = t.note(judged);
        return Stand.STUCK;
    }

    /** Whether a look after that purge found no old page; the proof stands until the next purge. */
    private static boolean isProven(Cutover c, Instant purgedAt) {
        return c.verdict(CheckName.PURGED)
                .filter(s -> s.judged().verdict() == Verdict.PASS)
                .flatMap(s -> s.judged().observedAt())
                .map(at -> at.isAfter(purgedAt))
                .orElse(false);
    }

    private static int round(Cutover c, Side side) {
        int round = 1;
        while (c.tries().containsKey(spec(side, round + 1, 1).key())) {
            round++;
        }
        return round;
    }

    /** The rounds since a person last went on; on the way back all of them. */
    private static int spent(Cutover c, Side side, int round) {
        int spent = round;
        for (int one = 1; one <= round && side == Side.NEXT; one++) {
            Cutover.Tries tries = c.tries().get(spec(side, one, 1).key());
            spent -= tries != null && tries.lastAt().isBefore(c.phaseSince()) ? 1 : 0;
        }
        return spent;
    }

    private static Instant lastEndedAt(Cutover c, Side side, int round, int portions) {
        Cutover.Tries tries = c.tries().get(spec(side, round, portions).key());
        return tries == null ? Instant.MAX : tries.lastAt();
    }

    /** The names of a cutover as text, for people. */
    static List<String> byHand(Cutover c) {
        List<DnsName> names = c.proxiedNames();
        return List.of("purge the cache of " + names + " in the provider's dashboard");
    }
}
