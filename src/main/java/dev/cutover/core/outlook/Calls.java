package dev.cutover.core.outlook;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.life.Needs;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The calls to the provider that a plan costs when every one is answered at the first try.
 *
 * @param parts the run's work in its order; work that needs no call is left out
 * @param back what falling back from the last step and its closing cost instead of closing
 * @param watchReads the most calls that watching the zone costs in five minutes of the run
 * @param watchReadsBack the same while falling back
 */
public record Calls(List<Part> parts, List<Part> back, int watchReads, int watchReadsBack) {
    /** Names in one call for a purge by host. Source: Cloudflare docs, plans, cache purge, 2026-11. */
    private static final int HOSTS_IN_A_PURGE = 100;

    /** Over which time providers count. Source: Cloudflare docs, fundamentals/api/reference/limits, 2026-04. */
    private static final Duration COUNTED_OVER = Duration.ofMinutes(5);

    public Calls {
        parts = List.copyOf(parts);
        back = List.copyOf(back);
    }

    /**
     * One piece of work.
     *
     * @param work a stable word, such as {@code switch-1}
     * @param batches transactions, each one call
     * @param writes records these batches patch, make or remove
     */
    public record Part(String work, int reads, int batches, int purges, int writes) {
        /** All its calls. */
        public int calls() {
            return reads + batches + purges;
        }
    }

    /**
     * What the provider takes in one call.
     *
     * @param writes most writes in one transaction
     * @param records most records one call lists
     */
    public record Bounds(int writes, int records) {
        public Bounds {
            if (writes < 1 || records < 1) {
                throw new IllegalArgumentException(
                        "expected at least one write and one record a call, seen "
                                + writes
                                + " and "
                                + records);
            }
        }
    }

    static Calls of(PlanDiff diff, Bounds bounds) {
        Plan plan = diff.plan();
        int look = Math.max(1, Math.ceilDiv(diff.zoneRecords(), bounds.records()));
        List<SetChange> all = diff.changes();
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("schedule", look, 0, 0, 0));
        parts.add(new Part("before-image", look, 0, 0, 0));
        add(parts, "lower-ttls", all, SetChange::before, SetChange::aged, look, bounds);
        for (int step = 1; step <= plan.steps(); step++) {
            int n = step;
            List<SetChange> moved = all.stream().filter(c -> c.step() == n).toList();
            add(parts, "switch-" + n, moved, SetChange::aged, SetChange::next, look, bounds);
        }
        int purges = purges(plan, all);
        if (purges > 0) {
            parts.add(new Part("purge", 0, 0, purges, 0));
        }
        add(parts, "ttls-back", all, SetChange::next, SetChange::nextSettled, look, bounds);
        List<Part> back = new ArrayList<>();
        add(back, "fall-back", all, SetChange::next, SetChange::fallback, look, bounds);
        add(back, "ttls-back", all, SetChange::fallback, SetChange::fallbackSettled, look, bounds);
        return new Calls(
                parts,
                back,
                look * times(Needs.ZONE_WHILE_SWITCHING),
                look * times(Needs.ZONE_WHILE_GOING_BACK));
    }

    private static int times(Duration pause) {
        return (int) COUNTED_OVER.dividedBy(pause);
    }

    /** Reads, writes in batches, and reads back. */
    private static void add(
            List<Part> parts,
            String work,
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> from,
            Function<SetChange, List<DnsRecord>> to,
            int look,
            Bounds bounds) {
        List<RecordWrite> writes =
                changes.stream()
                        .flatMap(c -> RecordWrite.between(from.apply(c), to.apply(c)).stream())
                        .toList();
        if (!writes.isEmpty()) {
            int batches = RecordWrite.batches(writes, bounds.writes()).size();
            parts.add(new Part(work, 2 * look, batches, 0, writes.size()));
        }
    }

    private static int purges(Plan plan, List<SetChange> changes) {
        return switch (plan.edge().purge()) {
            case NOTHING -> 0;
            case EVERYTHING -> 1;
            case HOSTS -> {
                long hosts =
                        changes.stream()
                                .filter(SetChange::isProxied)
                                .map(SetChange::name)
                                .distinct()
                                .count();
                yield (int) Math.ceilDiv(hosts, HOSTS_IN_A_PURGE);
            }
        };
    }

    public int reads() {
        return parts.stream().mapToInt(Part::reads).sum();
    }

    public int batches() {
        return parts.stream().mapToInt(Part::batches).sum();
    }

    public int purges() {
        return parts.stream().mapToInt(Part::purges).sum();
    }
}
