package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlannedPool;
import dev.cutover.core.plan.PlannedPool.Sessions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The `origins` of a plan file.
class OriginsFileTest {
    private static final String RECORDS = "(?m)^records:.*\n";
    private static final String POOL =
            "{ pool: acme-web, from: staging, to: production, steps: [10, 25, 50, 100],"
                    + " dwell: PT10M }";

    @Test
    void a_pool_moves_share_by_share() {
        Plan plan = good(PlanTexts.SMALLEST.replaceAll(RECORDS, "origins: [ " + POOL + " ]\n"));

        assertThat(plan.sets()).isEmpty();
        assertThat(plan.origins())
                .containsExactly(
                        new PlannedPool(
                                "acme-web",
                                "staging",
                                "production",
                                List.of(10, 25, 50, 100),
                                1,
                                Duration.ofMinutes(10),
                                Sessions.UNSAID));
        assertThat(plan.steps()).isEqualTo(4);
        assertThat(plan.claims()).containsExactly("pool acme-web");
    }

    @Test
    void records_that_name_no_step_follow_the_last_share() {
        Plan plan = good(PlanTexts.SMALLEST + "origins: [ " + POOL + " ]\n");

        assertThat(plan.sets().getFirst().step()).isEqualTo(5);
        assertThat(plan.dwellOf(1)).isEqualTo(Duration.ofMinutes(10));
        assertThat(plan.dwellOf(5)).isEqualTo(plan.dwell());
    }

    @Test
    void what_session_affinity_keeps_is_drained_or_counted() {
        String drained = POOL.replace(" }", ", sessions: drain }");

        assertThat(good(PlanTexts.SMALLEST + "origins: [ " + drained + " ]\n").origins())
                .extracting(PlannedPool::sessions)
                .containsExactly(Sessions.DRAIN);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[10, 25, 50, 100] | [10, 25, 50]      | origins[0].steps    | expected shares that rise to 100",
                "[10, 25, 50, 100] | [10, 50, 25, 100] | origins[0].steps    | expected shares that rise to 100",
                "[10, 25, 50, 100] | [0, 100]          | origins[0].steps[0] | from 1 to 100",
                "[10, 25, 50, 100] | []                | origins[0].steps    | expected at least one entry",
                "to: production    | to: staging       | origins[0].to       | equals 'from'",
                "pool: acme-web    | pool: 'acme web'  | origins[0].pool     | expected a pool's name",
                "from: staging,    | ''                | origins[0]          | the key 'from' is missing",
                "dwell: PT10M      | sessions: stay    | origins[0].sessions | expected one of drain, count",
                "dwell: PT10M      | step: 2           | records             | step 1 has no record",
            })
    void a_mistake_is_named_with_its_place(String find, String replace, String path, String said) {
        String text = PlanTexts.SMALLEST + "origins:\n  - " + POOL + "\n";
        assertThat(text).contains(find);

        var bad = (PlanFile.Bad) PlanTexts.read(text.replace(find, replace == null ? "" : replace));

        assertThat(bad.mistakes())
                .anyMatch(m -> m.path().equals(path) && m.message().contains(said) && m.line() > 0);
    }

    @Test
    void a_pool_planned_twice_is_refused() {
        String text = PlanTexts.SMALLEST + "origins:\n  - " + POOL + "\n  - " + POOL + "\n";

        var bad = (PlanFile.Bad) PlanTexts.read(text);

        assertThat(bad.text("plan.yaml")).contains("pool acme-web is planned twice, first in line");
    }

    @Test
    void weights_need_a_word_about_writes() {
        String text =
                (PlanTexts.SMALLEST + "origins: [ " + POOL + " ]\n")
                        .replaceAll("(?m)^writes:.*\n", "");

        var bad = (PlanFile.Bad) PlanTexts.read(text);

        assertThat(bad.text("plan.yaml"))
                .contains(
                        "Weights need writes: shared | fenced | none: two sides taking orders is"
                                + " data loss");
    }

    private static Plan good(String text) {
        PlanFile.Outcome outcome = PlanTexts.read(text);
        assertThat(outcome).as("%s", outcome).isInstanceOf(PlanFile.Ok.class);
        return ((PlanFile.Ok) outcome).plan();
    }
}
