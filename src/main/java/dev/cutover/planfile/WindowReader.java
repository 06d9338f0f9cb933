package dev.cutover.planfile;

import dev.cutover.core.plan.Plan;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The window: local times in a named zone, as people agree on them.
 *
 * <p>A local time that a change of clocks skips or repeats is refused with the two instants it may mean. A
 * repeated one can be written with its offset, such as {@code 2026-10-25T02:30+02:00}.
 */
final class WindowReader {
    private static final Map<String, Plan.AtClose> AT_CLOSE = Words.of(Plan.AtClose.values());

    private WindowReader() {}

    static Optional<Plan.Window> read(Value value, Instant now) {
        Optional<Fields> fields = value.fields(Section.WINDOW);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        Fields in = fields.get();
        Optional<ZoneId> zone = in.need("zone", "Europe/Berlin").flatMap(WindowReader::zone);
        Optional<Value> opensValue = in.need("opens", "2026-12-06T02:00");
        Optional<Value> closesValue = in.need("closes", "2026-12-06T05:00");
        Optional<Instant> opens = opensValue.flatMap(v -> instant(v, zone));
        Optional<Instant> closes = closesValue.flatMap(v -> instant(v, zone));
        Optional<Plan.AtClose> atClose =
                in.get("at-close")
                        .map(v -> v.oneOf(AT_CLOSE))
                        .orElse(Optional.of(Plan.AtClose.HOLD));
        if (zone.isEmpty() || opens.isEmpty() || closes.isEmpty() || atClose.isEmpty()) {
            return Optional.empty();
        }
        if (!closes.get().isAfter(opens.get())) {
            closesValue
                    .get()
                    .wrong(
                            "expected a time after 'opens' ("
                                    + opens.get()
                                    + " in UTC), seen "
                                    + closes.get());
            return Optional.empty();
        }
        if (!opens.get().isAfter(now)) {
            opensValue
                    .get()
                    .wrong(
                            "the window is in the past: it opens at "
                                    + opens.get()
                                    + ", now is "
                                    + now);
            return Optional.empty();
        }
        if (opens.get().isAfter(now.plus(Plan.Window.FURTHEST))) {
            opensValue
                    .get()
                    .wrong(
                            "expected a time within "
                                    + Plan.Window.FURTHEST.toDays()
                                    + " days, seen "
                                    + opens.get());
            return Optional.empty();
        }
        if (closes.get().isAfter(opens.get().plus(Plan.Window.LONGEST))) {
            closesValue
                    .get()
                    .wrong(
                            "expected a window of at most "
                                    + Plan.Window.LONGEST.toDays()
                                    + " days, seen "
                                    + Duration.between(opens.get(), closes.get()));
            return Optional.empty();
        }
        return Optional.of(new Plan.Window(opens.get(), closes.get(), zone.get(), atClose.get()));
    }

    private static Optional<ZoneId> zone(Value value) {
        Optional<String> text = value.text(60);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String name = text.get();
        if (isPlace(name) && ZoneId.getAvailableZoneIds().contains(name)) {
            return Optional.of(ZoneId.of(name));
        }
        value.wrong(
                "expected a time zone such as Europe/Berlin or UTC, seen "
                        + Shown.of(name)
                        + nearest(name).map(n -> "; did you mean " + n + "?").orElse(""));
        return Optional.empty();
    }

    /** Abbreviations mean several places, and Etc/GMT+5 lies west of Greenwich: only names of places are read. */
    private static boolean isPlace(String name) {
        return name.equals("UTC")
                || (name.indexOf('/') > 0
                        && !name.startsWith("Etc/")
                        && !name.startsWith("SystemV/"));
    }

    private static Optional<String> nearest(String name) {
        List<String> places =
                ZoneId.getAvailableZoneIds().stream()
                        .filter(WindowReader::isPlace)
                        .sorted()
                        .toList();
        Optional<String> near = Nearest.to(name, places);
        if (near.isPresent()) {
            return near;
        }
        Map<String, String> byCity = new LinkedHashMap<>();
        places.forEach(p -> byCity.putIfAbsent(p.substring(p.lastIndexOf('/') + 1), p));
        String city = name.substring(name.lastIndexOf('/') + 1).replace(' ', '_');
        return Nearest.to(city, byCity.keySet()).map(byCity::get);
    }

    private static Optional<Instant> instant(Value value, Optional<ZoneId> zone) {
        Optional<String> text = value.text(40);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<LocalDateTime> local = local(text.get());
        Optional<OffsetDateTime> withOffset = withOffset(text.get());
        if (local.isEmpty() && withOffset.isEmpty()) {
            value.wrong(
                    "expected a local date and time such as 2026-12-06T02:00, seen "
                            + Shown.of(text.get()));
            return Optional.empty();
        }
        if (zone.isEmpty()) {
            return Optional.empty();
        }
        return local.isPresent()
                ? onlyInstant(value, local.get(), zone.get())
                : chosenInstant(value, withOffset.get(), zone.get());
    }

    private static Optional<Instant> onlyInstant(Value value, LocalDateTime local, ZoneId zone) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
        if (offsets.size() == 1) {
            return Optional.of(local.toInstant(offsets.getFirst()));
        }
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        Instant one = local.toInstant(change.getOffsetBefore());
        Instant other = local.toInstant(change.getOffsetAfter());
        value.wrong(
                offsets.isEmpty()
                        ? local
                                + " does not exist in "
                                + zone
                                + ": clocks jump from "
                                + change.getDateTimeBefore()
                                + " to "
                                + change.getDateTimeAfter()
                                + "; it could mean "
                                + sorted(one, other)
                                + "; write another time"
                        : local
                                + " happens twice in "
                                + zone
                                + ": "
                                + sorted(one, other)
                                + "; write it with its offset, "
                                + local
                                + change.getOffsetBefore()
                                + " or "
                                + local
                                + change.getOffsetAfter());
        return Optional.empty();
    }

    private static String sorted(Instant one, Instant other) {
        return List.of(one, other).stream()
                .sorted(Comparator.naturalOrder())
                .map(Instant::toString)
                .collect(Collectors.joining(" or "));
    }

    private static Optional<Instant> chosenInstant(Value value, OffsetDateTime time, ZoneId zone) {
        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(time.toLocalDateTime());
        if (offsets.size() == 2 && offsets.contains(time.getOffset())) {
            return Optional.of(time.toInstant());
        }
        value.wrong(
                "expected a local time without an offset; 'zone' says where it is read"
                        + (offsets.contains(time.getOffset())
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        ", and %s has not %s then",
                                        zone,
                                        time.getOffset())));
        return Optional.empty();
    }

    private static Optional<LocalDateTime> local(String text) {
        try {
            return text.matches("[0-9]{4}-.*")
                    ? Optional.of(LocalDateTime.parse(text))
                    : Optional.empty();
        } catch (DateTimeException notLocal) {
            return Optional.empty();
        }
    }

    private static Optional<OffsetDateTime> withOffset(String text) {
        try {
            return text.matches("[0-9]{4}-.*")
                    ? Optional.of(OffsetDateTime.parse(text))
                    : Optional.empty();
        } catch (DateTimeException notATime) {
            return Optional.empty();
        }
    }
}
