package dev.cutover.api;

import dev.cutover.port.PortException;
import dev.cutover.port.SignIns;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Sign-ins in memory, on a clock of the test's own; it can be away.
public final class MemorySignIns implements SignIns {
    private record Kept(Kind kind, String key, long endsAtNanos) {}

    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private final LongSupplier nanos;

    /// Whether it does not answer.
    public volatile boolean away;

    public MemorySignIns(LongSupplier nanos) {
        this.nanos = nanos;
    }

    @Override
    public synchronized void keep(Kind kind, String digest, String key, Duration life, int most) {
        answer();
        kept.put(digest, new Kept(kind, key, nanos.getAsLong() + life.toNanos()));
        var others =
                kept.entrySet().stream()
                        .filter(e -> e.getValue().kind() == kind && e.getValue().key().equals(key))
                        .map(Map.Entry::getKey)
                        .toList();
        others.stream().limit(Math.max(0, others.size() - most)).forEach(kept::remove);
    }

    @Override
    public synchronized Optional<String> find(String digest) {
        answer();
        return standing(digest, Kind.SESSION);
    }

    @Override
    public synchronized Optional<String> take(String digest) {
        answer();
        Optional<String> key = standing(digest, Kind.CODE);
        key.ifPresent(k -> kept.remove(digest));
        return key;
    }

    @Override
    public synchronized void end(String digest) {
        answer();
        kept.remove(digest);
    }

    private Optional<String> standing(String digest, Kind kind) {
        return Optional.ofNullable(kept.get(digest))
                .filter(k -> k.kind() == kind && k.endsAtNanos() > nanos.getAsLong())
                .map(Kept::key);
    }

    private void answer() {
        if (away) {
            throw PortException.passing("no connection");
        }
    }
}
