package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cutover report`: what happened, when, and on which evidence, as JSON.
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Prints or writes one cutover's report as JSON.")
final class ReportCommand extends AskingCommand {
    @Parameters(paramLabel = "ID", description = "The cutover's id.")
    private String id;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write it there instead of to standard output.")
    private @Nullable Path file;

    ReportCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        JsonNode report = good(connect().get(ApiClient.cutover(id, "report"))).body();
        if (file == null) {
            sayJson(report);
            return GivenUpException.DONE;
        }
        try {
            Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
        } catch (IOException e) {
            throw GivenUpException.wrongUse(
                    List.of("the report cannot be written to " + file + " (" + e + ")"));
        }
        err().println(
                        Shown.line(
                                "outcome "
                                        + report.path("outcome").asText()
                                        + ", written to "
                                        + file));
        return GivenUpException.DONE;
    }
}
