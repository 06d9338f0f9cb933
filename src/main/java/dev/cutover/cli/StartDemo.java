package dev.cutover.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cutover demo`: a whole cutover in the lab.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a whole cutover in a world on this machine, live in the terminal.",
            "Exits 0 only when it ended as the scenario's name says it must."
        })
final class StartDemo implements Callable<Integer> {
    private final CutoverCommand.Starters starters;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            defaultValue = "happy",
            description = {
                "What goes wrong (default: ${DEFAULT-VALUE}): happy, errors-after-switch,"
                        + " import-fails, robots-blocked, zone-edited-meanwhile, fallback-sick,"
                        + " api-down-during-fallback, controller-killed, slow-resolvers,"
                        + " noindex-left, import-corrupts, api-429."
            })
    private String scenario;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write the report there, as JSON.")
    private @Nullable Path report;

    @Option(
            names = "--stay",
            description = "Keep the lab and the controller running until interrupted.")
    private boolean stay;

    @Option(
            names = "--keep",
            description =
                    "Keep the lab's files (logs, database, images) when all went as it must; they"
                            + " are kept anyway when it did not.")
    private boolean keep;

    @Option(
            names = "--real-peers",
            description =
                    "Let nginx and Unbound of this machine play the origins and resolvers"
                            + " (Debian: apt-get install nginx-light unbound).")
    private boolean realPeers;

    StartDemo(CutoverCommand.Starters starters) {
        this.starters = starters;
    }

    @Override
    public Integer call() {
        return starters.demo(
                new DemoOptions(scenario, Optional.ofNullable(report), stay, keep, realPeers));
    }
}
