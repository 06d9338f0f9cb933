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
/// Starts nothing by itself: what needs more than a server's address comes from {@link Starters}.
/// Exit codes: 0 done as wanted, 1 a finding or a failed run, 2 wrong use, 3 cannot reach what it
/// needs.
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
            "Commands that ask a controller find it by --server, CUTOVER_SERVER or at"
                    + " http://127.0.0.1:8080, and show the key of --key-file, CUTOVER_KEY or"
                    + " ~/.cutover/key.",
            "Exit codes: 0 done as wanted, 1 a finding or a failed run, 2 wrong use, 3 cannot reach"
                    + " what it needs."
        })
public final class CutoverCommand implements Runnable {
    @Spec private CommandSpec spec;

    /// What only the process's entry can start.
    public interface Starters {
        /// Runs the controller until it is asked to stop, and returns its exit code.
        ///
        /// @param arguments passed on to the platform as they were typed
        int serve(String... arguments);

        /// Starts the controller on an empty store of its own, asks it something, ends it, and
        /// returns
        /// the exit code: 0 when it was ready within a minute.
        int rehearse();

        /// Runs one scenario in the lab, and returns its exit code.
        int demo(DemoOptions options);

        /// What brings a zone back from a before-image without a controller.
        RestoreCommand.Restorer restorer();

        /// What asks resolvers without a controller.
        Prober.Opening prober();

        /// What copies the store that serve would use.
        StoreMover mover();
    }

    /// Runs one command line of the commands that only ask a controller.
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return execute(line(Surroundings.ofProcess()), out, err, arguments);
    }

    /// Runs one command line and returns its exit code. Results go to `out`, all else to `err`.
    public static int run(
            Starters starters, PrintWriter out, PrintWriter err, String... arguments) {
        return run(starters, Surroundings.ofProcess(), out, err, arguments);
    }

    static int run(
            Starters starters,
            Surroundings around,
            PrintWriter out,
            PrintWriter err,
            String... arguments) {
        CommandLine line = line(around);
        line.addSubcommand(new RestoreCommand(around, starters.restorer()));
        line.addSubcommand(new ProbeCommand(around, starters.prober()));
        line.addSubcommand(new ExportCommand(starters.mover()));
        line.addSubcommand(new ImportCommand(starters.mover()));
        line.addSubcommand(new StartServe(starters));
        line.addSubcommand(new StartDemo(starters));
        return execute(line, out, err, arguments);
    }

    private static CommandLine line(Surroundings around) {
        return new CommandLine(new CutoverCommand())
                .addSubcommand(new PlanCommand(around))
                .addSubcommand(new ScheduleCommand(around))
                .addSubcommand(new ListCommand(around))
                .addSubcommand(new ShowCommand(around))
                .addSubcommand(new WatchCommand(around))
                .addSubcommand(new ApproveCommand(around))
                .addSubcommand(new HoldCommand(around))
                .addSubcommand(new ResumeCommand(around))
                .addSubcommand(new PostponeCommand(around))
                .addSubcommand(new AbortCommand(around))
                .addSubcommand(new ReportCommand(around));
    }

    private static int execute(
            CommandLine line, PrintWriter out, PrintWriter err, String... arguments) {
        int code =
                line.setOut(out)
                        .setErr(err)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setExecutionExceptionHandler(CutoverCommand::fail)
                        .execute(arguments);
        // Flushes; a full disk or a reader that went away shows nowhere else.
        if (out.checkError() && code == GivenUpException.DONE) {
            err.println(
                    "standard output could not be written whole: what was printed is cut short;"
                            + " look at the disk it goes to, or at the command that reads it");
            err.flush();
            return GivenUpException.UNREACHABLE;
        }
        return code;
    }

    /// Prints what a command gave up with; anything unforeseen keeps its stack trace.
    private static int fail(Exception e, CommandLine at, CommandLine.ParseResult parsed)
            throws Exception {
        if (!(e instanceof GivenUpException givenUp)) {
            throw e;
        }
        givenUp.lines().forEach(line -> at.getErr().println(Shown.line(line)));
        at.getErr().flush();
        return givenUp.exitCode();
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
