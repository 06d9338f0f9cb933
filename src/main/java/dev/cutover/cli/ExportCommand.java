package dev.cutover.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `cutover export`: the whole store as one file.
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes journal, samples, calls and announcements to one file, as they are at one"
                    + " moment.",
            "The store is the one that serve would use: CUTOVER_STORE_URL, or the embedded one of"
                    + " this node, whose controller must be stopped."
        })
final class ExportCommand implements Callable<Integer> {
    private final StoreMover mover;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The archive to write; must not exist.")
    private Path file;

    ExportCommand(StoreMover mover) {
        this.mover = mover;
    }

    @Override
    public Integer call() {
        if (Files.exists(file)) {
            throw GivenUpException.wrongUse(
                    List.of(file + ": expected a file that is not there yet; nothing was written"));
        }
        mover.export(file).forEach(line -> spec.commandLine().getOut().println(Shown.line(line)));
        spec.commandLine().getOut().flush();
        return GivenUpException.DONE;
    }
}
