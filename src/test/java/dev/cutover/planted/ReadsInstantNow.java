package dev.cutover.planted;

import java.time.Instant;

final class ReadsInstantNow {
    static Instant decidedAt() {
        return Instant.now();
    }
}
