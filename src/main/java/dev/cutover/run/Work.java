package dev.cutover.run;

import dev.cutover.core.life.Action;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Input;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The open actions of one cutover that run in this process.
 *
 * <p>An action without a thread is one whose process died or whose answer was lost: its thread begins with
 * a look at the world. A new action begins with a start.
 */
final class Work {
    private static final System.Logger LOG = System.getLogger(Work.class.getName());
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration LEAST_TIME = Duration.ofSeconds(3);
    private static final Duration MOST_TIME_PER_CALL = Duration.ofSeconds(30);

    private final Effects effects;
    private final InstantSource clock;
    private final Fence fence;
    private final Runnable signal;
    private final Map<ActionId, Thread> running = new ConcurrentHashMap<>();
    private final Queue<Input.Outcome> outcomes = new ConcurrentLinkedQueue<>();

    private volatile boolean stopped;

    /** The state actions are judged by from now on; it may have moved since they were opened. */
    private volatile @Nullable Cutover current;

    Work(Effects effects, InstantSource clock, Fence fence, Runnable signal) {
        this.effects = effects;
        this.clock = clock;
        this.fence = fence;
        this.signal = signal;
    }

    /** The next outcome nobody has decided about; null when there is none. */
    Input.@Nullable Outcome next() {
        return outcomes.poll();
    }

    /** Gives every open action a thread. {@code intendedHere} says which were opened by this very process. */
    void pursue(Cutover c, Set<ActionId> intendedHere) {
        current = c;
        for (Action action : c.open().values()) {
            // In this order: a thread leaves its outcome first and its place second.
            boolean busy = running.containsKey(action.id());
            boolean ended = outcomes.stream().anyMatch(o -> o.id().equals(action.id()));
            if (!busy && !ended && !stopped) {
                boolean startFirst = intendedHere.remove(action.id());
                Thread thread =
                        Thread.ofVirtual()
                                .name(action.id().text())
                                .unstarted(() -> pursue(c, action, startFirst));
                running.put(action.id(), thread);
                thread.start();
                if (stopped) {
                    thread.interrupt();
                }
            }
        }
    }

    /** Gives up work that lost its purpose, so that the way back is free at once. */
    void giveUpPointless(Cutover c) {
        for (Action action : c.open().values()) {
            Thread thread = running.get(action.id());
            if (thread != null && c.isPointless(action.spec())) {
                thread.interrupt();
            }
        }
    }

    /** Stops every thread: this process drives the cutover no longer. */
    void stop() {
        stopped = true;
        running.values().forEach(Thread::interrupt);
    }

    private void pursue(Cutover c, Action action, boolean startFirst) {
        Ending ending;
        try {
            ending = until(c, action, startFirst);
        } catch (RuntimeException | Error mistake) {
            if (stopped) {
                // Nobody is left to tell; the action stays open and is looked at by whoever goes
                // on.
                running.remove(action.id());
                return;
            }
            LOG.log(
                    System.Logger.Level.ERROR,
                    "action " + action.id() + " met a mistake of ours",
                    mistake);
            ending =
                    new Ending.Failed(
                            Ending.Failure.PERMANENT, "a mistake in the controller: " + mistake);
        }
        outcomes.add(new Input.Outcome(action.id(), ending));
        running.remove(action.id());
        signal.run();
    }

    private Ending until(Cutover c, Action action, boolean startFirst) {
        Duration left = Duration.between(clock.instant(), action.deadlineAt());
        Deadline deadline = Deadline.in(left.compareTo(LEAST_TIME) < 0 ? LEAST_TIME : left);
        boolean start = startFirst;
        String last = "not answered";
        while (true) {
            try {
                Call call =
                        new Call(
                                c.id().value(),
                                action.id().text(),
                                deadline.within(MOST_TIME_PER_CALL),
                                fence);
                Cutover now = current == null ? c : current;
                if (start && !now.maySend(action.spec())) {
                    return new Ending.Failed(
                            Ending.Failure.TRANSIENT,
                            "not sent: the cutover is " + now.phase().text());
                }
                Progress progress =
                        start ? effects.start(now, action, call) : effects.look(now, action, call);
                switch (progress) {
                    case Progress.Over over -> {
                        return over.ending();
                    }
                    case Progress.NotFound n -> {
                        if (deadline.passed()) {
                            return new Ending.Failed(
                                    Ending.Failure.TRANSIENT,
                                    "out of time; it did not take effect as far as was seen");
                        }
                        start = true;
                        continue;
                    }
                    case Progress.Running r -> {
                        last = r.progress();
                        start = false;
                    }
                    case Progress.Unknown u -> {
                        last = u.why();
                        start = false;
                    }
                }
            } catch (PortException e) {
                if (e.category() != PortException.Category.TRANSIENT) {
                    return new Ending.Failed(
                            e.category() == PortException.Category.DENIED
                                    ? Ending.Failure.DENIED
                                    : Ending.Failure.PERMANENT,
                            message(e));
                }
                last = message(e);
                start = false;
            }
            if (deadline.passed() || Thread.currentThread().isInterrupted()) {
                return new Ending.Failed(Ending.Failure.TRANSIENT, last);
            }
            try {
                Thread.sleep(LOOK_AGAIN);
            } catch (InterruptedException e) {
                return new Ending.Failed(Ending.Failure.TRANSIENT, "given up: " + last);
            }
        }
    }

    private static String message(PortException e) {
        String text = e.getMessage();
        return text == null ? e.category().name() : text;
    }
}
