package dev.cutover.core.outlook;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.life.Pace;
import dev.cutover.core.outlook.Milestone.Bound;
import dev.cutover.core.plan.KeptSessions;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a plan will take.
 *
 * <pre>
 *   now ... TTLs down ---- old answers gone ---- window opens [ go .. last go ] closes ---- soak ends
 * </pre>
 *
 * @param timeline by time
 * @param worstCase the longest run from promotion to the last step, falling back included
 * @param worstParts what that is made of, by name, in order
 * @param calls to the provider
 * @param unproven what nobody can prove before the run
 * @param warnings why the plan may run and still not get far
 */
public record Outlook(
        List<Milestone> timeline,
        Duration worstCase,
        Map<String, Duration> worstParts,
        Calls calls,
        List<Unproven> unproven,
        List<String> warnings) {
    /** What an unknown zone says about absent names, for the time being: an hour, as the gate takes it. */
    private static final long NEGATIVE_SECONDS = 3_600;

    public Outlook {
        timeline = List.copyOf(timeline);
        worstParts = Collections.unmodifiableMap(new LinkedHashMap<>(worstParts));
        unproven = List.copyOf(unproven);
        warnings = List.copyOf(warnings);
    }

    /**
     * Something that is believed, not known.
     *
     * @param subject the name or set it is about
     * @param text what is not known, and when it will be
     */
    public record Unproven(String subject, String text) {}

    /**
     * The outlook of a plan that would be scheduled now.
     *
     * @param now plan time
     */
    public static Outlook of(PlanDiff diff, Calls.Bounds bounds, Instant now) {
        Plan plan = diff.plan();
        Duration worst = Pace.worstCase(plan);
        List<String> warnings = new ArrayList<>();
        List<Milestone> timeline = timeline(diff, worst, now, warnings);
        return new Outlook(
                timeline,
                worst,
                Pace.worstParts(plan),
                Calls.of(diff, bounds),
                unproven(diff),
                warnings);
    }

    private static List<Milestone> timeline(
            PlanDiff diff, Duration worst, Instant now, List<String> warnings) {
        Plan plan = diff.plan();
        Plan.Window window = plan.window();
        Instant dueAt = plan.lowerTtlsAt().minus(Pace.HEAD_START);
        Instant loweredAt = dueAt.isBefore(now) ? now : dueAt;
        long oldest = oldestSeconds(diff.changes());
        boolean lowers = diff.changes().stream().anyMatch(c -> !c.aged().equals(c.before()));
        Instant leadOver = loweredAt.plus(plan.ttl().lead());
        Instant oldGone = loweredAt.plusSeconds(oldest);
        Instant goAt = latest(window.opensAt(), latest(leadOver, oldGone));
        Instant lastGo = window.closesAt().minus(worst);
        Duration promotion = plan.promotion().map(p -> p.expected()).orElse(Duration.ZERO);
        Duration run = promotion;
        for (int step = 1; step <= plan.steps(); step++) {
            run = run.plus(plan.dwellOf(step));
        }
        List<Milestone> all = new ArrayList<>();
        all.add(
                new Milestone(
                        "ttls-down",
                        loweredAt,
                        Bound.AT,
                        lowers
                                ? "before-image taken, TTLs go down to "
                                        + plan.ttl().lowerToSeconds()
                                        + " s"
                                : "before-image taken; no TTL to lower"));
        if (oldest > 0) {
            all.add(
                    new Milestone(
                            "old-answers-gone",
                            oldGone,
                            Bound.EARLIEST,
                            "caches have let go of answers with the old TTL"));
        }
        all.add(new Milestone("window-opens", window.opensAt(), Bound.AT, "the window opens"));
        if (goAt.isAfter(lastGo)) {
            warnings.add(
                    "it cannot go in this window: TTLs have aged at "
                            + goAt
                            + " at the earliest, the last moment to go is "
                            + lastGo
                            + "; take a later or longer window, or a shorter lead");
        } else {
            all.add(
                    new Milestone(
                            "go",
                            goAt,
                            Bound.EARLIEST,
                            plan.promotion().isPresent()
                                    ? "content is promoted, then routing switches"
                                    : "routing switches"));
            all.add(
                    new Milestone(
                            "soak-ends",
                            goAt.plus(run).plus(plan.soak()),
                            Bound.EARLIEST,
                            "TTLs go back up; the fallback side stays read-only for "
                                    + shown(plan.fallback().readOnly())));
            diff.sessions()
                    .forEach(s -> sessions(s, plan, goAt.plus(promotion)).ifPresent(all::add));
        }
        all.add(
                new Milestone(
                        "last-go",
                        lastGo,
                        Bound.LATEST,
                        "the last moment to go and still finish or fall back"));
        all.add(
                new Milestone(
                        "window-closes",
                        window.closesAt(),
                        Bound.AT,
                        switch (window.atClose()) {
                            case HOLD -> "the window closes; a run that is not through holds";
                            case FINISH -> "the window closes; a run that began goes on";
                            case FALLBACK -> "the window closes; a run not through falls back";
                        }));
        return all.stream().sorted(Comparator.comparing(Milestone::at)).toList();
    }

    /** When nobody is kept at the origin that is left any more. */
    private static Optional<Milestone> sessions(KeptSessions kept, Plan plan, Instant firstStepAt) {
        Instant lastShareAt = firstStepAt;
        for (int step = 1; step < kept.step(); step++) {
            lastShareAt = lastShareAt.plus(plan.dwellOf(step));
        }
        String whose =
                "sessions that load balancer " + kept.balancer() + " keeps at " + kept.from();
        return switch (kept.sessions()) {
            case UNSAID -> Optional.empty();
            case DRAIN ->
                    Optional.of(
                            new Milestone(
                                    "sessions-drained",
                                    lastShareAt,
                                    Bound.EARLIEST,
                                    whose + " end: with the last share it is disabled"));
            case COUNT ->
                    Optional.of(
                            new Milestone(
                                    "sessions-ended",
                                    lastShareAt.plus(kept.last()),
                                    Bound.EARLIEST,
                                    whose
                                            + " have ended by themselves, "
                                            + shown(kept.last())
                                            + " after the last share"));
        };
    }

    /** The longest life of an answer that is cached today; 0 when the edge hides them all. */
    private static long oldestSeconds(List<SetChange> changes) {
        return changes.stream()
                .filter(c -> !c.isHidden())
                .mapToLong(
                        c ->
                                c.before().stream()
                                        .mapToLong(DnsRecord::answeredTtlSeconds)
                                        .max()
                                        .orElse(NEGATIVE_SECONDS))
                .max()
                .orElse(0);
    }

    /**
     * This outlook with what could not be proven of the token and the zone.
     *
     * @param zone the zone's name
     */
    public Outlook and(Preflight seen, String zone) {
        List<Unproven> all = new ArrayList<>(unproven);
        seen.unproven().forEach(text -> all.add(new Unproven(zone, text)));
        return new Outlook(timeline, worstCase, worstParts, calls, all, warnings);
    }

    private static List<Unproven> unproven(PlanDiff diff) {
        Plan plan = diff.plan();
        List<Unproven> all = new ArrayList<>();
        List<SetChange> direct = diff.changes().stream().filter(c -> !c.isHidden()).toList();
        if (!direct.isEmpty()) {
            all.add(
                    new Unproven(
                            plan.zone().name().value(),
                            "some resolvers keep answers longer than their TTL says; how many"
                                    + " follow is measured after the switch"));
        }
        List<String> edge =
                diff.changes().stream()
                        .filter(SetChange::isProxiedNext)
                        .map(c -> c.name().value())
                        .distinct()
                        .toList();
        List<String> ruled = plan.ruled().stream().map(r -> r.name().value()).toList();
        if (!edge.isEmpty() || !ruled.isEmpty()) {
            all.add(
                    new Unproven(
                            few(Stream.concat(edge.stream(), ruled.stream()).toList()),
                            "whether the edge reaches the next side is seen only when it is"
                                    + " switched; before, the side is asked by its own address"));
        }
        List<String> foreign =
                direct.stream()
                        .filter(c -> c.type() == RecordType.CNAME)
                        .flatMap(c -> Stream.of(c.before(), c.next(), c.fallback()))
                        .flatMap(List::stream)
                        .map(DnsRecord::content)
                        .filter(target -> !new DnsName(target).isWithin(plan.zone().name()))
                        .distinct()
                        .toList();
        if (!foreign.isEmpty()) {
            all.add(
                    new Unproven(
                            few(foreign),
                            "an alias leads out of the zone: TTLs and answers there are somebody"
                                    + " else's and may change at any time"));
        }
        if (plan.promotion().isEmpty()) {
            all.add(
                    new Unproven(
                            plan.site().host().value(),
                            "no promotion is planned: that the next side holds the right content is"
                                    + " known from its pages only"));
        }
        return all;
    }

    private static String few(List<String> names) {
        return names.size() <= 3
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, 3)) + " and " + (names.size() - 3) + " more";
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static String shown(Duration d) {
        return d.toHours() >= 1 && d.toMinutesPart() == 0
                ? d.toHours() + " h"
                : d.toMinutes() + " min";
    }
}
