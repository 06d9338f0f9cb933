package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a demo leaves behind, however it ends. */
class DemoEndIT {
    private static final Duration MOST = Duration.ofMinutes(5);

    @TempDir Path folder;

    @Test
    void what_a_demo_started_ends_when_it_is_killed() throws Exception {
        Process demo = demo();
        List<ProcessHandle> started = List.of();
        try {
            await("ready", () -> said().contains("the controller answers at"));
            started = demo.descendants().toList();
            assertThat(started).as("controller, engine, database").hasSizeGreaterThan(2);
        } finally {
            demo.destroyForcibly().waitFor();
        }

        List<ProcessHandle> left = started;
        await("ended", () -> left.stream().noneMatch(DemoEndIT::runs));
    }

    @Test
    void a_report_that_cannot_be_written_is_told_before_the_run() throws Exception {
        Process demo = demo("--report", folder.resolve("missing/r.json").toString());

        boolean ended = demo.waitFor(MOST.toSeconds(), TimeUnit.SECONDS);
        demo.destroyForcibly().waitFor();
        assertThat(ended).as("ended by itself; it said: %s", said()).isTrue();
        assertThat(demo.exitValue()).isEqualTo(2);
        assertThat(said()).contains("--report: expected a file that can be written");
    }

    private Process demo(String... options) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Djava.io.tmpdir=" + folder,
                                "--enable-native-access=ALL-UNNAMED",
                                "-jar",
                                System.getProperty("cutover.jar"),
                                "demo"));
        command.addAll(List.of(options));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said.txt").toFile())
                .start();
    }

    private String said() {
        try {
            return Files.readString(folder.resolve("said.txt"));
        } catch (IOException e) {
            return "";
        }
    }

    /** Ended and not yet taken note of by its parent counts as ended: in a container nobody may ever. */
    private static boolean runs(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return process.isAlive() && !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException e) {
            return process.isAlive();
        }
    }

    private void await(String what, BooleanSupplier reached) throws InterruptedException {
        long until = System.nanoTime() + MOST.toNanos();
        while (!reached.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("never " + what + ": " + said());
            }
            Thread.sleep(Duration.ofMillis(100));
        }
    }
}
