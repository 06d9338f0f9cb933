package dev.cutover.core.plan;

import java.util.Locale;

/** One of the places a site can be served from. */
public enum Side {
    /** Where visitors are before the cutover. */
    CURRENT,
    /** Where they go. */
    NEXT,
    /** Where they go when it fails: read-only staging unless the plan names another value. */
    FALLBACK;

    /** The word people read. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
