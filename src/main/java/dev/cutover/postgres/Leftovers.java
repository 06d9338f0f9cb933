package dev.cutover.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a server that did not end in order may have left in its data folder: processes,
/// and the file `postmaster.pid`.
///
/// PostgreSQL refuses to start while the process number in that file exists, even when it is a
/// zombie that nobody reaps or somebody else's. Removing the file by hand is dangerous while a
/// backend of the old server still writes, so it goes only after every process of the folder has.
/// The caller holds the folder's lock. Source: PostgreSQL manual, "pg_ctl" and "Shutting Down the
/// Server".
final class Leftovers {

    private static final System.Logger LOG = System.getLogger(Leftovers.class.getPackageName());

    private static final Path PROC = Path.of("/proc");
    private static final long ORDERLY_SECONDS = 30;
    private static final long AT_ONCE_SECONDS = 10;
    private static final long LOOK_EVERY_MILLIS = 10;

    private Leftovers() {}

    /// Ends what still runs on `data` and removes its stale `postmaster.pid`.
    ///
    /// Where there is no `/proc` nothing is touched, and PostgreSQL's own check decides.
    ///
    /// @param data the data folder, as a real path
    /// @throws PostgresStartException when an old server cannot be made to end
    static void clear(Path data) throws IOException, InterruptedException {
        if (!Files.isDirectory(PROC.resolve("self"))) {
            return;
        }
        if (!processesOf(data).isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "ending an earlier PostgreSQL on {0}", data);
            endAll(data);
        }
        Files.deleteIfExists(data.resolve("postmaster.pid"));
    }

    private static void endAll(Path data) throws IOException, InterruptedException {
        long server = serverOf(data);
        List<Long> alive = processesOf(data);
        if (alive.contains(server)) {
            signal("INT", List.of(server));
            alive = waitUntilGone(data, ORDERLY_SECONDS);
        }
        if (!alive.isEmpty()) {
            // The server itself is gone or hangs: backends stop at once, and the log recovers.
            signal("QUIT", alive);
            alive = waitUntilGone(data, AT_ONCE_SECONDS);
        }
        if (!alive.isEmpty()) {
            throw new PostgresStartException(
                    "an earlier PostgreSQL still runs on "
                            + data
                            + " (processes "
                            + alive
                            + ") and does not end",
                    "end these processes (not with kill -9 unless nothing else helps) and start"
                            + " again");
        }
    }

    private static List<Long> waitUntilGone(Path data, long seconds)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Long> alive = processesOf(data);
        while (!alive.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK_EVERY_MILLIS);
            alive = processesOf(data);
        }
        return alive;
    }

    /// The process number in `postmaster.pid`; 0 when there is none.
    private static long serverOf(Path data) throws IOException {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return 0;
        }
        try (var in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(1_000), StandardCharsets.UTF_8);
            String first = text.lines().findFirst().orElse("").strip();
            return first.matches("[0-9]{1,10}") ? Long.parseLong(first) : 0;
        }
    }

    /// The living server processes of a data folder: programs named postgres that work in it.
    ///
    /// The working folder is the mark, since the number in the file may belong to anyone by now.
    /// A zombie has none any more, and neither has a process of another user.
    static List<Long> processesOf(Path data) throws IOException {
        List<Long> found = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                Path name = entry.getFileName();
                if (name != null && worksIn(entry, data)) {
                    found.add(Long.valueOf(name.toString()));
                }
            }
        }
        return found;
    }

    private static boolean worksIn(Path process, Path data) {
        try {
            Path folder = Files.readSymbolicLink(process.resolve("cwd"));
            Path program = Files.readSymbolicLink(process.resolve("exe"));
            return folder.equals(data) && program.toString().contains("/postgres");
        } catch (IOException goneOrForeign) {
            return false;
        }
    }

    private static void signal(String name, List<Long> processes)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "kill -" + name + " \"$@\"", "sh"));
        processes.forEach(pid -> command.add(Long.toString(pid)));
        Process kill =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        kill.waitFor(AT_ONCE_SECONDS, TimeUnit.SECONDS);
    }
}
