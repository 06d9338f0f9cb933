package dev.cutover.wiring;

import dev.cutover.cli.CutoverCommand;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// The entry of the process: hands the arguments to the command line, which decides what starts.
///
/// The platform is not up yet here, so a command that needs no server never pays for one.
@QuarkusMain
public final class Main {
    public static void main(String[] arguments) {
        int exitCode =
                CutoverCommand.run(
                        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                        arguments);
        System.exit(exitCode);
    }
}
