package dev.cutover.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cutover postpone`: moves a cutover's window.
@Command(
        name = "postpone",
        mixinStandardHelpOptions = true,
        description = {
            "Moves the window of a cutover that has not promoted yet. Lowered TTLs stay low;"
                    + " approvals are asked for again."
        })
final class PostponeCommand extends VerbCommand {
    @Option(
            names = "--opens",
            required = true,
            paramLabel = "TIME",
            description = "Local time in --zone, such as 2026-12-06T02:00.")
    private String opens;

    @Option(
            names = "--closes",
            required = true,
            paramLabel = "TIME",
            description = "Local time in --zone, after --opens.")
    private String closes;

    @Option(
            names = "--zone",
            required = true,
            paramLabel = "ZONE",
            description = "The time zone, such as Europe/Berlin.")
    private String zone;

    @Option(
            names = "--why",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "What the others should read about it.")
    private String why;

    PostponeCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        return ask(
                "postpone",
                object().put("opens", opens)
                        .put("closes", closes)
                        .put("zone", zone)
                        .put("why", why),
                Map.of());
    }
}
