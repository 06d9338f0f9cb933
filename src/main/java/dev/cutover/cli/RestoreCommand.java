package dev.cutover.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `cutover restore`: brings a zone back from a before-image, with controller and database gone.
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Brings every planned record back to its before-image. Needs no controller, only the"
                    + " file and the token it refers to.",
            "Other people's later edits are left alone and named. Safe to repeat.",
            "Then purges the edge's cache as the plan says, and looks whether old pages are gone.",
            "Exits 0 when every planned record routes as in the image, 1 when one does not because"
                    + " somebody else changed it."
        })
public final class RestoreCommand implements Callable<Integer> {
    private final Surroundings around;
    private final Restorer restorer;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The before-image (JSON).")
    private Path file;

    @Option(names = "--dry-run", description = "Only print what would be written.")
    private boolean dryRun;

    @Option(
            names = "--edited",
            description = "Restore also from a file that was changed after it was written.")
    private boolean edited;

    @Option(
            names = "--purge",
            description = "Purge the edge's cache also when nothing is left to write.")
    private boolean purge;

    @Option(names = "--yes", description = "Do not ask before writing.")
    private boolean yes;

    RestoreCommand(Surroundings around, Restorer restorer) {
        this.around = around;
        this.restorer = restorer;
    }

    /// Restores a zone from a before-image file.
    public interface Restorer {
        /// Restores, or only says what restoring would write.
        ///
        /// @throws GivenUpException when image or provider cannot be used
        Outcome restore(Wish wish);

        /// Makes the edge forget the pages of the side that was left. It never fails what was
        /// restored: whatever goes wrong is told.
        ///
        /// @return what came of it, for people; empty when there is nothing to forget
        List<String> purge(Wish wish);
    }

    /// What is to be restored, and how.
    ///
    /// @param image an existing file
    /// @param edited whether it is good enough when somebody changed it after it was written
    /// @param dryRun whether nothing may be written
    public record Wish(Path image, boolean edited, boolean dryRun) {}

    /// What came of it.
    ///
    /// @param exitCode 0 when every planned record routes as in the image, or would after writing;
    /// 1
    ///     when records are left that route elsewhere because somebody else wrote them
    /// @param writes how many records were written, or would be
    /// @param purges whether the edge's cache is to be purged once that is done
    /// @param lines what was or would be written and kept, for people
    public record Outcome(int exitCode, int writes, boolean purges, List<String> lines) {
        public Outcome {
            lines = List.copyOf(lines);
        }
    }

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw GivenUpException.wrongUse(
                    List.of(
                            file
                                    + ": expected a before-image file, "
                                    + (Files.isDirectory(file)
                                            ? "seen a folder"
                                            : Files.exists(file)
                                                    ? "seen something that is no file"
                                                    : "there is none")
                                    + "; nothing was written"));
        }
        Outcome preview = restorer.restore(new Wish(file, edited, true));
        print(preview.lines());
        boolean purging = preview.purges() && (purge || preview.writes() > 0);
        if (preview.purges() && !purging) {
            print(List.of("the edge's cache is left alone; --purge purges it all the same"));
        }
        if (dryRun || (preview.writes() == 0 && !purging)) {
            return preview.exitCode();
        }
        if (!yes && !agreed()) {
            throw GivenUpException.finding(List.of("nothing was written"));
        }
        Wish wish = new Wish(file, edited, false);
        Outcome done = restorer.restore(wish);
        print(done.lines());
        if (purging) {
            print(restorer.purge(wish));
        }
        return done.exitCode();
    }

    private void print(List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        lines.forEach(line -> out.println(Shown.line(line)));
        out.flush();
    }

    private boolean agreed() {
        if (!around.terminal()) {
            throw GivenUpException.wrongUse(
                    List.of(
                            "nobody can be asked here; add --yes to write, or --dry-run to only"
                                    + " look; nothing was written"));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print("Write this? [y/N] ");
        out.flush();
        try {
            String answer =
                    new BufferedReader(new InputStreamReader(around.in(), StandardCharsets.UTF_8))
                            .readLine();
            return answer != null
                    && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
        } catch (IOException e) {
            return false;
        }
    }
}
