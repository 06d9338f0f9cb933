package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cutover schedule`: begins a cutover.
@Command(
        name = "schedule",
        mixinStandardHelpOptions = true,
        description = {
            "Schedules the plan against the zone as it is, and prints the cutover's id.",
            "Exits 1 when the plan is refused, for instance because the zone changed since --hash."
        })
final class ScheduleCommand extends AskingCommand {
    @Parameters(paramLabel = "FILE", description = "The plan file (YAML).")
    private Path file;

    @Option(
            names = "--hash",
            paramLabel = "HASH",
            description = "The hash 'cutover plan' showed; a plan or zone that differs is refused.")
    private @Nullable String hash;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "An idempotency key: a repeat with it returns the cutover begun before.")
    private @Nullable String key;

    @Option(names = "--json", description = "Print the controller's answer as JSON.")
    private boolean json;

    ScheduleCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        ObjectNode body = PlanParcel.read(file).body();
        if (hash != null) {
            body.put("hash", hash);
        }
        Map<String, String> headers = new HashMap<>();
        if (key != null) {
            headers.put("Idempotency-Key", key);
        }
        ApiClient.Answer answer = connect().post("/api/v1/cutovers", body, headers);
        JsonNode cutover = PlanCommand.good(file, answer).body();
        if (json) {
            sayJson(cutover);
        } else {
            Status status = Status.of(cutover);
            say(status.id());
            err().println(
                            Shown.line(
                                    "scheduled, plan hash "
                                            + status.planHash()
                                            + "; follow it with: cutover watch "
                                            + status.id()));
        }
        String lacking = cutover.path("approvals").path("lacking").asText("");
        if (!lacking.isEmpty()) {
            err().println(Shown.line("warning: " + lacking));
            err().flush();
        }
        return GivenUpException.DONE;
    }
}
