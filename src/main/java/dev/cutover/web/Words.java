package dev.cutover.web;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes what is written for logs read well on a page: instants without fractions, spans in words.
final class Words {
    private static final Pattern INSTANT =
            Pattern.compile("(\\d{4}-\\d{2}-\\d{2})T(\\d{2}:\\d{2}(?::\\d{2})?)(?:\\.\\d{1,9})?Z");
    private static final Pattern SPAN =
            Pattern.compile("\\bPT(?:[0-9.]{1,12}[HMS]){1,3}(?![A-Za-z0-9])");

    private Words() {}

    static String plain(String text) {
        String dated = INSTANT.matcher(text).replaceAll("$1 $2 UTC");
        return SPAN.matcher(dated)
                .replaceAll(found -> Matcher.quoteReplacement(span(found.group())));
    }

    private static String span(String text) {
        try {
            return Moment.span(Duration.parse(text));
        } catch (DateTimeParseException e) {
            return text;
        }
    }
}
