package dev.cutover.probe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a bench measured, one value a repetition, and its goals: the median counts.
final class BenchFigures {

    private final Map<String, List<Double>> figures = new HashMap<>();
    private final List<String> missed = new ArrayList<>();

    void note(String key, double value) {
        figures.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
    }

    private List<Double> all(String key) {
        return figures.getOrDefault(key, List.of());
    }

    double of(String key) {
        return median(all(key));
    }

    double worst(String key) {
        return all(key).stream().mapToDouble(v -> v).max().orElse(Double.NaN);
    }

    double least(String key) {
        return all(key).stream().mapToDouble(v -> v).min().orElse(Double.NaN);
    }

    double sum(String key) {
        return all(key).stream().mapToDouble(v -> v).sum();
    }

    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    // ----------------------------------------------------------------- goals

    static void head() {
        line("Goals", "engine", "peer", "figure", "best", "goal", "");
    }

    void above(String what, String own, String peer, double goal) {
        double ratio = of(own) / of(peer);
        String best = text(best(own, peer, true));
        goal(what, own, peer, ratio, best, ">= " + text(goal) + " x", ratio >= goal);
    }

    void below(String what, String own, String peer, double goal) {
        double ratio = of(own) / of(peer);
        String best = text(best(own, peer, false));
        goal(what, own, peer, ratio, best, "<= " + text(goal) + " x", ratio <= goal);
    }

    /// A time of our own alone: the median repetition must keep to the goal.
    void most(String what, String own, double beyond, double goal) {
        double seen = of(own) - beyond;
        String best = text(least(own) - beyond);
        goal(what, own, "", seen, best, "<= " + text(goal), seen <= goal);
    }

    /// A fault of our own: not one repetition may have more.
    void never(String what, String own, double beyond, double goal) {
        double seen = worst(own) - beyond;
        goal(what, own, "", seen, "-", "<= " + text(goal), seen <= goal);
    }

    void least(String what, String own, double goal) {
        double seen = least(own);
        goal(what, own, "", seen, "-", ">= " + text(goal), seen >= goal);
    }

    /// A figure without a goal.
    void tell(String what, String own) {
        line(what, text(of(own)), "-", text(of(own)), text(least(own)), "-", "");
    }

    /// The best repetition's ratio: what a quieter machine would have shown.
    private double best(String own, String peer, boolean more) {
        List<Double> a = all(own);
        List<Double> b = all(peer);
        double best = Double.NaN;
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            double ratio = a.get(i) / b.get(i);
            best = Double.isNaN(best) || more == ratio > best ? ratio : best;
        }
        return best;
    }

    private void goal(
            String what,
            String own,
            String peer,
            double figure,
            String best,
            String goal,
            boolean met) {
        String other = peer.isEmpty() ? "-" : text(of(peer));
        line(what, text(of(own)), other, text(figure), best, goal, met ? "PASS" : "MISSED");
        if (!met) {
            missed.add(what.strip() + " " + text(figure) + " (goal " + goal + ")");
        }
    }

    private static void line(
            String what,
            String own,
            String peer,
            String figure,
            String best,
            String goal,
            String met) {
        System.out.printf(
                Locale.ROOT,
                "%-52s %9s %9s %8s %8s  %-9s %s%n",
                what,
                own,
                peer,
                figure,
                best,
                goal,
                met);
    }

    String verdict() {
        return missed.isEmpty() ? "all goals passed" : "MISSED: " + String.join("; ", missed);
    }

    static String text(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        String form = Math.abs(value) >= 100 || value == Math.rint(value) ? "%.0f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }
}
