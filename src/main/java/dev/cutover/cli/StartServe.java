package dev.cutover.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/// `cutover serve`: the controller itself, in this process.
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the controller until it is asked to stop.",
            "Settings come from the environment, from -Dname=value in CUTOVER_JAVA_OPTS, and from"
                    + " config/application.properties."
        })
final class StartServe implements Callable<Integer> {
    private final CutoverCommand.Starters starters;

    @Option(
            names = "--rehearse",
            description =
                    "Starts on an empty store of its own below the folder for temporary files, on"
                            + " a free port of loopback, answers a few requests and ends. Exit code"
                            + " 0 says that a controller can start here; the home, store and address"
                            + " that settings name are not touched. The launcher makes the JVM's"
                            + " start-up cache with it.")
    private boolean rehearse;

    @Parameters(arity = "0..*", hidden = true)
    private List<String> arguments = new ArrayList<>();

    @Unmatched private List<String> unmatched = new ArrayList<>();

    StartServe(CutoverCommand.Starters starters) {
        this.starters = starters;
    }

    @Override
    public Integer call() {
        if (!arguments.isEmpty() || !unmatched.isEmpty()) {
            List<String> seen = new ArrayList<>(arguments);
            seen.addAll(unmatched);
            throw GivenUpException.wrongUse(
                    List.of(
                            "serve takes no arguments, seen "
                                    + String.join(" ", seen)
                                    + "; settings come from the environment, see --help"));
        }
        return rehearse ? starters.rehearse() : starters.serve();
    }
}
