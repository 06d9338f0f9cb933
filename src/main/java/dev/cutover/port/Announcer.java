package dev.cutover.port;

import dev.cutover.core.announce.Announcement;

/** A channel to people or automation. At least once: a repeat carries the same id. */
public interface Announcer {
    /**
     * Says it.
     *
     * @throws PortException when it was not accepted; it will be said again
     */
    void announce(Announcement announcement);
}
