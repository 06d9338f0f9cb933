package dev.cutover.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The `cutover` command: parses what was typed and runs the subcommand it names.
///
/// Starts nothing by itself. Exit codes: 0 done as wanted, 1 a finding or a failed run, 2 wrong
/// use, 3 cannot reach what it needs.
@Command(
        name = "cutover",
        description = "Moves a website's traffic to another side, and can always bring it back.",
        mixinStandardHelpOptions = true,
        versionProvider = CutoverCommand.Version.class,
        footer = {
            "",
            "The launcher itself adds:",
            "  test [--long]  Run the test suite; --long adds the crash and seed matrices.",
            "",
            "Exit codes: 0 done as wanted, 1 a finding or a failed run, 2 wrong use, 3 cannot reach"
                    + " what it needs."
        })
public final class CutoverCommand implements Runnable {
    @Spec private CommandSpec spec;

    /// Runs one command line and returns its exit code. Results go to `out`, all else to `err`.
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new CutoverCommand())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
    }

    /// Reached when no subcommand is named: wrong use, exit code 2.
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "expected a command, seen none; --help lists them");
    }

    /// Prints the version the build wrote down.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            var properties = new Properties();
            try (InputStream in = CutoverCommand.class.getResourceAsStream("version.properties")) {
                properties.load(Objects.requireNonNull(in, "version.properties"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new String[] {
                "cutover " + properties.getProperty("version"),
                "Java " + Runtime.version() + " at " + System.getProperty("java.home")
            };
        }
    }
}
