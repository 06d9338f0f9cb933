package dev.cutover.api;

import java.util.Locale;

/// What a key may do. Every key may look.
public enum Role {
    /// Look.
    VIEWER,
    /// Schedule, hold, resume, postpone, abort.
    OPERATOR,
    /// Agree to a plan.
    APPROVER;

    /// The word in the keys file.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
