package dev.cutover.cli;

import dev.cutover.cli.Prober.Look;
import dev.cutover.cli.Prober.Seen;
import dev.cutover.core.dns.Region;
import dev.cutover.core.evidence.Came;
import dev.cutover.core.timeline.AnswerVerdict;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Forecast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What every resolver said last, for its own place and for the clients of regions, what it means,
/// and until when old answers may live.
final class ProbeBoard {
    /// Where a resolver stands itself, as a region.
    static final String OWN_PLACE = "";

    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String RED = "\u001b[31m";
    private static final String DIM = "\u001b[2m";
    private static final String RESET = "\u001b[0m";

    /// Rounding of TTLs, at the resolver and at ours, and the length of a round.
    private static final Duration SLACK = Duration.ofSeconds(3);

    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final int MOST_SHOWN_CONTENTS = 4;
    private static final int MOST_SHOWN_LATE = 5;

    private final List<String> order;
    private final Set<String> expected;
    private final List<Region> regions;
    private final ProbeOutlook outlook;
    private final Map<Key, Row> rows = new TreeMap<>();

    /// Whose answers: places in the order of asking, its own place first.
    private record Key(int resolver, String region) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int first = Integer.compare(resolver, other.resolver);
            return first != 0 ? first : region.compareTo(other.region);
        }
    }

    /// @param firstUntil when the first old answer seen should have run out
    /// @param lateBy how long the resolver has given an old answer beyond that
    record Row(Seen seen, Instant seenAt, Optional<Instant> firstUntil, Duration lateBy) {}

    /// @param ids the resolvers in their order
    /// @param expected what the answer should be; empty for whatever most resolvers say
    /// @param regions whose clients are asked for beside the resolvers' own place
    ProbeBoard(List<String> ids, Set<String> expected, List<Region> regions, ProbeOutlook outlook) {
        this.order = List.copyOf(ids);
        this.expected = expected;
        this.regions = List.copyOf(regions);
        this.outlook = outlook;
    }

    void take(Look look) {
        if (!expected.isEmpty()) {
            outlook.take(look, expected);
        }
        Map<Key, Row> last = new TreeMap<>(rows);
        Set<Integer> asked =
                look.seen().stream().map(s -> order.indexOf(s.id())).collect(Collectors.toSet());
        // a resolver that answers for a region no more says nothing of it any more
        rows.keySet().removeIf(key -> asked.contains(key.resolver()));
        for (Seen seen : look.seen()) {
            Key key = new Key(order.indexOf(seen.id()), seen.region());
            rows.put(key, row(seen, look.askedAt(), last.get(key)));
        }
    }

    private Row row(Seen seen, Instant at, @Nullable Row last) {
        boolean old =
                !expected.isEmpty()
                        && seen.answer().told().came() == Came.RECORDS
                        && outlook.judge(seen.answer(), expected, at) != AnswerVerdict.NEXT;
        if (!old) {
            return new Row(seen, at, Optional.empty(), Duration.ZERO);
        }
        Instant until = at.plusSeconds(seen.ttlSeconds());
        Instant first = last == null ? until : last.firstUntil().orElse(until);
        Duration late = Duration.between(first.plus(SLACK), at);
        // the first bound is kept, so that a resolver which goes past it shows
        return new Row(seen, at, Optional.of(first), late.isNegative() ? Duration.ZERO : late);
    }

    Collection<Row> rows() {
        return List.copyOf(rows.values());
    }

    List<Region> regions() {
        return regions;
    }

    private Stream<Row> of(String region) {
        return rows.values().stream().filter(row -> row.seen().region().equals(region));
    }

    /// What counts as new: what was asked for, or what most resolvers say.
    Set<String> wanted() {
        if (!expected.isEmpty()) {
            return expected;
        }
        Map<Set<String>, Integer> votes = new HashMap<>();
        of(OWN_PLACE)
                .map(row -> row.seen().contents())
                .filter(contents -> !contents.isEmpty())
                .forEach(contents -> votes.merge(new TreeSet<>(contents), 1, Integer::sum));
        return votes.entrySet().stream()
                .max(
                        Comparator.comparingInt((Map.Entry<Set<String>, Integer> e) -> e.getValue())
                                .thenComparing(e -> e.getKey().toString()))
                .map(Map.Entry::getKey)
                .orElse(Set.of());
    }

    AnswerVerdict verdict(Row row) {
        return outlook.judge(row.seen().answer(), wanted(), row.seenAt());
    }

    Map<AnswerVerdict, Integer> counts(String region) {
        Map<AnswerVerdict, Integer> counts = new EnumMap<>(AnswerVerdict.class);
        of(region).forEach(row -> counts.merge(verdict(row), 1, Integer::sum));
        return counts;
    }

    long answering(String region) {
        return of(region).filter(row -> verdict(row).isAnswer()).count();
    }

    /// How many of those that answer for a region show what is expected, 0 to 1.
    double share(String region) {
        long answering = answering(region);
        return answering == 0
                ? 0
                : (double) counts(region).getOrDefault(AnswerVerdict.NEXT, 0) / answering;
    }

    /// Whether so many show it, at their own place and for each region that anybody answers for;
    /// half of all resolvers must answer at least.
    boolean reached(double quorum) {
        long answering = answering(OWN_PLACE);
        return answering * 2 >= of(OWN_PLACE).count()
                && answering > 0
                && share(OWN_PLACE) >= quorum
                && regions.stream()
                        .map(Region::name)
                        .allMatch(r -> answering(r) == 0 || share(r) >= quorum);
    }

    /// Who still sees the old answer, and until when; empty when nobody said what is expected.
    Optional<Forecast> forecast(double quorum, Instant now) {
        return expected.isEmpty() ? Optional.empty() : Optional.of(outlook.forecast(quorum, now));
    }

    /// When a resolver's caches let go of old answers; empty when it holds none.
    Optional<Between> oldUntil(Row row, Instant now) {
        return outlook.oldUntil(row.seen().id(), now);
    }

    /// What the resolver was seen to do with TTLs that keeps visitors waiting; empty when nothing.
    Optional<String> habit(Row row) {
        return outlook.habit(row.seen().id(), row.seen().region());
    }

    /// Who deserves another question by then: those without the expected answer, just after theirs
    /// has run out, and at least once a minute, since many caches may stand behind an address.
    Set<String> due(Instant now, Duration every) {
        Set<String> due = new TreeSet<>();
        rows.values().stream()
                .filter(row -> verdict(row) != AnswerVerdict.NEXT)
                .filter(row -> !askAt(row, every).isAfter(now))
                .forEach(row -> due.add(row.seen().id()));
        return due;
    }

    /// When the next question is due; empty when nobody is left to ask.
    Optional<Instant> nextAt(Duration every) {
        return rows.values().stream()
                .filter(row -> verdict(row) != AnswerVerdict.NEXT)
                .map(row -> askAt(row, every))
                .min(Instant::compareTo);
    }

    private static Instant askAt(Row row, Duration every) {
        Duration ttl = Duration.ofSeconds(row.seen().ttlSeconds() + 1);
        boolean waits = row.firstUntil().isPresent() && ttl.compareTo(every) > 0;
        Duration rest = waits ? ttl : every;
        return row.seenAt().plus(rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest);
    }

    // ------------------------------------------------------------- pictures

    List<String> table(boolean ansi, int width, Instant now, double quorum) {
        List<String> lines = new ArrayList<>();
        int id = column("RESOLVER", rows.values().stream().map(ProbeBoard::who).toList(), 22);
        int address =
                column("ADDRESS", rows.values().stream().map(r -> r.seen().address()).toList(), 40);
        String form = "%-" + id + "s  %-" + address + "s  %-13s  %7s  %8s  %s";
        lines.add(
                Shown.fit(
                        String.format(
                                Locale.ROOT,
                                form,
                                "RESOLVER",
                                "ADDRESS",
                                "VERDICT",
                                "TTL s",
                                "ms",
                                "ANSWER"),
                        width));
        for (Row row : rows.values()) {
            AnswerVerdict verdict = verdict(row);
            String line =
                    Shown.fit(
                            String.format(
                                    Locale.ROOT,
                                    form,
                                    Shown.fit(who(row), id),
                                    row.seen().address(),
                                    verdict.text(),
                                    verdict.isAnswer() ? "" + row.seen().ttlSeconds() : "-",
                                    verdict.isAnswer()
                                            ? String.format(
                                                    Locale.ROOT,
                                                    "%.1f",
                                                    row.seen().answer().latency().toNanos() / 1e6)
                                            : "-",
                                    words(row)),
                            width);
            lines.add(ansi ? colour(verdict) + line + RESET : line);
        }
        lines.add("");
        lines.addAll(summary(now, quorum));
        return lines;
    }

    private static String who(Row row) {
        String region = row.seen().region();
        return region.isEmpty() ? row.seen().id() : "  for " + region;
    }

    private static int column(String head, List<String> texts, int most) {
        int longest = texts.stream().mapToInt(String::length).max().orElse(0);
        return Math.min(most, Math.max(head.length(), longest));
    }

    private String words(Row row) {
        Seen seen = row.seen();
        List<String> words = new ArrayList<>();
        if (!seen.contents().isEmpty()) {
            List<String> some =
                    seen.contents()
                            .subList(0, Math.min(MOST_SHOWN_CONTENTS, seen.contents().size()));
            int more = seen.contents().size() - some.size();
            words.add(String.join(" ", some) + (more > 0 ? " and " + more + " more" : ""));
        }
        if (seen.answer().told().markedStale()) {
            words.add("(says it is stale)");
        }
        if (!row.lateBy().isZero()) {
            words.add("(" + Shown.span(row.lateBy()) + " past its time)");
        }
        habit(row).ifPresent(habit -> words.add("(" + habit + ")"));
        if (!seen.answer().told().site().isEmpty()) {
            words.add("[" + seen.answer().told().site() + "]");
        }
        if (!detail(seen).isEmpty()) {
            words.add(detail(seen));
        }
        return Shown.line(String.join(" ", words));
    }

    /// What happened, and what else the answer says.
    static String detail(Seen seen) {
        return Stream.of(seen.answer().failure(), seen.detail())
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
    }

    private static String colour(AnswerVerdict verdict) {
        return switch (verdict) {
            case NEXT -> GREEN;
            case OLD, MIXED, SERVING_STALE, TTL_CLAMPED -> YELLOW;
            case OTHER, NEGATIVE -> RED;
            case REFUSED, FAILED, TIMED_OUT -> DIM;
        };
    }

    /// What it comes to: a line of counts, one for each region, and the forecast.
    List<String> summary(Instant now, double quorum) {
        List<String> lines = new ArrayList<>();
        long own = of(OWN_PLACE).count();
        lines.add(
                own
                        + (own == 1 ? " resolver: " : " resolvers: ")
                        + listed(OWN_PLACE)
                        + "; "
                        + Shown.percent(share(OWN_PLACE))
                        + " of those that answer "
                        + (expected.isEmpty()
                                ? "agree on " + String.join(" ", wanted())
                                : "give what is expected")
                        + ", wanted "
                        + Shown.percent(quorum));
        for (Region region : regions) {
            long answering = answering(region.name());
            lines.add(
                    "for "
                            + region.name()
                            + (region.name().equals(region.network())
                                    ? ""
                                    : " (" + region.network() + ")")
                            + (answering == 0
                                    ? ": no resolver answers for these clients, so nothing is said"
                                            + " of them"
                                    : ": "
                                            + answering
                                            + " of "
                                            + own
                                            + " resolvers answer for these clients: "
                                            + listed(region.name())
                                            + "; "
                                            + Shown.percent(share(region.name()))));
        }
        forecast(quorum, now).ifPresent(f -> lines.addAll(told(f, now)));
        return lines;
    }

    private String listed(String region) {
        return counts(region).entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey().text())
                .collect(Collectors.joining(", "));
    }

    private static List<String> told(Forecast forecast, Instant now) {
        List<String> lines = new ArrayList<>();
        String in =
                forecast.goneAt()
                        .map(gone -> gone.latest().orElse(gone.earliest()))
                        .filter(at -> at.isAfter(now))
                        .map(at -> ", all gone in " + Shown.span(Duration.between(now, at)))
                        .orElse("");
        lines.add("forecast: " + forecast.outlook() + in);
        forecast.late().stream()
                .limit(MOST_SHOWN_LATE)
                .forEach(
                        late -> lines.add("late: " + Shown.line(late.cache()) + " " + late.text()));
        return lines;
    }
}
