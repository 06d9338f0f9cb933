package dev.cutover.cli;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `cutover approve`: agrees to a cutover's plan.
@Command(
        name = "approve",
        mixinStandardHelpOptions = true,
        description = {
            "Agrees to the plan as scheduled, or, while falling back, to undoing the promoted"
                    + " content."
        })
final class ApproveCommand extends VerbCommand {
    @Option(
            names = "--hash",
            paramLabel = "HASH",
            description = "The plan hash you looked at (default: the one it has now).")
    private @Nullable String hash;

    @Option(
            names = "--why",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Accepted for scripts; the journal keeps no reason of this verb.")
    private String why;

    ApproveCommand(Surroundings around) {
        super(around);
    }

    @Override
    public Integer call() {
        String agreed =
                Optional.ofNullable(hash)
                        .orElseGet(
                                () ->
                                        Status.of(good(connect().get(ApiClient.cutover(id))).body())
                                                .planHash());
        return ask("approve", object().put("why", why), Map.of("If-Match", "\"" + agreed + "\""));
    }
}
