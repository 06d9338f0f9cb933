package dev.cutover.core.life;

import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Gates;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What is judged continuously from Promoting on.
 *
 * <pre>
 *   errors, fallback healthy   -> fall back
 *   errors, maybe a burst      -> wait: no next step, no hold
 *   errors, fallback sick      -> hold and page, never flip; fall back once it is healthy
 *   zone edited by others      -> hold
 *   blind or thin for too long -> hold
 *   resolvers slow or failing  -> hold; falling back cannot cure it
 *   window closed              -> as the plan says
 *   clock set back             -> hold: neither patience nor windows can be measured
 * </pre>
 */
final class Guards {
    private static final Duration ZONE_AGE = Duration.ofMinutes(1);
    private static final Duration FALLBACK_AGE = Duration.ofMinutes(1);

    /** Before visitors are sent there its health must be this fresh: both sides may fail together. */
    private static final Duration FLIP_AGE = Duration.ofSeconds(10);

    /** A look that came back this long after the first failed probe began was not under way before it. */
    private static final Duration FIRST_FAILURE = Duration.ofSeconds(1);

    /** Nodes' clocks differ by seconds, and a small step back is soon caught up with. */
    private static final Duration SET_BACK = Duration.ofMinutes(2);

    private static final String WINDOW_CLOSED = "WindowClosed";
    private static final String NO_ROOM_LEFT = "NoRoomLeft";

    private Guards() {}

    /** Whether a person who resumes a run that was held for this takes the window on themselves. */
    static boolean isAboutTheWindow(Phase.Reason why) {
        return why.code().equals(WINDOW_CLOSED) || why.code().equals(NO_ROOM_LEFT);
    }

    /** Judges every guard; true when one of them led out of the phase. */
    static boolean leave(Turn t) {
        return fellBack(t)
                || clockSetBack(t)
                || drifted(t)
                || fallbackSick(t)
                || tooLong(t)
                || slowResolvers(t)
                || failingResolvers(t)
                || windowClosed(t);
    }

    /** Falls back, or holds with a page, when visitors see errors; true when the phase changed. */
    static boolean fellBack(Turn t) {
        Instant routedAt = t.c.routedAt().orElse(null);
        if (routedAt == null) {
            return false;
        }
        Judged errors = t.note(errorGates(t).errors(t.c.plan().watch(), routedAt).judged());
        if (errors.verdict() != Verdict.FAIL) {
            return false;
        }
        t.note(fallbackHealth(t, FALLBACK_AGE));
        Judged fallback = fallbackHealth(t, FLIP_AGE);
        return switch (fallback.verdict()) {
            case PASS -> {
                if (!seenSinceFailing(t, fallback)) {
                    t.wakeIn(Duration.ofSeconds(1));
                    yield false;
                }
                Phase.Reason why =
                        new Phase.Reason(
                                "Errors", errors.summary() + "; the fallback side is healthy");
                t.enter(Backward.firstStage(t.c, why), why.code(), why.text());
                yield true;
            }
            case FAIL ->
                    holdOnce(
                            t,
                            "FallbackSick",
                            errors.summary()
                                    + ", but the side to fall back to is sick too: "
                                    + fallback.summary());
            case INCONCLUSIVE, BLIND ->
                    t.standing(errors).compareTo(t.c.plan().watch().patience()) >= 0
                            && holdOnce(
                                    t,
                                    "FallbackUnknown",
                                    errors.summary()
                                            + ", and the side to fall back to cannot be seen: "
                                            + fallback.summary());
        };
    }

    private static Gates errorGates(Turn t) {
        return t.gates(Pace.GO_EVIDENCE);
    }

    /** One age for the journal, another for the flip: a check journaled by two ages never comes to rest. */
    private static Judged fallbackHealth(Turn t, Duration maxAge) {
        return t.gates(maxAge).pages(CheckName.FALLBACK_HEALTHY, EvidenceKey.FALLBACK_PAGES);
    }

    /**
     * Whether the fallback side was seen healthy after the errors began: for an outage since its first
     * failure, else since the verdict. What was seen before says nothing about our own network: if that
     * failed, both sides look dead and neither is.
     */
    private static boolean seenSinceFailing(Turn t, Judged fallback) {
        Instant failingSince =
                t.c.routedAt()
                        .flatMap(at -> errorGates(t).errors(t.c.plan().watch(), at).outageSince())
                        .map(at -> at.plus(FIRST_FAILURE))
                        .or(() -> t.c.verdict(CheckName.ERRORS).map(Cutover.Stance::since))
                        .orElse(t.now);
        return fallback.observedAt().map(at -> !at.isBefore(failingSince)).orElse(false);
    }

    private static boolean holdOnce(Turn t, String code, String text) {
        if (t.c.phase() instanceof Phase.Held held) {
            if (!held.why().code().equals(code)) {
                t.page(
                        code,
                        text,
                        List.of(
                                "repair the fallback side; the controller falls back by itself once it is healthy",
                                "or: cutover abort " + t.c.id() + " to fall back anyway"));
            }
            return false;
        }
        t.hold(code, text);
        t.page(
                code,
                text,
                List.of(
                        "repair the fallback side; the controller falls back by itself once it is healthy",
                        "or: cutover abort " + t.c.id() + " to fall back anyway"));
        return true;
    }

    private static boolean clockSetBack(Turn t) {
        Instant latest = t.latestKnown();
        if (!latest.isAfter(t.now.plus(SET_BACK))) {
            return false;
        }
        t.hold(
                "ClockSetBack",
                "this node's clock says "
                        + t.now
                        + ", but something was journaled at "
                        + latest
                        + ": set the clock right, then resume; errors are watched meanwhile");
        return true;
    }

    /** Holds when a planned set no longer stands as we left it. */
    static boolean drifted(Turn t) {
        Judged zone = t.note(t.gates(ZONE_AGE).zoneUnchanged(t.c.changes(), t::expected));
        if (!t.c.edge().isEmpty()) {
            Judged edge = t.note(t.edgeGates(ZONE_AGE).unchanged(t.c.edge(), t::expected));
            zone = zone.verdict() == Verdict.FAIL ? zone : edge;
        }
        if (zone.verdict() != Verdict.FAIL) {
            return false;
        }
        if (restoredByHand(t)) {
            t.hold(
                    "RestoredByHand",
                    "somebody put records back that were switched: "
                            + zone.summary()
                            + "; it is not switched again");
        } else {
            t.hold("Drift", "somebody else edited what is planned: " + zone.summary());
        }
        return true;
    }

    /** Holds when somebody put switched records back; for a phase in which other edits are kept and named. */
    static boolean putBack(Turn t) {
        if (!restoredByHand(t)) {
            return false;
        }
        t.hold(
                "RestoredByHand",
                "somebody put records back that were switched; they are not switched again");
        return true;
    }

    private static boolean restoredByHand(Turn t) {
        return edgeRestoredByHand(t)
                || t.latest(EvidenceKey.ZONE, Evidence.Zone.class)
                        .map(z -> t.c.switched().stream().anyMatch(c -> isPutBack(t, c, z.view())))
                        .orElse(false);
    }

    /**
     * Whether a set known to be switched leads to the side before again, with all or with some of its
     * records, whatever stands beside them: we took them away, so only somebody else can have put them back.
     */
    private static boolean isPutBack(Turn t, SetChange change, ZoneView view) {
        List<String> next = contents(change.next());
        if (!contents(t.expected(change)).equals(next)) {
            return false;
        }
        List<String> seen = contents(view.set(change.key()));
        List<String> before = contents(change.before());
        List<String> left = before.stream().filter(x -> !next.contains(x)).toList();
        return left.isEmpty()
                ? seen.equals(before) && !before.equals(next)
                : seen.stream().anyMatch(left::contains);
    }

    /** Whether a part that was moved shows all of its planned fields as before. */
    private static boolean edgeRestoredByHand(Turn t) {
        return t.latest(EvidenceKey.EDGE, Evidence.Edge.class)
                .map(
                        e ->
                                t.c.edge().stream()
                                        .filter(EdgeChange::routes)
                                        .filter(x -> !t.expected(x).equals(x.before()))
                                        .anyMatch(x -> showsBefore(x, e.view())))
                .orElse(false);
    }

    private static boolean showsBefore(EdgeChange change, EdgeView view) {
        return view.part(change.key())
                .map(
                        seen ->
                                change.planned().stream()
                                        .allMatch(
                                                f ->
                                                        Objects.equals(
                                                                seen.fields().get(f),
                                                                change.before().fields().get(f))))
                .orElse(false);
    }

    private static List<String> contents(List<DnsRecord> records) {
        return records.stream().map(DnsRecord::content).sorted().toList();
    }

    private static boolean fallbackSick(Turn t) {
        Judged fallback = t.note(fallbackHealth(t, FALLBACK_AGE));
        if (fallback.verdict() != Verdict.FAIL
                || t.standing(fallback).compareTo(t.c.plan().watch().patience()) < 0) {
            return false;
        }
        if (t.c.phase() instanceof Phase.Soaking) {
            t.page(
                    "FallbackSick",
                    "the side to fall back to is sick: " + fallback.summary(),
                    List.of("repair it while the next side is healthy"));
            return false;
        }
        t.hold(
                "FallbackSick",
                "the side to fall back to is sick, going on would burn the bridge: "
                        + fallback.summary());
        return true;
    }

    /** Blind and thin evidence neither pass nor abort; after the plan's patience they hold. */
    private static boolean tooLong(Turn t) {
        Plan.Watch watch = t.c.plan().watch();
        for (CheckName check :
                List.of(
                        CheckName.ERRORS,
                        CheckName.FALLBACK_HEALTHY,
                        CheckName.ZONE_UNCHANGED,
                        CheckName.EDGE_UNCHANGED)) {
            if (check == CheckName.ERRORS && t.c.routedAt().isEmpty()) {
                continue;
            }
            Cutover.Stance stance = t.c.verdicts().get(check);
            if (stance == null) {
                continue;
            }
            Verdict verdict = stance.judged().verdict();
            Instant since =
                    stance.since().isBefore(t.c.phaseSince()) ? t.c.phaseSince() : stance.since();
            if (check == CheckName.ERRORS) {
                // Nothing to see before we look is no blindness.
                Instant from = Needs.probedFrom(t.c).orElse(t.now);
                since = from.isAfter(since) ? from : since;
            }
            boolean unknown = verdict == Verdict.BLIND || verdict == Verdict.INCONCLUSIVE;
            boolean outOfPatience = unknown && !since.plus(watch.patience()).isAfter(t.now);
            if (outOfPatience && check == CheckName.ERRORS && suspect(t)) {
                pageLongSuspicion(t, since, stance.judged());
            } else if (outOfPatience) {
                t.hold(
                        "Blind",
                        check.text()
                                + " cannot be judged since "
                                + since
                                + ": "
                                + stance.judged().summary());
                return true;
            }
        }
        return false;
    }

    /**
     * What may be a burst is waited out, and should be decided after about a window. When it is not, the
     * judge cannot tell and a person must.
     */
    private static void pageLongSuspicion(Turn t, Instant since, Judged judged) {
        Plan.Watch watch = t.c.plan().watch();
        if (!since.plus(watch.window()).plus(watch.patience()).isAfter(t.now)) {
            t.page(
                    "ErrorsSuspect",
                    "too many errors to go on and too few to fall back by ourselves, since "
                            + since
                            + ": "
                            + judged.summary(),
                    List.of(
                            "look at the site: is what fails worth falling back?",
                            "if so: cutover abort " + t.c.id(),
                            "otherwise do nothing: steps go on by themselves once it is healthy"));
        }
    }

    /** What may be a burst is waited out without holding: it turns into Pass or Fail by itself. */
    private static boolean suspect(Turn t) {
        return t.c.routedAt()
                .map(at -> errorGates(t).errors(t.c.plan().watch(), at).areSuspect())
                .orElse(false);
    }

    /** Journals how fast resolvers answer; while held too, so that people see when they have recovered. */
    static Judged resolverLatency(Turn t) {
        Gates gates = t.gates(Duration.ofMinutes(2));
        Judged latency = gates.resolvers().latency(t.c.plan().watch().resolverLatencyCeiling());
        return latency.observedAt().isEmpty() ? latency : t.note(latency);
    }

    private static boolean slowResolvers(Turn t) {
        return lasts(t, "ResolverLatency", resolverLatency(t));
    }

    /** Journals how many resolvers fail; while held too, so that people see when they have recovered. */
    static Judged resolverErrors(Turn t) {
        Judged errors =
                t.gates(Duration.ofMinutes(2))
                        .resolvers()
                        .errors(t.c.plan().watch().errorCeiling());
        return errors.observedAt().isEmpty() ? errors : t.note(errors);
    }

    private static boolean failingResolvers(Turn t) {
        return lasts(t, "ResolverErrors", resolverErrors(t));
    }

    /**
     * Whether what resolvers do has failed for longer than the plan's patience and holds the run. They keep
     * visitors away on either side: falling back cannot cure it, and once everything is switched there is
     * nothing left to hold, so it pages.
     */
    private static boolean lasts(Turn t, String code, Judged judged) {
        if (judged.observedAt().isEmpty()
                || judged.verdict() != Verdict.FAIL
                || t.standing(judged).compareTo(t.c.plan().watch().patience()) < 0) {
            return false;
        }
        String text = judged.summary() + "; reverting would not cure it";
        if (t.c.phase() instanceof Phase.Soaking) {
            t.page(code, text, List.of());
            return false;
        }
        t.hold(code, text);
        return true;
    }

    /**
     * Whether too little of the window is left to route and to fall back, now that the content is proven:
     * an import may take longer than the go allowed for. True when it led out of the phase.
     */
    static boolean noRoomLeft(Turn t) {
        Plan plan = t.c.plan();
        Duration needed = Pace.worstCaseOfRouting(plan);
        boolean fits = !t.now.plus(needed).isAfter(plan.window().closesAt());
        if (fits || t.c.windowOverridden() || plan.window().atClose() == Plan.AtClose.FINISH) {
            return false;
        }
        Phase.Reason why =
                new Phase.Reason(
                        NO_ROOM_LEFT,
                        "the content is proven, but the window closes at "
                                + plan.window().closesAt()
                                + ", and to route and fall back takes up to "
                                + needed
                                + "; nothing is routed");
        if (plan.window().atClose() == Plan.AtClose.FALLBACK) {
            t.enter(Backward.firstStage(t.c, why), why.code(), why.text());
        } else {
            t.hold(why.code(), why.text());
        }
        return true;
    }

    private static boolean windowClosed(Turn t) {
        boolean inRun =
                t.c.phase() instanceof Phase.Promoting || t.c.phase() instanceof Phase.Switching;
        Plan.Window window = t.c.plan().window();
        if (!inRun || t.c.windowOverridden() || t.now.isBefore(window.closesAt())) {
            return false;
        }
        String text = "the window closed at " + window.closesAt() + " in the middle of the run";
        return switch (window.atClose()) {
            case FINISH -> {
                if (!t.c.isBegun()) {
                    t.hold(WINDOW_CLOSED, text + ", before anything was sent");
                }
                yield !t.c.isBegun();
            }
            case HOLD -> {
                t.hold(WINDOW_CLOSED, text);
                yield true;
            }
            case FALLBACK -> {
                boolean routed = !t.c.switchedSteps().isEmpty();
                if (routed && fallbackHealth(t, FALLBACK_AGE).verdict() != Verdict.PASS) {
                    t.hold(WINDOW_CLOSED, text + ", and the fallback side is not seen healthy");
                    yield true;
                }
                Phase.Reason why = new Phase.Reason(WINDOW_CLOSED, text);
                t.enter(Backward.firstStage(t.c, why), why.code(), why.text());
                yield true;
            }
        };
    }
}
