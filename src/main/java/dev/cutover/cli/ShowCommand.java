package dev.cutover.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `cutover show`: one cutover as it is now, with what a person can do about it.
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows one cutover: where it is, what comes next, what you can do.")
final class ShowCommand extends AskingCommand {
    @Parameters(paramLabel = "ID", description = "The cutover's id.")
    private String id;

    @Option(names = "--json", description = "Print the controller's answer as JSON.")
    private boolean json;

    ShowCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        JsonNode node = good(connect().get(ApiClient.cutover(id))).body();
        if (json) {
            sayJson(node);
            return GivenUpException.DONE;
        }
        Status status = Status.of(node);
        LiveView.TooLong tooLong =
                around.terminal() ? LiveView.TooLong.FOLD : LiveView.TooLong.LEAVE;
        LiveView.lines(status, around.width(), around.ansi(), tooLong).forEach(out()::println);
        for (Status.Button button : status.buttons()) {
            say("You can  " + button.command() + "  -  " + button.effect());
        }
        return GivenUpException.DONE;
    }
}
