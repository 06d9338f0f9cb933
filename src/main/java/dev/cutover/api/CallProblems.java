package dev.cutover.api;

import dev.cutover.core.plan.Refusal;
import dev.cutover.run.PlanReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Which problems each call may answer, as the API's description shows them.
final class CallProblems {
    private static final String HASH =
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    /// Calls whose good answers carry an ETag.
    static final Set<String> TAGGED =
            Set.of(
                    "scheduleCutover",
                    "getCutover",
                    "approve",
                    "hold",
                    "resume",
                    "postpone",
                    "abort");

    private static final Set<String> ABOUT_ONE =
            Set.of(
                    "getCutover",
                    "getReport",
                    "listEvents",
                    "approve",
                    "hold",
                    "resume",
                    "postpone",
                    "abort");

    private static final Set<String> VERBS =
            Set.of("approve", "hold", "resume", "postpone", "abort");

    private static final Set<String> CONDITIONAL = Set.of("approve", "resume", "postpone");

    private static final Set<String> STREAMS = Set.of("listEvents", "followChanges");

    private CallProblems() {}

    /// Every problem of a call, one example each.
    static List<Problem> of(String operation) {
        List<Problem> problems = new ArrayList<>();
        problems.add(Problem.noKey("expected the header 'Authorization: Bearer KEY', seen none"));
        problems.add(Problem.roleMissing("vera", Role.OPERATOR));
        if (ABOUT_ONE.contains(operation)) {
            problems.add(Problem.noSuchCutover("acme-relaunch-9"));
        }
        if (operation.equals("listCutovers")) {
            problems.add(
                    Problem.badParameter(
                            "limit", "expected a whole number from 1 to 1000, seen '0'"));
        }
        if (operation.equals("listEvents")) {
            problems.add(
                    Problem.badParameter(
                            "Last-Event-ID", "expected at most 12, the last entry; seen 99"));
        }
        boolean plan = operation.equals("scheduleCutover") || operation.equals("previewPlan");
        if (plan || VERBS.contains(operation)) {
            problems.add(Problem.badBody("unknown member 'wyh', expected only [why]", 1, 8));
            problems.add(
                    Problem.badParameter(
                            "Idempotency-Key",
                            "expected 1 to 120 visible ASCII characters, seen 0 characters or"
                                    + " others among them"));
            problems.add(Problem.tooLarge(Bodies.MOST_BYTES));
        }
        if (plan) {
            problems.add(Problem.badPlan(MISTAKES));
            problems.add(Problem.unreachable("cloudflare did not answer within 20 s"));
        }
        if (operation.equals("scheduleCutover")) {
            problems.add(Problem.planRefused(REFUSALS, HASH));
        }
        if (VERBS.contains(operation)) {
            problems.add(
                    Problem.badValue(
                            "why", "expected at most 500 characters on one line, seen 501"));
            problems.add(Problem.notAccepted("NotHeld", "it is not held", "Ageing"));
        }
        if (operation.equals("scheduleCutover") || VERBS.contains(operation)) {
            problems.add(Problem.keyReused());
        }
        if (CONDITIONAL.contains(operation)) {
            problems.add(Problem.changedSince("11", "AwaitingGo", 12, HASH));
        }
        if (operation.equals("approve")) {
            problems.add(
                    Problem.conditionMissing(
                            "expected the header If-Match with the ETag of the cutover you looked"
                                    + " at, or with its planHash in quotes; seen none"));
        }
        if (!operation.equals("getPlanSchema")) {
            problems.add(Problem.storeUnavailable());
        }
        if (STREAMS.contains(operation)) {
            problems.add(Problem.tooManyStreamsOfOne("vera", 50));
            problems.add(Problem.tooManyStreams(200));
        }
        problems.add(Problem.unforeseen("request-7"));
        return problems;
    }

    private static final List<PlanReader.Mistake> MISTAKES =
            List.of(
                    new PlanReader.Mistake(
                            "", 3, 7, "window.opens", "expected a time, seen 'tomorrow'"));

    private static final List<Refusal> REFUSALS =
            List.of(
                    new Refusal(
                            "FromMismatch",
                            "www.acme.example A",
                            "expected [198.51.100.10], seen [198.51.100.99]"));
}
