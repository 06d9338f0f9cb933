package dev.cutover.port;

import dev.cutover.core.plan.Plan.PromotionPlan;
import java.util.Map;

/**
 * Moves content from staging to production and can take it back.
 *
 * <p>The caller chooses the promotion's id; asking twice with one id does the work once. Long work is
 * started and then looked at.
 */
public interface PromotionEngine {
    /**
     * Whether the engine can be reached and accepts our credentials.
     *
     * @return a few words about it
     */
    String ready(PromotionPlan plan, Call call);

    /** Starts, or joins, the promotion with this id. */
    void start(String id, PromotionPlan plan, Call call);

    /** How far it is. */
    State look(String id, PromotionPlan plan, Call call);

    /**
     * Has the engine compare what it promoted with its source.
     *
     * @return its evidence, by name
     * @throws PortException PERMANENT when they differ; the message names the first difference
     */
    Map<String, String> verify(String id, PromotionPlan plan, Call call);

    /**
     * Has the engine put back what was there before; a promotion it never heard of is rolled back already.
     *
     * @return its evidence, by name
     */
    Map<String, String> rollBack(String id, PromotionPlan plan, Call call);

    /** How far a promotion is. */
    sealed interface State {
        /** The engine never heard of it. */
        record NotFound() implements State {}

        record Running(String progress) implements State {}

        record Done(Map<String, String> evidence) implements State {
            public Done {
                evidence = Map.copyOf(evidence);
            }
        }

        record Failed(String reason) implements State {}
    }
}
