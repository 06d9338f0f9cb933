package dev.cutover.api;

import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Drain;
import dev.cutover.core.life.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Something a person can safely do now, and what it costs.
///
/// @param verb the last part of the call's path
/// @param command what is typed
/// @param effect what happens then
public record SafeButton(String verb, String command, String effect) {

    /// Every button that would be accepted now, the usual one first.
    static List<SafeButton> of(Cutover c, Instant now) {
        List<SafeButton> buttons = new ArrayList<>();
        Phase phase = c.phase();
        Phase from = phase instanceof Phase.Held h ? h.from() : phase;
        boolean early =
                !from.isPastPromotion() && !from.isFinal() && !(from instanceof Phase.Cancelling);
        boolean asks = NextStep.asksAboutContent(c);
        if (asks) {
            add(buttons, c, "resume", "", "keeps the promoted content and goes on falling back");
            add(
                    buttons,
                    c,
                    "approve",
                    "",
                    "undoes the promoted content; what visitors wrote to it is lost");
        }
        if (early && c.approvers().size() < c.plan().approvals().need()) {
            add(buttons, c, "approve", "", "agrees to plan " + c.planHash());
        }
        if (phase instanceof Phase.Held) {
            add(buttons, c, "resume", "", "goes on to " + from.text() + "; all is judged anew");
        } else if (!phase.isFinal() && !phase.isWayBack()) {
            add(buttons, c, "hold", " --why TEXT", "stops forward steps; guards go on");
        }
        if (early) {
            add(
                    buttons,
                    c,
                    "postpone",
                    " --opens TIME --closes TIME --zone ZONE",
                    "moves the window; TTLs stay low, approvals are asked for again");
        }
        if (mayAbort(c, now)) {
            add(buttons, c, "abort", " --why TEXT", abortEffect(c, now));
        }
        return List.copyOf(buttons);
    }

    private static boolean mayAbort(Cutover c, Instant now) {
        if (c.phase() instanceof Phase.Completed) {
            return !now.isAfter(c.phaseSince().plus(c.plan().fallback().readOnly()));
        }
        return !c.phase().isFinal() && !c.phase().isWayBack();
    }

    private static String abortEffect(Cutover c, Instant now) {
        if (!c.phase().isPastPromotion()) {
            return "cancels; TTLs go back up, visitors notice nothing";
        }
        if (c.switchedSteps().isEmpty()) {
            return "undoes the promoted content; routing has not moved";
        }
        long seconds = Duration.between(now, Drain.goneAt(c, now)).toSeconds();
        return "falls back: routing is written at once, the last visitor is back after "
                + seconds
                + " s more; orders taken on the next side are decided on afterwards";
    }

    private static void add(
            List<SafeButton> buttons, Cutover c, String verb, String options, String effect) {
        buttons.add(new SafeButton(verb, "cutover " + verb + " " + c.id() + options, effect));
    }
}
