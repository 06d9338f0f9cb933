package dev.cutover.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** {@code cutover demo}: a scenario in the lab, drawn live, its report written, its ending judged. */
public final class DemoRun {
    private static final Duration MOST = Duration.ofMinutes(15);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PrintWriter out;
    private final Surroundings around;

    public DemoRun(PrintWriter out, Surroundings around) {
        this.out = out;
        this.around = around;
    }

    /** Plays what was asked for; 0 when it ended as its name says, 1 when not, 2 for a name nobody knows. */
    public int run(DemoOptions options) {
        Optional<Scenario> scenario = Scenario.named(options.scenario());
        if (scenario.isEmpty()) {
            throw GivenUpException.wrongUse(
                    List.of(
                            "expected a scenario out of "
                                    + Scenario.words()
                                    + ", seen '"
                                    + options.scenario()
                                    + "'"));
        }
        out.println("cutover demo: " + scenario.get().word() + ": " + scenario.get().story());
        out.flush();
        try (DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            Thread onExit = Thread.ofPlatform().unstarted(lab::close);
            Runtime.getRuntime().addShutdownHook(onExit);
            return play(lab, scenario.get(), options);
        } catch (IOException | TimeoutException e) {
            out.println("the demo could not be played: " + e.getMessage());
            out.flush();
            return 3;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 3;
        }
    }

    private int play(DemoLab lab, Scenario scenario, DemoOptions options)
            throws IOException, InterruptedException, TimeoutException {
        lab.startEngine(scenario.engineFault());
        lab.startController();
        lab.world().liven();
        lab.awaitController();
        out.println(
                "the controller answers at "
                        + lab.page()
                        + ", its log is "
                        + lab.world().folder().resolve("controller.log"));
        out.flush();
        Screen screen = new Screen(out, around.ansi(), around.width());
        DemoPlay play =
                new DemoPlay(
                        lab,
                        scenario,
                        DemoPlan.shown(),
                        MOST,
                        status -> screen.show(Status.of(status), List.of()),
                        line -> screen.say("  * " + line));
        DemoPlay.Ended ended = play.play();
        if (options.report().isPresent()) {
            write(options.report().get(), ended);
        }
        if (ended.wrong().isEmpty()) {
            out.println(
                    scenario.word()
                            + ": ended "
                            + ended.phase()
                            + ", as it must; every record was checked at the provider");
        } else {
            out.println(scenario.word() + ": NOT as it must");
            ended.wrong().forEach(w -> out.println("  - " + w));
            out.println("  the lab's files are kept in " + lab.world().folder());
        }
        out.flush();
        if (options.stay()) {
            out.println("staying at " + lab.page() + " until interrupted");
            out.flush();
            Thread.currentThread().join();
        }
        return ended.wrong().isEmpty() ? 0 : 1;
    }

    private static void write(Path file, DemoPlay.Ended ended) throws IOException {
        Files.writeString(
                file,
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(ended.report()) + "\n");
    }
}
