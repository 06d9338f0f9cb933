package dev.cutover.store;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Asks again and again until the answer is as wanted, within a bound.
final class Awaiting {
    private Awaiting() {}

    static <T> T until(Supplier<T> ask, Predicate<T> wanted) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        T answer = ask.get();
        while (!wanted.test(answer)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("still " + answer + " after 60 s");
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            answer = ask.get();
        }
        return answer;
    }
}
