package dev.cutover.net;

/** A resolved secret: usable, but never printed by accident. Held only as long as one call needs it. */
public final class Secret {
    private final String value;

    Secret(String value) {
        this.value = value;
    }

    /** The value itself, for a request header and nothing else. */
    public String reveal() {
        return value;
    }

    /** The value as an {@code Authorization} header. Source: RFC 6750 section 2.1. */
    public String bearer() {
        return "Bearer " + value;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
