package dev.cutover.api;

import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import java.util.List;

/// What a plan would change in the zone as it is.
///
/// @param hash what approvals and `schedule` bind to
/// @param share of the zone's records that are touched, 0 to 1
public record PreviewView(
        String name,
        String site,
        WindowView window,
        String hash,
        boolean mayRun,
        int steps,
        List<ChangeView> changes,
        List<RefusalView> refusals,
        List<String> notes,
        int zoneRecords,
        int touchedRecords,
        double share) {

    static PreviewView of(PlanDiff diff) {
        Plan plan = diff.plan();
        return new PreviewView(
                plan.name(),
                plan.site().url(),
                WindowView.of(plan.window()),
                diff.hash(),
                diff.mayRun(),
                plan.steps(),
                diff.changes().stream().map(ChangeView::of).toList(),
                diff.refusals().stream().map(RefusalView::of).toList(),
                diff.notes(),
                diff.zoneRecords(),
                diff.touchedRecords(),
                diff.zoneRecords() == 0 ? 0 : (double) diff.touchedRecords() / diff.zoneRecords());
    }
}
