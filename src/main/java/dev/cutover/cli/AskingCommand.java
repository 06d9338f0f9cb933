package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command that asks a controller: where it is, and what its refusals mean for the exit code.
abstract class AskingCommand implements Callable<Integer> {
    static final ObjectMapper JSON = new ObjectMapper();

    @Spec CommandSpec spec;

    @Mixin ServerOptions server;

    final Surroundings around;

    AskingCommand(Surroundings around) {
        this.around = around;
    }

    final ApiClient connect() {
        return server.connect(around);
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final void say(String line) {
        out().println(Shown.line(line));
        out().flush();
    }

    final void sayJson(JsonNode node) {
        try {
            out().println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out().flush();
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /// The answer, when it is a good one.
    ///
    /// @throws GivenUpException with the exit code the problem means
    static ApiClient.Answer good(ApiClient.Answer answer) {
        if (answer.isOk()) {
            return answer;
        }
        throw new GivenUpException(exitCode(answer.status()), lines(answer));
    }

    private static int exitCode(int status) {
        return switch (status) {
            case 409, 412 -> GivenUpException.FINDING;
            case 400, 401, 403, 404, 405, 413, 415, 422, 428 -> GivenUpException.WRONG_USE;
            default -> GivenUpException.UNREACHABLE;
        };
    }

    private static List<String> lines(ApiClient.Answer answer) {
        List<String> lines = new ArrayList<>();
        lines.add(answer.problem());
        for (JsonNode refusal : answer.body().path("refusals")) {
            lines.add("refused: " + Refusals.line(refusal));
            String remedy = refusal.path("remedy").asText("");
            if (!remedy.isEmpty()) {
                lines.add("  to do: " + remedy);
            }
        }
        if (answer.status() == 404) {
            lines.add("`cutover list` lists the cutovers");
        }
        if (answer.status() == 401) {
            lines.add(
                    "show a key with --key-file or CUTOVER_KEY; the controller wrote one for this"
                            + " machine to the file key in its home folder when it first started");
        }
        if (answer.body().path("type").asText("").endsWith("store-unavailable")) {
            lines.add(
                    "without a key: approve, hold, resume and abort do nothing twice, ask again;"
                            + " schedule with --key KEY, and look at 'cutover list' first");
        }
        return lines;
    }
}
