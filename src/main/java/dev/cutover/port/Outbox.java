package dev.cutover.port;

import dev.cutover.core.announce.Announcement;
import java.util.List;

/** Announcements written in the same transaction as their events, waiting for delivery. */
public interface Outbox {
    /** The oldest that are not delivered, at most {@code most}; their order per cutover is the journal's. */
    List<Announcement> pending(int most);

    /** Marks one as delivered; doing it twice does no harm. */
    void delivered(Announcement announcement);
}
