package dev.cutover.core.judge;

import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;

/// Streams of requests with known trouble; the same seed gives the same stream.
///
/// Bursts are a Markov chain of two states: calm, in which nothing fails, and bursts of exponential
/// length in which each request fails with one chance. A burst covers as much of the time as the
/// wanted
/// rate needs.
final class Traffic {
    static final int DAY = 86_400;

    /// Our own probes ask three pages a second.
    static final IntUnaryOperator PROBES = s -> 3;

    private final SplittableRandom random;
    private final int seconds;
    private final int[] requests;
    private final int[] failed;

    private Traffic(long seed, int seconds, IntUnaryOperator rate) {
        this.random = new SplittableRandom(seed);
        this.seconds = seconds;
        this.requests = new int[seconds];
        this.failed = new int[seconds];
        for (int s = 0; s < seconds; s++) {
            requests[s] = rate.applyAsInt(s);
        }
    }

    static Traffic probes(long seed, int seconds) {
        return new Traffic(seed, seconds, PROBES);
    }

    /// Visitors: by day up to `most` a second, by night a twentieth of it.
    static Traffic diurnal(long seed, int seconds, int most) {
        double swing = 0.475 * most;
        return new Traffic(
                seed,
                seconds,
                s -> (int) Math.round(most - swing - swing * Math.cos(2 * Math.PI * s / DAY)));
    }

    /// A small site: one visitor's request in so many seconds.
    static Traffic oneIn(long seed, int seconds, int pause) {
        return new Traffic(seed, seconds, s -> s % pause == 0 ? 1 : 0);
    }

    /// From a second on, `rate` of all requests fail, in bursts of `meanSeconds` in which `within`
    /// fail.
    Traffic bursts(int from, double rate, double meanSeconds, double within) {
        double covered = rate / within;
        double calm = meanSeconds * (1 - covered) / covered;
        boolean inBurst = random.nextDouble() < covered;
        double at = from;
        while (at < seconds) {
            double until = at - Math.log(1 - random.nextDouble()) * (inBurst ? meanSeconds : calm);
            if (inBurst) {
                fail((int) at, (int) Math.min(seconds, Math.ceil(until)), s -> within);
            }
            at = until;
            inBurst = !inBurst;
        }
        return this;
    }

    /// Between two seconds each request fails with a chance of its own.
    Traffic fail(int from, int to, IntToDoubleFunction rate) {
        for (int s = from; s < to; s++) {
            double chance = rate.applyAsDouble(s);
            for (int i = failed[s]; i < requests[s]; i++) {
                if (random.nextDouble() < chance) {
                    failed[s]++;
                }
            }
        }
        return this;
    }

    /// Nothing is counted between two seconds: our own network is down, or the source is.
    Traffic silent(int from, int to) {
        for (int s = from; s < Math.min(to, seconds); s++) {
            requests[s] = 0;
            failed[s] = 0;
        }
        return this;
    }

    Soak everySecond() {
        return new Soak(requests, failed, 1);
    }

    Soak everyMinute() {
        return new Soak(requests, failed, 60);
    }
}
