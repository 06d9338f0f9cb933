package dev.cutover.core.announce;

import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import java.util.List;
import java.util.Optional;

/** Which events are announced and in which words. Every transition is; none is silent. */
public final class Announcements {
    private Announcements() {}

    /** The announcement an entry makes; empty for facts nobody waits for. */
    public static Optional<Announcement> of(JournalEntry entry) {
        return switch (entry.event()) {
            case Event.Scheduled s ->
                    say(
                            entry,
                            "scheduled",
                            false,
                            s.author()
                                    + " scheduled it; the window opens at "
                                    + s.plan().window().opensAt(),
                            List.of());
            case Event.PhaseEntered p ->
                    say(
                            entry,
                            "phase." + name(p.phase()),
                            isUrgent(p.phase()),
                            p.phase().text() + ": " + p.why().text(),
                            steps(entry, p.phase()));
            case Event.ActionEnded a -> imageKept(entry, a);
            case Event.ContentKept k -> say(entry, "content-kept", true, k.why(), List.of());
            case Event.Approved a -> say(entry, "approved", false, a.by() + " approved", List.of());
            case Event.UndoApproved a ->
                    say(
                            entry,
                            "undo-approved",
                            false,
                            a.by() + " approved undoing the content",
                            List.of());
            case Event.Postponed p ->
                    say(
                            entry,
                            "postponed",
                            false,
                            p.by()
                                    + " moved the window to "
                                    + p.window().opensAt()
                                    + ": "
                                    + p.why(),
                            List.of());
            case Event.Paged p -> say(entry, "page." + p.code(), true, p.message(), p.steps());
            case Event.RoutingRestored r ->
                    say(
                            entry,
                            "routing-restored",
                            false,
                            "routing is back and read back; edits by others that were kept: "
                                    + r.kept().size(),
                            List.of());
            case Event.ActionIntended a -> Optional.empty();
            case Event.GatePassed g -> Optional.empty();
            case Event.VerdictChanged v -> Optional.empty();
            case Event.TtlClockChanged t -> Optional.empty();
            case Event.StepServed s -> Optional.empty();
            case Event.ZoneProven z -> Optional.empty();
            case Event.HoldRequested h -> Optional.empty();
            case Event.ResumeRequested r -> Optional.empty();
            case Event.AbortRequested a -> Optional.empty();
        };
    }

    /** The start message: where the before-image is and how to use it without us. */
    private static Optional<Announcement> imageKept(JournalEntry entry, Event.ActionEnded ended) {
        if (!(ended.ending() instanceof Ending.ImageTaken taken)) {
            return Optional.empty();
        }
        BeforeImage image = taken.image();
        String text =
                "the before-image of "
                        + image.changes().size()
                        + " record sets of "
                        + image.zone()
                        + " is kept at "
                        + String.join(" and ", taken.places());
        return say(
                entry,
                "before-image",
                false,
                text,
                taken.places().stream().map(Announcements::howToRestore).toList());
    }

    private static String howToRestore(String place) {
        return place.startsWith("https://") || place.startsWith("http://")
                ? "fetch " + place + " into a file, then: cutover restore FILE"
                : "cutover restore " + place;
    }

    private static Optional<Announcement> say(
            JournalEntry entry, String code, boolean urgent, String text, List<String> steps) {
        return Optional.of(
                new Announcement(
                        entry.cutover() + "-" + entry.seq(),
                        entry.cutover(),
                        entry.seq(),
                        entry.at(),
                        code,
                        urgent,
                        text,
                        steps));
    }

    private static String name(Phase phase) {
        return phase.getClass().getSimpleName();
    }

    private static boolean isUrgent(Phase phase) {
        return phase instanceof Phase.Held
                || phase instanceof Phase.FallingBack
                || phase instanceof Phase.NeedsOperator;
    }

    private static List<String> steps(JournalEntry entry, Phase phase) {
        if (phase instanceof Phase.Held) {
            return List.of("cutover resume " + entry.cutover(), "cutover abort " + entry.cutover());
        }
        if (phase instanceof Phase.AwaitingGo) {
            return List.of("cutover approve " + entry.cutover());
        }
        return List.of();
    }
}
