package dev.cutover.api;

import dev.cutover.core.life.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The way through the phases, with what is done, current and ahead.
public final class PhasePath {
    private static final List<Phase.Stage> STAGES = List.of(Phase.Stage.values());

    private PhasePath() {}

    /// One phase on the way: `done`, `current` or `ahead`.
    public record Step(String phase, String state) {}

    /// The way of a cutover that is in this phase.
    ///
    /// @param steps how many switching steps its plan has
    /// @param promotes whether its plan promotes content
    static List<Step> of(Phase phase, int steps, boolean promotes) {
        List<String> names = new ArrayList<>();
        int at;
        switch (phase) {
            case Phase.FallingBack f -> {
                names = back();
                at = STAGES.indexOf(f.stage());
            }
            case Phase.FellBack f -> {
                names = back();
                names.set(names.size() - 1, f.text());
                at = names.size() - 1;
            }
            case Phase.NeedsOperator n -> {
                names = back();
                at = n.from() instanceof Phase.FallingBack f ? STAGES.indexOf(f.stage()) : 0;
                names.set(at, n.text());
            }
            case Phase.Cancelling c -> {
                names = List.of("Cancelling", "Cancelled");
                at = 0;
            }
            case Phase.Cancelled c -> {
                names = List.of("Cancelling", "Cancelled");
                at = 1;
            }
            case Phase.Held h -> {
                List<Step> way = new ArrayList<>(of(h.from(), steps, promotes));
                way.replaceAll(
                        s -> s.state().equals("current") ? new Step(h.text(), "current") : s);
                return List.copyOf(way);
            }
            case Phase.Scheduled p -> at = 0;
            case Phase.Preparing p -> at = 1;
            case Phase.Ageing p -> at = 2;
            case Phase.AwaitingGo p -> at = 3;
            case Phase.Promoting p -> at = 4;
            case Phase.Switching s -> at = 4 + s.step();
            case Phase.Soaking p -> at = 5 + steps;
            case Phase.Closing p -> at = 6 + steps;
            case Phase.Completed p -> at = 7 + steps;
        }
        if (names.isEmpty()) {
            names = forward(steps);
        }
        return marked(names, at, promotes);
    }

    private static List<Step> marked(List<String> names, int at, boolean promotes) {
        List<Step> way = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (promotes || !names.get(i).equals("Promoting")) {
                way.add(new Step(names.get(i), i < at ? "done" : i == at ? "current" : "ahead"));
            }
        }
        return List.copyOf(way);
    }

    private static List<String> forward(int steps) {
        List<String> names =
                new ArrayList<>(
                        List.of("Scheduled", "Preparing", "Ageing", "AwaitingGo", "Promoting"));
        for (int step = 1; step <= steps; step++) {
            names.add(new Phase.Switching(step, steps).text());
        }
        names.addAll(List.of("Soaking", "Closing", "Completed"));
        return names;
    }

    private static List<String> back() {
        List<String> names = new ArrayList<>();
        for (Phase.Stage stage : STAGES) {
            names.add("FallingBack(" + stage.name().toLowerCase(Locale.ROOT) + ")");
        }
        names.add("FellBack");
        return names;
    }
}
