package dev.cutover.run;

import dev.cutover.core.life.CutoverId;
import dev.cutover.port.News;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes whoever follows journals, on one listening thread for all of them. Journals of cutovers that other
 * nodes drive wake as well.
 *
 * <p>It carries no entries, only the word that there are some: a follower that is slow holds no memory, it
 * reads the journal at its own pace. To miss nothing, follow first and read then.
 */
public final class Feed implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Feed.class.getName());
    private static final Duration LISTEN = Duration.ofSeconds(1);

    /** One that did not look for so long is told to look at everything. */
    private static final int MOST_PENDING = 1_000;

    private final News news;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean closed;

    public Feed(News news) {
        this.news = news;
    }

    /** Follows one cutover. Close it when nobody reads any more. */
    public Follower follow(CutoverId id) {
        return add(new Follower(Optional.of(id)));
    }

    /** Follows all cutovers. Close it when nobody reads any more. */
    public Follower followAll() {
        return add(new Follower(Optional.empty()));
    }

    private Follower add(Follower follower) {
        followers.add(follower);
        if (closed) {
            follower.end();
        } else if (started.compareAndSet(false, true)) {
            Thread.ofVirtual().name("news").start(this::listen);
        }
        return follower;
    }

    private void listen() {
        boolean heardNothing = false;
        while (!closed) {
            try {
                News.Heard heard = news.await(LISTEN);
                heardNothing = false;
                followers.forEach(f -> f.hear(heard));
            } catch (PortException e) {
                if (!heardNothing) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "streams are not told of new entries: "
                                    + e.getMessage()
                                    + "; they look by themselves meanwhile, listening again each second");
                }
                heardNothing = true;
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LISTEN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends every follower, now and later. */
    @Override
    public void close() {
        closed = true;
        followers.forEach(Follower::end);
    }

    /**
     * What a wait came to.
     *
     * @param everything whether any journal may have grown: look at those that matter
     * @param grown journals that surely grew, each with the number of an entry that is there now
     * @param over whether nobody will wake this follower again
     */
    public record Woken(boolean everything, Map<CutoverId, Long> grown, boolean over) {
        public Woken {
            grown = Map.copyOf(grown);
        }

        /** Whether there is nothing to look at. */
        public boolean isQuiet() {
            return !everything && grown.isEmpty();
        }
    }

    /** One reader of journals. */
    public final class Follower implements AutoCloseable {
        private final Optional<CutoverId> only;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition stirred = lock.newCondition();
        private final Map<CutoverId, Long> grown = new HashMap<>();
        private boolean everything;
        private boolean over;

        private Follower(Optional<CutoverId> only) {
            this.only = only;
        }

        /** Waits until something grew that was not told yet, at most that long. */
        public Woken await(Duration most) throws InterruptedException {
            lock.lock();
            try {
                long left = most.toNanos();
                while (!over && !everything && grown.isEmpty() && left > 0) {
                    left = stirred.awaitNanos(left);
                }
                Woken woken = new Woken(everything, grown, over);
                everything = false;
                grown.clear();
                return woken;
            } finally {
                lock.unlock();
            }
        }

        private void hear(News.Heard heard) {
            lock.lock();
            try {
                everything |= heard.maybeMissed();
                heard.grown()
                        .forEach(
                                (id, seq) -> {
                                    if (only.isEmpty() || only.get().equals(id)) {
                                        grown.merge(id, seq, Math::max);
                                    }
                                });
                if (grown.size() > MOST_PENDING) {
                    everything = true;
                    grown.clear();
                }
                if (everything || !grown.isEmpty()) {
                    stirred.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Ends the wait at once, now and later. */
        public void end() {
            lock.lock();
            try {
                over = true;
                stirred.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            followers.remove(this);
            end();
        }
    }
}
