package dev.cutover.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `cutover watch`: follows one cutover until it is over.
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {
            "Follows one cutover until it is over: redrawn on a terminal, plain lines elsewhere.",
            "Exits 0 when it ended Completed, 1 when it ended otherwise."
        })
final class WatchCommand extends AskingCommand {
    private static final long LOOK_EVERY_MILLIS = 1_000;

    /// A controller that restarts is back within seconds; two minutes of silence is another matter.
    private static final int MOST_MISSES = 120;

    @Parameters(paramLabel = "ID", description = "The cutover's id.")
    private String id;

    WatchCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() throws InterruptedException {
        ApiClient api = connect();
        Screen screen = new Screen(out(), around.ansi(), around.width());
        int misses = 0;
        boolean seen = false;
        while (true) {
            Optional<Status> status = look(api, seen, misses);
            if (status.isPresent()) {
                if (misses > 0) {
                    screen.say("the controller answers again");
                }
                misses = 0;
                seen = true;
                screen.show(status.get(), List.of());
                if (status.get().over()) {
                    return status.get().phaseType().equals("Completed")
                            ? GivenUpException.DONE
                            : GivenUpException.FINDING;
                }
            } else if (misses++ == 0) {
                screen.say("the controller does not answer; asking on");
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    /// A look that fails the first time ends the command; later ones may pass.
    private Optional<Status> look(ApiClient api, boolean seen, int misses) {
        @Nullable GivenUpException why;
        try {
            return Optional.of(Status.of(good(api.get(ApiClient.cutover(id))).body()));
        } catch (GivenUpException e) {
            why = e;
        }
        if (!seen || why.exitCode() != GivenUpException.UNREACHABLE || misses >= MOST_MISSES) {
            throw why;
        }
        return Optional.empty();
    }
}
