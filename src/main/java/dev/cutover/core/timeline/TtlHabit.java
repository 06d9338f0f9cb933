package dev.cutover.core.timeline;

/** What a cache was seen to do with TTLs. Once seen it is believed for the rest of the cutover. */
public enum TtlHabit {
    /** Nothing else was seen. */
    KEEPS("keeps to TTLs"),
    /** Keeps answers shorter than it may. */
    LOWERS("lowers TTLs"),
    /** Keeps answers longer than it may, and says so in the TTL it shows. */
    RAISES("raises TTLs"),
    /** Serves expired answers on purpose. Source: RFC 8767. */
    SERVES_STALE("serves stale answers"),
    /** Shows an old answer past every TTL it has told itself. */
    IGNORES("ignores TTLs");

    private final String text;

    TtlHabit(String text) {
        this.text = text;
    }

    /** The habit as people read it. */
    public String text() {
        return text;
    }

    /** Whether visitors behind this cache may see the old side longer than TTLs allow. */
    public boolean isLate() {
        return switch (this) {
            case KEEPS, LOWERS -> false;
            case RAISES, SERVES_STALE, IGNORES -> true;
        };
    }

    /** Whether nothing that it tells bounds how long it goes on. */
    public boolean isUnbounded() {
        return switch (this) {
            case KEEPS, LOWERS, RAISES -> false;
            case SERVES_STALE, IGNORES -> true;
        };
    }
}
