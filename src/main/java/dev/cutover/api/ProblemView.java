package dev.cutover.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a problem looks to callers; only the API's description uses this type. Source: RFC 9457.
///
/// @param type a stable `urn:cutover:problem:...`
/// @param refusals of `plan-refused`
/// @param mistakes of `bad-plan`
/// @param line of `bad-body`
record ProblemView(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        @Nullable String code,
        @Nullable String phase,
        @Nullable List<RefusalView> refusals,
        @Nullable List<MistakeView> mistakes,
        @Nullable Integer line,
        @Nullable Integer column) {
    /// One thing wrong with a plan; `file` is empty for the plan itself, `line` 0 when unknown.
    record MistakeView(String file, int line, int column, String path, String message) {}
}
