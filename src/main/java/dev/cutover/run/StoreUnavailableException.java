package dev.cutover.run;

import java.io.Serial;

/** The journal's database does not answer. Whether a request was journaled is unknown: ask again with the same key. */
public final class StoreUnavailableException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
