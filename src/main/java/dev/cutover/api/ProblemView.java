package dev.cutover.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a problem looks to callers; only the API's description uses this type. Source: RFC 9457.
///
/// @param type a stable `urn:cutover:problem:...`
/// @param seq of `changed-since`
/// @param planHash of `changed-since`
/// @param refusals of `plan-refused`
/// @param mistakes of `bad-plan`
/// @param line of `bad-body`
/// @param parameter of `bad-parameter`: its name
/// @param pointer of `bad-value`: the member's JSON pointer
/// @param role of `role-missing`: the one that is needed
/// @param hash of `plan-refused`: what the plan's hash is against the zone as it is
/// @param mostBytes of `too-large`
/// @param number of `unforeseen`: where the log says more
record ProblemView(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        @Nullable String code,
        @Nullable String phase,
        @Nullable Long seq,
        @Nullable String planHash,
        @Nullable List<RefusalView> refusals,
        @Nullable List<MistakeView> mistakes,
        @Nullable Integer line,
        @Nullable Integer column,
        @Nullable String parameter,
        @Nullable String pointer,
        @Nullable String role,
        @Nullable String hash,
        @Nullable Long mostBytes,
        @Nullable String number) {
    /// One thing wrong with a plan; `file` is empty for the plan itself, `line` 0 when unknown.
    record MistakeView(String file, int line, int column, String path, String message) {}
}
