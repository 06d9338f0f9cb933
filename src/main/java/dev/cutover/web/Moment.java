package dev.cutover.web;

import dev.cutover.api.NextStep;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An instant as a page shows it.
///
/// @param iso for machines, UTC; empty for no instant
/// @param text the time of day in UTC, with the date when that is not today's
/// @param rel how far from now, such as `in 2 h 30 min` or `12 s ago`
public record Moment(String iso, String text, String rel) {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT);
    private static final DateTimeFormatter DATED =
            DateTimeFormatter.ofPattern("d MMM HH:mm:ss 'UTC'", Locale.ENGLISH);

    static final Moment NONE = new Moment("", "", "");

    static Moment of(@Nullable Instant at, Instant now) {
        if (at == null) {
            return NONE;
        }
        var local = at.atOffset(ZoneOffset.UTC);
        boolean today = local.toLocalDate().equals(now.atOffset(ZoneOffset.UTC).toLocalDate());
        return new Moment(
                at.truncatedTo(ChronoUnit.MILLIS).toString(),
                (today ? CLOCK : DATED).format(local),
                relative(at, now));
    }

    static Moment of(Optional<Instant> at, Instant now) {
        return of(at.orElse(null), now);
    }

    /// Whether there is an instant.
    public boolean isSet() {
        return !iso.isEmpty();
    }

    private static String relative(Instant at, Instant now) {
        Duration away = Duration.between(now, at);
        String span = span(away.abs());
        return away.isNegative() ? span + " ago" : "in " + span;
    }

    /// A span by its two largest units: seconds matter within an hour only.
    static String span(Duration span) {
        Duration rounded =
                span.compareTo(Duration.ofDays(1)) >= 0
                        ? span.truncatedTo(ChronoUnit.HOURS)
                        : span.compareTo(Duration.ofHours(1)) >= 0
                                ? span.truncatedTo(ChronoUnit.MINUTES)
                                : span.truncatedTo(ChronoUnit.SECONDS);
        return NextStep.words(rounded);
    }
}
