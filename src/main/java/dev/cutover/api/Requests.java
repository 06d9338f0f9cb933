package dev.cutover.api;

import dev.cutover.core.plan.Plan;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What callers send, with its bounds.
final class Requests {
    private static final int MOST_FILES = 10;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_WHY = 500;

    private Requests() {}

    /// A plan with the files it refers to.
    ///
    /// @param plan the plan file's text, YAML
    /// @param files texts by the name the plan uses
    record Preview(@Nullable String plan, @Nullable Map<String, @Nullable String> files) {
        /// @throws ProblemException 422 when it holds no plan
        String text() {
            return Requests.text(plan);
        }

        Map<String, String> texts() {
            return Requests.texts(files);
        }
    }

    /// A plan to schedule.
    ///
    /// @param hash the hash a preview showed; absent when nobody looked
    record Schedule(
            @Nullable String plan,
            @Nullable Map<String, @Nullable String> files,
            @Nullable String hash) {
        String text() {
            return Requests.text(plan);
        }

        Map<String, String> texts() {
            return Requests.texts(files);
        }
    }

    /// A reason for the others to read.
    record Why(@Nullable String why) {
        String text() {
            return Requests.why(why);
        }
    }

    /// Another window, in a person's own zone.
    record Postpone(
            @Nullable String opens,
            @Nullable String closes,
            @Nullable String zone,
            @Nullable String why) {
        /// @throws ProblemException 422 naming the member that cannot be used
        Plan.Window window(Plan.AtClose atClose) {
            ZoneId zoneId = zoneId(zone);
            return new Plan.Window(
                    instant("opens", opens, zoneId),
                    instant("closes", closes, zoneId),
                    zoneId,
                    atClose);
        }

        String text() {
            return Requests.why(why);
        }
    }

    private static String text(@Nullable String plan) {
        if (plan == null || plan.isBlank()) {
            throw bad("plan", "expected the text of a plan file, seen none");
        }
        return plan;
    }

    private static Map<String, String> texts(@Nullable Map<String, @Nullable String> files) {
        Map<String, String> texts = new TreeMap<>();
        if (files == null) {
            return texts;
        }
        if (files.size() > MOST_FILES) {
            throw bad("files", "expected at most " + MOST_FILES + " files, seen " + files.size());
        }
        files.forEach(
                (name, text) -> {
                    if (name.isBlank() || name.length() > LONGEST_NAME || text == null) {
                        throw bad(
                                "files",
                                "expected names of 1 to "
                                        + LONGEST_NAME
                                        + " characters with texts");
                    }
                    texts.put(name, text);
                });
        return texts;
    }

    private static String why(@Nullable String why) {
        String text = why == null ? "" : why.strip();
        if (text.length() > LONGEST_WHY) {
            throw bad(
                    "why",
                    "expected at most " + LONGEST_WHY + " characters, seen " + text.length());
        }
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw bad("why", "expected one line of text, seen a line break or control character");
        }
        // What turns or hides text would let a log line or a page say something else.
        text = text.replaceAll("[\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\u2028\\u2029]", "").strip();
        return text.isEmpty() ? "no reason given" : text;
    }

    private static ZoneId zoneId(@Nullable String zone) {
        if (zone == null || zone.isBlank()) {
            throw bad("zone", "expected a time zone such as Europe/Berlin, seen none");
        }
        try {
            return ZoneId.of(zone.strip());
        } catch (DateTimeException e) {
            throw bad("zone", "expected a time zone such as Europe/Berlin, seen '" + zone + "'");
        }
    }

    /// A local time in the zone, or a time with its own offset. A local time that the clocks skip
    /// or show twice is refused: guessing could start a run an hour off.
    private static Instant instant(String member, @Nullable String text, ZoneId zone) {
        if (text == null || text.isBlank()) {
            throw bad(member, "expected a time such as 2026-12-06T02:00, seen none");
        }
        try {
            if (text.matches(".*T.*([Zz]|[+-][0-9:]+)$")) {
                return OffsetDateTime.parse(text).toInstant();
            }
            LocalDateTime local = LocalDateTime.parse(text.strip());
            List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
            if (offsets.size() == 1) {
                return local.toInstant(offsets.getFirst());
            }
            throw bad(
                    member,
                    offsets.isEmpty()
                            ? text + " does not exist in " + zone + ": the clocks skip it"
                            : text
                                    + " happens twice in "
                                    + zone
                                    + ": add the offset you mean, "
                                    + offsets.getFirst()
                                    + " or "
                                    + offsets.getLast());
        } catch (DateTimeException e) {
            throw bad(
                    member,
                    "expected a time such as 2026-12-06T02:00, or with an offset"
                            + " 2026-12-06T02:00+01:00; seen '"
                            + text
                            + "'");
        }
    }

    private static ProblemException bad(String member, String detail) {
        return new ProblemException(Problem.badValue(member, detail));
    }
}
