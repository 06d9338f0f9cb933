package dev.cutover.api;

import dev.cutover.core.plan.Refusal;

/// Why a plan may not run as it is.
///
/// @param code a stable word
/// @param subject the name or set it speaks of
/// @param remedy what to do; empty when the message says it all
record RefusalView(String code, String subject, String message, String remedy) {
    static RefusalView of(Refusal r) {
        return new RefusalView(r.code(), r.subject(), r.message(), r.remedy());
    }
}
