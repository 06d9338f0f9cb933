package dev.cutover.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cutover abort` for one cutover.
@Command(
        name = "abort",
        mixinStandardHelpOptions = true,
        description =
                "Falls back, or cancels when nothing was promoted yet. Accepted in every phase.")
final class AbortCommand extends VerbCommand {
    @Option(
            names = "--why",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What the others should read about it.")
    private String why;

    AbortCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        return ask("abort", object().put("why", why), Map.of());
    }
}
