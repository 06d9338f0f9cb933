package dev.cutover.port;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.plan.Plan;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The journal of all cutovers: events in order, and the present state as their fold.
 *
 * <p>Whatever a method returned as done has been made durable. All times are plan time.
 */
public interface Journal {
    /**
     * Begins a cutover with its first event, if no live cutover holds one of its names.
     *
     * @param idempotencyKey a repeat with the same key returns the cutover begun before
     */
    Begun begin(Event.Scheduled first, String by, Instant at, Optional<String> idempotencyKey);

    /** What came of beginning. */
    sealed interface Begun {
        record Ok(Cutover cutover) implements Begun {}

        /** Names held by other live cutovers, each with its holder. */
        record Overlap(Map<DnsName, CutoverId> holders) implements Begun {}
    }

    /** The present state, or empty when there is no such cutover. */
    Optional<Cutover> load(CutoverId id);

    /** Entries after a sequence number, oldest first. */
    List<JournalEntry> entries(CutoverId id, long afterSeq, int most);

    /** All cutovers, newest first. */
    List<Row> list(int most);

    /** One of them; empty when there is none of that id. */
    Optional<Row> row(CutoverId id);

    /** Names held by live cutovers, each with its holder. */
    Map<DnsName, CutoverId> claims();

    /**
     * Decides a request under the cutover's row lock and journals what follows: one transaction, then wakes
     * the owner.
     *
     * @param idempotencyKey a repeat with the same key changes nothing and returns the first answer
     * @return empty when there is no such cutover
     */
    Optional<Requested> request(
            CutoverId id,
            String by,
            Instant at,
            Optional<String> idempotencyKey,
            Function<Cutover, Decision> decide);

    /** A request's decision and the state after it. */
    record Requested(Decision decision, Cutover cutover) {}

    /**
     * Appends what the owner decided, if the lease still holds and nothing was appended meanwhile.
     *
     * @param from the state it was decided on
     * @return the state after it; empty when somebody else appended first: load and decide anew
     * @throws PortException DENIED when the lease is lost
     */
    Optional<Cutover> append(
            Lease lease, Cutover from, List<Event> events, Instant at, Instant wakeAt);

    /**
     * One cutover in a list.
     *
     * @param wakeAt when its driver looks again at the latest
     */
    record Row(
            CutoverId id,
            long seq,
            Plan plan,
            String phase,
            boolean live,
            String owner,
            Instant wakeAt) {}
}
