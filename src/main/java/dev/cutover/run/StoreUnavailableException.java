package dev.cutover.run;

import dev.cutover.port.NotWritableException;
import dev.cutover.port.PortException;
import java.io.Serial;

/**
 * The journal's database does not answer, or answers and cannot write. In the first case it is unknown
 * whether a request was journaled: ask again with the same key. In the second it surely was not.
 */
public final class StoreUnavailableException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private final boolean answers;

    StoreUnavailableException(PortException cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.answers = cause instanceof NotWritableException;
    }

    /** Whether the database answers: then nothing was journaled. */
    public boolean answers() {
        return answers;
    }
}
