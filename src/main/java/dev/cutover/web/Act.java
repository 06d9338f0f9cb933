package dev.cutover.web;

import dev.cutover.api.ApiKeys;
import dev.cutover.api.CutoverView;
import dev.cutover.api.Role;
import dev.cutover.api.SafeButton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A button of one cutover. *Hold* and *Fall back now* are always there; when one would not be
/// accepted it says why.
///
/// @param verb the last part of the form's path
/// @param label what the button is called
/// @param kind of its colours
/// @param open whether it would be accepted now, from this person
/// @param says what happens then and what it costs, or why it is shut
/// @param typed whether the cutover's name is typed to confirm
/// @param asksWhy whether a reason can be given
public record Act(
        String verb,
        String label,
        String kind,
        boolean open,
        String says,
        boolean typed,
        boolean asksWhy) {

    static List<Act> of(CutoverView view, ApiKeys.Caller caller) {
        List<Act> acts = new ArrayList<>();
        for (SafeButton button : view.buttons()) {
            if (button.verb().equals("approve") || button.verb().equals("resume")) {
                acts.add(
                        act(
                                button.verb(),
                                button.verb().equals("approve") ? "Approve" : "Resume",
                                "go",
                                Optional.of(button),
                                "",
                                caller));
            }
        }
        acts.add(act("hold", "Hold", "stop", button(view, "hold"), notHeld(view), caller));
        acts.add(
                act(
                        "abort",
                        "Fall back now",
                        "back",
                        button(view, "abort"),
                        notBack(view),
                        caller));
        return List.copyOf(acts);
    }

    private static Optional<SafeButton> button(CutoverView view, String verb) {
        return view.buttons().stream().filter(b -> b.verb().equals(verb)).findFirst();
    }

    private static Act act(
            String verb,
            String label,
            String kind,
            Optional<SafeButton> button,
            String shut,
            ApiKeys.Caller caller) {
        Role role = role(verb);
        boolean may = caller.may(role);
        String says =
                button.isEmpty()
                        ? shut
                        : may
                                ? button.get().effect()
                                : "needs the role "
                                        + role.text()
                                        + ", which "
                                        + caller.name()
                                        + " does not have";
        boolean drastic = verb.equals("hold") || verb.equals("abort");
        return new Act(verb, label, kind, may && button.isPresent(), says, drastic, drastic);
    }

    /// The role a verb needs; the same as the API asks for.
    static Role role(String verb) {
        return verb.equals("approve") ? Role.APPROVER : Role.OPERATOR;
    }

    private static String notHeld(CutoverView view) {
        return view.over()
                ? "it is over: nothing is left to hold"
                : view.phaseType().equals("Held")
                        ? "it is held already"
                        : "it is going back, which nothing should hold up";
    }

    private static String notBack(CutoverView view) {
        return view.over()
                ? "it is over, and the fallback side is not kept any more or not needed"
                : "it is going back already";
    }
}
