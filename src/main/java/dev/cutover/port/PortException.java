package dev.cutover.port;

import java.io.Serial;

/** The outside world did not do as asked. The message says what was asked of whom and what came back. */
public sealed class PortException extends RuntimeException permits NotWritableException {
    @Serial private static final long serialVersionUID = 1;

    /** Whether asking again can help. */
    public enum Category {
        /** It may pass: timeouts, 5xx, too many requests. After a write: whether it took effect is unknown. */
        TRANSIENT,
        /** Asking again with the same words will fail again. */
        PERMANENT,
        /** We are not allowed to: bad or missing credentials, egress policy, a lost lease. */
        DENIED
    }

    private final Category category;

    public PortException(Category category, String message) {
        super(message);
        this.category = category;
    }

    public PortException(Category category, String message, Throwable cause) {
        super(message, cause);
        this.category = category;
    }

    public static PortException passing(String message) {
        return new PortException(Category.TRANSIENT, message);
    }

    public static PortException lasting(String message) {
        return new PortException(Category.PERMANENT, message);
    }

    public static PortException denied(String message) {
        return new PortException(Category.DENIED, message);
    }

    public Category category() {
        return category;
    }
}
