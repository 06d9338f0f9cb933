package dev.cutover.run;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.CutoverId;
import dev.cutover.port.Announcer;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.Instruments;
import dev.cutover.port.Journal;
import dev.cutover.port.Lease;
import dev.cutover.port.Outbox;
import dev.cutover.port.Ownership;
import dev.cutover.port.PortException;
import dev.cutover.port.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One process that drives cutovers: takes leases, keeps them, and gives each cutover a driver.
 *
 * <p>A lease is held as long as the last successful renewal was sent less than {@link Ownership#LEASE} ago
 * on this process's monotonic clock, whatever the store says later: a frozen node notices by itself.
 */
public final class Node implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Node.class.getName());
    private static final Duration RENEW_EVERY = Duration.ofSeconds(1);

    /** Two rounds of renewal and a little. */
    private static final Duration RENEWAL_PATIENCE = Duration.ofMillis(2_500);

    private static final Duration CLAIM_EVERY = Duration.ofSeconds(1);
    private static final Duration DELIVER_EVERY = Duration.ofMillis(200);
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    /** A receiver that is dead for longer misses what came first; the journal has it. */
    private static final Duration ANNOUNCEMENTS_KEPT = Duration.ofDays(14);

    /** After that long without a node that has a channel in its settings nobody waits for it. */
    private static final Duration CHANNELS_KEPT = Duration.ofDays(7);

    private static final int MOST_DRIVEN = 5_000;

    private final String name;
    private final Journal journal;
    private final Ownership ownership;
    private final Samples samples;
    private final World world;
    private final PlanClock clock;
    private final Outbox outbox;
    private final List<Delivery> deliveries;
    private final Instruments instruments;
    private final ClockCheck clocks;
    private final Pulse pulse = new Pulse();
    private final List<Thread> loops = new CopyOnWriteArrayList<>();
    private final JournalWatch watch;
    private final ExecutorService speaker =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("trouble").factory());
    private final Map<CutoverId, Driver> drivers = new ConcurrentHashMap<>();
    private final Map<CutoverId, Held> leases = new ConcurrentHashMap<>();
    private volatile Deadline storeAnswered = Deadline.in(Duration.ofDays(-1));
    private volatile boolean stopped;

    /** Leases are left to run out, because this machine's clock went wrong under them. */
    private volatile boolean handsOver;

    /** A lease and until when it surely stands, by this process's own clock. */
    private record Held(Lease lease, Deadline until) {}

    public Node(
            String name,
            Journal journal,
            Ownership ownership,
            Samples samples,
            Outbox outbox,
            List<Announcer> announcers,
            World world,
            PlanClock clock,
            Instruments instruments) {
        this.name = name;
        this.journal = journal;
        this.ownership = ownership;
        this.samples = samples;
        this.world = world;
        this.clock = clock;
        this.outbox = outbox;
        this.instruments = instruments;
        this.clocks = new ClockCheck(ownership, clock.machine(), System::nanoTime);
        this.deliveries =
                announcers.stream().map(a -> new Delivery(name, outbox, a, instruments)).toList();
        this.watch = new JournalWatch(announcers, clock, System::nanoTime, speaker);
    }

    /** Starts driving. Returns at once. */
    public void start() {
        pulse.start();
        clock.onJump(() -> drivers.values().forEach(Driver::wake));
        loop("leases", RENEW_EVERY, this::renew);
        loop("claims", CLAIM_EVERY, this::claim);
        loop("signals", Duration.ZERO, this::listen);
        deliveries.forEach(
                d -> loop("announcements to " + d.channel(), DELIVER_EVERY, () -> deliver(d)));
        loop("outbox", SWEEP_EVERY, this::sweep);
    }

    private void loop(String name, Duration pause, Runnable task) {
        loops.add(Thread.ofVirtual().name(name).start(() -> every(pause, task)));
    }

    private static void deliver(Delivery delivery) {
        delivery.deliver();
        pause(delivery.idle());
    }

    private void sweep() {
        int givenUp = outbox.sweep(ANNOUNCEMENTS_KEPT, CHANNELS_KEPT);
        if (givenUp > 0) {
            instruments.givenUp(givenUp);
            LOG.log(
                    System.Logger.Level.WARNING,
                    givenUp
                            + " announcements waited longer than "
                            + ANNOUNCEMENTS_KEPT.toDays()
                            + " days for a channel that did not take them; they are given up, the"
                            + " journal keeps their events");
        }
    }

    /** Whether every loop of a started node runs; false before the start and after the stop. */
    public boolean isAlive() {
        return !stopped && !loops.isEmpty() && loops.stream().allMatch(Thread::isAlive);
    }

    /** Whether a loop ended although nobody stopped this node: only a new process helps then. */
    public boolean hasDied() {
        return !stopped && loops.stream().anyMatch(t -> !t.isAlive());
    }

    /**
     * How long ago the store last answered this node's claims or renewals; leases are kept by those. Longer
     * than {@link Ownership#LEASE} means that another node may drive what was driven here.
     */
    public Duration sinceStoreAnswered() {
        return Duration.ofNanos(System.nanoTime() - storeAnswered.atNanos());
    }

    /**
     * How far this machine's clock is ahead of the store's, negative when behind. Further off than a few
     * seconds this node leaves cutovers to others.
     */
    public Duration clockAhead() {
        return clocks.ahead();
    }

    /** Whether it is further off than that. */
    public boolean clockIsWrong() {
        return clocks.isWrong();
    }

    /** The cutovers driven here as their drivers last saw them. */
    public List<Cutover> present() {
        return drivers.values().stream().map(Driver::present).flatMap(Optional::stream).toList();
    }

    /** The cutovers driven here. */
    public Set<CutoverId> driven() {
        return Set.copyOf(drivers.keySet());
    }

    @Override
    public void close() {
        stopped = true;
        pulse.close();
        speaker.shutdown();
        drivers.values().forEach(Driver::stop);
        leases.clear();
        try {
            deliveries.forEach(Delivery::stop);
            ownership.release(name);
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "leases could not be given back, they run out by themselves: "
                            + e.getMessage());
        }
    }

    private void every(Duration pause, Runnable task) {
        while (!stopped) {
            try {
                task.run();
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            } catch (PortException e) {
                watch.failed(e);
                pauseAfterTrouble();
            } catch (RuntimeException | Error e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        Thread.currentThread().getName() + ": trying on after " + e);
                pauseAfterTrouble();
            }
        }
    }

    private static void pauseAfterTrouble() {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void claim() {
        if (stopped || drivers.size() >= MOST_DRIVEN) {
            return;
        }
        boolean wasWrong = clocks.isWrong();
        boolean may = clocks.mayClaim();
        if (clocks.isWrong() && !wasWrong) {
            handsOver = true;
            drivers.values().forEach(Driver::stop);
        }
        storeAnswered = Deadline.in(Duration.ZERO);
        if (!may || handsOver) {
            return;
        }
        Deadline until = Deadline.in(Ownership.LEASE);
        List<Lease> claimed = ownership.claim(name, MOST_DRIVEN - drivers.size());
        storeAnswered = Deadline.in(Duration.ZERO);
        if (stopped) {
            ownership.release(name);
            return;
        }
        for (Lease lease : claimed) {
            leases.put(lease.cutover(), new Held(lease, until));
            drive(lease);
        }
    }

    private void drive(Lease lease) {
        Driver driver =
                new Driver(
                        lease,
                        journal,
                        world,
                        clock,
                        samples,
                        fence(lease),
                        instruments,
                        pulse,
                        watch);
        Driver old = drivers.put(lease.cutover(), driver);
        if (old != null) {
            old.stop();
        }
        Thread.ofVirtual().name("drives " + lease.cutover()).start(() -> drive(driver));
    }

    private void drive(Driver driver) {
        try {
            instruments.workingFor(driver.cutover());
            driver.run();
        } finally {
            if (drivers.remove(driver.cutover(), driver)) {
                watch.drivesNoMore(driver.cutover());
            }
        }
    }

    /** Renews what is held; a driver that died although its lease stands is replaced. */
    private void renew() {
        if (leases.isEmpty()) {
            handsOver = false;
            return;
        }
        Deadline until = Deadline.in(Ownership.LEASE);
        Set<CutoverId> renewed = Set.of();
        if (!handsOver) {
            renewed = ownership.renew(name);
            storeAnswered = Deadline.in(Duration.ZERO);
        }
        if (!renewed.isEmpty()) {
            watch.tookLittle();
        }
        for (Held held : List.copyOf(leases.values())) {
            CutoverId id = held.lease().cutover();
            Driver driver = drivers.get(id);
            if (renewed.contains(id)) {
                leases.put(id, new Held(held.lease(), until));
                if (driver == null && !stopped) {
                    drive(held.lease());
                }
            } else if (held.until().passed()) {
                if (leases.remove(id, held) && driver != null) {
                    LOG.log(System.Logger.Level.WARNING, id + " is no longer driven here");
                    driver.stop();
                }
            }
        }
    }

    private void listen() {
        for (CutoverId id : ownership.awaitSignals(Duration.ofSeconds(1))) {
            Driver driver = drivers.get(id);
            if (driver != null) {
                driver.wake();
            }
        }
    }

    /**
     * Refuses what would outlive the lease. A renewal may be due any moment, because rows that are being
     * written to are left out of a round: it is waited for a little.
     */
    private Fence fence(Lease lease) {
        CutoverId id = lease.cutover();
        return deadline -> {
            Deadline patience = Deadline.in(RENEWAL_PATIENCE);
            while (!outlives(lease, deadline)) {
                if (!isHeld(lease)) {
                    throw PortException.denied(
                            "this node's lease on " + id + " is lost; nothing was sent");
                }
                if (patience.passed()) {
                    throw PortException.passing(
                            "this node's lease on "
                                    + id
                                    + " may run out before the write's deadline; nothing was sent");
                }
                pause(Duration.ofMillis(20));
            }
        };
    }

    /** Whether this very lease, and no later one on the same cutover, is held here. */
    private boolean isHeld(Lease lease) {
        Held held = leases.get(lease.cutover());
        return held != null && held.lease().epoch() == lease.epoch();
    }

    private boolean outlives(Lease lease, Deadline deadline) {
        Held held = leases.get(lease.cutover());
        return held != null
                && held.lease().epoch() == lease.epoch()
                && held.until().atNanos() - deadline.atNanos() >= 0;
    }

    private static void pause(Duration span) {
        try {
            Thread.sleep(span);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PortException.passing("this node stops: given up before anything was sent");
        }
    }
}
