package dev.cutover.lab.cloudflare;

/** A call the API refuses, as the status and the first error of its envelope will say. */
public final class ApiRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final int code;

    /**
     * @param status the HTTP status
     * @param code the vendor's error code, 1000 or more
     */
    public ApiRefusal(int status, int code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
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
