package dev.cutover.cli;

import java.util.Map;
import picocli.CommandLine.Command;

/// `cutover resume` for one cutover.
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = {
            "Goes on; evidence, window, approvals and zone are judged anew.",
            "While falling back and asked about the promoted content: keeps it."
        })
final class ResumeCommand extends VerbCommand {
    ResumeCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        return ask("resume", object(), Map.of());
    }
}
