package dev.cutover.web;

import dev.cutover.api.NextStep;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Phase;
import java.time.Instant;
import java.util.List;

/// The board: cutovers that need somebody first, then those under way, then those that are over.
///
/// @param now plan time of this page
/// @param more whether there are cutovers the board does not show
public record BoardPage(
        Frame frame,
        Moment now,
        List<Card> alarms,
        List<Card> live,
        List<Card> over,
        boolean more) {

    /// One cutover.
    ///
    /// @param why what holds it up; empty when nothing does
    /// @param next what it does next by itself; empty when nothing
    /// @param nextAt when; not set when that depends on evidence or people
    public record Card(
            String id,
            String site,
            String phase,
            Tone tone,
            String why,
            String next,
            Moment nextAt,
            Moment since) {
        static Card of(Cutover c, Instant now) {
            NextStep next = NextStep.of(c, now);
            return new Card(
                    c.id().value(),
                    c.plan().site().host().value(),
                    c.phase().text(),
                    Tone.of(c.phase()),
                    why(c.phase()),
                    next.text(),
                    Moment.of(next.at(), now),
                    Moment.of(c.phaseSince(), now));
        }

        private static String why(Phase phase) {
            return switch (phase) {
                case Phase.Held h -> h.why().text();
                case Phase.NeedsOperator n -> n.why().text();
                case Phase.FallingBack f -> f.why().text();
                case Phase.Cancelling x -> x.why().text();
                case Phase.Scheduled p -> "";
                case Phase.Preparing p -> "";
                case Phase.Ageing p -> "";
                case Phase.AwaitingGo p -> "";
                case Phase.Promoting p -> "";
                case Phase.Switching p -> "";
                case Phase.Soaking p -> "";
                case Phase.Closing p -> "";
                case Phase.Completed p -> "";
                case Phase.Cancelled p -> "";
                case Phase.FellBack p -> "";
            };
        }
    }
}
