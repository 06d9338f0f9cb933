package dev.cutover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.life.Cutover;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A gate's or guard's verdict with the evidence it rests on.
///
/// @param verdict `pass`, `fail`, `inconclusive` or `blind`
/// @param since when this verdict began to stand; null in a report
/// @param at when it was journaled; null outside a report
/// @param observedAt of the oldest evidence; null when there was none
/// @param ageSeconds of that evidence now; null when there was none, and in a report
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GateView(
        String check,
        String verdict,
        String summary,
        List<String> findings,
        @Nullable Instant at,
        @Nullable Instant since,
        @Nullable Instant observedAt,
        @Nullable Long ageSeconds) {

    static GateView of(Cutover.Stance stance, Instant now) {
        Judged j = stance.judged();
        return new GateView(
                j.check().text(),
                word(j),
                j.summary(),
                j.findings(),
                null,
                stance.since(),
                j.observedAt().orElse(null),
                j.observedAt()
                        .map(at -> Math.max(0, Duration.between(at, now).toSeconds()))
                        .orElse(null));
    }

    static GateView of(Instant at, Judged j) {
        return new GateView(
                j.check().text(),
                word(j),
                j.summary(),
                j.findings(),
                at,
                null,
                j.observedAt().orElse(null),
                null);
    }

    private static String word(Judged j) {
        return j.verdict().name().toLowerCase(Locale.ROOT);
    }
}
