package dev.cutover.core.life;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What follows from an input.
 *
 * @param events what to journal, in order; empty when nothing changed
 * @param wakeAt when to decide again at the latest, even if nothing happens
 * @param refused why a request was not accepted; empty for everything else
 */
public record Decision(List<Event> events, Instant wakeAt, Optional<Phase.Reason> refused) {
    public Decision {
        events = List.copyOf(events);
    }

    static Decision refuse(Instant now, String code, String text) {
        return new Decision(List.of(), now, Optional.of(new Phase.Reason(code, text)));
    }
}
