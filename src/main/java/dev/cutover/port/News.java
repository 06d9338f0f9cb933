package dev.cutover.port;

import dev.cutover.core.life.CutoverId;
import java.time.Duration;
import java.util.Map;

/** Tells which journals grew, whichever node made them grow. For one thread. */
public interface News {
    /**
     * Waits until some journal grew, at most that long.
     *
     * @throws PortException TRANSIENT when the store cannot be listened to; the next call tries again and
     *     says that news may have been missed
     */
    Heard await(Duration most);

    /**
     * What was heard.
     *
     * @param maybeMissed whether any journal may have grown unheard, as after a lost connection: look at
     *     those that matter
     * @param grown journals that grew, each with the number of an entry that is there now
     */
    record Heard(boolean maybeMissed, Map<CutoverId, Long> grown) {
        public Heard {
            grown = Map.copyOf(grown);
        }
    }
}
