package dev.cutover.core.life;

import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** One piece of work outside the controller. What it writes follows from the cutover's changes, so a spec stays small. */
public sealed interface ActionSpec {
    /** Reads every planned set and keeps the image in two places, read back from both. */
    record TakeBeforeImage() implements ActionSpec {}

    /** Takes every planned set from before to aged. */
    record LowerTtls() implements ActionSpec {}

    /** Has the engine promote content; long, looked at until it ends. */
    record Promote() implements ActionSpec {}

    /** Has the engine prove what it promoted. */
    record VerifyPromotion() implements ActionSpec {}

    /**
     * Takes the sets of one step from aged to next.
     *
     * @param step from 1
     * @param notWrittenAfter the latest time of writing seen on these records when the step was decided; a
     *     later one beside old values means that somebody put them back
     */
    record SwitchStep(int step, Instant notWrittenAfter) implements ActionSpec {}

    /** Purges the first portion of the edge's cache once the switch is verified. */
    record Purge() implements ActionSpec {}

    /**
     * Purges another portion: a further one, once more where an old page was still seen, or after falling
     * back.
     *
     * @param side the side that serves by then
     * @param round from 1; each round purges every portion
     * @param portion from 1
     */
    record PurgeMore(Side side, int round, int portion) implements ActionSpec {}

    /**
     * Takes every planned set to the fallback side, three-way.
     *
     * @param round how often this was needed; a late write may ask for another
     */
    record RestoreRouting(int round) implements ActionSpec {}

    /** Has the engine put the old content back. */
    record UndoPromotion() implements ActionSpec {}

    /**
     * Puts TTLs back, three-way.
     *
     * @param side whose records stand there: {@link Side#CURRENT} when cancelling
     */
    record SettleTtls(Side side, int round) implements ActionSpec {}

    /** What makes two specs the same work, whatever the attempt; part of the action's id. */
    default String key() {
        return switch (this) {
            case TakeBeforeImage t -> "take-before-image";
            case LowerTtls l -> "lower-ttls";
            case Promote p -> "promote";
            case VerifyPromotion v -> "verify-promotion";
            case SwitchStep s -> "switch-" + s.step();
            case Purge p -> "purge";
            case PurgeMore p ->
                    "purge-"
                            + p.side().name().toLowerCase(Locale.ROOT)
                            + "-"
                            + p.round()
                            + "-"
                            + p.portion();
            case RestoreRouting r -> "restore-routing-" + r.round();
            case UndoPromotion u -> "undo-promotion";
            case SettleTtls s ->
                    "settle-ttls-" + s.side().name().toLowerCase(Locale.ROOT) + "-" + s.round();
        };
    }

    /** Whether it writes to the zone. */
    default boolean writesZone() {
        return switch (this) {
            case LowerTtls l -> true;
            case SwitchStep s -> true;
            case RestoreRouting r -> true;
            case SettleTtls s -> true;
            case TakeBeforeImage t -> false;
            case Promote p -> false;
            case VerifyPromotion v -> false;
            case Purge p -> false;
            case PurgeMore p -> false;
            case UndoPromotion u -> false;
        };
    }

    /**
     * Whether it leads away from how things were: what a hold does not start, and what is given up as soon
     * as the way back begins.
     */
    default boolean isForward() {
        return switch (this) {
            case TakeBeforeImage t -> true;
            case LowerTtls l -> true;
            case Promote p -> true;
            case VerifyPromotion v -> true;
            case SwitchStep s -> true;
            case Purge p -> true;
            case PurgeMore p -> p.side() == Side.NEXT;
            case SettleTtls s -> s.side() == Side.NEXT;
            case RestoreRouting r -> false;
            case UndoPromotion u -> false;
        };
    }

    /** How long one attempt may take before it is looked at and decided anew. */
    default Duration limit(Duration promotionExpected) {
        return switch (this) {
            case Promote p -> promotionExpected.multipliedBy(3).plusMinutes(1);
            case UndoPromotion u -> promotionExpected.multipliedBy(3).plusMinutes(1);
            case VerifyPromotion v -> promotionExpected.plusMinutes(1);
            case RestoreRouting r -> Duration.ofSeconds(5);
            case TakeBeforeImage t -> Duration.ofSeconds(30);
            case LowerTtls l -> Duration.ofSeconds(30);
            case SwitchStep s -> Duration.ofSeconds(30);
            case Purge p -> Duration.ofSeconds(30);
            case PurgeMore p -> Duration.ofSeconds(30);
            case SettleTtls s -> Duration.ofSeconds(30);
        };
    }
}
