package dev.cutover.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `cutover import`: an exported store into an empty one.
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Reads a file that export wrote into a store without cutovers: all of it or nothing.",
            "The store is the one that serve would use. Stop the old controller first: two"
                    + " controllers on two copies would drive the same zone."
        })
final class ImportCommand implements Callable<Integer> {
    private final StoreMover mover;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The archive that export wrote.")
    private Path file;

    ImportCommand(StoreMover mover) {
        this.mover = mover;
    }

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw GivenUpException.wrongUse(
                    List.of(file + ": expected an archive that export wrote, there is none"));
        }
        mover.take(file).forEach(line -> spec.commandLine().getOut().println(Shown.line(line)));
        spec.commandLine().getOut().flush();
        return GivenUpException.DONE;
    }
}
