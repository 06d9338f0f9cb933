package dev.cutover.planted;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

final class NamesSystemInstantSource {
    static Instant decidedAt(Supplier<InstantSource> source) {
        return source.get().instant();
    }

    /// By reference, which is no call in the bytecode of this method.
    static Instant decidedAt() {
        return decidedAt(InstantSource::system);
    }
}
