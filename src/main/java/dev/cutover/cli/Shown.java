package dev.cutover.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Texts as a terminal may show them.
///
/// Much of what is printed was written by others (a page's error, a record's comment), so control
/// characters never reach the terminal: an escape sequence could rewrite what stands there.
final class Shown {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Shown() {}

    /// One line without control characters.
    static String line(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> isHarmless(c) ? c : c == '\n' || c == '\t' ? ' ' : '?')
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }

    /// A line that fits, cut with an ellipsis.
    static String fit(String text, int width) {
        String clean = line(text);
        int length = clean.codePointCount(0, clean.length());
        if (length <= width) {
            return clean;
        }
        int end = clean.offsetByCodePoints(0, Math.max(0, width - 3));
        return clean.substring(0, end) + "...";
    }

    /// A text in lines that fit, broken at blanks where there are any; the lines after the first
    /// are
    /// set in by two.
    static List<String> folded(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = line(text);
        while (rest.codePointCount(0, rest.length()) > width) {
            int end = rest.offsetByCodePoints(0, width);
            int blank = rest.lastIndexOf(' ', end);
            boolean atBlank = blank > width / 2;
            lines.add(rest.substring(0, atBlank ? blank : end));
            rest = "  " + rest.substring(atBlank ? blank : end).strip();
        }
        lines.add(rest);
        return lines;
    }

    static String moment(Instant at) {
        return MOMENT.format(at) + " UTC";
    }

    static String clock(Instant at) {
        return CLOCK.format(at);
    }

    /// A span in the two largest units that matter: `2 d 3 h`, `47 h 59 min`, `1 min 5 s`, `7 s`.
    static String span(Duration span) {
        Duration s = span.isNegative() ? Duration.ZERO : span;
        if (s.toDays() >= 3) {
            return s.toDays() + " d " + s.toHoursPart() + " h";
        }
        if (s.toHours() > 0) {
            return s.toHours() + " h " + s.toMinutesPart() + " min";
        }
        if (s.toMinutes() > 0) {
            return s.toMinutes() + " min " + s.toSecondsPart() + " s";
        }
        return s.toSeconds() + " s";
    }

    static String percent(double share) {
        return String.format(
                Locale.ROOT, share > 0 && share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }
}
