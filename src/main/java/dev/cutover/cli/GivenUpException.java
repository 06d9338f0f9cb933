package dev.cutover.cli;

import java.io.Serial;
import java.util.List;

/// A command gave up: what to print on standard error, and the exit code.
public final class GivenUpException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    /// Done as wanted.
    static final int DONE = 0;

    /// A finding, a refusal or a failed run.
    static final int FINDING = 1;

    /// Wrong use: of the command, or of the file it was given.
    static final int WRONG_USE = 2;

    /// What is needed cannot be reached.
    static final int UNREACHABLE = 3;

    private final int exitCode;
    private final transient List<String> lines;

    public GivenUpException(int exitCode, List<String> lines) {
        super(String.join("; ", lines));
        this.exitCode = exitCode;
        this.lines = List.copyOf(lines);
    }

    static GivenUpException finding(List<String> lines) {
        return new GivenUpException(FINDING, lines);
    }

    public static GivenUpException wrongUse(List<String> lines) {
        return new GivenUpException(WRONG_USE, lines);
    }

    public static GivenUpException unreachable(List<String> lines) {
        return new GivenUpException(UNREACHABLE, lines);
    }

    public int exitCode() {
        return exitCode;
    }

    public List<String> lines() {
        return lines;
    }
}
