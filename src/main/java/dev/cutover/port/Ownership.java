package dev.cutover.port;

import dev.cutover.core.life.CutoverId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Who drives which cutover. Times are the store's own clock; plan time plays no part. */
public interface Ownership {
    /** How long a lease lasts unless renewed. */
    Duration LEASE = Duration.ofSeconds(8);

    /** Takes live cutovers that nobody owns or whose lease ran out, at most {@code most}. */
    List<Lease> claim(String node, int most);

    /**
     * Renews all leases of a node.
     *
     * @return those that were renewed; a row that somebody is writing to at that moment is left out, its
     *     lease stands as it was
     */
    Set<CutoverId> renew(String node);

    /** Gives all leases of a node back, at an orderly stop. */
    void release(String node);

    /** The store's own clock: the one thing all nodes of a store have in common. */
    Instant storeTime();

    /** Whether some cutover that could be claimed has no owner, or one whose lease ran out. */
    boolean anyFree();

    /** Waits until somebody requested something of a cutover, at most that long; returns those concerned. */
    Set<CutoverId> awaitSignals(Duration most);
}
