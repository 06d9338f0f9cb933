package dev.cutover.sim;

import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Side;

/// The drawing of a cutover's life, as the oracle knows it.
final class Ways {
    private Ways() {}

    static boolean isForward(ActionSpec spec) {
        return switch (spec) {
            case ActionSpec.TakeBeforeImage t -> true;
            case ActionSpec.LowerTtls l -> true;
            case ActionSpec.Promote p -> true;
            case ActionSpec.VerifyPromotion v -> true;
            case ActionSpec.SwitchStep s -> true;
            case ActionSpec.Purge p -> true;
            case ActionSpec.PurgeMore p -> p.side() == Side.NEXT;
            case ActionSpec.RestoreRouting r -> false;
            case ActionSpec.UndoPromotion u -> false;
            case ActionSpec.SettleTtls s -> s.side() == Side.NEXT;
        };
    }

    private static boolean isLegal(Phase.Stage from, Phase.Stage to) {
        return switch (from) {
            case ROUTING -> to == Phase.Stage.DRAINING;
            case DRAINING -> to == Phase.Stage.CONTENT || to == Phase.Stage.ROUTING;
            case CONTENT -> to == Phase.Stage.CLOSING || to == Phase.Stage.ROUTING;
            case CLOSING -> false;
        };
    }

    /// Where a run that has sent nothing yet can be held, to go back and wait for its go once more.
    private static boolean maySendNothing(Phase held) {
        return held instanceof Phase.Promoting
                || (held instanceof Phase.Switching s && s.step() == 1);
    }

    static boolean isLegal(Phase from, Phase to) {
        if (to instanceof Phase.Held h) {
            return !from.isFinal()
                    && !(from instanceof Phase.Held)
                    && !(from instanceof Phase.Cancelling)
                    && !(from instanceof Phase.FallingBack)
                    && h.from().equals(from);
        }
        return switch (from) {
            case Phase.Scheduled p ->
                    to instanceof Phase.Preparing || to instanceof Phase.Cancelling;
            case Phase.Preparing p -> to instanceof Phase.Ageing || to instanceof Phase.Cancelling;
            case Phase.Ageing p -> to instanceof Phase.AwaitingGo || to instanceof Phase.Cancelling;
            case Phase.AwaitingGo p ->
                    to instanceof Phase.Promoting
                            || to instanceof Phase.Switching
                            || to instanceof Phase.Cancelling;
            case Phase.Promoting p ->
                    (to instanceof Phase.Switching s && s.step() == 1)
                            || to instanceof Phase.FallingBack;
            case Phase.Switching p ->
                    (to instanceof Phase.Switching s && s.step() == p.step() + 1)
                            || (to instanceof Phase.Soaking && p.step() == p.steps())
                            || to instanceof Phase.FallingBack;
            case Phase.Soaking p -> to instanceof Phase.Closing || to instanceof Phase.FallingBack;
            case Phase.Closing p ->
                    to instanceof Phase.Completed || to instanceof Phase.FallingBack;
            case Phase.Completed p -> to instanceof Phase.FallingBack;
            case Phase.Held h ->
                    to.equals(h.from())
                            || (to instanceof Phase.AwaitingGo && maySendNothing(h.from()))
                            || (h.from().isPastPromotion()
                                    ? to instanceof Phase.FallingBack
                                    : to instanceof Phase.Cancelling);
            case Phase.Cancelling p -> to instanceof Phase.Cancelled;
            case Phase.Cancelled p -> false;
            case Phase.FallingBack p ->
                    (to instanceof Phase.FallingBack n && isLegal(p.stage(), n.stage()))
                            || (p.stage() == Phase.Stage.CLOSING && to instanceof Phase.FellBack)
                            || to instanceof Phase.NeedsOperator;
            case Phase.FellBack p -> false;
            case Phase.NeedsOperator p -> to instanceof Phase.FallingBack;
        };
    }
}
