package dev.cutover.demo;

import dev.cutover.cli.DemoLab;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command line as a person runs it: a process of its own. */
final class Cli {
    private static final int MOST_SECONDS = 300;

    private final DemoLab lab;

    Cli(DemoLab lab) {
        this.lab = lab;
    }

    /** What a command said and how it ended. */
    record Said(int exitCode, String out, String err) {
        String all() {
            return out + err;
        }
    }

    Said run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        System.getProperty("cutover.jar")));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(lab.world().folder(), "out", ".txt");
        Path err = Files.createTempFile(lab.world().folder(), "err", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        Map<String, String> env = builder.environment();
        env.putAll(lab.world().environment());
        env.put("CUTOVER_SERVER", lab.page().toString().replaceAll("/$", ""));
        env.put("CUTOVER_KEY", lab.onCallKey());
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(
                    String.join(" ", arguments)
                            + " did not end; it said: "
                            + text(out)
                            + text(err));
        }
        return new Said(process.exitValue(), text(out), text(err));
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
