package dev.cutover.run;

import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeClaim;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.EdgeRestoration;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.DnsZone;
import dev.cutover.port.Edge;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Brings a zone back to its before-image with nothing but the image and a token: no controller, no
 * database. Other people's edits are kept and named.
 */
public final class Restore {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int ROUNDS = 5;

    private final DnsZone zone;
    private final Edge edge;

    /** @param edge asked only when the image holds parts of it */
    public Restore(DnsZone zone, Edge edge) {
        this.zone = zone;
        this.edge = edge;
    }

    /**
     * What is left to write.
     *
     * @param records in the zone
     * @param parts at the provider's edge
     */
    public record Way(Restoration records, EdgeRestoration parts) {
        public boolean isDone() {
            return records.isDone() && parts.isDone();
        }

        /** How many records and parts would be written. */
        public int writes() {
            return records.writes().size() + parts.writes().size();
        }

        /** Other people's edits that are left. */
        public List<ForeignEdit> kept() {
            List<ForeignEdit> kept = new ArrayList<>(parts.kept());
            kept.addAll(records.kept());
            return kept;
        }

        /** What sends visitors elsewhere than the image says, because somebody else wrote it. */
        public List<String> routedElsewhere() {
            return kept().stream()
                    .filter(ForeignEdit::routes)
                    .map(ForeignEdit::subject)
                    .distinct()
                    .toList();
        }
    }

    /**
     * What was done.
     *
     * @param written how many records and parts of the edge were written
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
    public Way preview(BeforeImage image) {
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
            Way way = way(image, call);
            if (way.isDone()) {
                return new Restored(written, way.kept(), proof(image, call));
            }
            for (EdgeWrite write : way.parts().writes()) {
                edge.apply(ref, write, call);
            }
            for (List<RecordWrite> batch :
                    RecordWrite.batches(way.records().writes(), zone.mostWrites(ref))) {
                zone.apply(ref, batch, call);
            }
            written += way.writes();
        }
        throw PortException.passing(
                "the zone does not show what was written after "
                        + ROUNDS
                        + " rounds; run it again");
    }

    private Way way(BeforeImage image, Call call) {
        return new Way(
                Restoration.of(image.changes(), SetChange::before, zone.read(ref(image), call)),
                EdgeRestoration.of(
                        image.edge().stream().map(EdgeClaim::whole).toList(),
                        EdgeChange::before,
                        parts(image, call)));
    }

    private List<FieldProof> proof(BeforeImage image, Call call) {
        List<FieldProof> proof =
                new ArrayList<>(
                        EdgeRestoration.proof(
                                image.edge(), EdgeChange::before, parts(image, call)));
        proof.addAll(
                FieldProof.of(image.changes(), SetChange::before, zone.read(ref(image), call)));
        return proof;
    }

    private EdgeView parts(BeforeImage image, Call call) {
        if (image.edge().isEmpty()) {
            return EdgeView.none(image.takenAt());
        }
        return edge.read(
                ref(image),
                image.edge().stream().map(EdgeChange::key).collect(Collectors.toSet()),
                call);
    }

    private static ZoneRef ref(BeforeImage image) {
        return image.zoneRef();
    }

    private static Call call() {
        return Call.reading("", "restore", Deadline.in(LIMIT));
    }
}
