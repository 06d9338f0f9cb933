package dev.cutover.run;

import dev.cutover.core.announce.Announcement;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.port.Announcer;
import dev.cutover.port.Deadline;
import dev.cutover.port.NotWritableException;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Tells people that the journal cannot be written, and that it can again: what goes through the outbox
 * cannot be said then. One word per trouble and cutover, one line of log a minute.
 *
 * <p>A database that answers and cannot write is told at once. Silence is told after {@link #PATIENCE}: a
 * database that is started again is no reason to wake anybody.
 */
final class JournalWatch {
    /** Longer than a database takes to be started again. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Renewals may still fit into a full disk: without a failure for this long they count as well. */
    static final Duration CALM = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(JournalWatch.class.getName());
    private static final Duration SAID_IN = Duration.ofSeconds(15);
    private static final Duration LOG_EVERY = Duration.ofMinutes(1);

    private final List<Announcer> announcers;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Executor speaker;
    private final Map<CutoverId, Cutover> driven = new TreeMap<>();
    private final List<Cutover> told = new ArrayList<>();
    private boolean failing;
    private int failures;
    private long firstNanos;
    private long lastNanos;
    private long loggedNanos;

    /**
     * @param announcers channels that need no database
     * @param nanos a monotonic clock such as {@link System#nanoTime}
     * @param speaker runs what may take long, in order; a slow channel must not hold up a driver
     */
    JournalWatch(
            List<Announcer> announcers, InstantSource clock, LongSupplier nanos, Executor speaker) {
        this.announcers = List.copyOf(announcers);
        this.clock = clock;
        this.nanos = nanos;
        this.speaker = speaker;
    }

    /** Keeps what people must know of a cutover that is driven here. */
    synchronized void drives(Cutover c) {
        driven.put(c.id(), c);
    }

    /** This cutover is no longer driven here; while the journal fails it is still told about. */
    synchronized void drivesNoMore(CutoverId id) {
        if (!failing) {
            driven.remove(id);
        }
    }

    /** The journal did not take or give something. */
    synchronized void failed(PortException e) {
        long now = nanos.getAsLong();
        if (!failing) {
            failing = true;
            failures = 0;
            firstNanos = now;
        }
        failures++;
        lastNanos = now;
        if (failures == 1 || now - loggedNanos >= LOG_EVERY.toNanos()) {
            loggedNanos = now;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the journal failed "
                            + (failures == 1 ? "" : failures + " times ")
                            + "and is tried on: "
                            + e.getMessage());
        }
        boolean tell = e instanceof NotWritableException || now - firstNanos >= PATIENCE.toNanos();
        if (tell && told.isEmpty()) {
            told.addAll(concerned());
            told.forEach(c -> tell(c, String.valueOf(e.getMessage())));
        }
    }

    /** The journal took an event. */
    synchronized void wrote() {
        if (failing) {
            failing = false;
            LOG.log(
                    System.Logger.Level.INFO,
                    "the journal is written again, after " + failures + " failures");
            told.forEach(this::tellAgain);
            told.clear();
        }
    }

    /** The store took something small, which a full disk may still have room for. */
    synchronized void tookLittle() {
        if (failing && nanos.getAsLong() - lastNanos >= CALM.toNanos()) {
            wrote();
        }
    }

    /** Whoever has something to take back; when nobody has, one for all. */
    private List<Cutover> concerned() {
        List<Cutover> written =
                driven.values().stream().filter(c -> c.lowered() && !c.phase().isFinal()).toList();
        return written.isEmpty() ? driven.values().stream().limit(1).toList() : written;
    }

    private void tell(Cutover c, String why) {
        List<String> steps = new ArrayList<>();
        steps.add("make the database writable: free its disk, or bring it back");
        if (!c.imagePlaces().isEmpty()) {
            steps.add(
                    "to bring visitors back without it: cutover restore with the before-image at "
                            + String.join(" or ", c.imagePlaces()));
        }
        say(
                c,
                "page.JournalNotWritten",
                true,
                "nothing goes on for "
                        + c.id()
                        + " ("
                        + c.phase().text()
                        + "), not even falling back, while the journal cannot be written: "
                        + why,
                steps);
    }

    private void tellAgain(Cutover c) {
        say(
                c,
                "journal.Written",
                false,
                "the journal can be written again; " + c.id() + " goes on",
                List.of());
    }

    private void say(Cutover c, String code, boolean urgent, String text, List<String> steps) {
        Announcement words =
                new Announcement(
                        c.id() + "/" + code + "-" + clock.instant().getEpochSecond(),
                        c.id(),
                        c.seq(),
                        clock.instant(),
                        code,
                        urgent,
                        text,
                        steps);
        for (Announcer announcer : announcers) {
            speaker.execute(() -> say(announcer, words));
        }
    }

    private static void say(Announcer announcer, Announcement words) {
        String heard;
        try {
            heard =
                    switch (announcer.announce(words, Deadline.in(SAID_IN))) {
                        case Announcer.Heard.Taken t -> "";
                        case Announcer.Heard.Declined d -> d.why();
                        case Announcer.Heard.Away a -> a.why();
                        case Announcer.Heard.Gone g -> g.why();
                    };
        } catch (PortException e) {
            heard = String.valueOf(e.getMessage());
        }
        if (!heard.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    words.id() + " was not taken by " + announcer.name() + ": " + heard);
        }
    }
}
