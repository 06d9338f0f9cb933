package dev.cutover.core.edge;

/**
 * What the provider's own health checks say of one origin.
 *
 * @param pool the pool's name
 * @param address the origin's
 * @param detail where and why, for people; may be empty
 */
public record OriginHealth(String pool, String address, State state, String detail) {
    /** How an origin is. */
    public enum State {
        HEALTHY,
        /** At least one place sees it fail. */
        SICK,
        /** Nobody has looked yet, or nobody is told to. */
        UNKNOWN
    }
}
