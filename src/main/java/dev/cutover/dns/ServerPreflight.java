package dev.cutover.dns;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.Refusal;
import dev.cutover.core.plan.SetChange;
import dev.cutover.port.PortException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import org.xbill.DNS.Update;

/** What can be known of a plan on a name server before the first write. */
final class ServerPreflight {
    /** The signature's part of a message, and something to spare. */
    private static final int SIGNATURE_BYTES = 600;

    private ServerPreflight() {}

    /** From the plan alone: what could not be put back, and messages that would be too large. */
    static Preflight look(PlanDiff diff, int mostWrites, int mostBytes) {
        List<Refusal> refusals = new ArrayList<>();
        for (SetChange change : diff.changes()) {
            if (change.before().stream().anyMatch(r -> r.ttlSeconds() == 0)) {
                refusals.add(
                        new Refusal(
                                "TtlZero",
                                change.key().toString(),
                                "has TTL 0: nothing may be cached, and it could not be put back by"
                                        + " its before-image; give it a TTL of 1 or more first"));
            }
        }
        if (refusals.isEmpty()) {
            messages(diff, mostWrites, mostBytes, refusals);
        }
        String token = diff.plan().zone().token();
        return new Preflight(
                refusals,
                List.of("the zone can be transferred with the key of " + token),
                List.of(
                        "whether the key of "
                                + token
                                + " may update every planned set: proven when the plan is scheduled,"
                                + " by writing what stands there already"));
    }

    private static void messages(
            PlanDiff diff, int mostWrites, int mostBytes, List<Refusal> refusals) {
        for (int step : new TreeSet<>(diff.changes().stream().map(SetChange::step).toList())) {
            List<SetChange> moved = diff.changes().stream().filter(c -> c.step() == step).toList();
            size(diff, moved, SetChange::aged, SetChange::next, mostWrites, mostBytes, refusals);
        }
        size(
                diff,
                diff.changes(),
                SetChange::before,
                SetChange::aged,
                mostWrites,
                mostBytes,
                refusals);
        size(
                diff,
                diff.changes(),
                SetChange::next,
                SetChange::fallback,
                mostWrites,
                mostBytes,
                refusals);
    }

    private static void size(
            PlanDiff diff,
            List<SetChange> changes,
            Function<SetChange, List<DnsRecord>> from,
            Function<SetChange, List<DnsRecord>> to,
            int mostWrites,
            int mostBytes,
            List<Refusal> refusals) {
        ZoneView seen =
                new ZoneView(
                        diff.plan().zone().name(),
                        changes.stream().flatMap(c -> from.apply(c).stream()).toList(),
                        Instant.EPOCH);
        List<RecordWrite> writes = new ArrayList<>();
        changes.forEach(c -> writes.addAll(RecordWrite.between(from.apply(c), to.apply(c))));
        for (List<RecordWrite> batch :
                RecordWrite.batches(RecordWrite.inBatchOrder(writes), mostWrites)) {
            int bytes;
            try {
                bytes = ZoneUpdate.of(seen, batch).message().toWire().length + SIGNATURE_BYTES;
            } catch (PortException e) {
                refusals.add(
                        new Refusal(
                                "CannotBeOneUpdate",
                                batch.getFirst().name().value(),
                                String.valueOf(e.getMessage())));
                return;
            }
            if (bytes > mostBytes) {
                refusals.add(
                        new Refusal(
                                "MessageTooLarge",
                                batch.getFirst().name().value(),
                                "its transaction of "
                                        + batch.size()
                                        + " records is a message of "
                                        + bytes
                                        + " bytes, a name server takes "
                                        + mostBytes
                                        + "; put fewer or smaller sets into one step"));
                return;
            }
        }
    }

    /**
     * An update of every planned set that leaves each as it is: sets that are there get what they have,
     * sets that are to come are removed once more. A server judges the key's rights by each of these.
     */
    static Update sameAgain(ZoneView seen, List<SetChange> changes) {
        Update message = new Update(ZoneRecords.name(seen.zone()));
        for (SetChange change : changes) {
            ZoneUpdate.expectSet(message, seen, change.key());
            if (change.before().isEmpty()) {
                message.delete(ZoneRecords.name(change.name()), ZoneRecords.type(change.type()));
            }
            change.before().forEach(r -> message.add(ZoneRecords.wire(r, r.ttlSeconds())));
        }
        return message;
    }
}
