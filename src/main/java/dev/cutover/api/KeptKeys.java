package dev.cutover.api;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// The keys of a file as it stands, read again at most once a second: who was taken out of it is
/// out
/// within that time, without a restart.
///
/// While the file cannot be used the keys read last stay: a typing mistake must lock nobody out in
/// the middle of a run. That is told once, until the file can be used again.
public final class KeptKeys implements Supplier<ApiKeys> {
    private static final long NANOS_BETWEEN = 1_000_000_000L;

    private final Path file;
    private final LongSupplier nanos;
    private final Consumer<String> warning;
    private ApiKeys keys;
    private long readAtNanos;
    private boolean told;

    /// @param nanos a running clock in nanoseconds, of any beginning
    /// @param warning told why the file cannot be used any more
    /// @throws BadKeysFileException when it cannot be used now
    public KeptKeys(Path file, LongSupplier nanos, Consumer<String> warning) {
        this.file = file;
        this.nanos = nanos;
        this.warning = warning;
        this.keys = KeyFiles.load(file);
        this.readAtNanos = nanos.getAsLong();
    }

    @Override
    public synchronized ApiKeys get() {
        long now = nanos.getAsLong();
        if (now - readAtNanos < NANOS_BETWEEN) {
            return keys;
        }
        readAtNanos = now;
        try {
            keys = KeyFiles.load(file);
            told = false;
        } catch (BadKeysFileException e) {
            if (!told) {
                told = true;
                warning.accept(e.getMessage() + "; the keys read before stay until it can be used");
            }
        }
        return keys;
    }
}
