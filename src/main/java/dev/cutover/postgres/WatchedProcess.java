package dev.cutover.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program that ends when this process ends, however it ends.
///
/// It runs under a small POSIX shell that reads a pipe from this process. Closing the pipe, on
/// purpose or by dying, makes the shell send SIGINT; a program that ignores it gets SIGQUIT after a
/// grace. Both are orderly for PostgreSQL: a fast shutdown, and a stop that recovers at next start.
final class WatchedProcess implements AutoCloseable {

    private static final System.Logger LOG =
            System.getLogger(WatchedProcess.class.getPackageName());

    private static final int GRACE_SECONDS = 20;
    private static final int KEPT_LINES = 30;
    private static final int LONGEST_LINE = 500;

    /// Signals to the group (a service manager's stop, a terminal's hang-up) are left to the
    /// program; the shell itself goes when the program has gone.
    private static final String WATCHDOG =
            """
            trap '' HUP INT TERM
            exec 3<&0 </dev/null
            "$@" 3<&- &
            P=$!
            (
              read -r LINE <&3
              kill -INT "$P" 2>/dev/null
              N=0
              while [ "$N" -lt %d ]; do
                sleep 1 >/dev/null 2>&1
                N=$((N + 1))
              done
              kill -QUIT "$P" 2>/dev/null
            ) >/dev/null 2>&1 &
            W=$!
            wait "$P"
            R=$?
            kill -KILL "$W" 2>/dev/null
            exit "$R"
            """
                    .formatted(GRACE_SECONDS);

    private final Process shell;
    private final Thread reader;
    private final Deque<String> lastLines = new ArrayDeque<>();

    private WatchedProcess(Process shell, String name) {
        this.shell = shell;
        this.reader = Thread.ofPlatform().daemon().name(name + "-output").start(this::readOutput);
    }

    /// Starts a program.
    ///
    /// @param prefix words before the shell, see [RunAs]
    /// @param home the folder to run in
    /// @throws PostgresStartException when the shell itself cannot be started
    static WatchedProcess start(List<String> prefix, List<String> program, Path home) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("/bin/sh", "-c", WATCHDOG, "sh"));
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(home.toFile());
        builder.redirectErrorStream(true);
        // Nothing of ours goes along: no PGDATA that redirects the server, no token it might dump.
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "/usr/bin:/bin" : path);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        try {
            String name = Path.of(program.getFirst()).getFileName().toString();
            return new WatchedProcess(builder.start(), name);
        } catch (IOException e) {
            throw new PostgresStartException(
                    "could not run " + command.getFirst() + " (" + e.getMessage() + ")",
                    "it needs a POSIX /bin/sh, or " + PostgresStartException.USE_EXTERNAL,
                    e);
        }
    }

    private void readOutput() {
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String kept = line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) : line;
                LOG.log(System.Logger.Level.DEBUG, kept);
                synchronized (lastLines) {
                    if (lastLines.size() == KEPT_LINES) {
                        lastLines.removeFirst();
                    }
                    lastLines.addLast(kept);
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "output ended", e);
        }
    }

    /// The last lines the program wrote, oldest first; complete once it has ended.
    String lastWords() throws InterruptedException {
        if (!shell.isAlive()) {
            reader.join(1_000);
        }
        synchronized (lastLines) {
            return String.join("\n", lastLines);
        }
    }

    boolean isAlive() {
        return shell.isAlive();
    }

    int exitStatus() {
        return shell.exitValue();
    }

    boolean endedWithin(long seconds) throws InterruptedException {
        return shell.waitFor(seconds, TimeUnit.SECONDS);
    }

    /// Ends the program in order and waits for it; at the latest after the grace and 10 seconds.
    ///
    /// An interrupt does not cut the wait short, since a database must not be left half closed;
    /// it is kept for the caller.
    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
        } catch (IOException alreadyGone) {
            LOG.log(System.Logger.Level.DEBUG, "pipe was closed already", alreadyGone);
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS + 10L);
        while (shell.isAlive() && System.nanoTime() < deadline) {
            try {
                shell.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (shell.isAlive()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "PostgreSQL under {0} did not stop; it is killed and recovers at next start",
                    shell.pid());
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
