package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.plan.Plan;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is printed reads back equal. */
class PlanTextTest {
    @Test
    void a_thousand_drawn_plans_read_back_equal() {
        for (long seed = 0; seed < 1_000; seed++) {
            Plan plan = RandomPlans.plan(new Random(seed));
            String text = PlanText.write(plan);

            PlanFile.Outcome outcome = PlanTexts.read(text);

            assertThat(outcome).as("seed %d:%n%s", seed, text).isInstanceOf(PlanFile.Ok.class);
            assertThat(((PlanFile.Ok) outcome).plan()).as("seed %d", seed).isEqualTo(plan);
        }
    }

    @Test
    void a_plan_that_was_read_prints_and_reads_back_equal() {
        Plan plan = PlanFileTest.plan(PlanTexts.FULL);

        assertThat(PlanFileTest.plan(PlanText.write(plan))).isEqualTo(plan);
    }
}
