package dev.cutover.json;

import java.io.Serial;

/** A document is not what it should be. The message says where, what was expected and what was seen. */
public final class UnreadableJsonException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    public UnreadableJsonException(String message) {
        super(message);
    }

    public UnreadableJsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
