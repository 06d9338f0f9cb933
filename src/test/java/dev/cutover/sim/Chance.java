package dev.cutover.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/// The one source of chance of a seed: the same seed draws the same world.
final class Chance {
    private final SplittableRandom random;

    Chance(long seed) {
        this(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1));
    }

    private Chance(SplittableRandom random) {
        this.random = random;
    }

    /// An independent source, so that one part drawing more does not change what another sees.
    Chance split() {
        return new Chance(random.split());
    }

    boolean in100(double percent) {
        return random.nextDouble() * 100 < percent;
    }

    double share() {
        return random.nextDouble();
    }

    /// A whole number, both ends included.
    int from(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    long seconds(long low, long high) {
        return low + random.nextLong(high - low + 1);
    }

    /// A time after `start`, to the millisecond.
    Instant after(Instant start, Duration least, Duration most) {
        return start.plusMillis(
                least.toMillis()
                        + random.nextLong(Math.max(1, most.toMillis() - least.toMillis())));
    }

    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
