package dev.cutover.probe;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// How long one thread was ready to run and no processor ran it.
///
/// Belongs to the thread that makes it. Source: Linux, second number of
/// `/proc/thread-self/schedstat`.
final class ProcessorWait implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(ProcessorWait.class.getPackageName());
    private static final Path OWN = Path.of("/proc/thread-self/schedstat");
    private static final int LONGEST_LINE = 96;

    /// A look costs a system call, and nobody needs to know more exactly.
    private static final long FRESH_NANOS = 1_000_000L;

    private final @Nullable FileChannel file;
    private final ByteBuffer line = ByteBuffer.allocate(LONGEST_LINE);
    private long lookedAt;
    private long nanos;

    ProcessorWait() {
        this.file = open();
    }

    private static @Nullable FileChannel open() {
        try {
            return FileChannel.open(OWN, StandardOpenOption.READ);
        } catch (IOException | UnsupportedOperationException untold) {
            LOG.log(System.Logger.Level.DEBUG, "no " + OWN, untold);
            return null;
        }
    }

    /// The sum so far, at most a millisecond old; always 0 where the system does not tell.
    long nanos(long now) {
        if (file != null && now - lookedAt >= FRESH_NANOS) {
            lookedAt = now;
            try {
                line.clear();
                file.read(line, 0);
                nanos = second(line.flip());
            } catch (IOException untold) {
                LOG.log(System.Logger.Level.DEBUG, "read " + OWN, untold);
            }
        }
        return nanos;
    }

    private static long second(ByteBuffer text) {
        long number = 0;
        int blanks = 0;
        while (text.hasRemaining() && blanks < 2) {
            byte one = text.get();
            if (one == ' ') {
                blanks++;
            } else if (blanks == 1) {
                number = number * 10 + (one - '0');
            }
        }
        return number;
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "close " + OWN, e);
        }
    }
}
