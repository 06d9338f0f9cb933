package dev.cutover.run;

import dev.cutover.port.Ownership;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Whether this machine's clock is right, as far as a node can know: by the clock of the store, which all
 * nodes share.
 *
 * <p>Windows, ages of answers and soaks are judged by the machine's clock. One that is an hour ahead would
 * switch an hour before the window opens, so a node that is off leaves cutovers to nodes that are not: it
 * lets its leases run out, and takes only what nobody else took for {@link #LEFT_TO_OTHERS}. Alone it
 * drives all the same, because guards and falling back need somebody, and says so.
 */
final class ClockCheck {
    /** More than two machines that are kept right by NTP ever differ; far less than any span of a plan. */
    static final Duration MOST_OFF = Duration.ofSeconds(5);

    /** Two rounds of a lease: whoever could take a cutover has. */
    static final Duration LEFT_TO_OTHERS = Duration.ofSeconds(16);

    private static final Duration SAY_EVERY = Duration.ofMinutes(10);
    private static final System.Logger LOG = System.getLogger(ClockCheck.class.getName());
    private static final long NEVER = Long.MIN_VALUE;

    private final Ownership ownership;
    private final InstantSource machine;
    private final LongSupplier nanos;
    private volatile Duration ahead = Duration.ZERO;
    private volatile boolean wrong;
    private long saidAt = NEVER;
    private long freeSince = NEVER;

    /**
     * @param machine this machine's clock
     * @param nanos as {@link System#nanoTime()}
     */
    ClockCheck(Ownership ownership, InstantSource machine, LongSupplier nanos) {
        this.ownership = ownership;
        this.machine = machine;
        this.nanos = nanos;
    }

    /** How far the machine's clock was ahead of the store's at the last look; negative when behind. */
    Duration ahead() {
        return ahead;
    }

    /** Whether the last look found the clock further off than {@link #MOST_OFF}. */
    boolean isWrong() {
        return wrong;
    }

    /**
     * Whether this node may claim now; looks at both clocks. To be called by one thread, once a second.
     *
     * @throws dev.cutover.port.PortException when the store does not answer
     */
    boolean mayClaim() {
        look();
        if (!wrong) {
            freeSince = NEVER;
            return true;
        }
        if (!ownership.anyFree()) {
            freeSince = NEVER;
            return false;
        }
        if (freeSince == NEVER) {
            freeSince = nanos.getAsLong();
        }
        return isOver(freeSince, LEFT_TO_OTHERS);
    }

    private void look() {
        long began = nanos.getAsLong();
        Instant before = machine.instant();
        Instant store = ownership.storeTime();
        Duration took = Duration.ofNanos(nanos.getAsLong() - began);
        ahead = Duration.between(store, before.plus(took.dividedBy(2)));
        // What the answer took is not the clock's fault.
        wrong = ahead.abs().minus(took.dividedBy(2)).compareTo(MOST_OFF) > 0;
        if (!wrong) {
            saidAt = NEVER;
        } else if (isOver(saidAt, SAY_EVERY)) {
            saidAt = nanos.getAsLong();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "this machine's clock is "
                            + ahead.abs().toSeconds()
                            + " s "
                            + (ahead.isNegative() ? "behind" : "ahead of")
                            + " the database's, expected at most "
                            + MOST_OFF.toSeconds()
                            + " s: cutovers are left to other nodes, and driven here only when none"
                            + " takes them; set the clocks right (NTP) on this machine and on the"
                            + " database's");
        }
    }

    private boolean isOver(long since, Duration span) {
        return since == NEVER || nanos.getAsLong() - since > span.toNanos();
    }
}
