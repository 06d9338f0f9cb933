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

    @Test
    void four_minutes_of_broken_bytes() throws Exception {
        FuzzTest.readBroken(Integer.MAX_VALUE, Duration.ofMinutes(4));
    }

    @Test
    void three_minutes_of_lies() throws Exception {
        FuzzTest.askBetweenLies(Duration.ofMinutes(3));
    }

    @Test
    void three_minutes_of_broken_streams() throws Exception {
        FuzzTest.askThroughBrokenStreams(Duration.ofMinutes(3));
    }
}
