package dev.cutover.core.image;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.plan.SetChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The strict way forward: write only what is exactly as we left it.
 *
 * <p>Unlike {@link Restoration} a forward step never writes around somebody else's edit: any difference
 * in a planned set is drift and stops it.
 */
public sealed interface Advance {
    /** Everything is as expected; these writes, in one batch, lead to the target. */
    record Ready(List<RecordWrite> writes) implements Advance {
        public Ready {
            writes = List.copyOf(writes);
        }
    }

    /** The target already stands there: the write took effect before. */
    record AlreadyThere() implements Advance {}

    /** Somebody else wrote; nothing may be written. */
    record Drift(List<ForeignEdit> edits) implements Advance {
        public Drift {
            edits = List.copyOf(edits);
        }
    }

    /**
     * Computes the way from the expected to the target records of all these sets. Sets that are at the
     * target already count as done: a step split into several batches may have been cut between them. The
     * sets of one name travel in one batch: a name of which only some sets moved was touched by somebody.
     */
    static Advance of(
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> expected,
            Function<SetChange, List<DnsRecord>> target,
            ZoneView seen) {
        List<RecordWrite> writes = new ArrayList<>();
        List<ForeignEdit> drift = new ArrayList<>();
        boolean allThere = true;
        Set<DnsName> moved = new HashSet<>();
        for (SetChange change : changes) {
            List<DnsRecord> now = seen.set(change.key());
            if (differences(target.apply(change), now).isEmpty()
                    && !differences(expected.apply(change), now).isEmpty()) {
                moved.add(change.name());
            }
        }
        for (SetChange change : changes) {
            List<DnsRecord> now = seen.set(change.key());
            if (differences(target.apply(change), now).isEmpty()) {
                continue;
            }
            allThere = false;
            drift.addAll(differences(expected.apply(change), now));
            if (moved.contains(change.name())) {
                drift.add(
                        new ForeignEdit(
                                change.key().toString(),
                                "record",
                                "moved together with the other sets of its name",
                                "put back"));
            }
            writes.addAll(
                    RecordWrite.between(
                            inOrderOf(expected.apply(change), now), target.apply(change)));
        }
        if (allThere) {
            return new AlreadyThere();
        }
        return drift.isEmpty() ? new Ready(RecordWrite.inBatchOrder(writes)) : new Drift(drift);
    }

    /** Every field in which a set differs from what is expected there; ids and times of writing aside. */
    static List<ForeignEdit> differences(List<DnsRecord> expected, List<DnsRecord> seen) {
        List<ForeignEdit> edits = new ArrayList<>();
        List<DnsRecord> rest = new ArrayList<>(seen);
        List<DnsRecord> missing = new ArrayList<>();
        for (DnsRecord wanted : expected) {
            Optional<DnsRecord> match = match(wanted, rest);
            if (match.isEmpty()) {
                missing.add(wanted);
                continue;
            }
            rest.remove(match.get());
            for (RecordField field : RecordField.values()) {
                if (!field.of(wanted).equals(field.of(match.get()))) {
                    edits.add(
                            new ForeignEdit(
                                    subject(wanted),
                                    field.name().toLowerCase(Locale.ROOT),
                                    String.valueOf(field.of(wanted)),
                                    String.valueOf(field.of(match.get()))));
                }
            }
        }
        missing.forEach(
                m -> edits.add(new ForeignEdit(subject(m), "record", m.content(), "removed")));
        rest.forEach(r -> edits.add(new ForeignEdit(subject(r), "record", "none", r.content())));
        return edits;
    }

    /** The candidate that is the wanted record: by content, else by the id it was read with. */
    static Optional<DnsRecord> match(DnsRecord wanted, List<DnsRecord> candidates) {
        Optional<DnsRecord> byContent =
                candidates.stream().filter(r -> r.content().equals(wanted.content())).findFirst();
        return byContent.isPresent()
                ? byContent
                : candidates.stream()
                        .filter(r -> !r.id().isEmpty() && r.id().equals(wanted.id()))
                        .findFirst();
    }

    private static List<DnsRecord> inOrderOf(List<DnsRecord> expected, List<DnsRecord> seen) {
        List<DnsRecord> rest = new ArrayList<>(seen);
        List<DnsRecord> ordered = new ArrayList<>();
        for (DnsRecord wanted : expected) {
            match(wanted, rest)
                    .ifPresent(
                            r -> {
                                ordered.add(r);
                                rest.remove(r);
                            });
        }
        ordered.addAll(rest);
        return ordered;
    }

    private static String subject(DnsRecord record) {
        return record.key() + " " + record.content();
    }
}
