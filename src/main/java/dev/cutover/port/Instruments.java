package dev.cutover.port;

import dev.cutover.core.life.CutoverId;
import java.time.Duration;

/**
 * Where the run tells what it does, for metrics and for the log's context. Concurrent; never blocks and
 * never throws. The meters behind it are no business of the run's.
 */
public interface Instruments {
    /** Instruments nobody reads. */
    Instruments NONE =
            new Instruments() {
                @Override
                public void workingFor(CutoverId id) {}

                @Override
                public void ticked(Duration late) {}

                @Override
                public void announced(String channel, String outcome, Duration took) {}

                @Override
                public void givenUp(int announcements) {}
            };

    /** The present thread, and threads it starts from now on, work for that cutover. */
    void workingFor(CutoverId id);

    /** A driver woke up by itself, that much later than it wanted to. */
    void ticked(Duration late);

    /**
     * An announcement was tried on a channel.
     *
     * @param outcome {@code taken}, {@code declined}, {@code away} or {@code gone}
     */
    void announced(String channel, String outcome, Duration took);

    /** Announcements were dropped undelivered because they were too old. */
    void givenUp(int announcements);
}
