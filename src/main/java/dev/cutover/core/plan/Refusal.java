package dev.cutover.core.plan;

/**
 * Why a plan may not run as it is.
 *
 * @param code a stable word for machines, such as {@code FromMismatch}
 * @param subject the name or set it speaks of
 * @param message what was expected, what was seen, what to do
 */
public record Refusal(String code, String subject, String message) {
    /** What a person does about it; empty when the message says all there is to say. */
    public String remedy() {
        return Remedies.of(code);
    }

    @Override
    public String toString() {
        return subject + ": " + message + " [" + code + "]";
    }
}
