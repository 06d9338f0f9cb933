package dev.cutover.port;

import dev.cutover.core.announce.Announcement;
import java.time.Duration;
import java.util.Optional;

/**
 * A channel to people or automation. At least once: a repeat carries the same id. Concurrent; whoever calls
 * retries, and never has two announcements of one cutover under way.
 */
public interface Announcer {
    /** The channel's name, the same after a restart: 1 to 40 of {@code a-z 0-9 -}. */
    String name();

    /**
     * What tells this channel from another one that was given its name later, such as a webhook's URL. Kept
     * in the store as a digest only.
     */
    String address();

    /**
     * Says it.
     *
     * @throws PortException when it cannot be said at all, such as for want of a secret; the channel counts
     *     as away then
     */
    Heard announce(Announcement announcement, Deadline deadline);

    /** What came of saying it. */
    sealed interface Heard {
        /** The receiver has it. */
        record Taken() implements Heard {}

        /**
         * The receiver is there and does not want this one now; others may pass.
         *
         * @param why without secrets
         */
        record Declined(String why) implements Heard {}

        /**
         * The receiver is not there, or asks for a pause: nothing else need be tried before that is over.
         *
         * @param why without secrets
         * @param pause how long the receiver asked to be left alone; empty when it did not say
         */
        record Away(String why, Optional<Duration> pause) implements Heard {}

        /** The receiver wants nothing any more, ever. */
        record Gone(String why) implements Heard {}
    }
}
