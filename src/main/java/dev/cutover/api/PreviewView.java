package dev.cutover.api;

import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

    private static List<String> notes(PlanDiff diff, Set<String> approvers) {
        int need = diff.plan().approvals().need();
        if (need <= approvers.size()) {
            return diff.notes();
        }
        List<String> notes = new ArrayList<>();
        notes.add(
                "approvals: "
                        + need
                        + " people must agree, only "
                        + approvers.size()
                        + " may ("
                        + String.join(", ", approvers)
                        + "): it will never go before more keys with the role approver are made,"
                        + " or 'approvals.need' is lowered");
        notes.addAll(diff.notes());
        return notes;
    }

    /// @param approvers the names of those who may approve here
    static PreviewView of(PlanDiff diff, Set<String> approvers) {
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
                notes(diff, approvers),
                diff.zoneRecords(),
                diff.touchedRecords(),
                diff.zoneRecords() == 0 ? 0 : (double) diff.touchedRecords() / diff.zoneRecords());
    }
}
