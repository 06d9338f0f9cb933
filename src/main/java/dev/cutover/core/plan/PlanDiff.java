package dev.cutover.core.plan;

import dev.cutover.core.edge.EdgeChange;
import java.util.ArrayList;
import java.util.List;

/**
 * What a plan would change in the zone as it is now, and why it may not.
 *
 * @param plan the plan
 * @param changes one for each planned set, in the plan's order
 * @param edge one for each planned part of the provider's edge
 * @param sessions visitors who stay where they are for a while, whatever the weights say
 * @param refusals empty when the plan may run
 * @param notes what a person should know, such as records without a TTL to lower
 * @param zoneRecords how many records the zone holds
 * @param touchedRecords how many of them the plan changes or removes
 * @param hash SHA-256 over the plan and the planned sets as they are; approvals bind to it
 */
public record PlanDiff(
        Plan plan,
        List<SetChange> changes,
        List<EdgeChange> edge,
        List<KeptSessions> sessions,
        List<Refusal> refusals,
        List<String> notes,
        int zoneRecords,
        int touchedRecords,
        String hash) {
    public PlanDiff {
        changes = List.copyOf(changes);
        edge = List.copyOf(edge);
        sessions = List.copyOf(sessions);
        refusals = List.copyOf(refusals);
        notes = List.copyOf(notes);
    }

    /** This diff with more for people to know. */
    public PlanDiff noting(List<String> more) {
        List<String> all = new ArrayList<>(notes);
        all.addAll(more);
        return new PlanDiff(
                plan, changes, edge, sessions, refusals, all, zoneRecords, touchedRecords, hash);
    }

    /** This diff with what the provider said of it: refusals, and one note of what was proven. */
    public PlanDiff after(Preflight preflight) {
        List<Refusal> all = new ArrayList<>(refusals);
        all.addAll(preflight.refusals());
        return new PlanDiff(
                        plan,
                        changes,
                        edge,
                        sessions,
                        all,
                        notes,
                        zoneRecords,
                        touchedRecords,
                        hash)
                .noting(
                        preflight.proven().isEmpty()
                                ? List.of()
                                : List.of("proven: " + String.join("; ", preflight.proven())));
    }

    public boolean mayRun() {
        return refusals.isEmpty();
    }
}
