package dev.cutover.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A shell before a controller that answers what the test says: what was typed, printed and
/// started.
@Timeout(60)
abstract class CommandStory {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final Map<String, String> env = new HashMap<>();
    final List<String> started = new ArrayList<>();
    String typed = "";
    boolean terminal;
    int toRestore = 2;
    PretendController controller;

    @TempDir Path folder;

    @BeforeEach
    void a_controller_runs() throws IOException {
        controller = new PretendController();
        env.put("CUTOVER_SERVER", controller.url());
        env.put("CUTOVER_KEY", "cutover_test");
    }

    @AfterEach
    void it_stops() {
        controller.close();
    }

    Path plan(String text) throws IOException {
        return Files.writeString(folder.resolve("plan.yaml"), text);
    }

    int run(String... arguments) {
        return run(new PrintWriter(out, true), arguments);
    }

    int run(PrintWriter to, String... arguments) {
        Surroundings around =
                new Surroundings(
                        env,
                        folder,
                        new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                        terminal);
        return CutoverCommand.run(new Started(), around, to, new PrintWriter(err, true), arguments);
    }

    final class Started implements CutoverCommand.Starters {
        @Override
        public StoreMover mover() {
            return new StoreMover() {
                @Override
                public List<String> export(Path file) {
                    started.add("export");
                    return List.of("wrote " + file);
                }

                @Override
                public List<String> take(Path file) {
                    started.add("import");
                    return List.of("read " + file);
                }
            };
        }

        @Override
        public int serve(String... arguments) {
            started.add("serve");
            return 8;
        }

        @Override
        public int rehearse() {
            started.add("rehearse");
            return 9;
        }

        @Override
        public int demo(DemoOptions options) {
            started.add(options.toString());
            return 7;
        }

        @Override
        public Prober.Opening prober() {
            return wish -> {
                throw GivenUpException.wrongUse(List.of("no prober in this story"));
            };
        }

        @Override
        public RestoreCommand.Restorer restorer() {
            return new RestoreCommand.Restorer() {
                @Override
                public RestoreCommand.Outcome restore(RestoreCommand.Wish wish) {
                    started.add(wish.dryRun() ? "dry" : "real");
                    return new RestoreCommand.Outcome(
                            0, toRestore, true, List.of("www back to 198.51.100.10"));
                }

                @Override
                public List<String> purge(RestoreCommand.Wish wish) {
                    started.add("purge");
                    return List.of("purged");
                }
            };
        }
    }
}
