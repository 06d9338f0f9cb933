package dev.cutover.probe;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Holds blocking transports to the same [ProbeLimits] as UDP: so many at once to one server, so
/// many a second to it and to all.
final class Turnstile {

    private static final long SECOND = 1_000_000_000L;
    private static final int MOST_GATES_KEPT = 4_096;

    private final ProbeLimits limits;
    private final Rate all;
    private final Map<Object, Gate> gates = new ConcurrentHashMap<>();

    Turnstile(ProbeLimits limits) {
        this.limits = limits;
        this.all = new Rate(limits.queriesPerSecond(), SECOND / 250);
    }

    /// The way to one server; whoever was let in must leave.
    final class Gate {
        private final Semaphore slots = new Semaphore(limits.inFlightPerResolver());
        private final Rate rate;

        Gate(InetAddress address) {
            this.rate = new Rate(limits.queriesPerSecondTo(address), SECOND);
        }

        /// Waits for its turn.
        ///
        /// @return false when it would come after that nano time
        boolean enter(long until) throws InterruptedException {
            if (!slots.tryAcquire(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                return false;
            }
            long turn = Math.max(rate.next() - System.nanoTime(), all.next() - System.nanoTime());
            if (System.nanoTime() + turn - until > 0) {
                slots.release();
                return false;
            }
            long at = System.nanoTime() + turn;
            for (long left = turn; left > 0; left = at - System.nanoTime()) {
                LockSupport.parkNanos(left);
                if (Thread.interrupted()) {
                    slots.release();
                    throw new InterruptedException();
                }
            }
            return true;
        }

        void leave() {
            slots.release();
        }

        private boolean isEmpty() {
            return slots.availablePermits() == limits.inFlightPerResolver();
        }
    }

    /// @param server what tells it from others, such as an address with a host name
    /// @param address where it listens
    Gate to(Object server, InetAddress address) {
        if (gates.size() > MOST_GATES_KEPT) {
            gates.values().removeIf(Gate::isEmpty);
        }
        return gates.computeIfAbsent(server, fresh -> new Gate(address));
    }

    /// A steady rate that may catch up on a little unused time.
    private static final class Rate {
        private final long interval;
        private final long credit;
        private long nextAt;

        Rate(int perSecond, long credit) {
            this.interval = SECOND / perSecond;
            this.credit = credit;
            this.nextAt = System.nanoTime() - credit;
        }

        /// Takes the next turn and tells its nano time, which may have passed.
        synchronized long next() {
            long earliest = System.nanoTime() - credit + interval;
            long turn = nextAt - earliest > 0 ? nextAt : earliest;
            nextAt = turn + interval;
            return turn;
        }
    }
}
