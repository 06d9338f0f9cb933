package dev.cutover.run;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.life.Ending;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.Call;
import dev.cutover.port.DnsZone;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Writes to a zone: read, compare, write in one transaction, read back. An unanswered write is looked at,
 * never repeated blindly.
 */
final class ZoneEffect {
    /** One write must be over well within a lease, or the fence refuses it. */
    static final Duration WRITE_LIMIT = Duration.ofSeconds(5);

    private final DnsZone zone;
    private final ZoneRef ref;
    private final List<SetChange> changes;

    ZoneEffect(DnsZone zone, ZoneRef ref, List<SetChange> changes) {
        this.zone = zone;
        this.ref = ref;
        this.changes = changes;
    }

    /** Takes the changes strictly from what is expected to the target. */
    Ending advance(
            Function<SetChange, List<DnsRecord>> expected,
            Function<SetChange, List<DnsRecord>> target,
            Instant notWrittenAfter,
            Call call) {
        ZoneView view = zone.read(ref, call);
        return switch (Advance.of(changes, expected, target, view)) {
            case Advance.AlreadyThere there -> written(0, List.of(), view);
            case Advance.Drift drift -> new Ending.Drifted(drift.edits());
            case Advance.Ready ready -> {
                Optional<DnsRecord> touched = touchedSince(view, target, notWrittenAfter);
                if (touched.isPresent()) {
                    yield new Ending.Drifted(List.of(putBack(touched.get())));
                }
                write(view, ready.writes(), call);
                ZoneView after = zone.read(ref, call);
                List<ForeignEdit> gap = editedInTheGap(expected, target, after);
                if (!gap.isEmpty()) {
                    yield new Ending.Drifted(gap);
                }
                yield Advance.of(changes, expected, target, after) instanceof Advance.AlreadyThere
                        ? written(ready.writes().size(), List.of(), after)
                        : new Ending.Failed(
                                Ending.Failure.TRANSIENT,
                                "the provider accepted the batch, but the zone does not show it yet");
            }
        };
    }

    /**
     * What read-back shows that is neither what stood there nor what we wrote: somebody edited between our
     * read and our write. An edit of the very field that we wrote is gone without a trace: a provider
     * without compare-and-set cannot tell.
     */
    private List<ForeignEdit> editedInTheGap(
            Function<SetChange, List<DnsRecord>> expected,
            Function<SetChange, List<DnsRecord>> target,
            ZoneView after) {
        List<ForeignEdit> edits = new ArrayList<>();
        for (SetChange change : changes) {
            List<DnsRecord> now = after.set(change.key());
            if (!Advance.differences(expected.apply(change), now).isEmpty()) {
                edits.addAll(Advance.differences(target.apply(change), now));
            }
        }
        return edits;
    }

    /** What the zone says about a forward write of which we do not know whether it took effect. */
    Progress lookAtAdvance(
            Function<SetChange, List<DnsRecord>> expected,
            Function<SetChange, List<DnsRecord>> target,
            Instant notWrittenAfter,
            Call call) {
        ZoneView view = zone.read(ref, call);
        return switch (Advance.of(changes, expected, target, view)) {
            case Advance.AlreadyThere there -> new Progress.Over(written(0, List.of(), view));
            case Advance.Drift drift -> new Progress.Over(new Ending.Drifted(drift.edits()));
            case Advance.Ready ready ->
                    touchedSince(view, target, notWrittenAfter)
                            .<Progress>map(
                                    r -> new Progress.Over(new Ending.Drifted(List.of(putBack(r)))))
                            .orElseGet(Progress.NotFound::new);
        };
    }

    /** Takes the changes three-way to the promised records. */
    Ending restore(Function<SetChange, List<DnsRecord>> promised, Call call) {
        ZoneView before = zone.read(ref, call);
        Restoration way = Restoration.of(changes, promised, before);
        if (way.isDone()) {
            return written(0, way.kept(), before);
        }
        write(before, way.writes(), call);
        ZoneView after = zone.read(ref, call);
        Restoration left = Restoration.of(changes, promised, after);
        return left.isDone()
                ? written(way.writes().size(), left.kept(), after)
                : new Ending.Failed(
                        Ending.Failure.TRANSIENT,
                        left.writes().size()
                                + " records are not back yet, first "
                                + left.writes().getFirst());
    }

    private void write(ZoneView seen, List<RecordWrite> writes, Call call) {
        int written = 0;
        for (List<RecordWrite> batch : RecordWrite.batches(writes, zone.mostWrites(ref))) {
            Call one =
                    new Call(
                            call.cutover(),
                            call.purpose(),
                            call.deadline().within(WRITE_LIMIT),
                            call.fence());
            if (one.deadline().passed()) {
                throw PortException.passing(
                        "no time left to write "
                                + (writes.size() - written)
                                + " of "
                                + writes.size()
                                + " records");
            }
            zone.apply(ref, seen, batch, one);
            written += batch.size();
        }
    }

    /**
     * A record that was written after we last looked, although it shows an old value: somebody put it
     * back. Sets at their target are ours: a step may have been cut between two batches.
     */
    private Optional<DnsRecord> touchedSince(
            ZoneView view, Function<SetChange, List<DnsRecord>> target, Instant notWrittenAfter) {
        if (notWrittenAfter.equals(Instant.EPOCH)) {
            return Optional.empty();
        }
        return changes.stream()
                .filter(c -> !Advance.differences(target.apply(c), view.set(c.key())).isEmpty())
                .flatMap(c -> view.set(c.key()).stream())
                .filter(r -> r.modifiedAt().map(at -> at.isAfter(notWrittenAfter)).orElse(false))
                .findFirst();
    }

    private static ForeignEdit putBack(DnsRecord record) {
        return new ForeignEdit(
                record.key() + " " + record.content(),
                "record",
                "not written since it was looked at",
                "written at "
                        + record.modifiedAt().map(Instant::toString).orElse("an unknown time"));
    }

    private Ending written(int writes, List<ForeignEdit> kept, ZoneView view) {
        Instant last =
                changes.stream()
                        .flatMap(c -> view.set(c.key()).stream())
                        .map(DnsRecord::modifiedAt)
                        .flatMap(Optional::stream)
                        .max(Instant::compareTo)
                        .orElse(Instant.EPOCH);
        return new Ending.ZoneWritten(writes, kept, last);
    }
}
