package dev.cutover.api;

import dev.cutover.core.outlook.Calls;
import dev.cutover.core.outlook.Outlook;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a plan would change in the zone as it is, and what that takes.
///
/// The same shape as `cutover plan --json` prints. Members are added, never renamed or given
/// another meaning; a change that breaks readers raises `format`.
///
/// @param format the shape's number: 1
/// @param preset `fast`, `hardened` or `iterative`
/// @param hash what approvals and `schedule` bind to
/// @param mayRun whether nothing refuses the plan
/// @param steps how many switching steps it has
/// @param changes one for each planned set, in the plan's order
/// @param edge one for each planned part of the provider's edge
/// @param refusals why it may not run; each with what to do
/// @param notes what a person should know
/// @param unproven what nobody can prove before the run
/// @param zoneRecords how many records the zone holds
/// @param touchedRecords how many of them are changed or removed
/// @param share of the zone's records that are touched, 0 to 1
/// @param shareAllowed the largest share the plan allows itself
/// @param timeline moments of the run as planned, by time
public record PreviewView(
        int format,
        String name,
        String site,
        ZoneNamed zone,
        String preset,
        WindowView window,
        String hash,
        boolean mayRun,
        int steps,
        List<ChangeView> changes,
        List<EdgeChangeView> edge,
        List<RefusalView> refusals,
        List<String> notes,
        List<UnprovenView> unproven,
        int zoneRecords,
        int touchedRecords,
        double share,
        double shareAllowed,
        TtlLowered ttl,
        List<MilestoneView> timeline,
        WorstCase worstCase,
        CallsView calls) {
    private static final int FORMAT = 1;

    /// The zone at its provider.
    public record ZoneNamed(String provider, String name) {}

    /// How TTLs are prepared.
    public record TtlLowered(long lowerToSeconds, long leadSeconds) {}

    /// Something that is believed, not known.
    ///
    /// @param subject the name or set it is about
    public record UnprovenView(String subject, String text) {}

    /// A moment of the run as planned.
    ///
    /// @param code a stable word, such as `window-opens`
    /// @param at UTC
    /// @param bound `at`, `earliest` or `latest`
    public record MilestoneView(String code, Instant at, String bound, String text) {}

    /// The longest run from promotion to the last step, falling back included.
    ///
    /// @param parts what it is made of, in the order of the run
    public record WorstCase(long seconds, List<SpanView> parts) {}

    /// A named length of time.
    public record SpanView(String name, long seconds) {}

    /// The calls to the provider when each is answered at the first try.
    ///
    /// @param reads in all parts together
    /// @param parts the run's work, in its order
    /// @param back what falling back from the last step costs
    /// @param watchReads the most calls in five minutes that watching costs during the run
    /// @param watchReadsBack the same while falling back
    public record CallsView(
            int reads,
            int batches,
            int purges,
            List<PartView> parts,
            List<PartView> back,
            int watchReads,
            int watchReadsBack) {}

    /// One piece of work.
    ///
    /// @param work a stable word, such as `switch-1`
    /// @param writes records its batches patch, make or remove
    public record PartView(String work, int reads, int batches, int purges, int writes) {}

    /// @param lacking what stands in the way of enough approvals; empty when nothing does
    static PreviewView of(PlanDiff diff, Outlook outlook, Optional<String> lacking) {
        Plan plan = diff.plan();
        List<String> notes = new ArrayList<>();
        lacking.ifPresent(notes::add);
        notes.addAll(outlook.warnings());
        notes.addAll(diff.notes());
        return new PreviewView(
                FORMAT,
                plan.name(),
                plan.site().url(),
                new ZoneNamed(plan.zone().provider(), plan.zone().name().value()),
                plan.preset().name().toLowerCase(Locale.ROOT),
                WindowView.of(plan.window()),
                diff.hash(),
                diff.mayRun(),
                plan.steps(),
                diff.changes().stream().map(ChangeView::of).toList(),
                diff.edge().stream().map(EdgeChangeView::of).toList(),
                diff.refusals().stream().map(RefusalView::of).toList(),
                notes,
                outlook.unproven().stream()
                        .map(u -> new UnprovenView(u.subject(), u.text()))
                        .toList(),
                diff.zoneRecords(),
                diff.touchedRecords(),
                diff.zoneRecords() == 0 ? 0 : (double) diff.touchedRecords() / diff.zoneRecords(),
                plan.limits().zoneShare(),
                new TtlLowered(plan.ttl().lowerToSeconds(), plan.ttl().lead().toSeconds()),
                outlook.timeline().stream()
                        .map(m -> new MilestoneView(m.code(), m.at(), m.bound().text(), m.text()))
                        .toList(),
                new WorstCase(
                        outlook.worstCase().toSeconds(),
                        outlook.worstParts().entrySet().stream()
                                .map(e -> new SpanView(e.getKey(), e.getValue().toSeconds()))
                                .toList()),
                calls(outlook.calls()));
    }

    private static CallsView calls(Calls calls) {
        return new CallsView(
                calls.reads(),
                calls.batches(),
                calls.purges(),
                calls.parts().stream().map(PreviewView::part).toList(),
                calls.back().stream().map(PreviewView::part).toList(),
                calls.watchReads(),
                calls.watchReadsBack());
    }

    private static PartView part(Calls.Part p) {
        return new PartView(p.work(), p.reads(), p.batches(), p.purges(), p.writes());
    }
}
