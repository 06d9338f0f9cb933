package dev.cutover.core.image;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.plan.SetChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * The three-way way back, per planned field.
 *
 * <pre>
 *   seen is                  do
 *   already as promised      nothing
 *   one of our own values    write the promised value
 *   somebody else's          leave it, name it
 * </pre>
 *
 * @param writes what to write, one batch
 * @param kept what was left because somebody else wrote it
 */
public record Restoration(List<RecordWrite> writes, List<ForeignEdit> kept) {
    public Restoration {
        writes = List.copyOf(writes);
        kept = List.copyOf(kept);
    }

    /**
     * Whether nothing of ours is left to write. It does not say that the zone is as promised: for
     * that {@link #routedElsewhere} must be empty too.
     */
    public boolean isDone() {
        return writes.isEmpty();
    }

    /** Records that send visitors elsewhere than promised and are left so, because somebody else wrote them. */
    public List<String> routedElsewhere() {
        return kept.stream()
                .filter(ForeignEdit::routes)
                .map(ForeignEdit::subject)
                .distinct()
                .toList();
    }

    /**
     * Computes the way to the promised records.
     *
     * @param promised which of a change's states to bring back, such as {@code SetChange::fallback}
     */
    public static Restoration of(
            List<SetChange> changes, Function<SetChange, List<DnsRecord>> promised, ZoneView seen) {
        List<RecordWrite> writes = new ArrayList<>();
        List<ForeignEdit> kept = new ArrayList<>();
        for (SetChange change : changes) {
            new OneSet(change, promised.apply(change), seen.set(change.key()), writes, kept)
                    .restore();
        }
        return new Restoration(RecordWrite.inBatchOrder(withoutBlocked(writes, kept, seen)), kept);
    }

    /**
     * Leaves out what cannot be made beside somebody else's record: a CNAME stands alone, and one refused
     * record would keep the whole batch, every other name included, from going back.
     */
    private static List<RecordWrite> withoutBlocked(
            List<RecordWrite> writes, List<ForeignEdit> kept, ZoneView seen) {
        List<RecordWrite> possible = new ArrayList<>();
        for (RecordWrite write : writes) {
            if (write instanceof RecordWrite.Create c) {
                Optional<DnsRecord> blocker =
                        seen.at(c.target().name()).stream()
                                .filter(r -> !writes.contains(new RecordWrite.Delete(r)))
                                .filter(r -> excludes(r, c.target()))
                                .findFirst();
                if (blocker.isPresent()) {
                    kept.add(
                            new ForeignEdit(
                                    c.target().key() + " " + c.target().content(),
                                    "record",
                                    c.target().content(),
                                    "removed, and "
                                            + blocker.get().type()
                                            + " "
                                            + blocker.get().content()
                                            + " stands in its way"));
                    continue;
                }
            }
            possible.add(write);
        }
        return possible;
    }

    private static boolean excludes(DnsRecord standing, DnsRecord wanted) {
        return standing.type() == RecordType.CNAME || wanted.type() == RecordType.CNAME;
    }

    private record OneSet(
            SetChange change,
            List<DnsRecord> promised,
            List<DnsRecord> seen,
            List<RecordWrite> writes,
            List<ForeignEdit> kept) {

        void restore() {
            List<DnsRecord> unclaimed = new ArrayList<>(seen);
            int slots = change.ours().stream().mapToInt(List::size).max().orElse(0);
            List<Optional<DnsRecord>> bySlot =
                    new ArrayList<>(Collections.nCopies(slots, Optional.empty()));
            claim(bySlot, unclaimed, (slot, r) -> hasOurId(slot, r) && hasOurContent(slot, r));
            claim(bySlot, unclaimed, this::isPromised);
            claim(bySlot, unclaimed, this::hasOurContent);
            claim(bySlot, unclaimed, this::hasOurId);
            claim(bySlot, unclaimed, (slot, r) -> slot < promised.size() && isOurs(r));
            for (int slot = 0; slot < slots; slot++) {
                restoreSlot(slot, bySlot.get(slot));
            }
            for (DnsRecord rest : unclaimed) {
                // A lost write that lands late makes a record of ours beside those already
                // restored.
                if (isOurs(rest)) {
                    writes.add(new RecordWrite.Delete(rest));
                } else {
                    kept.add(new ForeignEdit(subject(rest), "record", "none", rest.content()));
                }
            }
        }

        /**
         * Gives each open position the first unclaimed record that fits: by id and content, then by the
         * content promised there, then by any content we may have written there, then by id alone, when
         * somebody changed the content. What is left of ours was made anew at another position.
         */
        private static void claim(
                List<Optional<DnsRecord>> bySlot,
                List<DnsRecord> unclaimed,
                BiPredicate<Integer, DnsRecord> fits) {
            for (int i = 0; i < bySlot.size(); i++) {
                int slot = i;
                if (bySlot.get(slot).isEmpty()) {
                    Optional<DnsRecord> found =
                            unclaimed.stream().filter(r -> fits.test(slot, r)).findFirst();
                    found.ifPresent(unclaimed::remove);
                    bySlot.set(slot, found);
                }
            }
        }

        private boolean hasOurId(int slot, DnsRecord r) {
            return !r.id().isEmpty() && states(slot).stream().anyMatch(s -> s.id().equals(r.id()));
        }

        private boolean isOurs(DnsRecord r) {
            return change.ours().stream()
                    .flatMap(List::stream)
                    .anyMatch(s -> s.content().equals(r.content()));
        }

        private boolean isPromised(int slot, DnsRecord r) {
            return slot < promised.size() && promised.get(slot).content().equals(r.content());
        }

        private boolean hasOurContent(int slot, DnsRecord r) {
            return states(slot).stream().anyMatch(s -> s.content().equals(r.content()));
        }

        private void restoreSlot(int slot, Optional<DnsRecord> seenHere) {
            Optional<DnsRecord> wanted =
                    slot < promised.size() ? Optional.of(promised.get(slot)) : Optional.empty();
            if (seenHere.isEmpty()) {
                wanted.ifPresent(w -> restoreMissing(slot, w));
            } else if (wanted.isEmpty()) {
                restoreSurplus(seenHere.get());
            } else {
                restoreFields(seenHere.get(), wanted.get());
            }
        }

        private void restoreMissing(int slot, DnsRecord wanted) {
            boolean weMayHaveRemovedIt =
                    change.ours().stream().anyMatch(state -> slot >= state.size());
            if (weMayHaveRemovedIt) {
                writes.add(new RecordWrite.Create(wanted.withId("")));
            } else {
                kept.add(new ForeignEdit(subject(wanted), "record", wanted.content(), "removed"));
            }
        }

        private void restoreSurplus(DnsRecord seenHere) {
            // A record of ours routes visitors until it is gone, whatever somebody noted on it.
            if (isOurs(seenHere)) {
                writes.add(new RecordWrite.Delete(seenHere));
            } else {
                kept.add(new ForeignEdit(subject(seenHere), "record", "none", seenHere.content()));
            }
        }

        private void restoreFields(DnsRecord seenHere, DnsRecord wanted) {
            DnsRecord target = seenHere;
            for (RecordField field : RecordField.values()) {
                Object now = field.of(seenHere);
                Object promisedValue = field.of(wanted);
                if (now.equals(promisedValue)) {
                    continue;
                }
                // Of any position: somebody who makes records again may mix up which was which.
                boolean oursToChange =
                        change.ours().stream()
                                .flatMap(List::stream)
                                .anyMatch(state -> field.of(state).equals(now));
                if (oursToChange) {
                    target = field.copy(wanted, target);
                } else {
                    kept.add(
                            new ForeignEdit(
                                    subject(seenHere),
                                    field.name().toLowerCase(Locale.ROOT),
                                    String.valueOf(promisedValue),
                                    String.valueOf(now)));
                }
            }
            if (!target.equals(seenHere)) {
                writes.add(new RecordWrite.Patch(seenHere, target));
            }
        }

        private List<DnsRecord> states(int slot) {
            return change.ours().stream()
                    .filter(state -> slot < state.size())
                    .map(state -> state.get(slot))
                    .toList();
        }

        private static String subject(DnsRecord record) {
            return record.key() + " " + record.content();
        }
    }
}
