package dev.cutover.sim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What happened in one seed, readable; kept only when asked for, because most seeds pass.
final class Trace {
    private final boolean kept;
    private final List<String> lines = new ArrayList<>();

    Trace(boolean kept) {
        this.kept = kept;
    }

    boolean isKept() {
        return kept;
    }

    void note(Instant at, String line) {
        if (kept) {
            lines.add(at + " " + line);
        }
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
