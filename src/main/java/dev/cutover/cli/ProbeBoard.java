package dev.cutover.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.cli.Prober.Look;
import dev.cutover.cli.Prober.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What every resolver said last, what it means, and until when old answers may live.
final class ProbeBoard {

    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final String RED = "\u001b[31m";
    private static final String DIM = "\u001b[2m";
    private static final String RESET = "\u001b[0m";

    /// Rounding of TTLs, at the resolver and at ours, and the length of a round.
    private static final Duration SLACK = Duration.ofSeconds(3);

    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final int MOST_SHOWN_CONTENTS = 4;

    private final Set<String> expected;
    private final Set<String> before;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    /// @param lateBy how long the resolver has given an old answer beyond the time it first said
    private record Row(Seen seen, Instant seenAt, Optional<Instant> oldUntil, Duration lateBy) {}

    /// @param expected what the answer should be; empty for whatever most resolvers say
    /// @param before what it was; empty when nobody said
    ProbeBoard(Set<String> expected, Set<String> before) {
        this.expected = expected;
        this.before = before;
    }

    void take(Look look) {
        for (Seen seen : look.seen()) {
            rows.put(seen.id(), row(seen, look.askedAt(), rows.get(seen.id())));
        }
    }

    private Row row(Seen seen, Instant at, @Nullable Row last) {
        boolean old =
                !expected.isEmpty()
                        && seen.came() == Prober.Came.RECORDS
                        && ProbeVerdict.of(seen, expected, before) != ProbeVerdict.NEW
                        && seen.ttlSeconds() >= 0;
        if (!old) {
            return new Row(seen, at, Optional.empty(), Duration.ZERO);
        }
        Instant until = at.plusSeconds(seen.ttlSeconds());
        Instant first = last == null ? until : last.oldUntil().orElse(until);
        Duration late = Duration.between(first.plus(SLACK), at);
        // the first bound is kept, so that a resolver which goes past it shows
        return new Row(seen, at, Optional.of(first), late.isNegative() ? Duration.ZERO : late);
    }

    /// What counts as new: what was asked for, or what most resolvers say.
    private Set<String> wanted() {
        if (!expected.isEmpty()) {
            return expected;
        }
        Map<Set<String>, Integer> votes = new HashMap<>();
        rows.values().stream()
                .filter(row -> row.seen().came() == Prober.Came.RECORDS)
                .forEach(row -> votes.merge(new TreeSet<>(row.seen().contents()), 1, Integer::sum));
        return votes.entrySet().stream()
                .max(
                        Comparator.comparingInt((Map.Entry<Set<String>, Integer> e) -> e.getValue())
                                .thenComparing(e -> e.getKey().toString()))
                .map(Map.Entry::getKey)
                .orElse(Set.of());
    }

    private ProbeVerdict verdict(Row row) {
        return ProbeVerdict.of(row.seen(), wanted(), before);
    }

    Map<ProbeVerdict, Integer> counts() {
        Map<ProbeVerdict, Integer> counts = new EnumMap<>(ProbeVerdict.class);
        rows.values().forEach(row -> counts.merge(verdict(row), 1, Integer::sum));
        return counts;
    }

    long answering() {
        return rows.values().stream().filter(row -> verdict(row).isAnswer()).count();
    }

    /// How many of those that answer show what is expected, 0 to 1.
    double share() {
        long answering = answering();
        return answering == 0 ? 0 : (double) counts().getOrDefault(ProbeVerdict.NEW, 0) / answering;
    }

    /// Whether so many show it; half of all resolvers must answer at least.
    boolean reached(double quorum) {
        return answering() * 2 >= rows.size() && answering() > 0 && share() >= quorum;
    }

    /// When the last old answer seen so far has run out, if its cache keeps to the TTL it showed.
    Optional<Instant> oldUntil() {
        return rows.values().stream()
                .flatMap(row -> row.oldUntil().stream())
                .max(Instant::compareTo);
    }

    /// Who deserves another question by then: those without the expected answer, just after theirs
    /// has run out, and at least once a minute, since many caches may stand behind an address.
    Set<String> due(Instant now, Duration every) {
        Set<String> due = new TreeSet<>();
        rows.forEach(
                (id, row) -> {
                    if (verdict(row) != ProbeVerdict.NEW && !askAt(row, every).isAfter(now)) {
                        due.add(id);
                    }
                });
        return due;
    }

    /// When the next question is due; empty when nobody is left to ask.
    Optional<Instant> nextAt(Duration every) {
        return rows.values().stream()
                .filter(row -> verdict(row) != ProbeVerdict.NEW)
                .map(row -> askAt(row, every))
                .min(Instant::compareTo);
    }

    private static Instant askAt(Row row, Duration every) {
        Duration ttl = Duration.ofSeconds(Math.max(0, row.seen().ttlSeconds()) + 1);
        boolean waits = row.oldUntil().isPresent() && ttl.compareTo(every) > 0;
        Duration rest = waits ? ttl : every;
        return row.seenAt().plus(rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest);
    }

    // ------------------------------------------------------------- pictures

    List<String> table(boolean ansi, int width, Instant now, double quorum) {
        List<String> lines = new ArrayList<>();
        int id = column("RESOLVER", rows.values().stream().map(r -> r.seen().id()).toList(), 22);
        int address =
                column("ADDRESS", rows.values().stream().map(r -> r.seen().address()).toList(), 40);
        String form = "%-" + id + "s  %-" + address + "s  %-9s  %7s  %8s  %s";
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
            ProbeVerdict verdict = verdict(row);
            Seen seen = row.seen();
            String line =
                    Shown.fit(
                            String.format(
                                    Locale.ROOT,
                                    form,
                                    Shown.fit(seen.id(), id),
                                    seen.address(),
                                    verdict.word(),
                                    seen.ttlSeconds() < 0 ? "-" : "" + seen.ttlSeconds(),
                                    verdict.isAnswer()
                                            ? String.format(
                                                    Locale.ROOT,
                                                    "%.1f",
                                                    seen.latency().toNanos() / 1e6)
                                            : "-",
                                    words(row)),
                            width);
            lines.add(ansi ? colour(verdict) + line + RESET : line);
        }
        lines.add("");
        lines.add(summary(now, quorum));
        return lines;
    }

    private static int column(String head, List<String> texts, int most) {
        int longest = texts.stream().mapToInt(String::length).max().orElse(0);
        return Math.min(most, Math.max(head.length(), longest));
    }

    private static String words(Row row) {
        Seen seen = row.seen();
        List<String> words = new ArrayList<>();
        if (!seen.contents().isEmpty()) {
            List<String> some =
                    seen.contents()
                            .subList(0, Math.min(MOST_SHOWN_CONTENTS, seen.contents().size()));
            int more = seen.contents().size() - some.size();
            words.add(String.join(" ", some) + (more > 0 ? " and " + more + " more" : ""));
        }
        if (seen.saysStale()) {
            words.add("(says it is stale)");
        }
        if (!row.lateBy().isZero()) {
            words.add("(" + Shown.span(row.lateBy()) + " past its time)");
        }
        if (!seen.site().isEmpty()) {
            words.add("[" + seen.site() + "]");
        }
        if (!seen.detail().isEmpty()) {
            words.add(seen.detail());
        }
        return Shown.line(String.join(" ", words));
    }

    private static String colour(ProbeVerdict verdict) {
        return switch (verdict) {
            case NEW -> GREEN;
            case OLD, MIXED -> YELLOW;
            case OTHER, NEGATIVE -> RED;
            case REFUSED, FAILED, TIMED_OUT -> DIM;
        };
    }

    String summary(Instant now, double quorum) {
        Map<ProbeVerdict, Integer> counts = counts();
        List<String> parts = new ArrayList<>();
        counts.forEach((verdict, count) -> parts.add(count + " " + verdict.word()));
        String last =
                oldUntil()
                        .map(
                                at ->
                                        at.isAfter(now)
                                                ? "; the last old answer seen runs out at "
                                                        + Shown.clock(at)
                                                        + ", in "
                                                        + Shown.span(Duration.between(now, at))
                                                : "; the last old answer should have run out at "
                                                        + Shown.clock(at))
                        .orElse("");
        return rows.size()
                + (rows.size() == 1 ? " resolver: " : " resolvers: ")
                + String.join(", ", parts)
                + "; "
                + Shown.percent(share())
                + " of those that answer "
                + (expected.isEmpty()
                        ? "agree on " + String.join(" ", wanted())
                        : "give what is expected")
                + ", wanted "
                + Shown.percent(quorum)
                + last;
    }

    ObjectNode json(ObjectMapper mapper, String name, String type, double quorum) {
        ObjectNode top = mapper.createObjectNode();
        top.put("v", 1).put("name", name).put("type", type);
        ArrayNode wanted = top.putArray("expected");
        wanted().forEach(wanted::add);
        top.put("quorum", quorum).put("share", share()).put("reached", reached(quorum));
        ObjectNode counts = top.putObject("counts");
        new TreeMap<>(counts()).forEach((verdict, n) -> counts.put(verdict.word(), n));
        oldUntil().ifPresent(at -> top.put("oldUntil", at.toString()));
        ArrayNode list = top.putArray("resolvers");
        for (Row row : rows.values()) {
            Seen seen = row.seen();
            ObjectNode one = list.addObject();
            one.put("id", seen.id()).put("address", seen.address());
            one.put("operator", seen.operator()).put("country", seen.country());
            one.put("verdict", verdict(row).word()).put("seenAt", row.seenAt().toString());
            ArrayNode contents = one.putArray("contents");
            seen.contents().forEach(contents::add);
            ArrayNode aliases = one.putArray("aliases");
            seen.aliases().forEach(aliases::add);
            if (seen.ttlSeconds() >= 0) {
                one.put("ttlSeconds", seen.ttlSeconds());
            }
            if (verdict(row).isAnswer()) {
                one.put("latencyMillis", seen.latency().toNanos() / 1e6);
            }
            one.put("site", seen.site()).put("detail", seen.detail());
            one.put("saysStale", seen.saysStale()).put("forSubnet", seen.forSubnet());
            row.oldUntil().ifPresent(at -> one.put("oldUntil", at.toString()));
        }
        return top;
    }
}
