package dev.cutover.port;

import java.io.Serial;

/**
 * The store answers and cannot write: its disk is full, or it only takes reads. Nothing of what was asked
 * was kept. It passes when somebody makes room.
 */
public final class NotWritableException extends PortException {
    @Serial private static final long serialVersionUID = 1;

    public NotWritableException(String message, Throwable cause) {
        super(Category.TRANSIENT, message, cause);
    }
}
