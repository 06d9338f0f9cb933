package dev.cutover.postgres;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The exclusive right of one process to one home folder; the kernel gives it back when the process
/// dies, however it dies.
final class FolderLock implements AutoCloseable {

    /// Homes held by this JVM. Needed beside the file lock: POSIX drops a process's lock on a file
    /// when the process closes any descriptor of it, so a second attempt from inside this JVM must
    /// be refused before it opens the file.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private static final int LONGEST_HOLDER = 64;

    private final Path home;
    private final FileChannel channel;

    private FolderLock(Path home, FileChannel channel) {
        this.home = home;
        this.channel = channel;
    }

    /// Takes the lock of `home`, at once or not at all.
    ///
    /// @param home an existing folder, as a real path
    /// @throws PostgresStartException when another process, or this one, holds it already
    static FolderLock take(Path home) throws IOException {
        if (!HELD_HERE.add(home)) {
            throw inUse(home, "this process (" + ProcessHandle.current().pid() + ")");
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel =
                    FileChannel.open(
                            home.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(home, "process " + holder(home));
            }
            channel.truncate(0);
            String pid = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            taken = true;
            return new FolderLock(home, channel);
        } finally {
            if (!taken) {
                if (channel != null) {
                    channel.close();
                }
                HELD_HERE.remove(home);
            }
        }
    }

    private static String holder(Path home) {
        try (var in = Files.newInputStream(home.resolve("lock"))) {
            String text = new String(in.readNBytes(LONGEST_HOLDER), StandardCharsets.US_ASCII);
            return text.isBlank() ? "(unknown)" : text.strip();
        } catch (IOException unreadable) {
            return "(unknown)";
        }
    }

    private static PostgresStartException inUse(Path home, String holder) {
        return new PostgresStartException(
                "the folder " + home + " is in use by " + holder + "; nothing was changed",
                "stop that process, or give this one another folder; for several nodes "
                        + PostgresStartException.USE_EXTERNAL);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD_HERE.remove(home);
        }
    }
}
