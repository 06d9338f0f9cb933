package dev.cutover.core.outlook;

import java.time.Instant;
import java.util.Locale;

/**
 * A moment of the run as planned.
 *
 * @param code a stable word, such as {@code window-opens}
 * @param at UTC
 * @param bound how firm the moment is
 * @param text what happens then
 */
public record Milestone(String code, Instant at, Bound bound, String text) {
    /** How firm a planned moment is. */
    public enum Bound {
        /** It happens then. */
        AT,
        /** It happens then if nothing makes it wait. */
        EARLIEST,
        /** After that it is too late. */
        LATEST;

        /** The word faces use. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
