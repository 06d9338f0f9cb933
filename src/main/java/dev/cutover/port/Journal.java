package dev.cutover.port;

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
     * @param repeat a repeat with the same key returns the first answer
     */
    Begun begin(Event.Scheduled first, String by, Instant at, Optional<RequestKey> repeat);

    /** What was begun with this key before; empty when it is new. */
    Optional<Begun> begun(RequestKey repeat);

    /** What came of beginning. */
    sealed interface Begun {
        /** The cutover as it was when it had begun. */
        record Ok(Cutover cutover) implements Begun {}

        /** The key was used for something else before. Nothing was begun. */
        record KeyReused(CutoverId first) implements Begun {}

        /** Names held by other live cutovers, each with its holder. */
        record Overlap(Map<String, CutoverId> holders) implements Begun {}
    }

    /** The present state, or empty when there is no such cutover. */
    Optional<Cutover> load(CutoverId id);

    /** Entries after a sequence number, oldest first. */
    List<JournalEntry> entries(CutoverId id, long afterSeq, int most);

    /** Cutovers, newest first; a place in the list does not move when others begin. */
    Page list(Filter filter, int most);

    /** All cutovers, newest first, at most so many. */
    default List<Row> list(int most) {
        return list(Filter.ALL, most).rows();
    }

    /**
     * Which cutovers a list holds; what is empty does not matter.
     *
     * @param after only those that began before this one did; an id nobody has matches nothing
     * @param live whether they are over
     * @param phase the phase's name alone, such as {@code Switching}
     * @param host the site's host name
     */
    record Filter(
            Optional<CutoverId> after,
            Optional<Boolean> live,
            Optional<String> phase,
            Optional<String> host) {
        public static final Filter ALL =
                new Filter(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * A piece of the list.
     *
     * @param next the last cutover looked at, when there are more after it
     */
    record Page(List<Row> rows, Optional<CutoverId> next) {
        public Page {
            rows = List.copyOf(rows);
        }
    }

    /** One of them; empty when there is none of that id. */
    Optional<Row> row(CutoverId id);

    /** What live cutovers hold, as {@link Plan#claims} words it, each with its holder. */
    Map<String, CutoverId> claims();

    /**
     * Decides a request under the cutover's row lock and journals what follows: one transaction, then wakes
     * the owner.
     *
     * @param repeat a repeat with the same key changes nothing and returns the first answer; with
     *     something else asked for it is refused as {@link #KEY_REUSED}
     * @return empty when there is no such cutover
     */
    Optional<Requested> request(
            CutoverId id,
            String by,
            Instant at,
            Optional<RequestKey> repeat,
            Function<Cutover, Decision> decide);

    /** The code of a refusal because the key was used for something else before. */
    String KEY_REUSED = "KeyReused";

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
