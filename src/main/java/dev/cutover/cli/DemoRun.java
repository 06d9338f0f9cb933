package dev.cutover.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.lab.peer.PeerProgram;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** {@code cutover demo}: a scenario in the lab, drawn live, its report written, its ending judged. */
public final class DemoRun {
    private static final Duration MOST = Duration.ofMinutes(15);
    private static final int UNREACHABLE = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What becomes of the lab's files. */
    private enum Remains {
        /** The run was cut short; a later demo removes them a day later. */
        UNJUDGED,
        /** People may want to look. */
        KEPT,
        /** All went as it must. */
        UNNEEDED
    }

    private final PrintWriter out;
    private final Surroundings around;
    private volatile Remains files = Remains.UNJUDGED;

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
        LabWorld.Peers peers =
                options.realPeers() ? realPeers(scenario.get()) : LabWorld.Peers.BUILT_IN;
        options.report().ifPresent(DemoRun::expectWritable);
        out.println("cutover demo: " + scenario.get().word() + ": " + scenario.get().story());
        out.flush();
        try (DemoLab lab = DemoLab.shown(peers)) {
            Path folder = lab.world().folder();
            DemoFolder.removeLeftBehind(folder, lab.world().clock().instant());
            DemoFolder own = DemoFolder.own(folder);
            Runnable end = lab::close;
            Thread onExit =
                    Thread.ofPlatform()
                            .unstarted(
                                    () -> {
                                        end.run();
                                        tidy(own, files);
                                    });
            Runtime.getRuntime().addShutdownHook(onExit);
            try {
                return play(lab, scenario.get(), options);
            } catch (IOException | TimeoutException e) {
                files = Remains.KEPT;
                out.println("the demo could not be played: " + e.getMessage());
                return UNREACHABLE;
            } finally {
                if (files == Remains.KEPT) {
                    out.println("the lab's files are kept in " + folder);
                }
                out.flush();
            }
        } catch (IOException e) {
            out.println("the demo could not be played: " + e.getMessage());
            out.flush();
            return UNREACHABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNREACHABLE;
        }
    }

    /** A report that cannot be written is told now and not after the run. */
    private static void expectWritable(Path report) {
        Path file = report.toAbsolutePath();
        Path folder = file.getParent();
        boolean writable =
                Files.exists(file)
                        ? !Files.isDirectory(file) && Files.isWritable(file)
                        : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
        if (!writable) {
            throw GivenUpException.wrongUse(
                    List.of(
                            "--report: expected a file that can be written in a folder that exists,"
                                    + " seen "
                                    + report
                                    + "; nothing was started"));
        }
    }

    private static void tidy(DemoFolder folder, Remains files) {
        try {
            switch (files) {
                case UNNEEDED -> folder.remove();
                case KEPT -> folder.keep();
                case UNJUDGED -> {}
            }
        } catch (IOException e) {
            // A later demo tries again.
        }
    }

    private static LabWorld.Peers realPeers(Scenario scenario) {
        List<PeerProgram> missing = PeerProgram.missing();
        if (!missing.isEmpty()) {
            throw notInstalled(missing);
        }
        if (scenario.needsBuiltInResolvers()) {
            throw GivenUpException.wrongUse(
                    List.of(
                            scenario.word()
                                    + " needs resolvers that can be told to be slow; run it without"
                                    + " --real-peers"));
        }
        return LabWorld.Peers.REAL;
    }

    /** Names what is missing and how to get it. */
    static GivenUpException notInstalled(List<PeerProgram> missing) {
        return GivenUpException.unreachable(
                List.of(
                        "--real-peers needs "
                                + missing.stream()
                                        .map(PeerProgram::word)
                                        .collect(Collectors.joining(", "))
                                + ", not found in /usr/sbin, /usr/bin or /usr/local/sbin;"
                                + " nothing was started",
                        "on Debian: apt-get install --no-install-recommends "
                                + missing.stream()
                                        .map(PeerProgram::debianPackage)
                                        .distinct()
                                        .collect(Collectors.joining(" "))));
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
        out.println("watch it in a browser (this link signs in once): " + lab.signInLink());
        out.flush();
        Screen screen = new Screen(out, around.ansi(), around.width());
        DemoPlay play =
                new DemoPlay(
                        lab,
                        scenario,
                        scenario.plan(DemoPlan.shown()),
                        MOST,
                        status -> screen.show(Status.of(status), List.of()),
                        line -> screen.say("  * " + line));
        DemoPlay.Ended ended = play.play();
        if (ended.wrong().isEmpty()) {
            out.println(
                    scenario.word()
                            + ": ended "
                            + ended.phase()
                            + ", as it must; every record was checked at the provider");
        } else {
            out.println(scenario.word() + ": NOT as it must");
            ended.wrong().forEach(w -> out.println("  - " + w));
        }
        out.flush();
        boolean reported = options.report().map(file -> written(file, ended)).orElse(true);
        boolean fine = ended.wrong().isEmpty() && reported;
        files = fine && !options.keep() ? Remains.UNNEEDED : Remains.KEPT;
        if (options.stay()) {
            out.println("staying at " + lab.signInLink() + " until interrupted");
            out.flush();
            Thread.currentThread().join();
        }
        if (!ended.wrong().isEmpty()) {
            return 1;
        }
        return reported ? 0 : UNREACHABLE;
    }

    private boolean written(Path file, DemoPlay.Ended ended) {
        try {
            Files.writeString(
                    file,
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(ended.report())
                            + "\n");
            return true;
        } catch (IOException e) {
            out.println("the report could not be written to " + file + " (" + e + ")");
            out.flush();
            return false;
        }
    }
}
