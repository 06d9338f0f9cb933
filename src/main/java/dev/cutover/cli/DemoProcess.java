package dev.cutover.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A child process of the demo, its output in a file. It can be killed as a power cut would and started
 * again. It ends by itself when this process is gone, however that went.
 */
final class DemoProcess implements AutoCloseable {
    /** From this Java on, what a library does with sun.misc.Unsafe is a warning unless allowed. */
    private static final int QUIET_UNSAFE = 23;

    private static final int END_BYTES = 16 * 1024;
    private static final int MOST_LINES = 12;
    private static final int MOST_WIDTH = 240;

    private final String name;
    private final Path log;
    private final Map<String, String> environment;
    private @Nullable Process process;

    DemoProcess(String name, Path log, Map<String, String> environment) {
        this.name = name;
        this.log = log;
        this.environment = Map.copyOf(environment);
    }

    /** Starts this program with other arguments, in a JVM of its own; nothing while it already runs. */
    synchronized void start(List<String> jvmFlags, List<String> arguments) throws IOException {
        if (isAlive()) {
            return;
        }
        List<String> command = new ArrayList<>();
        command.add(
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElse(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString()));
        command.addAll(jvmFlags);
        command.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= QUIET_UNSAFE) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.add("-D" + LifeLine.PROPERTY + "=true");
        command.add("-jar");
        command.add(jar());
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // Its standard input stays open: that is the child's life line, see LifeLine.
        process = builder.start();
    }

    private static String jar() {
        String given = System.getProperty("cutover.jar", "");
        return given.isEmpty() ? System.getProperty("java.class.path") : given;
    }

    boolean isAlive() {
        Process p = process;
        return p != null && p.isAlive();
    }

    /** Ends it without warning (SIGKILL) and waits until it is gone. */
    synchronized void kill() {
        Process p = process;
        if (p != null) {
            p.destroyForcibly();
            await(p);
        }
    }

    /** Sends it a signal by name, such as {@code STOP}. */
    void signal(String signal) throws IOException {
        Process p = process;
        if (p == null) {
            throw new IOException(name + " does not run");
        }
        try {
            int status =
                    new ProcessBuilder("kill", "-" + signal, Long.toString(p.pid()))
                            .start()
                            .waitFor();
            if (status != 0) {
                throw new IOException("SIG" + signal + " to " + name + " was refused");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks it to end, insists after ten seconds. */
    @Override
    public synchronized void close() {
        Process p = process;
        if (p != null && p.isAlive()) {
            p.destroy();
            if (!await(p)) {
                p.destroyForcibly();
                await(p);
            }
        }
    }

    private static boolean await(Process p) {
        try {
            return p.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where its output is. */
    Path log() {
        return log;
    }

    /** The end of its output: twelve lines at most, none of them long. */
    String lastWords() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - END_BYTES);
            byte[] end = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(end);
            List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
            return lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()).stream()
                    .map(line -> line.substring(0, Math.min(MOST_WIDTH, line.length())))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return "nothing that can be read: " + e.getMessage();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
