package dev.cutover.core.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.image.BeforeImage;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.CutoverId;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.plan.Side;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every transition is announced, a repeat says the same, and what wakes people says what they can do. */
class AnnouncementsTest {
    private static final CutoverId ID = new CutoverId("acme-1");
    private static final Phase.Reason WHY = new Phase.Reason("Drift", "www was edited");

    @Test
    void no_transition_is_silent() {
        List<Phase> phases =
                List.of(
                        new Phase.Scheduled(),
                        new Phase.Preparing(),
                        new Phase.Ageing(),
                        new Phase.AwaitingGo(),
                        new Phase.Promoting(),
                        new Phase.Switching(1, 2),
                        new Phase.Soaking(),
                        new Phase.Closing(),
                        new Phase.Completed(),
                        new Phase.Held(new Phase.Soaking(), WHY, Acme.CLOSES),
                        new Phase.Cancelling(WHY),
                        new Phase.Cancelled(),
                        new Phase.FallingBack(Phase.Stage.ROUTING, WHY),
                        new Phase.FellBack(Side.FALLBACK),
                        new Phase.NeedsOperator(new Phase.Soaking(), WHY));
        assertThat(phases).hasSize(Phase.class.getPermittedSubclasses().length);

        for (Phase phase : phases) {
            Announcement said = of(7, new Event.PhaseEntered(phase, WHY));
            assertThat(said.id()).isEqualTo("acme-1-7");
            assertThat(said.code()).isEqualTo("phase." + phase.getClass().getSimpleName());
            assertThat(said.text()).contains("www was edited");
        }
    }

    @Test
    void a_repeat_is_the_same_announcement() {
        Event event =
                new Event.Paged("CannotRestore", "the API is down", List.of("set www to ..."));

        assertThat(of(9, event)).isEqualTo(of(9, event));
        assertThat(of(9, event).urgent()).isTrue();
        assertThat(of(9, event).steps()).containsExactly("set www to ...");
    }

    @Test
    void a_hold_wakes_people_and_names_the_safe_commands() {
        Announcement said =
                of(
                        3,
                        new Event.PhaseEntered(
                                new Phase.Held(new Phase.Soaking(), WHY, Acme.CLOSES), WHY));

        assertThat(said.urgent()).isTrue();
        assertThat(said.steps()).containsExactly("cutover resume acme-1", "cutover abort acme-1");
        assertThat(of(4, new Event.PhaseEntered(new Phase.Completed(), WHY)).urgent()).isFalse();
    }

    @Test
    void the_start_message_says_where_the_before_image_is_and_how_to_use_it() {
        BeforeImage image =
                new BeforeImage(
                        "acme-1",
                        "cloudflare",
                        Acme.ZONE,
                        "${env:TOKEN}",
                        Acme.NOW,
                        Acme.diff(Acme.plan(), Acme.zone()).changes());

        Announcement said =
                of(
                        5,
                        new Event.ActionEnded(
                                new ActionId(ID, "take-before-image", 1),
                                new Ending.ImageTaken(
                                        image, List.of("s3://a/1.json", "/b/1.json"))));

        assertThat(said.text())
                .contains("2 record sets of acme.example", "s3://a/1.json and /b/1.json");
        assertThat(said.steps())
                .containsExactly("cutover restore s3://a/1.json", "cutover restore /b/1.json");
    }

    private static Announcement of(long seq, Event event) {
        return Announcements.of(new JournalEntry(ID, seq, Acme.NOW, "controller", event))
                .orElseThrow();
    }
}
