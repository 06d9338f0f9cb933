package dev.cutover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// One run of a script as its own process: exit status and all it printed.
record ShellRun(int status, String out, String err) {

    /// Runs a command for at most 60 s in `folder`, with `environment` and nothing else of ours.
    static ShellRun of(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        return start(folder, environment, command).await();
    }

    static Started start(Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Started(builder.start(), out, err);
    }

    /// A run that has not been waited for yet.
    record Started(Process process, Path out, Path err) {
        ShellRun await() throws IOException, InterruptedException {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running after 60 s: " + process.info());
            }
            return new ShellRun(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        }
    }

    /// Writes an executable script.
    static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + file);
        }
        return file;
    }

    /// Lays a folder that looks like a JDK: a release file, and a `java` that prints its arguments
    /// and ends with the status in `$FAKE_STATUS`.
    static Path fakeJdk(Path home, String version) throws IOException {
        Files.createDirectories(home);
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\""
                        + version
                        + "\"\nJAVA_VERSION_DATE=\"2026-01-01\"\n");
        script(
                home.resolve("bin/java"),
                "#!/bin/sh\necho \"java of $0\"\necho \"java: $*\"\nexit ${FAKE_STATUS:-0}\n");
        script(home.resolve("bin/javac"), "#!/bin/sh\nexit 0\n");
        return home;
    }
}
