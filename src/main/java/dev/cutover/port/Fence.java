package dev.cutover.port;

/**
 * Keeps a node that lost its cutover from writing.
 *
 * <p>Adapters call {@link #check} as the last thing before a write's bytes leave, and again for each
 * request a write is split into.
 */
@FunctionalInterface
public interface Fence {
    /** A fence that lets everything pass: for reads, and for tools that own no lease. */
    Fence OPEN = deadline -> {};

    /**
     * Passes when the caller's lease outlives the deadline.
     *
     * @throws PortException DENIED when it does not; nothing may be sent then
     */
    void check(Deadline deadline);
}
