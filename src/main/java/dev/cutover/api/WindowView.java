package dev.cutover.api;

import dev.cutover.core.plan.Plan;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// When content is promoted and routing switched.
///
/// @param opens local time in `zone`
/// @param atClose `hold`, `finish` or `fallback`
public record WindowView(
        String opens,
        String closes,
        String zone,
        Instant opensAt,
        Instant closesAt,
        String atClose) {
    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm", Locale.ROOT);

    static WindowView of(Plan.Window w) {
        return new WindowView(
                LOCAL.format(w.opensAt().atZone(w.zone())),
                LOCAL.format(w.closesAt().atZone(w.zone())),
                w.zone().getId(),
                w.opensAt(),
                w.closesAt(),
                w.atClose().name().toLowerCase(Locale.ROOT));
    }
}
