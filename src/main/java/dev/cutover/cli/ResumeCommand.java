package dev.cutover.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cutover resume` for one cutover.
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = {
            "Goes on; evidence, window, approvals and zone are judged anew.",
            "While falling back and asked about the promoted content: keeps it."
        })
final class ResumeCommand extends VerbCommand {
    @Option(
            names = "--why",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Accepted for scripts; the journal keeps no reason of this verb.")
    private String why;

    ResumeCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        return ask("resume", object().put("why", why), Map.of());
    }
}
