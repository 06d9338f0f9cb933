package dev.cutover.run;

import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Decider;
import dev.cutover.core.life.Decision;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.Input;
import dev.cutover.core.life.Needs;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.Instruments;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import dev.cutover.port.PortException;
import dev.cutover.port.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Drives one owned cutover in one virtual thread: look at open actions, observe, decide, append, start new
 * actions, sleep until there is something to do.
 */
final class Driver implements Runnable {
    private static final System.Logger LOG = System.getLogger(Driver.class.getName());
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);
    private static final Duration STORE_TROUBLE_PAUSE = Duration.ofSeconds(1);
    private static final Duration WORTH_NOTING = Duration.ofSeconds(2);

    private final Lease lease;
    private final Journal journal;
    private final PlanClock clock;
    private final Instruments instruments;
    private final Observer observer;
    private final Work work;
    private final Set<ActionId> intendedHere = new HashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition signalled = lock.newCondition();
    private final JournalWatch watch;
    private boolean signal;
    private volatile boolean stopped;
    private Instant notedWakeAt = Instant.MIN;

    /** What this driver last decided on. */
    private volatile @Nullable Cutover present;

    Driver(
            Lease lease,
            Journal journal,
            World world,
            PlanClock clock,
            Samples samples,
            Fence fence,
            Instruments instruments,
            Pulse pulse,
            JournalWatch watch) {
        this.lease = lease;
        this.watch = watch;
        this.journal = journal;
        this.clock = clock;
        this.instruments = instruments;
        this.observer = new Observer(world, clock, samples, pulse, this::wake);
        this.work = new Work(new Effects(world, clock), clock, fence, this::wake);
    }

    CutoverId cutover() {
        return lease.cutover();
    }

    /** The cutover as it last decided on it; empty before it was read. */
    Optional<Cutover> present() {
        return Optional.ofNullable(present);
    }

    /** Makes it decide again at once. */
    void wake() {
        lock.lock();
        try {
            signal = true;
            signalled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it without touching the cutover: another node or a later start goes on. */
    void stop() {
        stopped = true;
        work.stop();
        observer.stop();
        wake();
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                Optional<Cutover> loaded = journal.load(cutover());
                if (loaded.isEmpty()) {
                    return;
                }
                drive(loaded.get());
                return;
            } catch (PortException e) {
                if (e.category() == PortException.Category.DENIED) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            cutover() + ": " + e.getMessage() + "; another node drives it");
                    stop();
                    return;
                }
                watch.failed(e);
                sleep(STORE_TROUBLE_PAUSE);
            } catch (RuntimeException mistake) {
                if (stopped) {
                    // What it needs is being taken down around it; the next start looks anew.
                    return;
                }
                LOG.log(
                        System.Logger.Level.ERROR,
                        cutover() + ": the driver met a mistake of ours, trying on",
                        mistake);
                sleep(STORE_TROUBLE_PAUSE);
            }
        }
    }

    /** Runs until the cutover is over or this driver is stopped. */
    private void drive(Cutover from) {
        Cutover c = from;
        watch.drives(c);
        while (!stopped && !c.phase().isFinal()) {
            Instant now = clock.instant();
            present = c;
            work.pursue(c, intendedHere);
            work.giveUpPointless(c);
            observer.refresh(c, Needs.of(c, now), now);
            Input.Outcome outcome = work.next();
            Decision decision =
                    outcome != null
                            ? Decider.decide(c, outcome, now)
                            : Decider.decide(c, new Input.Observation(observer.latest()), now);
            if (!decision.events().isEmpty()) {
                c = append(c, decision.events(), now, decision.wakeAt());
            } else if (outcome == null) {
                c = rest(c, now, decision.wakeAt());
            }
        }
    }

    private Cutover append(Cutover c, List<Event> events, Instant now, Instant wakeAt) {
        Optional<Cutover> next = journal.append(lease, c, events, now, wakeAt);
        if (next.isEmpty()) {
            return reload(c);
        }
        for (Event event : events) {
            if (event instanceof Event.ActionIntended intended) {
                intendedHere.add(intended.id());
            }
        }
        notedWakeAt = wakeAt;
        watch.drives(next.get());
        watch.wrote();
        return next.get();
    }

    private Cutover reload(Cutover c) {
        return journal.load(c.id()).orElse(c);
    }

    /** Sleeps until there is something to do; a request by a person may have moved the cutover meanwhile. */
    private Cutover rest(Cutover c, Instant now, Instant wanted) {
        boolean busy = observer.isLooking() || !c.open().isEmpty();
        Instant soon = now.plusSeconds(1);
        Instant wakeAt = busy && wanted.isAfter(soon) ? soon : wanted;
        if (Duration.between(
                                notedWakeAt.equals(Instant.MIN)
                                        ? now.minus(WORTH_NOTING)
                                        : notedWakeAt,
                                wakeAt)
                        .abs()
                        .compareTo(WORTH_NOTING)
                >= 0) {
            Optional<Cutover> same = journal.append(lease, c, List.of(), now, wakeAt);
            if (same.isEmpty()) {
                return reload(c);
            }
            notedWakeAt = wakeAt;
            watch.tookLittle();
        }
        Duration pause = Duration.between(clock.instant(), wakeAt);
        Deadline until = Deadline.in(pause.compareTo(LONGEST_SLEEP) > 0 ? LONGEST_SLEEP : pause);
        if (sleep(until.left())) {
            instruments.ticked(Duration.ofNanos(System.nanoTime() - until.atNanos()));
        }
        return reload(c);
    }

    /** Whether it slept to the end; false when it was woken. */
    private boolean sleep(Duration pause) {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!signal && !stopped && left > 0) {
                left = signalled.awaitNanos(left);
            }
            boolean whole = !signal && !stopped;
            signal = false;
            return whole;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
            return false;
        } finally {
            lock.unlock();
        }
    }
}
