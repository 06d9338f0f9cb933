package dev.cutover.store;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Folded cutovers in memory, so that a load reads only the events after them.
 *
 * <p>A state here is always the fold of committed events, never ahead of the database; it may be behind.
 * Bounded by weight: the least recently used go first.
 */
final class FoldedStates {
    /** What a cutover weighs beside its record sets, in sets. */
    private static final long OWN_WEIGHT = 10;

    private final long mostWeight;
    private final LinkedHashMap<CutoverId, Cutover> states = new LinkedHashMap<>(64, 0.75f, true);
    private long weight;

    /**
     * @param mostWeight how many record sets are kept in all; one takes about 3 kB
     */
    FoldedStates(long mostWeight) {
        this.mostWeight = mostWeight;
    }

    synchronized Optional<Cutover> get(CutoverId id) {
        return Optional.ofNullable(states.get(id));
    }

    /** Keeps a committed state unless a later one is here. */
    synchronized void put(Cutover cutover) {
        Cutover so = states.get(cutover.id());
        if (so != null && so.seq() >= cutover.seq()) {
            return;
        }
        states.put(cutover.id(), cutover);
        weight += weight(cutover) - (so == null ? 0 : weight(so));
        Iterator<Map.Entry<CutoverId, Cutover>> oldest = states.entrySet().iterator();
        while (weight > mostWeight && oldest.hasNext()) {
            weight -= weight(oldest.next().getValue());
            oldest.remove();
        }
    }

    private static long weight(Cutover cutover) {
        return OWN_WEIGHT + cutover.changes().size();
    }
}
