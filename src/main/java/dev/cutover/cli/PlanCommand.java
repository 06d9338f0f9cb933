package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cutover plan`: what a plan would change. Writes nothing.
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Reads the plan and the zone and prints what would change. Writes nothing.",
            "Exits 0 when the plan may run, 1 when it is refused, 2 when the file is wrong, 3 when"
                    + " controller or provider cannot be reached."
        })
final class PlanCommand extends AskingCommand {
    @Parameters(paramLabel = "FILE", description = "The plan file (YAML).")
    private Path file;

    @Option(names = "--json", description = "Print the controller's answer as JSON.")
    private boolean json;

    PlanCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        PlanFiles plan = PlanFiles.read(file);
        ApiClient.Answer answer = connect().post("/api/v1/plans/preview", plan.body(), Map.of());
        JsonNode diff = good(file, answer).body();
        if (json) {
            sayJson(diff);
        } else {
            PlanText.lines(diff).forEach(this::say);
        }
        return diff.path("mayRun").asBoolean() ? GivenUpException.DONE : GivenUpException.FINDING;
    }

    /// As {@link AskingCommand#good}, with a bad plan's mistakes as `FILE:LINE:COLUMN: message`.
    static ApiClient.Answer good(Path file, ApiClient.Answer answer) {
        JsonNode mistakes = answer.body().path("mistakes");
        if (answer.status() != 422 || mistakes.isEmpty()) {
            return good(answer);
        }
        List<String> lines = new ArrayList<>();
        for (JsonNode mistake : mistakes) {
            String named = mistake.path("file").asText("");
            String path = mistake.path("path").asText("");
            lines.add(
                    (named.isEmpty() ? file.toString() : named)
                            + ":"
                            + Math.max(1, mistake.path("line").asInt())
                            + ":"
                            + Math.max(1, mistake.path("column").asInt())
                            + ": "
                            + (path.isEmpty() ? "" : path + ": ")
                            + mistake.path("message").asText());
        }
        throw GivenUpException.wrongUse(lines);
    }
}
