package dev.cutover.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.life.Action;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Plan;
import dev.cutover.run.Cutovers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One cutover as it is now: where it is, what comes next, what people can do.
///
/// @param phase the word people read, such as `Switching(1/2)`
/// @param phaseType the phase's name alone, such as `Switching`
/// @param why why it is there; null when that lies further back than `recent`
/// @param over whether nothing more will happen by itself
/// @param now plan time of this answer
/// @param wakeAt when its driver looks again at the latest
/// @param driver the node that drives it; empty when none does
/// @param next what it does next by itself
/// @param buttons what a person can safely do now
/// @param forecast who still sees the old side and until when; null before the first step is served
/// @param recent the latest lines of the journal, oldest first
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CutoverView(
        String id,
        String name,
        String site,
        String owner,
        String author,
        String phase,
        String phaseType,
        Instant phaseSince,
        @Nullable WhyView why,
        boolean over,
        Instant now,
        long seq,
        String planHash,
        @Nullable Instant wakeAt,
        String driver,
        List<PhasePath.Step> path,
        NextStep next,
        WindowView window,
        TtlView ttl,
        int steps,
        List<ChangeView> changes,
        ApprovalsView approvals,
        List<GateView> gates,
        @Nullable AdoptionView adoption,
        @Nullable ForecastView forecast,
        @Nullable ErrorsView errors,
        List<ActionView> openActions,
        @Nullable Instant imageTakenAt,
        List<String> imagePlaces,
        List<String> kept,
        List<SafeButton> buttons,
        List<EventView.Brief> recent) {

    /// Why a phase was entered: a stable word and a sentence.
    public record WhyView(String code, String text) {}

    /// How TTLs are prepared.
    ///
    /// @param lowerAt when they go down at the latest
    /// @param loweredAt when that was proven; null before
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TtlView(long lowerToSeconds, Instant lowerAt, @Nullable Instant loweredAt) {}

    /// Who agreed to this plan for this window.
    ///
    /// @param lacking why there will never be enough; absent when there can be
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ApprovalsView(int need, List<String> given, @Nullable String lacking) {}

    /// An open piece of outside work.
    public record ActionView(
            String id, String key, int attempt, Instant intendedAt, Instant deadlineAt) {
        static ActionView of(Action a) {
            return new ActionView(
                    a.id().text(), a.id().key(), a.id().attempt(), a.intendedAt(), a.deadlineAt());
        }
    }

    /// What is known of a cutover beside its state.
    ///
    /// @param row its line in the list; empty when it was not looked up
    /// @param recent the latest lines of the journal, oldest first
    /// @param mayApprove the names of those who may approve here
    record Around(
            Optional<Cutovers.Row> row,
            List<JournalEntry> recent,
            Optional<AdoptionView> adoption,
            Optional<ForecastView> forecast,
            Optional<ErrorsView> errors,
            Set<String> mayApprove,
            Instant now) {}

    static CutoverView of(Cutover c, Around around) {
        Plan plan = c.plan();
        return new CutoverView(
                c.id().value(),
                plan.name(),
                plan.site().url(),
                plan.owner(),
                c.author(),
                c.phase().text(),
                c.phase().getClass().getSimpleName(),
                c.phaseSince(),
                why(c, around.recent()).orElse(null),
                c.phase().isFinal(),
                around.now(),
                c.seq(),
                c.planHash(),
                around.row().map(Cutovers.Row::wakeAt).orElse(null),
                around.row().map(Cutovers.Row::owner).orElse(""),
                PhasePath.of(c.phase(), plan.steps(), plan.promotion().isPresent()),
                NextStep.of(c, around.now()),
                WindowView.of(plan.window()),
                new TtlView(
                        plan.ttl().lowerToSeconds(),
                        plan.lowerTtlsAt(),
                        c.loweredAt().orElse(null)),
                plan.steps(),
                c.changes().stream().map(ChangeView::of).toList(),
                new ApprovalsView(
                        plan.approvals().need(),
                        List.copyOf(c.approvers()),
                        lacking(c, around.mayApprove()).orElse(null)),
                gates(c, around.now()),
                around.adoption().orElse(null),
                around.forecast().orElse(null),
                around.errors().orElse(null),
                c.open().values().stream().map(ActionView::of).toList(),
                c.before().map(image -> image.takenAt()).orElse(null),
                c.imagePlaces(),
                c.kept().stream().map(ForeignEdit::toString).toList(),
                SafeButton.of(c, around.now()),
                around.recent().stream().map(EventView.Brief::of).toList());
    }

    /// Only while approvals are still wanted: afterwards it would frighten for nothing.
    private static Optional<String> lacking(Cutover c, Set<String> mayApprove) {
        int need = c.plan().approvals().need();
        Set<String> people = new TreeSet<>(mayApprove);
        people.addAll(c.approvers());
        return c.phase().isFinal() || c.approvers().size() >= need
                ? Optional.empty()
                : Approvers.lacking(need, people, c.author());
    }

    private static List<GateView> gates(Cutover c, Instant now) {
        return c.verdicts().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> GateView.of(e.getValue(), now))
                .toList();
    }

    private static Optional<WhyView> why(Cutover c, List<JournalEntry> recent) {
        Optional<Phase.Reason> carried =
                switch (c.phase()) {
                    case Phase.Held h -> Optional.of(h.why());
                    case Phase.NeedsOperator n -> Optional.of(n.why());
                    case Phase.FallingBack f -> Optional.of(f.why());
                    case Phase.Cancelling x -> Optional.of(x.why());
                    case Phase.Scheduled p ->
                            Optional.of(
                                    new Phase.Reason("Scheduled", "scheduled by " + c.author()));
                    case Phase.Preparing p -> Optional.empty();
                    case Phase.Ageing p -> Optional.empty();
                    case Phase.AwaitingGo p -> Optional.empty();
                    case Phase.Promoting p -> Optional.empty();
                    case Phase.Switching p -> Optional.empty();
                    case Phase.Soaking p -> Optional.empty();
                    case Phase.Closing p -> Optional.empty();
                    case Phase.Completed p -> Optional.empty();
                    case Phase.Cancelled p -> Optional.empty();
                    case Phase.FellBack p -> Optional.empty();
                };
        return carried.or(() -> entered(recent)).map(r -> new WhyView(r.code(), r.text()));
    }

    private static Optional<Phase.Reason> entered(List<JournalEntry> recent) {
        for (JournalEntry entry : recent.reversed()) {
            if (entry.event() instanceof Event.PhaseEntered p) {
                return Optional.of(p.why());
            }
        }
        return Optional.empty();
    }
}
