package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cutover list`: all cutovers, newest first.
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists cutovers, newest first.")
final class ListCommand extends AskingCommand {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "The most to list, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--json", description = "Print the controller's answer as JSON.")
    private boolean json;

    ListCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        JsonNode list = good(connect().get("/api/v1/cutovers?limit=" + limit)).body();
        if (json) {
            sayJson(list);
            return GivenUpException.DONE;
        }
        if (list.path("cutovers").isEmpty()) {
            say("no cutovers yet; 'cutover plan FILE' shows what one would change");
        }
        for (JsonNode row : list.path("cutovers")) {
            say(
                    String.format(
                            Locale.ROOT,
                            "%-24s %-32s %-40s opens %s",
                            row.path("id").asText(),
                            row.path("phase").asText(),
                            row.path("site").asText(),
                            row.path("opensAt").asText()));
        }
        return GivenUpException.DONE;
    }
}
