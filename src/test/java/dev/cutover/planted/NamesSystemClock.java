package dev.cutover.planted;

import java.time.Clock;
import java.time.InstantSource;

final class NamesSystemClock {
    static InstantSource clock() {
        return Clock.systemUTC();
    }
}
