package dev.cutover.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.life.ActionId;
import dev.cutover.core.life.ActionSpec;
import dev.cutover.core.life.Cutover;
import dev.cutover.core.life.Ending;
import dev.cutover.core.life.Event;
import dev.cutover.core.life.JournalEntry;
import dev.cutover.core.life.Phase;
import dev.cutover.core.timeline.TtlClock;
import dev.cutover.json.CoreJson;
import dev.cutover.json.SampleEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What one cutover looks like to people, phase by phase.
class CutoverViewTest {
    private static final Instant NOW = SampleEvents.NOW;
    private static final Phase.Reason WHY = new Phase.Reason("Errors", "12 of 40 requests failed");

    private final List<JournalEntry> journal = new ArrayList<>();

    @Test
    void a_scheduled_cutover_says_when_it_will_write_for_the_first_time() {
        CutoverView view = view(begun());

        assertThat(view.phase()).isEqualTo("Scheduled");
        assertThat(view.next().at()).isEqualTo(SampleEvents.OPENS_AT.minus(Duration.ofDays(2)));
        assertThat(view.path())
                .extracting(PhasePath.Step::phase)
                .containsExactly(
                        "Scheduled",
                        "Preparing",
                        "Ageing",
                        "AwaitingGo",
                        "Promoting",
                        "Switching(1/1)",
                        "Soaking",
                        "Closing",
                        "Completed");
        assertThat(view.buttons())
                .extracting(SafeButton::verb)
                .containsExactly("approve", "hold", "postpone", "abort");
        assertThat(view.window().opens()).isEqualTo("2026-12-06T02:00");
    }

    @Test
    void a_waiting_cutover_names_what_it_waits_for() {
        begun();
        enter(new Phase.AwaitingGo());
        judge(CheckName.NEXT_ROBOTS, Verdict.FAIL, NOW.minusSeconds(30));
        judge(CheckName.NEXT_TLS, Verdict.PASS, NOW.minusSeconds(5));
        Cutover c = Cutover.of(journal);

        assertThat(NextStep.of(c, NOW).text())
                .contains("the window opens", "once 2 more people approved");
        assertThat(NextStep.of(c, SampleEvents.OPENS_AT.plusSeconds(1)).text())
                .isEqualTo("goes as soon as these pass: next-robots");
        CutoverView view = view(c);
        assertThat(view.gates())
                .extracting(GateView::check)
                .containsExactly("next-robots", "next-tls");
        assertThat(view.gates().getFirst().ageSeconds()).isEqualTo(30);
        assertThat(view.why()).isEqualTo(new CutoverView.WhyView("Errors", WHY.text()));
    }

    @Test
    void a_held_cutover_can_be_resumed_and_shows_where_it_stands() {
        begun();
        enter(new Phase.Held(new Phase.Soaking(), WHY, NOW.plusSeconds(600)));
        CutoverView view = view(Cutover.of(journal));

        assertThat(view.phase()).isEqualTo("Held(Soaking, Errors)");
        assertThat(view.path())
                .contains(
                        new PhasePath.Step("Held(Soaking, Errors)", "current"),
                        new PhasePath.Step("Switching(1/1)", "done"),
                        new PhasePath.Step("Closing", "ahead"));
        assertThat(view.next().text()).contains("falls back by itself");
        assertThat(view.buttons()).extracting(SafeButton::verb).containsExactly("resume", "abort");
    }

    @Test
    void a_cutover_on_its_way_back_offers_nothing_that_could_stop_it() {
        begun();
        enter(new Phase.FallingBack(Phase.Stage.ROUTING, WHY));
        CutoverView view = view(Cutover.of(journal));

        assertThat(view.buttons()).isEmpty();
        assertThat(view.path())
                .extracting(PhasePath.Step::state)
                .containsExactly("current", "ahead", "ahead", "ahead", "ahead");
    }

    @Test
    void a_cutover_that_is_over_says_so() {
        begun();
        enter(new Phase.Completed());
        CutoverView view = view(Cutover.of(journal));

        assertThat(view.over()).isTrue();
        assertThat(view.next().text()).isEmpty();
        assertThat(view.buttons())
                .as("the fallback side is still kept")
                .extracting(SafeButton::verb)
                .containsExactly("abort");
    }

    @Test
    void an_event_reads_as_a_sentence_and_as_data() {
        begun();
        enter(new Phase.AwaitingGo());
        judge(CheckName.NEXT_ROBOTS, Verdict.FAIL, NOW);
        add(new Event.Approved("ana", "5f70"));
        add(new Event.Paged("GatesClosed", "the window is open", List.of()));

        List<EventView> views = journal.stream().map(EventView::of).toList();

        assertThat(views)
                .extracting(EventView::type)
                .containsExactly(
                        "Scheduled", "PhaseEntered", "VerdictChanged", "Approved", "Paged");
        assertThat(views)
                .extracting(EventView::text)
                .contains(
                        "AwaitingGo: 12 of 40 requests failed",
                        "next-robots fail: said so",
                        "ana approved",
                        "people are called: the window is open");
        assertThat(views.get(3).data().path("by").asText()).isEqualTo("ana");
    }

    @Test
    void the_view_is_json_without_empty_fields() {
        JsonNode node = CoreJson.newMapper().valueToTree(view(begun()));

        assertThat(node.path("id").asText()).isEqualTo("acme-relaunch-3");
        assertThat(node.path("changes").path(0).path("before").path(0).path("ttlSeconds").asLong())
                .isEqualTo(3600);
        assertThat(node.path("approvals").path("need").asInt()).isEqualTo(2);
    }

    private Cutover begun() {
        Event first = SampleEvents.scheduled(SampleEvents.plan("acme-relaunch", 2));
        journal.add(new JournalEntry(SampleEvents.ID, 1, NOW.minusSeconds(60), "kim", first));
        return Cutover.of(journal);
    }

    private void enter(Phase phase) {
        add(new Event.PhaseEntered(phase, WHY));
    }

    @Test
    void the_abort_button_and_the_draining_phase_tell_the_same_time() {
        String set = begun().changes().getFirst().key().toString();
        ActionId id = new ActionId(SampleEvents.ID, "switch-1", 1);
        add(
                new Event.ActionIntended(
                        id, new ActionSpec.SwitchStep(1, Instant.EPOCH), NOW.plusSeconds(30)));
        add(new Event.ActionEnded(id, new Ending.ZoneWritten(1, List.of(), NOW)));
        enter(new Phase.Soaking());
        add(new Event.StepServed(1));
        add(
                new Event.TtlClockChanged(
                        new TtlClock(Map.of(), Map.of(set, 3_600L), Map.of(set, 900L))));
        assertThat(view(Cutover.of(journal)).buttons().getLast().effect())
                .contains("the last visitor is back after 900 s more");

        add(new Event.RoutingRestored(List.of()));
        enter(new Phase.FallingBack(Phase.Stage.DRAINING, WHY));

        assertThat(NextStep.of(Cutover.of(journal), NOW).at())
                .isEqualTo(NOW.minusSeconds(40).plusSeconds(900));
    }

    private void judge(CheckName check, Verdict verdict, Instant observedAt) {
        add(
                new Event.VerdictChanged(
                        new Judged(check, verdict, "said so", List.of(), Optional.of(observedAt))));
    }

    private void add(Event event) {
        journal.add(
                new JournalEntry(
                        SampleEvents.ID,
                        journal.size() + 1L,
                        NOW.minusSeconds(40),
                        "controller",
                        event));
    }

    private CutoverView view(Cutover c) {
        return CutoverView.of(
                c,
                new CutoverView.Around(
                        Optional.empty(),
                        journal,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Set.of("ana", "ben"),
                        NOW));
    }
}
