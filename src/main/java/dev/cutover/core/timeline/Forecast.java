package dev.cutover.core.timeline;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Who still sees the old side, and until when.
 *
 * <p>The later end of a range is never exceeded by a cache that keeps to TTLs. Those seen not to are named
 * in {@code late}: a cache that raises TTLs bounds itself by the TTL it shows and counts; one that serves
 * stale answers or ignores TTLs has no end, so it is left out of {@code goneAt} and never counts in the
 * lower curve. Behind any address may stand a cache that has not answered yet, so before the ceiling
 * nothing is sure to be gone.
 *
 * @param at when it was made
 * @param ceilingAt when no honest cache can hold an old answer; empty while an authority may still give one
 * @param share of the heard caches that show the next side, by weight, 0 to 1
 * @param quorum the share that is wanted
 * @param goneAt when the last old answer is gone; empty when none can be left
 * @param quorumAt when the wanted share is reached; empty when nobody was heard, or it cannot be while
 *     those without an end last
 * @param curve the share to come, oldest first, at most {@value #MOST_POINTS} points
 * @param verdicts how many caches gave which answer last, by each one's worst
 * @param regions how far it is for the clients of each region that anybody answers for, by name
 * @param late caches that keep answers longer than TTLs allow, by name
 * @param abort what calling it off now would cost
 */
public record Forecast(
        Instant at,
        Optional<Instant> ceilingAt,
        double share,
        double quorum,
        Optional<Between> goneAt,
        Optional<Between> quorumAt,
        List<Point> curve,
        Map<AnswerVerdict, Integer> verdicts,
        List<RegionShare> regions,
        List<Late> late,
        AbortCost abort) {
    /** What a drawing 600 units wide can show. */
    public static final int MOST_POINTS = 40;

    private static final int MOST_LATE = 100;

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    public Forecast {
        curve = List.copyOf(curve);
        verdicts = Collections.unmodifiableMap(new TreeMap<>(verdicts));
        regions = List.copyOf(regions);
        late = late.stream().limit(MOST_LATE).toList();
    }

    /**
     * How far it is for the clients of one region.
     *
     * @param answering caches whose latest answer was for them
     * @param share of those that show the next side, 0 to 1
     */
    public record RegionShare(String region, int answering, double share) {}

    /**
     * The share that will show the next side.
     *
     * @param least if every cache takes as long as it may
     * @param most if every cache lets go as early as it can
     */
    public record Point(Instant at, double least, double most) {}

    /**
     * A cache that visitors wait for.
     *
     * @param figure in seconds, see {@link Cache#habitSeconds}
     * @param oldUntil when it lets go; empty when it shows the next side already
     */
    public record Late(String cache, TtlHabit habit, long figure, Optional<Between> oldUntil) {
        /** In words, such as {@code raises TTLs to 90 s}. */
        public String text() {
            return switch (habit) {
                case KEEPS, LOWERS, SERVES_STALE -> habit.text();
                case RAISES -> habit.text() + " to " + figure + " s or more";
                case IGNORES -> habit.text() + ", by " + figure + " s or more";
            };
        }
    }

    /**
     * How long caches would go on leading to the next side, were it called off now.
     *
     * @param onNext the share of heard caches that hold the next side's answer now, 0 to 1
     * @param half after this long half of those have let go
     * @param longest after this long all have, but those in {@code late} that have no end
     */
    public record AbortCost(double onNext, Duration half, Duration longest) {
        /** Minutes, begun ones counted. */
        public long minutes() {
            return (longest.toSeconds() + 59) / 60;
        }
    }

    /** One cache's way to the next side. */
    private record Way(double weight, Instant earliest, Optional<Instant> latest) {}

    /**
     * The forecast of what is known.
     *
     * @param quorum the share that is wanted, 0 to 1
     * @param nextKeptSeconds how long a cache may keep the next side's answer after the last authority gave
     *     it
     */
    public static Forecast of(Caches known, double quorum, long nextKeptSeconds, Instant now) {
        Map<String, List<Cache>> byResolver = new TreeMap<>();
        for (Cache c : known.caches()) {
            byResolver.computeIfAbsent(c.resolver(), r -> new ArrayList<>()).add(c);
        }
        List<Way> ways = new ArrayList<>();
        Optional<Between> goneAt = Optional.empty();
        for (List<Cache> its : byResolver.values()) {
            List<Cache> heard = its.stream().filter(Cache::isHeard).toList();
            for (Cache c : heard) {
                Way way = way(c, heard.size(), known.ceilingAt(), now);
                ways.add(way);
                if (way.latest().filter(l -> l.isAfter(now)).isPresent()) {
                    Between until = new Between(way.earliest(), way.latest());
                    goneAt = Optional.of(goneAt.map(until::both).orElse(until));
                }
            }
        }
        if (!ways.isEmpty() && known.ceilingAt().filter(at -> at.isAfter(now)).isPresent()) {
            // A cache behind some address that has not answered yet may be the last.
            Between unseen = Between.of(now, known.ceilingAt().get());
            goneAt = Optional.of(goneAt.map(unseen::both).orElse(unseen));
        }
        double total = ways.stream().mapToDouble(Way::weight).sum();
        return new Forecast(
                now,
                known.ceilingAt(),
                total == 0 ? 0 : sure(ways, now) / total,
                quorum,
                goneAt,
                quorumAt(ways, total, quorum, now),
                curve(ways, total, now),
                verdicts(known),
                regions(known),
                late(known, now),
                abort(known, nextKeptSeconds, now));
    }

    private static Way way(Cache c, int siblings, Optional<Instant> ceilingAt, Instant now) {
        double weight = c.weight() / siblings;
        boolean holdsOld = c.mayBeOld(now);
        if (!holdsOld && !(c.verdict().isOld() && c.habit().isUnbounded())) {
            boolean next = c.nextUntil().isPresent() || c.verdict() == AnswerVerdict.NEXT;
            boolean expired = c.oldUntil().isPresent();
            if (next || expired) {
                return new Way(weight, now, Optional.of(now));
            }
            return new Way(weight, now, Optional.empty());
        }
        Between until = c.oldUntil().orElse(Between.from(now));
        Instant earliest = Between.later(until.earliest(), now);
        Optional<Instant> latest = until.latest();
        if ((c.site().isEmpty() || c.shared()) && latest.isPresent() && ceilingAt.isPresent()) {
            // Others may answer as this one, and each let go at its own time.
            latest = latest.map(l -> Between.later(l, ceilingAt.get()));
        }
        if (c.habit().isUnbounded()) {
            latest = Optional.empty();
        }
        return new Way(weight, earliest, latest);
    }

    private static double sure(List<Way> ways, Instant now) {
        return ways.stream()
                .filter(w -> w.latest().filter(l -> !l.isAfter(now)).isPresent())
                .mapToDouble(Way::weight)
                .sum();
    }

    private static double hoped(List<Way> ways, Instant at) {
        return ways.stream().filter(w -> !w.earliest().isAfter(at)).mapToDouble(Way::weight).sum();
    }

    private static Optional<Between> quorumAt(
            List<Way> ways, double total, double quorum, Instant now) {
        if (total == 0) {
            return Optional.empty();
        }
        double wanted = quorum * total - 1e-9;
        Optional<Instant> earliest =
                moments(ways, now).filter(t -> hoped(ways, t) >= wanted).min(Instant::compareTo);
        Optional<Instant> latest =
                moments(ways, now).filter(t -> sure(ways, t) >= wanted).min(Instant::compareTo);
        return earliest.map(e -> new Between(e, latest));
    }

    /** Every moment at which a share may change. */
    private static Stream<Instant> moments(List<Way> ways, Instant now) {
        return Stream.concat(
                        Stream.of(now),
                        ways.stream()
                                .flatMap(
                                        w ->
                                                Stream.concat(
                                                        Stream.of(w.earliest()),
                                                        w.latest().stream())))
                .filter(t -> !t.isBefore(now))
                .distinct();
    }

    private static List<Point> curve(List<Way> ways, double total, Instant now) {
        if (total == 0) {
            return List.of();
        }
        List<Instant> at = moments(ways, now).sorted().toList();
        int every = Math.max(1, (int) Math.ceil((double) at.size() / (MOST_POINTS - 1)));
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < at.size(); i++) {
            if (i % every == 0 || i == at.size() - 1) {
                Instant t = at.get(i);
                double least = sure(ways, t) / total;
                points.add(new Point(t, least, Math.max(least, hoped(ways, t) / total)));
            }
        }
        return points;
    }

    private static List<RegionShare> regions(Caches known) {
        Map<String, List<Cache>> byRegion = new TreeMap<>();
        known.caches().stream()
                .filter(c -> !c.scope().isEmpty() && c.verdict().isAnswer())
                .forEach(c -> byRegion.computeIfAbsent(c.scope(), s -> new ArrayList<>()).add(c));
        return byRegion.entrySet().stream()
                .map(
                        e ->
                                new RegionShare(
                                        e.getKey(),
                                        e.getValue().size(),
                                        (double)
                                                        e.getValue().stream()
                                                                .filter(
                                                                        c ->
                                                                                c.verdict()
                                                                                        == AnswerVerdict
                                                                                                .NEXT)
                                                                .count()
                                                / e.getValue().size()))
                .toList();
    }

    private static Map<AnswerVerdict, Integer> verdicts(Caches known) {
        Map<AnswerVerdict, Integer> counts = new EnumMap<>(AnswerVerdict.class);
        known.caches().forEach(c -> counts.merge(c.verdict(), 1, Integer::sum));
        return counts;
    }

    private static List<Late> late(Caches known, Instant now) {
        return known.caches().stream()
                .filter(c -> c.habit().isLate())
                .sorted(
                        Comparator.comparing((Cache c) -> c.habit())
                                .reversed()
                                .thenComparing(Cache::name))
                .map(
                        c ->
                                new Late(
                                        c.name(),
                                        c.habit(),
                                        c.habitSeconds(),
                                        c.mayBeOld(now) ? c.oldUntil() : Optional.empty()))
                .toList();
    }

    /** The whole in one sentence, the same on every face. Times of day are UTC. */
    public String text() {
        return outlook()
                + "; an abort now takes up to "
                + abort.minutes()
                + " min to reach everybody";
    }

    /** What is to come when nobody intervenes, in a sentence. Times of day are UTC. */
    public String outlook() {
        StringBuilder said = new StringBuilder();
        if (share >= quorum) {
            said.append("the quorum of ").append(percent(quorum)).append(" is reached");
        } else if (quorumAt.isEmpty()) {
            said.append(percent(quorum)).append(" cannot be forecast");
        } else {
            said.append(percent(quorum)).append(" by ").append(range(quorumAt.get()));
        }
        said.append("; ");
        if (goneAt.isEmpty()) {
            said.append("no old answer is left where TTLs are kept to");
        } else {
            said.append("last old answer gone by ").append(range(goneAt.get()));
        }
        if (!late.isEmpty()) {
            said.append("; ").append(late.size()).append(" keep answers longer than TTLs allow");
        }
        return said.toString();
    }

    private static String percent(double share) {
        double percent = 100 * share;
        boolean whole = Math.abs(percent - Math.rint(percent)) < 1e-6;
        return String.format(Locale.ROOT, whole ? "%.0f %%" : "%.3g %%", percent);
    }

    private static String range(Between when) {
        return when.latest()
                .map(
                        l ->
                                !when.earliest().isBefore(l.minusSeconds(1))
                                        ? CLOCK.format(l)
                                        : CLOCK.format(when.earliest())
                                                + ", at the latest "
                                                + CLOCK.format(l))
                .orElse(CLOCK.format(when.earliest()) + " at best, without an end");
    }

    private static AbortCost abort(Caches known, long nextKeptSeconds, Instant now) {
        List<Long> left = new ArrayList<>();
        int heard = 0;
        long longest = 0;
        for (Cache c : known.caches()) {
            heard += c.isHeard() ? 1 : 0;
            if (c.nextUntil().isEmpty()) {
                continue;
            }
            long most =
                    c.habit() == TtlHabit.RAISES
                            ? Math.max(nextKeptSeconds, c.habitSeconds())
                            : nextKeptSeconds;
            long told = Duration.between(now, c.nextUntil().get()).toSeconds();
            // Where the answer we saw has expired, another was fetched at a time nobody knows.
            left.add(told > 0 ? Math.min(told, most) : most / 2);
            longest = Math.max(longest, most);
        }
        if (left.isEmpty()) {
            return new AbortCost(0, Duration.ZERO, Duration.ofSeconds(nextKeptSeconds));
        }
        left.sort(null);
        return new AbortCost(
                (double) left.size() / heard,
                Duration.ofSeconds(left.get(left.size() / 2)),
                Duration.ofSeconds(longest));
    }

    /** When one resolver's caches have all let go of old answers; empty when it holds none. */
    public static Optional<Between> of(Caches known, String resolver, Instant now) {
        List<Cache> its =
                known.caches().stream().filter(c -> c.resolver().equals(resolver)).toList();
        Optional<Between> until = Optional.empty();
        for (Cache c : its) {
            if (c.mayBeOld(now)) {
                Way way = way(c, 1, known.ceilingAt(), now);
                Between own = new Between(way.earliest(), way.latest());
                until = Optional.of(until.map(own::both).orElse(own));
            }
        }
        return until;
    }
}
