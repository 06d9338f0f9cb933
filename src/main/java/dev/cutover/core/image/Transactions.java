package dev.cutover.core.image;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.plan.SetChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Into how many transactions a provider's limit splits one piece of a plan's work.
 *
 * @param work what is done, such as {@code step 1} or {@code falling back}
 * @param sizes how many records each transaction writes, in order; empty when nothing is written
 * @param most how many writes one transaction may hold
 */
public record Transactions(String work, List<Integer> sizes, int most) {
    public Transactions {
        sizes = List.copyOf(sizes);
    }

    /** How many records are written. */
    public int writes() {
        return sizes.stream().mapToInt(Integer::intValue).sum();
    }

    /**
     * All of a plan's work in its order: lowering TTLs, each step, falling back from the last step, and
     * raising TTLs at the end. As it is when nobody else edits meanwhile.
     *
     * @param most what {@code DnsZone.mostWrites} says
     */
    public static List<Transactions> of(List<SetChange> changes, int most) {
        List<Transactions> all = new ArrayList<>();
        all.add(of("lowering TTLs", changes, SetChange::before, SetChange::aged, most));
        for (int step : new TreeSet<>(changes.stream().map(SetChange::step).toList())) {
            List<SetChange> moved = changes.stream().filter(c -> c.step() == step).toList();
            all.add(of("step " + step, moved, SetChange::aged, SetChange::next, most));
        }
        all.add(of("falling back", changes, SetChange::next, SetChange::fallback, most));
        all.add(of("raising TTLs", changes, SetChange::next, SetChange::nextSettled, most));
        return List.copyOf(all);
    }

    /** One piece of a plan's work, between the records before and after it. */
    public static Transactions of(
            String work,
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> from,
            Function<SetChange, List<DnsRecord>> to,
            int most) {
        List<RecordWrite> writes = new ArrayList<>();
        for (SetChange change : changes) {
            writes.addAll(RecordWrite.between(from.apply(change), to.apply(change)));
        }
        List<Integer> sizes =
                RecordWrite.batches(RecordWrite.inBatchOrder(writes), most).stream()
                        .map(List::size)
                        .toList();
        return new Transactions(work, sizes, most);
    }

    /** What a person should know about it; empty when one transaction holds it all. */
    public Optional<String> note() {
        return sizes.size() < 2
                ? Optional.empty()
                : Optional.of(
                        String.format(
                                Locale.ROOT,
                                "%s writes %d records in %d transactions of at most %d: each name"
                                        + " moves whole, but not all names at the same moment",
                                work,
                                writes(),
                                sizes.size(),
                                most));
    }
}
