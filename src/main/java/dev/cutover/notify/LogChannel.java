package dev.cutover.notify;

import dev.cutover.core.announce.Announcement;
import dev.cutover.port.Announcer;
import dev.cutover.port.Deadline;

/** Announcements in the log: the channel that is always there. Urgent ones are warnings. */
public final class LogChannel implements Announcer {
    private static final System.Logger LOG = System.getLogger("dev.cutover.announcements");

    @Override
    public String name() {
        return "log";
    }

    @Override
    public String address() {
        return "log";
    }

    @Override
    public Heard announce(Announcement announcement, Deadline deadline) {
        StringBuilder text = new StringBuilder();
        text.append(announcement.id())
                .append(' ')
                .append(announcement.code())
                .append(": ")
                .append(announcement.text());
        announcement.steps().forEach(step -> text.append("\n    ").append(step));
        LOG.log(
                announcement.urgent() ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                text.toString());
        return new Heard.Taken();
    }
}
