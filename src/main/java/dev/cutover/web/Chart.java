package dev.cutover.web;

import dev.cutover.core.judge.Bucket;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Forecast;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A drawing with the words around it.
///
/// @param svg well-formed; every text in it is escaped
/// @param top what the upper edge means
/// @param from when the left edge is
/// @param to when the right edge is
/// @param now the latest figure, in words
public record Chart(String svg, String top, Moment from, Moment to, String now) {
    private static final int MOST_COLUMNS = 60;

    /// Probes that time out leave some seconds between two buckets; that is no gap yet.
    private static final int COLUMN_SECONDS = 5;

    private static final int MOST_POINTS = 240;

    private static final Duration LEAST_AHEAD = Duration.ofMinutes(5);

    /// Below this much the scale of errors does not go, in ceilings.
    private static final double SCALE_IN_CEILINGS = 2.5;

    static final Chart NONE = new Chart("", "", Moment.NONE, Moment.NONE, "");

    /// Whether there is anything to show.
    public boolean isDrawn() {
        return !svg.isEmpty();
    }

    /// Who shows the next side, over time, and what is forecast as a band.
    ///
    /// @param points oldest first
    static Chart adoption(List<Adoption> points, Optional<Forecast> forecast, Instant now) {
        if (points.isEmpty()) {
            return NONE;
        }
        Instant from = points.getFirst().at();
        List<Forecast.Point> ahead = ahead(points, forecast, now);
        Instant to = ahead.isEmpty() ? points.getLast().at() : ahead.getLast().at();
        double span = Math.max(1, Duration.between(from, to).toMillis());
        int every = Math.max(1, (int) Math.ceil((double) points.size() / MOST_POINTS));
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            if (i % every == 0 || i == points.size() - 1) {
                Adoption p = points.get(i);
                double x = Svg.WIDTH * Duration.between(from, p.at()).toMillis() / span;
                line.append(line.isEmpty() ? "M" : "L")
                        .append(Svg.number(x))
                        .append(' ')
                        .append(Svg.number(Svg.HEIGHT * (1 - p.share())));
            }
        }
        if (points.size() == 1 && ahead.isEmpty()) {
            line.append("H").append(Svg.number(Svg.WIDTH));
        }
        double seenTo =
                points.size() == 1
                        ? Svg.WIDTH
                        : Svg.WIDTH
                                * Duration.between(from, points.getLast().at()).toMillis()
                                / span;
        String area =
                line
                        + (ahead.isEmpty() ? "" : "H" + Svg.number(seenTo))
                        + "V"
                        + Svg.number(Svg.HEIGHT)
                        + "H0Z";
        Adoption last = points.getLast();
        int answered = last.onNext() + last.onOld() + last.other();
        String said =
                percent(last.share())
                        + " of resolver answers show the next side ("
                        + last.onNext()
                        + " of "
                        + answered
                        + (last.failed() == 0 ? ")" : "; " + last.failed() + " not answered)");
        Svg svg =
                new Svg(said)
                        .line("grid", 0, Svg.HEIGHT / 2, Svg.WIDTH, Svg.HEIGHT / 2)
                        .path("area", area);
        if (!ahead.isEmpty()) {
            svg.path("band", band(ahead, from, span)).line("now", seenTo, 0, seenTo, Svg.HEIGHT);
        }
        svg.path("line", line.toString());
        return new Chart(svg.done(), "100 %", Moment.of(from, now), Moment.of(to, now), said);
    }

    /// What is forecast, up to where all is said or the drawing would be more future than past.
    private static List<Forecast.Point> ahead(
            List<Adoption> points, Optional<Forecast> forecast, Instant now) {
        if (forecast.isEmpty()) {
            return List.of();
        }
        Duration seen = Duration.between(points.getFirst().at(), now);
        Duration most = seen.compareTo(LEAST_AHEAD) > 0 ? seen : LEAST_AHEAD;
        Instant edge = now.plus(most);
        List<Forecast.Point> ahead =
                forecast.get().curve().stream().filter(p -> !p.at().isAfter(edge)).toList();
        return ahead.size() < 2 ? List.of() : ahead;
    }

    /// Forth along what may be at most, back along what is at least, in steps: a cache changes at
    /// once.
    private static String band(List<Forecast.Point> ahead, Instant from, double span) {
        StringBuilder path = new StringBuilder();
        for (Forecast.Point p : ahead) {
            path.append(path.isEmpty() ? "M" : "H").append(x(p, from, span));
            path.append(path.indexOf("H") < 0 ? " " : "V").append(y(p.most()));
        }
        for (int i = ahead.size() - 1; i >= 0; i--) {
            path.append(i == ahead.size() - 1 ? "V" : "H");
            path.append(
                    i == ahead.size() - 1
                            ? y(ahead.get(i).least())
                            : x(ahead.get(i + 1), from, span));
            if (i < ahead.size() - 1) {
                path.append("V").append(y(ahead.get(i).least()));
            }
        }
        return path.append("H").append(x(ahead.getFirst(), from, span)).append("Z").toString();
    }

    private static String x(Forecast.Point p, Instant from, double span) {
        return Svg.number(Svg.WIDTH * Duration.between(from, p.at()).toMillis() / span);
    }

    private static String y(double share) {
        return Svg.number(Svg.HEIGHT * (1 - share));
    }

    /// The share of failed requests, column by column. A column nobody counted in is hatched: it is
    /// no
    /// data, not health.
    ///
    /// @param from the left edge
    static Chart errors(List<Bucket> buckets, Instant from, Instant now, double ceiling) {
        double span = Math.max(1_000, Duration.between(from, now).toMillis());
        int columns = Math.clamp((long) (span / 1_000 / COLUMN_SECONDS), 1, MOST_COLUMNS);
        long[] all = new long[columns];
        long[] failed = new long[columns];
        long requests = 0;
        long failures = 0;
        for (Bucket b : buckets) {
            double place = Duration.between(from, b.startsAt()).toMillis() / span;
            if (place >= 0 && place <= 1) {
                int column = Math.min(columns - 1, (int) (place * columns));
                all[column] += b.all();
                failed[column] += b.failed();
                requests += b.all();
                failures += b.failed();
            }
        }
        double most = ceiling * SCALE_IN_CEILINGS;
        for (int i = 0; i < columns; i++) {
            most = all[i] == 0 ? most : Math.max(most, (double) failed[i] / all[i]);
        }
        most = Math.min(1, most);
        String said =
                requests == 0
                        ? "no request was counted"
                        : percent((double) failures / requests)
                                + " of requests failed ("
                                + failures
                                + " of "
                                + requests
                                + "); too many is above "
                                + percent(ceiling);
        Svg svg = new Svg(said);
        double width = Svg.WIDTH / columns;
        for (int i = 0; i < columns; i++) {
            if (all[i] == 0) {
                svg.rectangle("nodata", i * width, 0, width, Svg.HEIGHT);
                continue;
            }
            double share = (double) failed[i] / all[i];
            double height = Math.max(share > 0 ? 4 : 2, Svg.HEIGHT * share / most);
            svg.rectangle(
                    share > ceiling ? "toomany" : share > 0 ? "some" : "fine",
                    i * width + 1,
                    Svg.HEIGHT - height,
                    width - 2,
                    height);
        }
        double y = Svg.HEIGHT * (1 - ceiling / most);
        svg.line("ceiling", 0, y, Svg.WIDTH, y);
        return new Chart(
                svg.done(), percent(most), Moment.of(from, now), Moment.of(now, now), said);
    }

    static String percent(double share) {
        double percent = share * 100;
        boolean whole = percent == Math.rint(percent) || percent >= 10;
        // Never 100 % while something is missing.
        double shown = whole && share < 1 ? Math.floor(percent) : percent;
        return String.format(Locale.ROOT, whole ? "%.0f %%" : "%.1f %%", shown);
    }
}
