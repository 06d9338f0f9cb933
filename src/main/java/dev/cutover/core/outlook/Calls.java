package dev.cutover.core.outlook;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.image.Transactions;
import dev.cutover.core.life.Needs;
import dev.cutover.core.life.Purging;
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
     * @param reads of the zone and of single parts of the edge
     * @param batches transactions of records and writes of single parts of the edge, each one call
     * @param writes records these patch, make or remove, and parts of the edge they write
     */
    public record Part(String work, int reads, int batches, int purges, int writes) {}

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
        Counting counting = new Counting(look, bounds);
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("schedule", look + diff.edge().size(), 0, 0, 0));
        parts.add(new Part("before-image", look + diff.edge().size(), 0, 0, 0));
        counting.add(
                parts,
                counting.moves("lower-ttls", all, SetChange::before, SetChange::aged),
                edgeMoves(diff.edge(), EdgeChange::before, c -> c.at(EdgeChange.PREPARED)));
        for (int step = 1; step <= plan.steps(); step++) {
            int n = step;
            List<SetChange> moved = all.stream().filter(c -> c.step() == n).toList();
            counting.add(
                    parts,
                    counting.moves("switch-" + n, moved, SetChange::aged, SetChange::next),
                    edgeMoves(diff.edge(), c -> c.at(n - 1), c -> c.at(n)));
        }
        int purges = purges(plan, all);
        if (purges > 0) {
            parts.add(new Part("purge", 0, 0, purges, 0));
        }
        counting.add(
                parts,
                counting.moves("ttls-back", all, SetChange::next, SetChange::nextSettled),
                edgeMoves(diff.edge(), c -> c.at(plan.steps()), EdgeChange::settled));
        List<Part> back = new ArrayList<>();
        counting.add(
                back,
                counting.moves("fall-back", all, SetChange::next, SetChange::fallback),
                edgeMoves(diff.edge(), c -> c.at(plan.steps()), EdgeChange::fallback));
        if (purges > 0) {
            back.add(new Part("purge", 0, 0, purges, 0));
        }
        counting.add(
                back,
                counting.moves("ttls-back", all, SetChange::fallback, SetChange::fallbackSettled),
                edgeMoves(diff.edge(), EdgeChange::fallback, EdgeChange::before));
        return new Calls(
                parts,
                back,
                (look + diff.edge().size()) * times(Needs.ZONE_WHILE_SWITCHING),
                (look + diff.edge().size()) * times(Needs.ZONE_WHILE_GOING_BACK));
    }

    private static int times(Duration pause) {
        return (int) COUNTED_OVER.dividedBy(pause);
    }

    private static List<EdgeWrite> edgeMoves(
            List<EdgeChange> changes,
            Function<EdgeChange, EdgePart> from,
            Function<EdgeChange, EdgePart> to) {
        return changes.stream()
                .map(c -> new EdgeWrite(from.apply(c), to.apply(c)))
                .filter(w -> !w.changed().isEmpty())
                .toList();
    }

    /** Reads, writes, and reads back: records in batches, each part of the edge by itself. */
    private record Counting(int look, Bounds bounds) {
        void add(List<Part> parts, Transactions records, List<EdgeWrite> edge) {
            int writes = records.writes() + edge.size();
            if (writes > 0) {
                int looks = (records.writes() > 0 ? look : 0) + edge.size();
                int batches = records.sizes().size() + edge.size();
                parts.add(new Part(records.work(), 2 * looks, batches, 0, writes));
            }
        }

        Transactions moves(
                String work,
                List<SetChange> changes,
                Function<SetChange, List<DnsRecord>> from,
                Function<SetChange, List<DnsRecord>> to) {
            return Transactions.of(work, changes, from, to, bounds.writes());
        }
    }

    private static int purges(Plan plan, List<SetChange> changes) {
        List<DnsName> proxied =
                changes.stream()
                        .filter(SetChange::isProxied)
                        .map(SetChange::name)
                        .distinct()
                        .toList();
        return Purging.portions(plan, proxied).size();
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
