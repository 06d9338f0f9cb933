package dev.cutover.run;

import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.DnsZone;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.List;

/**
 * Brings a zone back to its before-image with nothing but the image and a token: no controller, no
 * database. Other people's edits are kept and named.
 */
public final class Restore {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int ROUNDS = 5;

    private final DnsZone zone;

    public Restore(DnsZone zone) {
        this.zone = zone;
    }

    /**
     * What was done.
     *
     * @param written how many records were written
     * @param kept other people's edits that were left
     * @param proof every planned field beside its promise
     */
    public record Restored(int written, List<ForeignEdit> kept, List<FieldProof> proof) {
        public Restored {
            kept = List.copyOf(kept);
            proof = List.copyOf(proof);
        }

        /** Records that send visitors elsewhere than the image says, as read back. */
        public List<String> routedElsewhere() {
            return proof.stream()
                    .filter(FieldProof::isRoutedElsewhere)
                    .map(FieldProof::record)
                    .distinct()
                    .toList();
        }
    }

    /** What restoring would write, without writing it. */
    public Restoration preview(BeforeImage image) {
        return way(image, call());
    }

    /**
     * Restores and reads back. Safe to repeat.
     *
     * @throws PortException when the provider refuses or does not answer in two minutes
     */
    public Restored restore(BeforeImage image) {
        Call call = call();
        ZoneRef ref = ref(image);
        int written = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Restoration way = way(image, call);
            if (way.isDone()) {
                return new Restored(
                        written,
                        way.kept(),
                        FieldProof.of(image.changes(), SetChange::before, zone.read(ref, call)));
            }
            for (List<RecordWrite> batch :
                    RecordWrite.batches(way.writes(), zone.mostWrites(ref))) {
                zone.apply(ref, batch, call);
            }
            written += way.writes().size();
        }
        throw PortException.passing(
                "the zone does not show what was written after "
                        + ROUNDS
                        + " rounds; run it again");
    }

    private Restoration way(BeforeImage image, Call call) {
        return Restoration.of(image.changes(), SetChange::before, zone.read(ref(image), call));
    }

    private static ZoneRef ref(BeforeImage image) {
        return image.zoneRef();
    }

    private static Call call() {
        return Call.reading("", "restore", Deadline.in(LIMIT));
    }
}
