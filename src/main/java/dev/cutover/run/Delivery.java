package dev.cutover.run;

import dev.cutover.core.announce.Announcement;
import dev.cutover.port.Announcer;
import dev.cutover.port.Announcer.Heard;
import dev.cutover.port.Deadline;
import dev.cutover.port.Instruments;
import dev.cutover.port.Outbox;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;

/**
 * Takes announcements from the outbox to one channel, at least once and per cutover in order. Each channel
 * has its own, so that a dead receiver holds back nobody else.
 *
 * <p>Two waits: a cutover whose announcement was not taken waits by itself; a channel where nothing gets
 * through rests as a whole and is then tried with a single announcement. A receiver that is dead for days
 * therefore costs at most one try every {@link #LONGEST_WAIT}, 24 tries an hour after spreading.
 */
final class Delivery {
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    /** Source for the limit: Standard Webhooks 1.0, which advises 15 to 30 s. */
    private static final Patience USUAL =
            new Patience(
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(20),
                    new Backoff(Duration.ofSeconds(1), LONGEST_WAIT));

    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

    /** No receiver may silence us for longer by asking to. */
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private static final Duration REGISTER_EVERY = Duration.ofMinutes(1);
    private static final int MOST_AT_ONCE = 8;

    /** An idle channel keeps one connection of the store busy for at most one part in so many. */
    private static final int SHARE = 20;

    /**
     * How patient a channel is.
     *
     * @param limit how long one try may take
     * @param lease how long a node that fell silent keeps the channel; longer than one round takes
     * @param backoff the waits after failures
     */
    record Patience(Duration limit, Duration lease, Backoff backoff) {}

    private final String node;
    private final Outbox outbox;
    private final Announcer announcer;
    private final Instruments instruments;
    private final Patience patience;
    private final RandomGenerator chance = RandomGenerator.getDefault();
    private Optional<Deadline> registeredUntil = Optional.empty();
    private volatile Duration idle = Duration.ZERO;
    private volatile boolean stopped;

    Delivery(String node, Outbox outbox, Announcer announcer, Instruments instruments) {
        this(node, outbox, announcer, instruments, USUAL);
    }

    Delivery(
            String node,
            Outbox outbox,
            Announcer announcer,
            Instruments instruments,
            Patience patience) {
        this.patience = patience;
        this.node = node;
        this.outbox = outbox;
        this.announcer = announcer;
        this.instruments = instruments;
    }

    String channel() {
        return announcer.name();
    }

    /** Delivers until nothing is due, the channel rests, or another node is at it. */
    void deliver() {
        if (registeredUntil.isEmpty() || registeredUntil.get().passed()) {
            outbox.register(channel(), announcer.address());
            registeredUntil = Optional.of(Deadline.in(REGISTER_EVERY));
        }
        while (!stopped) {
            long from = System.nanoTime();
            Optional<Outbox.Turn> turn = outbox.claim(channel(), node, patience.lease());
            if (turn.isEmpty()) {
                idle = Duration.ofNanos(SHARE * (System.nanoTime() - from));
                return;
            }
            int failures = turn.get().failures();
            List<Outbox.Due> due = outbox.due(channel(), failures > 0 ? 1 : MOST_AT_ONCE);
            if (due.isEmpty()) {
                outbox.release(channel(), node);
                return;
            }
            round(due, failures);
        }
    }

    /**
     * How long to leave the store alone when nothing was due: beside a long backlog of a dead channel even
     * finding nothing takes a while.
     */
    Duration idle() {
        return idle;
    }

    /** Tries no more; what is under way may finish. */
    void stop() {
        stopped = true;
        outbox.release(channel(), node);
    }

    /** One announcement of each of some cutovers, side by side. */
    private void round(List<Outbox.Due> due, int failures) {
        Queue<Heard> heard = new ConcurrentLinkedQueue<>();
        Queue<RuntimeException> troubles = new ConcurrentLinkedQueue<>();
        List<Thread> threads =
                due.stream()
                        .map(
                                d ->
                                        Thread.ofVirtual()
                                                .name("announces to " + channel())
                                                .start(() -> one(d, heard, troubles)))
                        .toList();
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            stopped = true;
            Thread.currentThread().interrupt();
            return;
        }
        settle(List.copyOf(heard), failures);
        RuntimeException trouble = troubles.peek();
        if (trouble != null) {
            throw trouble;
        }
    }

    private void one(Outbox.Due due, Queue<Heard> heard, Queue<RuntimeException> troubles) {
        instruments.workingFor(due.announcement().cutover());
        try {
            Heard answer = say(due.announcement());
            mark(due, answer);
            heard.add(answer);
        } catch (RuntimeException e) {
            troubles.add(e);
        }
    }

    private Heard say(Announcement announcement) {
        long from = System.nanoTime();
        Heard answer;
        try {
            answer = announcer.announce(announcement, Deadline.in(patience.limit()));
        } catch (PortException e) {
            answer = new Heard.Away(String.valueOf(e.getMessage()), Optional.empty());
        }
        instruments.announced(channel(), word(answer), Duration.ofNanos(System.nanoTime() - from));
        return answer;
    }

    private static String word(Heard heard) {
        return switch (heard) {
            case Heard.Taken t -> "taken";
            case Heard.Declined d -> "declined";
            case Heard.Away a -> "away";
            case Heard.Gone g -> "gone";
        };
    }

    private void mark(Outbox.Due due, Heard answer) {
        Announcement announcement = due.announcement();
        switch (answer) {
            case Heard.Taken t -> outbox.delivered(channel(), announcement);
            case Heard.Declined d -> waits(due, d.why());
            case Heard.Away a -> waits(due, a.why());
            case Heard.Gone g -> {
                outbox.end(channel());
                LOG.log(
                        System.Logger.Level.WARNING,
                        "channel "
                                + channel()
                                + " wants nothing any more: "
                                + g.why()
                                + "; nothing is sent there until its address is changed");
            }
        }
    }

    private void waits(Outbox.Due due, String why) {
        Duration wait = patience.backoff().after(due.tries() + 1, chance);
        outbox.declined(channel(), due.announcement(), wait);
        LOG.log(
                System.Logger.Level.WARNING,
                "channel "
                        + channel()
                        + " did not take "
                        + due.announcement().id()
                        + " (try "
                        + (due.tries() + 1)
                        + "): "
                        + why
                        + "; it is kept and tried again in "
                        + Math.max(1, wait.toSeconds())
                        + " s");
    }

    /** What a round means for the channel as a whole. */
    private void settle(List<Heard> heard, int failures) {
        Duration pause = Duration.ZERO;
        boolean away = false;
        boolean through = false;
        for (Heard answer : heard) {
            if (answer instanceof Heard.Away a) {
                away = true;
                Duration asked = a.pause().orElse(Duration.ZERO);
                pause = asked.compareTo(pause) > 0 ? asked : pause;
            } else {
                through = true;
            }
        }
        pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        if (away && !through) {
            Duration wait = patience.backoff().after(failures + 1, chance);
            outbox.rest(channel(), failures + 1, wait.compareTo(pause) > 0 ? wait : pause);
        } else if (failures > 0 || pause.isPositive()) {
            outbox.rest(channel(), 0, pause);
        }
    }
}
