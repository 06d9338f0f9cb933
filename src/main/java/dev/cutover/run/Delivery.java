package dev.cutover.run;

import dev.cutover.core.announce.Announcement;
import dev.cutover.port.Announcer;
import dev.cutover.port.Outbox;
import dev.cutover.port.PortException;
import java.util.List;

/** Takes announcements from the outbox to every channel, in order, at least once. */
final class Delivery {
    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());
    private static final int PORTION = 100;

    private final Outbox outbox;
    private final List<Announcer> announcers;

    Delivery(Outbox outbox, List<Announcer> announcers) {
        this.outbox = outbox;
        this.announcers = List.copyOf(announcers);
    }

    /** Delivers what is pending; stops at the first announcement a channel did not take. */
    void deliver() {
        for (Announcement announcement : outbox.pending(PORTION)) {
            for (Announcer announcer : announcers) {
                try {
                    announcer.announce(announcement);
                } catch (PortException e) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "announcement "
                                    + announcement.id()
                                    + " was not taken, trying on: "
                                    + e.getMessage());
                    return;
                }
            }
            outbox.delivered(announcement);
        }
    }
}
