package dev.cutover.lab.cloudflare;

import java.time.Duration;

/** A call the API refuses, as the status and the first error of its envelope will say. */
public final class ApiRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final int code;
    private final Duration wait;

    /**
     * @param status the HTTP status
     * @param code the vendor's error code, 1000 or more
     */
    public ApiRefusal(int status, int code, String message) {
        this(status, code, message, Duration.ofSeconds(60));
    }

    private ApiRefusal(int status, int code, String message, Duration wait) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.wait = wait;
    }

    /** A call that comes too early: 429, with the wait that {@code retry-after} will say. */
    static ApiRefusal limited(String message, Duration wait) {
        return new ApiRefusal(429, 10300, message, wait);
    }

    /** How long a caller that came too early should wait. */
    Duration waiting() {
        return wait;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** The vendor's error code. */
    public int code() {
        return code;
    }

    /** The text of the error, never empty. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
