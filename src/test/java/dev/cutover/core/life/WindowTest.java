package dev.cutover.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What time does to a life: windows that close, imports that do not end, clocks that go back. */
class WindowTest {
    @Test
    void a_window_that_closes_in_the_middle_does_what_the_plan_says() {
        assertThat(atClose(Plan.AtClose.HOLD).until(Phase.Held.class).phase().text())
                .isEqualTo("Held(Promoting, WindowClosed)");
        assertThat(atClose(Plan.AtClose.FALLBACK).until(Phase.FallingBack.class).phase().text())
                .isEqualTo("FallingBack(content)");
        Story finish = atClose(Plan.AtClose.FINISH);
        finish.wait(Duration.between(finish.now(), Acme.CLOSES.plusSeconds(60)));
        assertThat(finish.phase()).isInstanceOf(Phase.Promoting.class);
    }

    @Test
    void a_person_who_resumes_after_the_window_takes_it_on_themselves() {
        Story story = atClose(Plan.AtClose.HOLD).until(Phase.Held.class);

        story.works("promote").ask(new Input.Resume("olga")).wait(Duration.ofSeconds(30));

        assertThat(story.cutover().windowOverridden()).isTrue();
        assertThat(story.phase()).isInstanceOf(Phase.Promoting.class);
    }

    @Test
    void an_import_that_overran_is_paged_and_routes_nothing_without_room_to_come_back() {
        Story hold = overran(Plan.AtClose.HOLD).until(Phase.Held.class);
        assertThat(hold.pages()).containsOnlyOnce("PromotionOverdue");
        assertThat(hold.phase().text()).isEqualTo("Held(Promoting, NoRoomLeft)");
        assertThat(hold.work()).contains("verify-promotion").doesNotContain("switch-1");

        Story back = overran(Plan.AtClose.FALLBACK).until(Phase.FellBack.class);
        assertThat(back.work()).contains("undo-promotion").doesNotContain("switch-1");

        Story finish = overran(Plan.AtClose.FINISH).until(Phase.Switching.class);
        assertThat(finish.pages()).containsOnlyOnce("PromotionOverdue");

        hold.ask(new Input.Resume("olga")).until(Phase.Completed.class);
        assertThat(hold.cutover().windowOverridden()).isTrue();
    }

    /// Its import ends when the window has too little room left to route and to come back.
    private static Story overran(Plan.AtClose rule) {
        Story story = atClose(rule);
        story.wait(Duration.between(story.now(), Acme.CLOSES.minus(Duration.ofMinutes(5))));
        return story.works("promote").ends("promote", new Ending.EngineDone(Map.of()));
    }

    @Test
    void a_clock_that_was_set_back_holds_and_errors_still_lead_back() {
        Story story = running().until(Phase.Soaking.class).clockSetBack(Duration.ofMinutes(30));
        story.until(Phase.Held.class);
        assertThat(((Phase.Held) story.phase()).why().code()).isEqualTo("ClockSetBack");

        story.visitorsSee(5).wait(Duration.ofMinutes(5));
        assertThat(story.phases()).contains("FallingBack(routing)");
    }

    @Test
    void an_engine_that_never_ends_an_undo_is_paged() {
        Story story = running().until(Phase.Soaking.class).fails("undo-promotion", null).abort();
        story.wait(Duration.ofMinutes(20));
        assertThat(story.pages()).contains("UndoNeedsApproval").doesNotContain("UndoOverdue");
        story.approvedBy("olga").wait(Duration.ofHours(1));
        assertThat(story.pages()).contains("UndoOverdue");
    }

    /// A run of which nothing was sent has nothing to finish: it may not begin after its window.
    @Test
    void who_resumes_late_before_anything_was_sent_waits_for_a_new_window() {
        for (Plan.AtClose rule : List.of(Plan.AtClose.HOLD, Plan.AtClose.FINISH)) {
            Story story =
                    Story.of(Acme.with(Acme.plan(), p -> p.atClose = rule))
                            .until(Phase.AwaitingGo.class)
                            .diesIn(new Phase.Promoting(), Acme.CLOSES.plusSeconds(60))
                            .until(Phase.Held.class);
            assertThat(story.phase().text()).isEqualTo("Held(Promoting, WindowClosed)");

            story.ask(new Input.Resume("olga")).until(Phase.Held.class);

            assertThat(story.phase().text()).isEqualTo("Held(AwaitingGo, MissedWindow)");
            assertThat(story.cutover().windowOverridden()).isFalse();
            assertThat(story.work()).doesNotContain("promote", "switch-1");
        }
    }

    @Test
    void who_resumes_in_time_before_anything_was_sent_passes_every_gate_again() {
        Story story = running().until(Phase.AwaitingGo.class);
        story.diesIn(new Phase.Promoting(), Acme.OPENS.plusSeconds(60))
                .ask(new Input.Hold("olga", "a look at the logs"))
                .ask(new Input.Resume("olga"));
        assertThat(story.phase()).isInstanceOf(Phase.AwaitingGo.class);

        story.until(Phase.Completed.class);
    }

    private static Story atClose(Plan.AtClose rule) {
        return Story.of(Acme.with(Acme.plan(), p -> p.atClose = rule))
                .approvedBy("bob", "cat")
                .fails("promote", null)
                .until(Phase.Promoting.class);
    }

    private static Story running() {
        return Story.of(Acme.plan()).approvedBy("bob", "cat");
    }
}
