package dev.cutover.core.report;

import dev.cutover.core.gate.Judged;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.image.FieldProof;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Drain;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.timeline.Adoption;
import dev.cutover.core.timeline.Caches;
import dev.cutover.core.timeline.Forecast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What happened, when, and on which evidence: a fold of the journal.
 *
 * @param cutover its id
 * @param outcome the last phase's word, such as {@code Completed}
 * @param why why it ended, or is where it is
 * @param site what visitors type
 * @param author who scheduled it
 * @param planHash what was approved
 * @param beforeImage the planned sets as they were; empty when it was never taken
 * @param imagePlaces where the image can be read
 * @param phases every phase in order, with planned and actual times
 * @param gates every gate that let it pass, with its evidence, in order
 * @param verdicts every change of a verdict, in order
 * @param actions every piece of outside work
 * @param proof every planned field at the end beside its promise
 * @param kept other people's edits that were left
 * @param pages what people were called for
 * @param people who asked for what
 * @param adoption who saw which side, over time
 * @param forecast who still saw the old side when resolvers were last asked, and until when; empty when
 *     none was asked, or routing was restored
 */
public record Report(
        String cutover,
        String outcome,
        String why,
        String site,
        String author,
        String planHash,
        Optional<BeforeImage> beforeImage,
        List<String> imagePlaces,
        List<Span> phases,
        List<Passed> gates,
        List<Passed> verdicts,
        List<Work> actions,
        List<FieldProof> proof,
        List<ForeignEdit> kept,
        List<Call> pages,
        List<Call> people,
        List<Adoption> adoption,
        Optional<Forecast> forecast) {

    /**
     * One phase.
     *
     * @param plannedAt when the plan meant it to begin; empty where it depends on evidence alone
     * @param leftAt empty for the last one
     */
    public record Span(
            String phase,
            String why,
            Optional<Instant> plannedAt,
            Instant enteredAt,
            Optional<Instant> leftAt) {}

    /** A gate or guard with its verdict at a time. */
    public record Passed(Instant at, Judged judged) {}

    /** One attempt at a piece of work. */
    public record Work(String id, Instant intendedAt, Optional<Instant> endedAt, String ending) {}

    /** Something said by or to a person. */
    public record Call(Instant at, String who, String code, String text) {}

    /**
     * The report of a journal that begins with its first entry.
     *
     * @param known of the caches; empty when none was asked
     */
    public static Report of(
            List<JournalEntry> journal, List<Adoption> adoption, Optional<Caches> known) {
        Cutover c = Cutover.of(journal);
        Fold fold = new Fold(c.plan());
        journal.forEach(fold::add);
        Span last = fold.phases.getLast();
        return new Report(
                c.id().value(),
                last.phase(),
                last.why(),
                c.plan().site().url(),
                c.author(),
                c.planHash(),
                c.before(),
                c.imagePlaces(),
                fold.phases,
                fold.gates,
                fold.verdicts,
                fold.actions,
                fold.proof,
                c.kept(),
                fold.pages,
                fold.people,
                adoption,
                known.flatMap(k -> k.seenAt().flatMap(at -> Drain.forecast(c, k, at))));
    }

    private static final class Fold {
        private final Plan plan;
        private final List<Span> phases = new ArrayList<>();
        private final List<Passed> gates = new ArrayList<>();
        private final List<Passed> verdicts = new ArrayList<>();
        private final List<Work> actions = new ArrayList<>();
        private final List<Call> pages = new ArrayList<>();
        private final List<Call> people = new ArrayList<>();
        private List<FieldProof> proof = List.of();

        Fold(Plan plan) {
            this.plan = plan;
        }

        void add(JournalEntry entry) {
            Instant at = entry.at();
            switch (entry.event()) {
                case Event.Scheduled s -> {
                    phases.add(
                            new Span(
                                    "Scheduled",
                                    "scheduled by " + s.author(),
                                    Optional.of(at),
                                    at,
                                    Optional.empty()));
                    people.add(new Call(at, s.author(), "Scheduled", plan.name()));
                }
                case Event.PhaseEntered p -> enter(p, at);
                case Event.GatePassed g -> gates.add(new Passed(at, g.judged()));
                case Event.VerdictChanged v -> verdicts.add(new Passed(at, v.judged()));
                case Event.ActionIntended a ->
                        actions.add(new Work(a.id().text(), at, Optional.empty(), "open"));
                case Event.ActionEnded a -> end(a, at);
                case Event.ZoneProven z -> proof = z.fields();
                case Event.Paged p -> pages.add(new Call(at, entry.by(), p.code(), p.message()));
                case Event.Approved a -> people.add(new Call(at, a.by(), "Approved", a.planHash()));
                case Event.UndoApproved u -> people.add(new Call(at, u.by(), "UndoApproved", ""));
                case Event.Postponed p -> people.add(new Call(at, p.by(), "Postponed", p.why()));
                case Event.HoldRequested h ->
                        people.add(new Call(at, h.by(), "HoldRequested", h.why()));
                case Event.ResumeRequested r ->
                        people.add(new Call(at, r.by(), "ResumeRequested", ""));
                case Event.AbortRequested a ->
                        people.add(new Call(at, a.by(), "AbortRequested", a.why()));
                case Event.ContentKept k ->
                        pages.add(new Call(at, entry.by(), "ContentKept", k.why()));
                case Event.TtlClockChanged t -> {}
                case Event.StepServed s -> {}
                case Event.RoutingRestored r -> {}
            }
        }

        private void enter(Event.PhaseEntered entered, Instant at) {
            Span before = phases.removeLast();
            phases.add(
                    new Span(
                            before.phase(),
                            before.why(),
                            before.plannedAt(),
                            before.enteredAt(),
                            Optional.of(at)));
            phases.add(
                    new Span(
                            entered.phase().text(),
                            entered.why().text(),
                            planned(entered.phase()),
                            at,
                            Optional.empty()));
        }

        private Optional<Instant> planned(Phase phase) {
            Instant opens = plan.window().opensAt();
            Duration switching = dwellBefore(plan.steps() + 1);
            Duration promoting = plan.promotion().map(p -> p.expected()).orElse(Duration.ZERO);
            return switch (phase) {
                case Phase.Preparing p -> Optional.of(plan.lowerTtlsAt());
                case Phase.Ageing p -> Optional.of(plan.lowerTtlsAt());
                case Phase.AwaitingGo p -> Optional.of(opens);
                case Phase.Promoting p -> Optional.of(opens);
                case Phase.Switching p ->
                        Optional.of(opens.plus(promoting).plus(dwellBefore(p.step())));
                case Phase.Soaking p -> Optional.of(opens.plus(promoting).plus(switching));
                case Phase.Closing p ->
                        Optional.of(opens.plus(promoting).plus(switching).plus(plan.soak()));
                case Phase.Completed p ->
                        Optional.of(opens.plus(promoting).plus(switching).plus(plan.soak()));
                case Phase.Scheduled p -> Optional.empty();
                case Phase.Held p -> Optional.empty();
                case Phase.Cancelling p -> Optional.empty();
                case Phase.Cancelled p -> Optional.empty();
                case Phase.FallingBack p -> Optional.empty();
                case Phase.FellBack p -> Optional.empty();
                case Phase.NeedsOperator p -> Optional.empty();
            };
        }

        private Duration dwellBefore(int step) {
            Duration all = Duration.ZERO;
            for (int i = 1; i < step; i++) {
                all = all.plus(plan.dwellOf(i));
            }
            return all;
        }

        private void end(Event.ActionEnded ended, Instant at) {
            String id = ended.id().text();
            actions.replaceAll(
                    w ->
                            w.id().equals(id)
                                    ? new Work(
                                            id,
                                            w.intendedAt(),
                                            Optional.of(at),
                                            words(ended.ending()))
                                    : w);
        }

        private static String words(Ending ending) {
            return switch (ending) {
                case Ending.ImageTaken i -> "image kept at " + String.join(" and ", i.places());
                case Ending.ZoneWritten z ->
                        z.writes()
                                + " records and edge parts written and read back"
                                + (z.kept().isEmpty()
                                        ? ""
                                        : ", " + z.kept().size() + " edits by others kept");
                case Ending.EngineDone e -> "the engine reports " + e.evidence();
                case Ending.Purged p -> p.portions() + " purge requests accepted";
                case Ending.Drifted d -> "drift: " + d.edits();
                case Ending.Failed f -> f.failure() + ": " + f.message();
            };
        }
    }
}
