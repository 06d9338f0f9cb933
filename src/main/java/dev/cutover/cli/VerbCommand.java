package dev.cutover.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A command that asks something of one cutover and says where it is then.
abstract class VerbCommand extends AskingCommand {
    @Parameters(paramLabel = "ID", description = "The cutover's id.")
    String id;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "An idempotency key: a repeat with it changes nothing more.")
    private @Nullable String key;

    @Option(names = "--json", description = "Print the controller's answer as JSON.")
    private boolean json;

    VerbCommand(Surroundings around) {
        super(around);
    }

    final int ask(String verb, ObjectNode body, Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        if (key != null) {
            headers.put("Idempotency-Key", key);
        }
        ApiClient.Answer answer = good(connect().post(ApiClient.cutover(id, verb), body, headers));
        if (json) {
            sayJson(answer.body());
            return GivenUpException.DONE;
        }
        Status status = Status.of(answer.body());
        say(status.id() + " is " + status.phase());
        if (!status.next().text().isEmpty()) {
            say("next: " + status.next().text());
        }
        return GivenUpException.DONE;
    }
}
