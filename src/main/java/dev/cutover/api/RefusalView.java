package dev.cutover.api;

import dev.cutover.core.plan.Refusal;

/// Why a plan may not run as it is.
///
/// @param code a stable word
/// @param subject the name or set it speaks of
record RefusalView(String code, String subject, String message) {
    static RefusalView of(Refusal r) {
        return new RefusalView(r.code(), r.subject(), r.message());
    }
}
