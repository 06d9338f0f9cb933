package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.cli.DemoLab;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.world.DemoPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The walk-through in README does what it says when it is typed as it stands there. */
class WalkThroughIT {
    private static final Pattern BLOCK =
            Pattern.compile("```bash\n(# A cutover by curl:.*?)```", Pattern.DOTALL);

    private static final Pattern SECOND_LOOK = Pattern.compile("\"seq\":(\\d+)[^\n]*HTTP 200");

    @Test
    void the_walk_through_of_the_readme_runs() throws Exception {
        Matcher block = BLOCK.matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).as("the block in README.md").isTrue();
        try (DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            lab.startEngine("none");
            lab.startController();
            lab.awaitController();
            Path folder = Files.createDirectories(lab.world().folder().resolve("walk"));
            Files.writeString(folder.resolve("acme.yaml"), lab.world().plan(DemoPlan.brief()));
            for (Map.Entry<String, String> file : lab.world().planFiles().entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), file.getValue());
            }

            String said = type(block.group(1), folder, lab);

            System.out.println(said);
            assertThat(said)
                    .contains("\"mayRun\":true")
                    .contains("\"id\":\"acme-relaunch-1\"")
                    .contains("event: Scheduled")
                    .contains("event: AbortRequested")
                    .contains("\"phaseType\":\"Held\"");
            lookedTwice(said, folder);
            assertThat(lab.status("acme-relaunch-1").path("phase").asText()).isEqualTo("Cancelled");
            assertThat(
                            new ObjectMapper()
                                    .readTree(folder.resolve("report.json").toFile())
                                    .path("outcome")
                                    .asText())
                    .isEqualTo("Cancelled");
            lab.leaveNothing();
        }
    }

    /** The second look found nothing new; or something did happen between the two, and it shows. */
    private static void lookedTwice(String said, Path folder) throws IOException {
        if (said.contains("HTTP 304")) {
            return;
        }
        Matcher second = SECOND_LOOK.matcher(said);
        assertThat(second.find()).as("HTTP 304, or a newer answer:%n%s", said).isTrue();
        assertThat(Long.parseLong(second.group(1)))
                .isGreaterThan(
                        new ObjectMapper()
                                .readTree(folder.resolve("cutover.json").toFile())
                                .path("seq")
                                .asLong());
    }

    private static String type(String script, Path folder, DemoLab lab)
            throws IOException, InterruptedException {
        Path out = folder.resolve("said.txt");
        ProcessBuilder shell =
                new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        shell.environment().put("CUTOVER_SERVER", lab.page().toString().replaceAll("/$", ""));
        shell.environment().put("CUTOVER_KEY", lab.onCallKey());
        Process process = shell.start();
        process.getOutputStream().close();
        boolean done = process.waitFor(5, TimeUnit.MINUTES);
        if (!done) {
            process.destroyForcibly();
        }
        String said = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(done).as("ended by itself; it said:%n%s", said).isTrue();
        assertThat(process.exitValue()).as("said:%n%s", said).isZero();
        return said;
    }
}
