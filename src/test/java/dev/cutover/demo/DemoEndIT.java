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
    private static final Duration MOST = Duration.ofMinutes(2);

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
        await("ended", () -> left.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void a_report_that_cannot_be_written_is_told_before_the_run() throws Exception {
        Process demo = demo("--report", folder.resolve("missing/r.json").toString());

        assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
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
