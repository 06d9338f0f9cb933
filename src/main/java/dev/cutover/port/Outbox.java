package dev.cutover.port;

import dev.cutover.core.announce.Announcement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Announcements written in the same transaction as their events, waiting for delivery, and how far each
 * channel has come with them.
 *
 * <pre>
 *   register -> claim -> due -> delivered | declined ... -> rest | recovered -> claim ... -> release
 * </pre>
 *
 * An announcement stays until every registered channel has it. Each channel is worked by one node at a
 * time, by a short lease on the store's own clock; plan time plays no part. Per cutover and channel the
 * order is the journal's: what comes later waits until what came before is delivered.
 */
public interface Outbox {
    /**
     * Makes a channel known, or says that it is still wanted. A known name with another address is a new
     * receiver: troubles of the old one are forgotten.
     */
    void register(String channel, String address);

    /**
     * Takes or renews the right to deliver on a channel.
     *
     * @return empty when nothing is due, another node is at it, the channel rests, or it is gone
     */
    Optional<Turn> claim(String channel, String node, Duration lease);

    /** The oldest undelivered announcement of each cutover whose wait is over, at most {@code most}. */
    List<Due> due(String channel, int most);

    /** Marks one as delivered on a channel; doing it twice does no harm. */
    void delivered(String channel, Announcement announcement);

    /** Counts a failed try and lets this cutover's announcements wait on this channel. */
    void declined(String channel, Announcement announcement, Duration wait);

    /** Lets the whole channel wait; {@code failures} is how often in a row nothing got through. */
    void rest(String channel, int failures, Duration wait);

    /** Ends a channel: nothing is sent there any more until its address changes. */
    void end(String channel);

    /** Gives a channel back, so that another node need not wait for the lease. */
    void release(String channel, String node);

    /**
     * Forgets what nobody will deliver: announcements older than {@code keep}, and channels that no node
     * registered for as long as {@code forget}. The journal keeps every event all the same.
     *
     * @return how many announcements were given up
     */
    int sweep(Duration keep, Duration forget);

    /** How far each channel is behind. */
    List<Backlog> backlog();

    /** The right to deliver now; {@code failures} as last given to {@link #rest}. */
    record Turn(int failures) {}

    /** One announcement to deliver and how often that failed before. */
    record Due(Announcement announcement, int tries) {}

    /**
     * One channel's state.
     *
     * @param pending announcements not delivered there
     * @param oldest how long the oldest of them has been waiting; zero when there is none
     * @param failures tries in a row that did not get through
     * @param gone whether the receiver said it wants nothing any more
     */
    record Backlog(String channel, long pending, Duration oldest, int failures, boolean gone) {}
}
