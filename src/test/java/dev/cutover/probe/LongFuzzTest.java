package dev.cutover.probe;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What [FuzzTest] does for seconds, for ten minutes.
@Tag("long")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class LongFuzzTest {

    private static long seed() {
        return Long.getLong("fuzz.seed", System.nanoTime());
    }

    @Test
    void four_minutes_of_broken_bytes() throws Exception {
        FuzzTest.readBroken(seed(), Integer.MAX_VALUE, Duration.ofMinutes(4));
    }

    @Test
    void three_minutes_of_lies() throws Exception {
        FuzzTest.askBetweenLies(seed(), Duration.ofMinutes(3));
    }

    @Test
    void three_minutes_of_broken_streams() throws Exception {
        FuzzTest.askThroughBrokenStreams(seed(), Duration.ofMinutes(3));
    }
}
