package dev.cutover.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cutover hold` for one cutover.
@Command(
        name = "hold",
        mixinStandardHelpOptions = true,
        description = "Stops forward steps. Guards and falling back go on.")
final class HoldCommand extends VerbCommand {
    @Option(
            names = "--why",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What the others should read about it.")
    private String why;

    HoldCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        return ask("hold", object().put("why", why), Map.of());
    }
}
