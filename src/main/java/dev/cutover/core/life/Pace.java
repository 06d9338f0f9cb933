package dev.cutover.core.life;

import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often things are looked at and how long they are waited for; every number with its reason. */
public final class Pace {
    /** TTLs are lowered this much before the lead must begin, so that slow authorities do not cost the window. */
    public static final Duration HEAD_START = Duration.ofMinutes(15);

    /** How often a phase that waits for its own work looks again: as often as probes of the site come in. */
    static final Duration TICK = Duration.ofSeconds(1);

    /** Evidence that a write rests on must be at most this old: of looks ten seconds apart two may fail. */
    static final Duration FRESH = Duration.ofSeconds(30);

    /** Evidence for going must be at most this old: long enough to fetch 100 pages twice, short enough to be true. */
    static final Duration GO_EVIDENCE = Duration.ofMinutes(5);

    /** How long a forward step may fail in passing ways before people are asked. */
    static final Duration FORWARD_PATIENCE = Duration.ofMinutes(3);

    /** And at least so many attempts: one late failure in a long phase is no pattern. */
    static final int FORWARD_TRIES = 6;

    /** How long a switch may take to be seen served. Cloudflare and secondaries take seconds; minutes mean trouble. */
    static final Duration SERVED_PATIENCE = Duration.ofMinutes(3);

    /** The longest unbroken watch a dwell asks for; a day without one lost half-minute would be luck. */
    public static final Duration WATCHED_MOST = Duration.ofHours(1);

    /** Routing must stand still this long before success is claimed: a lost request may land late. */
    static final Duration STABLE = Duration.ofSeconds(30);

    /** What falling back may cost inside the window: one batch, its read-back and the stable time, with room. */
    static final Duration FALLBACK_ALLOWANCE = Duration.ofMinutes(5);

    /** What a step may cost beside its dwell. */
    static final Duration STEP_ALLOWANCE = Duration.ofMinutes(1);

    /** Failed attempts at restoring before the manual steps are sent out. */
    static final int PAGE_AFTER_TRIES = 3;

    /** Failed attempts at restoring before the phase says that a person is needed; trying goes on. */
    static final int OPERATOR_AFTER_TRIES = 8;

    /** Failed attempts at undoing content before it is left in place, named. */
    static final int KEEP_CONTENT_AFTER_TRIES = 5;

    private Pace() {}

    /**
     * The time between two looks at the gates: half of what is left until the window, 10 minutes to 12
     * hours, so that trouble is known early and looks grow denser; every minute once it is open.
     */
    static Duration gateCadence(Plan plan, Instant now) {
        Duration left = Duration.between(now, plan.window().opensAt());
        if (left.isNegative() || left.isZero()) {
            return Duration.ofMinutes(1);
        }
        Duration half = left.dividedBy(2);
        if (half.compareTo(Duration.ofMinutes(10)) < 0) {
            return Duration.ofMinutes(10);
        }
        return half.compareTo(Duration.ofHours(12)) > 0 ? Duration.ofHours(12) : half;
    }

    /** The longest a run can take from promotion to the last step, falling back included. */
    public static Duration worstCase(Plan plan) {
        return worstParts(plan).values().stream().reduce(Duration.ZERO, Duration::plus);
    }

    /** The longest that is left of a run once its content is proven, falling back included. */
    static Duration worstCaseOfRouting(Plan plan) {
        return worstCase(plan).minus(plan.promotion().map(Pace::longest).orElse(Duration.ZERO));
    }

    /** What an import may take before people are told that it is overdue. */
    static Duration longest(Plan.PromotionPlan promotion) {
        return promotion.expected().multipliedBy(2);
    }

    /** What the worst case is made of, by name, in the order of the run. */
    public static Map<String, Duration> worstParts(Plan plan) {
        Map<String, Duration> parts = new LinkedHashMap<>();
        plan.promotion().ifPresent(p -> parts.put("promotion", longest(p)));
        Duration switching = Duration.ZERO;
        for (int step = 1; step <= plan.steps(); step++) {
            switching = switching.plus(plan.dwellOf(step)).plus(STEP_ALLOWANCE);
        }
        parts.put("switching", switching);
        Duration purging = purging(plan);
        if (purging.isPositive()) {
            parts.put("purging", purging);
        }
        parts.put("falling-back", FALLBACK_ALLOWANCE);
        return parts;
    }

    /** The pauses between portions of pages. */
    private static Duration purging(Plan plan) {
        Plan.EdgePlan edge = plan.edge();
        if (edge.purge() != Plan.Purge.PAGES) {
            return Duration.ZERO;
        }
        int pages = plan.checks().landingPages().size();
        return edge.pause().multipliedBy(Math.ceilDiv(pages, edge.portion()));
    }

    /** The pause after so many failed attempts: 1 s doubling up to {@code most}. */
    static Duration backoff(int attempts, Duration most) {
        Duration pause = Duration.ofSeconds(1L << Math.min(attempts - 1, 6));
        return pause.compareTo(most) > 0 ? most : pause;
    }
}
