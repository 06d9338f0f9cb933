package dev.cutover.api;

import dev.cutover.core.gate.Judged;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.timeline.TtlClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// A journal entry as a sentence, the same on every face.
final class EventWords {
    private EventWords() {}

    static String of(Event event) {
        return switch (event) {
            case Event.Scheduled s ->
                    s.author() + " scheduled " + s.plan().name() + ", plan hash " + s.planHash();
            case Event.PhaseEntered p -> p.phase().text() + ": " + p.why().text();
            case Event.ActionIntended a ->
                    "begins " + a.spec().key() + ", attempt " + a.id().attempt();
            case Event.ActionEnded a -> a.id().key() + ": " + of(a.ending());
            case Event.GatePassed g -> "gate " + of(g.judged());
            case Event.VerdictChanged v -> of(v.judged());
            case Event.TtlClockChanged t -> of(t.clock());
            case Event.StepServed s -> "step " + s.step() + " is served from the next side";
            case Event.RoutingRestored r ->
                    "routing is back on the fallback side and read back"
                            + (r.kept().isEmpty()
                                    ? ""
                                    : "; edits by others that were kept: " + r.kept().size());
            case Event.ZoneProven z ->
                    z.fields().size() + " fields were compared with what was promised";
            case Event.ContentKept k -> "content was kept: " + k.why();
            case Event.Approved a -> a.by() + " approved";
            case Event.UndoApproved u -> u.by() + " approved undoing the content";
            case Event.Postponed p ->
                    p.by() + " moved the window to " + p.window().opensAt() + ": " + p.why();
            case Event.HoldRequested h -> h.by() + " asked to hold: " + h.why();
            case Event.ResumeRequested r -> r.by() + " asked to go on";
            case Event.AbortRequested a -> a.by() + " asked to fall back: " + a.why();
            case Event.Paged p -> "people are called: " + p.message();
        };
    }

    private static String of(TtlClock clock) {
        List<String> words = new ArrayList<>();
        if (!clock.startedAt().isEmpty()) {
            words.add(
                    "every authority serves the lowered TTL of "
                            + String.join(", ", new TreeSet<>(clock.startedAt().keySet())));
        }
        new TreeMap<>(clock.longestSeconds())
                .forEach((set, s) -> words.add(set + " was seen with a TTL of " + s + " s"));
        new TreeMap<>(clock.nextSeconds())
                .forEach(
                        (set, s) ->
                                words.add(
                                        "the next side of "
                                                + set
                                                + " may be remembered for "
                                                + s
                                                + " s"));
        return words.isEmpty()
                ? "no authority serves a lowered TTL yet"
                : words.stream().limit(5).collect(Collectors.joining("; "));
    }

    static String of(Ending ending) {
        return switch (ending) {
            case Ending.ImageTaken i ->
                    "the before-image is kept at " + String.join(" and ", i.places());
            case Ending.ZoneWritten z ->
                    z.writes()
                            + " records written and read back"
                            + (z.kept().isEmpty()
                                    ? ""
                                    : ", " + z.kept().size() + " edits by others kept");
            case Ending.EngineDone e -> "the engine reports " + e.evidence();
            case Ending.Purged p -> p.portions() + " purge requests accepted";
            case Ending.Drifted d -> "somebody else edited: " + d.edits();
            case Ending.Failed f ->
                    "failed (" + f.failure().name().toLowerCase(Locale.ROOT) + "): " + f.message();
        };
    }

    private static String of(Judged judged) {
        return judged.check().text()
                + " "
                + judged.verdict().name().toLowerCase(Locale.ROOT)
                + ": "
                + judged.summary();
    }
}
