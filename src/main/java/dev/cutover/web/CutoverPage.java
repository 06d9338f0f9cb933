package dev.cutover.web;

import dev.cutover.api.ApiKeys;
import dev.cutover.api.CutoverView;
import dev.cutover.api.EventView;
import dev.cutover.api.ForecastView;
import dev.cutover.api.GateView;
import dev.cutover.api.PhasePath;
import dev.cutover.api.SafeButton;
import dev.cutover.core.report.Report;
import dev.cutover.core.timeline.AnswerVerdict;
import dev.cutover.core.timeline.Between;
import dev.cutover.core.timeline.Cache;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.Forecast;
import dev.cutover.core.timeline.ResolverLook;
import dev.cutover.core.timeline.TtlHabit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// One cutover as a page shows it.
///
/// @param notice what just came of a form; empty for nothing
/// @param phase the word people read
/// @param why why it is there; empty when that lies far back
/// @param next what it does next by itself; empty when nothing
/// @param acts the buttons, the safest first
/// @param others what else can be asked by command, with what it costs
/// @param judge what the error judge last said; empty before it said anything
public record CutoverPage(
        Frame frame,
        String notice,
        String id,
        String site,
        String owner,
        String author,
        String phase,
        Tone tone,
        Moment since,
        String why,
        String next,
        Moment nextAt,
        Moment now,
        long seq,
        boolean over,
        String planHash,
        String window,
        String approvals,
        String driver,
        List<Act> acts,
        List<SafeButton> others,
        List<Step> steps,
        List<Gate> gates,
        Chart adoption,
        Chart errors,
        Optional<Gate> judge,
        Resolvers resolvers,
        List<Line> journal) {

    private static final int MOST_STEPS = 14;
    private static final int FIRST_RESOLVERS = 10;

    /// One line of the timeline.
    ///
    /// @param state `done`, `current` or `ahead`
    /// @param sign what shows the state beside its colour
    public record Step(
            String phase, String state, String sign, Moment planned, Moment actual, String why) {}

    /// One verdict with its evidence.
    ///
    /// @param age of the oldest evidence; not set when there was none
    public record Gate(
            String check,
            Tone tone,
            String summary,
            List<String> findings,
            Moment age,
            Moment since) {
        static Gate of(GateView g, Instant now) {
            return new Gate(
                    g.check(),
                    Tone.ofVerdict(g.verdict()),
                    Words.plain(g.summary()),
                    g.findings(),
                    Moment.of(g.observedAt(), now),
                    Moment.of(g.since(), now));
        }

        boolean isPassed() {
            return tone.word().equals("pass");
        }
    }

    /// What resolvers answer.
    ///
    /// @param first the ones that show something else or nothing, the slowest to change first
    /// @param rest all others, folded away
    /// @param said how many show the next side
    /// @param forecast who still sees the old side and until when, in words; empty before it is
    /// known
    public record Resolvers(
            List<Resolver> first, List<Resolver> rest, String said, Moment at, String forecast) {
        /// Whether anybody was asked yet.
        public boolean isSeen() {
            return at.isSet();
        }
    }

    /// One resolver.
    ///
    /// @param shows counts by side, in words
    /// @param left what is left of its old answers' life; empty when it has none
    /// @param goneAt when its last old answer is gone
    /// @param forecast what else is known of that, in words; empty for nothing
    public record Resolver(
            String name, Tone tone, String shows, String left, Moment goneAt, String forecast) {}

    /// A line of the journal.
    public record Line(long seq, Moment at, String by, String text) {}

    /// What a page shows beside the cutover's own view.
    ///
    /// @param spans the phases so far
    /// @param look the latest look at the resolvers
    /// @param caches what is known of their caches
    record Around(
            List<Report.Span> spans,
            Optional<ResolverLook> look,
            Optional<Caches> caches,
            Chart adoption,
            Chart errors) {}

    static CutoverPage of(
            CutoverView v, Around around, Frame frame, ApiKeys.Caller caller, String notice) {
        Instant now = v.now();
        CutoverView.WhyView why = v.why();
        List<Gate> gates =
                v.gates().stream()
                        .map(g -> Gate.of(g, now))
                        .sorted(Comparator.comparing(Gate::isPassed))
                        .toList();
        return new CutoverPage(
                frame,
                notice,
                v.id(),
                v.site(),
                v.owner(),
                v.author(),
                v.phase(),
                Tone.of(v.phaseType()),
                Moment.of(v.phaseSince(), now),
                why == null ? "" : Words.plain(why.text()),
                v.next().text(),
                Moment.of(v.next().at(), now),
                Moment.of(now, now),
                v.seq(),
                v.over(),
                v.planHash(),
                v.window().opens().replace('T', ' ')
                        + " to "
                        + v.window().closes().replace('T', ' ')
                        + " "
                        + v.window().zone(),
                approvals(v),
                v.driver(),
                Act.of(v, caller),
                v.buttons().stream().filter(b -> b.verb().equals("postpone")).toList(),
                steps(v, around.spans()),
                gates,
                around.adoption(),
                around.errors(),
                gates.stream().filter(g -> g.check().equals("errors")).findFirst(),
                resolvers(v, around, now),
                v.recent().reversed().stream().map(b -> line(b, now)).toList());
    }

    private static String approvals(CutoverView v) {
        int need = v.approvals().need();
        List<String> given = v.approvals().given();
        return need == 0
                ? "none needed"
                : given.size()
                        + " of "
                        + need
                        + (given.isEmpty() ? "" : ": " + String.join(", ", given));
    }

    private static Line line(EventView.Brief b, Instant now) {
        return new Line(b.seq(), Moment.of(b.at(), now), b.by(), Words.plain(b.text()));
    }

    /// What was, then what is ahead with the times the plan means.
    private static List<Step> steps(CutoverView v, List<Report.Span> spans) {
        List<Step> steps = new ArrayList<>();
        Instant now = v.now();
        List<Report.Span> latest =
                spans.subList(Math.max(0, spans.size() - MOST_STEPS), spans.size());
        for (Report.Span s : latest) {
            boolean current = s.leftAt().isEmpty() && !v.over();
            steps.add(
                    new Step(
                            s.phase(),
                            current ? "current" : "done",
                            current ? "\u25b6" : "\u2713",
                            Moment.of(s.plannedAt(), now),
                            Moment.of(s.enteredAt(), now),
                            Words.plain(s.why())));
        }
        Map<String, Instant> planned =
                Map.of(
                        "Preparing",
                        v.ttl().lowerAt(),
                        "Ageing",
                        v.ttl().lowerAt(),
                        "Promoting",
                        v.window().opensAt());
        for (PhasePath.Step step : v.path()) {
            if (step.state().equals("ahead")) {
                steps.add(
                        new Step(
                                step.phase(),
                                "ahead",
                                "\u25cb",
                                Moment.of(planned.get(step.phase()), now),
                                Moment.NONE,
                                ""));
            }
        }
        return List.copyOf(steps);
    }

    private static Resolvers resolvers(CutoverView v, Around around, Instant now) {
        Optional<ResolverLook> look = around.look();
        if (look.isEmpty()) {
            return new Resolvers(List.of(), List.of(), "", Moment.NONE, "");
        }
        Instant at = look.get().at();
        ForecastView forecast = v.forecast();
        Map<String, List<Cache>> known =
                around.caches().map(Caches::caches).orElse(List.of()).stream()
                        .collect(Collectors.groupingBy(Cache::resolver));
        List<Resolver> all =
                look.get().resolvers().stream()
                        .sorted(
                                Comparator.comparing(ResolverLook.Standing::isOnNext)
                                        .thenComparing(
                                                Comparator.comparing(
                                                                ResolverLook.Standing
                                                                        ::oldTtlSeconds)
                                                        .reversed())
                                        .thenComparing(ResolverLook.Standing::resolver))
                        .map(
                                s ->
                                        resolver(
                                                s,
                                                known.getOrDefault(s.resolver(), List.of()),
                                                around.caches()
                                                        .flatMap(
                                                                k ->
                                                                        Forecast.of(
                                                                                k,
                                                                                s.resolver(),
                                                                                now)),
                                                at,
                                                now))
                        .toList();
        long onNext =
                look.get().resolvers().stream().filter(ResolverLook.Standing::isOnNext).count();
        int first = Math.min(FIRST_RESOLVERS, all.size());
        return new Resolvers(
                all.subList(0, first),
                all.subList(first, all.size()),
                onNext
                        + " of "
                        + all.size()
                        + " resolvers show the next side for every name"
                        + (forecast == null || forecast.answers().isEmpty()
                                ? ""
                                : " (caches: " + forecast.answers() + ")")
                        + (forecast == null || forecast.byRegion().isEmpty()
                                ? ""
                                : "; by region: " + forecast.byRegion()),
                Moment.of(at, now),
                forecast == null ? "" : forecast.text());
    }

    private static Resolver resolver(
            ResolverLook.Standing s,
            List<Cache> known,
            Optional<Between> until,
            Instant at,
            Instant now) {
        boolean old = s.onOld() + s.other() > 0;
        List<String> shows = new ArrayList<>();
        count(shows, s.onNext(), "next");
        count(shows, s.onOld(), "old");
        count(shows, s.other(), "other");
        count(shows, s.failed(), "no answer");
        Instant goneAt =
                until.map(Between::earliest).orElseGet(() -> at.plusSeconds(s.oldTtlSeconds()));
        boolean late = old && goneAt.isBefore(now);
        Tone tone =
                s.isSilent()
                        ? new Tone("held", "\u2205", "silent")
                        : old
                                ? new Tone("back", "\u25d4", "old")
                                : new Tone("good", "\u2713", "next");
        return new Resolver(
                s.resolver(),
                tone,
                String.join(", ", shows),
                !old ? "" : late ? "due" : Moment.span(Duration.between(now, goneAt)),
                old || until.isPresent() ? Moment.of(goneAt, now) : Moment.NONE,
                forecast(known, until, goneAt, now));
    }

    /// What bounds the old answer, and what the resolver was seen to do with TTLs.
    private static String forecast(
            List<Cache> known, Optional<Between> until, Instant goneAt, Instant now) {
        List<String> words = new ArrayList<>();
        until.ifPresent(
                u ->
                        u.latest()
                                .ifPresentOrElse(
                                        latest -> {
                                            if (latest.isAfter(goneAt.plusSeconds(1))) {
                                                words.add(
                                                        "at the latest "
                                                                + Moment.of(latest, now).text());
                                            }
                                        },
                                        () -> words.add("no end known")));
        known.stream()
                .map(Cache::verdict)
                .filter(CutoverPage::isOdd)
                .distinct()
                .map(AnswerVerdict::text)
                .forEach(words::add);
        known.stream()
                .map(Cache::habit)
                .filter(habit -> habit != TtlHabit.KEEPS)
                .distinct()
                .map(TtlHabit::text)
                .forEach(words::add);
        long sites = known.stream().filter(c -> !c.site().isEmpty()).count();
        if (sites > 1) {
            words.add(sites + " caches");
        } else if (known.stream().anyMatch(Cache::shared)) {
            words.add("several caches");
        }
        return String.join("; ", words);
    }

    /// Whether the columns before do not say it: neither the one side nor the other, nor silence.
    private static boolean isOdd(AnswerVerdict verdict) {
        return switch (verdict) {
            case NEXT, OLD, TIMED_OUT -> false;
            case MIXED, OTHER, NEGATIVE, REFUSED, FAILED, SERVING_STALE, TTL_CLAMPED -> true;
        };
    }

    private static void count(List<String> shows, int count, String side) {
        if (count > 0) {
            shows.add(count + " " + side);
        }
    }
}
