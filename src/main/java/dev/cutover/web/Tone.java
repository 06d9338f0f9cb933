package dev.cutover.web;

import dev.cutover.core.life.Phase;

/// What a state means to who looks at it. Colour never says it alone: each tone has a sign and a
/// word.
///
/// @param name of its colours
/// @param sign before the word
/// @param word what it means in general, such as `needs a person`
public record Tone(String name, String sign, String word) {
    static final Tone ALARM = new Tone("alarm", "\u25b2", "needs a person");
    static final Tone HELD = new Tone("held", "\u275a\u275a", "held");
    static final Tone BACK = new Tone("back", "\u21a9", "going back");
    static final Tone RUNS = new Tone("runs", "\u25b6", "under way");
    static final Tone GOOD = new Tone("good", "\u2713", "done");
    static final Tone OVER = new Tone("over", "\u25a0", "over");

    static Tone of(Phase phase) {
        return of(phase.getClass().getSimpleName());
    }

    /// @param phaseType a phase's name alone
    static Tone of(String phaseType) {
        return switch (phaseType) {
            case "NeedsOperator" -> ALARM;
            case "Held" -> HELD;
            case "FallingBack", "Cancelling" -> BACK;
            case "Completed" -> GOOD;
            case "FellBack", "Cancelled" -> OVER;
            default -> RUNS;
        };
    }

    /// @param verdict `pass`, `fail`, `inconclusive` or `blind`
    static Tone ofVerdict(String verdict) {
        return switch (verdict) {
            case "pass" -> new Tone("good", "\u2713", "pass");
            case "fail" -> new Tone("alarm", "\u2717", "fail");
            case "blind" -> new Tone("held", "\u2205", "blind");
            default -> new Tone("held", "?", verdict);
        };
    }
}
