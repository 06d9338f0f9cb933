package dev.cutover.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Shows one status after another: redrawn in place on a terminal, as news elsewhere.
///
/// May be used by several threads: lines that are said do not tear a picture.
public final class Screen {
    private final PrintWriter out;
    private final boolean redraws;
    private final int width;
    private int drawn;
    private @Nullable Status last;

    /// A screen that shows nothing yet.
    ///
    /// @param redraws whether `out` is a terminal that understands escape sequences
    public Screen(PrintWriter out, boolean redraws, int width) {
        this.out = out;
        this.redraws = redraws;
        this.width = width;
    }

    /// Shows a status; below the picture may stand more lines, such as where the pages are.
    public synchronized void show(Status status, List<String> below) {
        if (redraws) {
            redraw(status, below);
        } else {
            LiveView.news(Optional.ofNullable(last), status).forEach(out::println);
        }
        last = status;
        out.flush();
    }

    /// Prints a line that stays, above the next picture.
    public synchronized void say(String line) {
        wipe();
        out.println(Shown.line(line));
        out.flush();
    }

    private void redraw(Status status, List<String> below) {
        List<String> lines = LiveView.lines(status, width, true);
        wipe();
        lines.forEach(out::println);
        below.forEach(line -> out.println(Shown.fit(line, width)));
        drawn = lines.size() + below.size();
    }

    private void wipe() {
        if (redraws && drawn > 0) {
            out.print("\u001b[" + drawn + "A\u001b[0J");
            drawn = 0;
        }
    }
}
