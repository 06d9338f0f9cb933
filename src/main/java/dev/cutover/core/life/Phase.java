package dev.cutover.core.life;

import dev.cutover.core.plan.Side;
import java.time.Instant;
import java.util.Locale;

/**
 * Where a cutover is. Each phase carries only what is true in it.
 *
 * <pre>
 * Scheduled -> Preparing -> Ageing -> AwaitingGo -> Promoting -> Switching(i/n) -> Soaking -> Closing -> Completed
 * before Promoting: abort -> Cancelling -> Cancelled
 * later:            Held <-> from,  FallingBack -> FellBack,  NeedsOperator (keeps trying what is safe)
 * </pre>
 */
public sealed interface Phase {
    /** Waiting for the time to lower TTLs. Nothing was written. */
    record Scheduled() implements Phase {}

    /** Taking the before-image and lowering TTLs. */
    record Preparing() implements Phase {}

    /** TTLs are low; waiting until old answers are gone, with every gate judged again and again. */
    record Ageing() implements Phase {}

    /** Waiting for the window, for approvals, and for fresh evidence on every gate. */
    record AwaitingGo() implements Phase {}

    /** The engine is promoting content. No routing has moved. */
    record Promoting() implements Phase {}

    /**
     * Routing moves.
     *
     * @param step the step under way, from 1
     * @param steps how many there are
     */
    record Switching(int step, int steps) implements Phase {}

    /** Everything is switched and watched. */
    record Soaking() implements Phase {}

    /** TTLs go back up. */
    record Closing() implements Phase {}

    /** The next side serves; nothing is left to do. */
    record Completed() implements Phase {}

    /**
     * Stopped until a person resumes, postpones or aborts. Guards and fallback go on.
     *
     * @param from where resume leads back to
     * @param why a stable word and a sentence
     * @param deadlineAt when people are paged again
     */
    record Held(Phase from, Reason why, Instant deadlineAt) implements Phase {}

    /** TTLs go back; nothing was promoted or routed. */
    record Cancelling(Reason why) implements Phase {}

    /** Ended before anything was promoted; the zone is as it was. */
    record Cancelled() implements Phase {}

    /**
     * Going back.
     *
     * @param stage what is being undone; each is proven before the next
     * @param why what made it fall back
     */
    record FallingBack(Stage stage, Reason why) implements Phase {}

    /**
     * Back, with every planned field at its promised value or a person's edit kept and named.
     *
     * @param side where visitors are now
     */
    record FellBack(Side side) implements Phase {}

    /**
     * Something is in the way that only a person can remove; what is safe is tried on.
     *
     * @param from the phase that could not go on
     */
    record NeedsOperator(Phase from, Reason why) implements Phase {}

    /** The stages of falling back, in order. */
    enum Stage {
        /** Records. */
        ROUTING,
        /** Waiting until the last cache let go of the next side. */
        DRAINING,
        /** The promoted content. */
        CONTENT,
        /** TTLs back up. */
        CLOSING
    }

    /**
     * Why a transition happened.
     *
     * @param code a stable word for machines, such as {@code Drift}
     * @param text a sentence for people
     */
    record Reason(String code, String text) {
        @Override
        public String toString() {
            return text + " [" + code + "]";
        }
    }

    /** Whether nothing more will happen by itself or by request. */
    default boolean isFinal() {
        return this instanceof Completed || this instanceof Cancelled || this instanceof FellBack;
    }

    /** Whether content or routing may have been touched, so that an abort falls back instead of cancelling. */
    default boolean isPastPromotion() {
        return switch (this) {
            case Scheduled s -> false;
            case Preparing p -> false;
            case Ageing a -> false;
            case AwaitingGo a -> false;
            case Cancelling c -> false;
            case Cancelled c -> false;
            case Held h -> h.from().isPastPromotion();
            case NeedsOperator n -> n.from().isPastPromotion();
            case Promoting p -> true;
            case Switching s -> true;
            case Soaking s -> true;
            case Closing c -> true;
            case Completed c -> true;
            case FallingBack f -> true;
            case FellBack f -> true;
        };
    }

    /** Whether it is on its way back, by itself and without being held up. */
    default boolean isWayBack() {
        return this instanceof Cancelling
                || this instanceof FallingBack
                || this instanceof NeedsOperator;
    }

    /** The word people read, such as {@code Switching(1/2)}. */
    default String text() {
        return switch (this) {
            case Switching s -> "Switching(" + s.step() + "/" + s.steps() + ")";
            case Held h -> "Held(" + h.from().text() + ", " + h.why().code() + ")";
            case FallingBack f -> "FallingBack(" + f.stage().name().toLowerCase(Locale.ROOT) + ")";
            case FellBack f -> "FellBack(" + f.side().text() + ")";
            case NeedsOperator n ->
                    "NeedsOperator(" + n.from().text() + ", " + n.why().code() + ")";
            case Scheduled s -> "Scheduled";
            case Preparing p -> "Preparing";
            case Ageing a -> "Ageing";
            case AwaitingGo a -> "AwaitingGo";
            case Promoting p -> "Promoting";
            case Soaking s -> "Soaking";
            case Closing c -> "Closing";
            case Completed c -> "Completed";
            case Cancelling c -> "Cancelling";
            case Cancelled c -> "Cancelled";
        };
    }
}
