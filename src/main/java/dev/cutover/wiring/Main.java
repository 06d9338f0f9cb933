package dev.cutover.wiring;

import dev.cutover.cli.CutoverCommand;
import dev.cutover.cli.DemoOptions;
import dev.cutover.cli.DemoRun;
import dev.cutover.cli.LifeLine;
import dev.cutover.cli.Prober;
import dev.cutover.cli.RestoreCommand;
import dev.cutover.cli.StoreMover;
import dev.cutover.cli.Surroundings;
import dev.cutover.lab.engine.PromotionEngineMain;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;

/// The entry of the process: hands the arguments to the command line, which decides what starts.
///
/// The platform is not up yet here, so a command that needs no server never pays for one.
@QuarkusMain
public final class Main {
    /// The lab's promotion engine, started by the demo as a process of its own.
    private static final String LAB_ENGINE = "lab-engine";

    public static void main(String[] arguments) throws InterruptedException {
        LifeLine.hold();
        if (arguments.length > 0 && arguments[0].equals(LAB_ENGINE)) {
            PromotionEngineMain.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(CutoverCommand.run(new Starters(out, err), out, err, arguments));
    }

    private record Starters(PrintWriter out, PrintWriter err) implements CutoverCommand.Starters {
        @Override
        public int serve(String... arguments) {
            return new Serve(err).run(arguments);
        }

        @Override
        public int rehearse() {
            return new Rehearsal().run(new Serve(err));
        }

        @Override
        public int demo(DemoOptions options) {
            return new DemoRun(out, Surroundings.ofProcess()).run(options);
        }

        @Override
        public RestoreCommand.Restorer restorer() {
            return new RestoreFromFile();
        }

        @Override
        public Prober.Opening prober() {
            return wish -> ProbeFromShell.open(wish, InstantSource.system());
        }

        @Override
        public StoreMover mover() {
            return new MovedStore(InstantSource.system());
        }
    }
}
