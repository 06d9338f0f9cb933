package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cutover plan`: what a plan would change. Writes nothing.
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Reads the plan and the zone and prints what would change, what it falls back to, when,"
                    + " and what it takes. Writes nothing.",
            "Colours on a terminal, unless NO_COLOR is set; as wide as COLUMNS says.",
            "Exits 0 when the plan may run, 1 when it is refused, 2 when the file is wrong, 3 when"
                    + " controller or provider cannot be reached."
        })
final class PlanCommand extends AskingCommand {
    @Parameters(paramLabel = "FILE", description = "The plan file (YAML).")
    private Path file;

    @ArgGroup(multiplicity = "0..1")
    private Form form = new Form();

    /// How it is printed; one at most.
    private static final class Form {
        @Option(
                names = "--json",
                description = "Print JSON, the same as POST /api/v1/plans/preview answers.")
        private boolean json;

        @Option(names = "--markdown", description = "Print Markdown for a pull request.")
        private boolean markdown;
    }

    PlanCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        PlanParcel plan = PlanParcel.read(file);
        ApiClient.Answer answer = connect().post("/api/v1/plans/preview", plan.body(), Map.of());
        JsonNode diff = good(file, answer).body();
        if (form.json) {
            sayJson(diff);
        } else if (form.markdown) {
            PlanMarkdown.lines(diff).forEach(out()::println);
        } else {
            PlanLines.lines(diff, around.width())
                    .forEach(line -> out().println(line.shown(around.ansi())));
        }
        out().flush();
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
