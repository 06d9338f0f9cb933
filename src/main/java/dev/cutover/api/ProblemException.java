package dev.cutover.api;

import java.io.Serial;

/// Ends a request with a {@link Problem}.
public final class ProblemException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
