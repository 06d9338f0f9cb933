package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a person sees of one cutover in the terminal.
class LiveViewTest {
    @Test
    void the_picture_shows_phase_next_step_gates_adoption_and_errors() throws Exception {
        List<String> lines = LiveView.lines(Statuses.switching(), 100, false);

        assertThat(lines.getFirst())
                .startsWith("acme-1  https://www.acme.example")
                .endsWith("2026-12-06 02:14:03 UTC");
        assertThat(String.join("\n", lines))
                .contains("Promoting > [Switching(1/2)]")
                .contains("Switching(1/2) for 23 s: the promotion is verified")
                .contains("Next   in 13 s (02:14:16): step 2 of 2")
                .contains("Gates  wait  propagated              3 s  53.3 % of answers")
                .contains("ok    zone-unchanged 5 s, errors 1 s")
                .contains("[#############------------] 53 % on the next side (64 next, 56 old")
                .contains("Until  95 % by 02:14:40; last old answer gone by 02:15:03")
                .contains("Caches 40 new, 1 serving stale")
                .contains("Places DE 50 %")
                .contains("Late   r04 raises TTLs to 90 s or more")
                .contains("Errors 0.4 % (3 of 812 requests), allowed 2.0 %")
                .contains("Last   02:13:41 step 1 is served");
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 100, 200})
    void no_line_is_wider_than_the_terminal(int width) throws Exception {
        assertThat(LiveView.lines(Statuses.switching(), width, false))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    }

    @Test
    void a_long_cause_is_folded_for_a_person_and_whole_for_a_pipe() throws Exception {
        String cause = "/checkout: expected 200, seen 503 from 203.0.113.20; ".repeat(5) + "END";
        Status status =
                Statuses.of(
                        """
                        {"id": "acme-1", "phase": "Ageing", "gates": [{"check": "next-pages",
                         "verdict": "fail", "summary": "%s"}]}"""
                                .formatted(cause));

        List<String> folded = LiveView.lines(status, 60, false, LiveView.TooLong.FOLD);
        assertThat(folded).allSatisfy(l -> assertThat(l.length()).isLessThanOrEqualTo(60));
        assertThat(String.join(" ", folded).replaceAll(" +", " ")).contains(cause);
        assertThat(LiveView.lines(status, 60, false, LiveView.TooLong.LEAVE))
                .anyMatch(l -> l.endsWith(cause));
        assertThat(String.join("", LiveView.lines(status, 60, false))).doesNotContain("END");
    }

    @Test
    void colours_change_nothing_but_colours() throws Exception {
        List<String> coloured = LiveView.lines(Statuses.switching(), 100, true);

        assertThat(coloured).anyMatch(line -> line.contains("\u001b["));
        assertThat(coloured.stream().map(l -> l.replaceAll("\u001b\\[[0-9]+m", "")).toList())
                .isEqualTo(LiveView.lines(Statuses.switching(), 100, false));
    }

    @Test
    void what_a_page_of_the_site_says_cannot_steer_the_terminal() throws Exception {
        Status evil =
                Statuses.of(
                        """
                        {"id": "acme-1", "phase": "Ageing", "gates": [{"check": "next-pages",
                         "verdict": "fail", "summary": "/: \\u001b[2Jall fine\\r\\u202e"}]}""");

        assertThat(String.join("", LiveView.lines(evil, 100, false)))
                .contains("?[2Jall fine")
                .doesNotContain("\u001b", "\r", "\u202e");
        assertThat(String.join("", LiveView.news(Optional.empty(), evil)))
                .doesNotContain("\u001b", "\r");
    }

    @Test
    void an_answer_of_another_version_is_still_drawn() throws Exception {
        Status poor = Statuses.of("{\"id\": \"acme-1\", \"phase\": \"Dreaming\", \"new\": [1]}");

        assertThat(LiveView.lines(poor, 80, false)).anyMatch(line -> line.startsWith("Dreaming"));
    }

    @Test
    void news_are_told_once() throws Exception {
        Status first = Statuses.switching();

        assertThat(LiveView.news(Optional.empty(), first))
                .anyMatch(line -> line.contains("step 1 is served"))
                .anyMatch(line -> line.contains("now Switching(1/2); next at 02:14:16 step 2"))
                .anyMatch(line -> line.contains("wait propagated"))
                .anyMatch(line -> line.contains("forecast: 95 % by 02:14:40"))
                .anyMatch(line -> line.contains("late: r04 raises TTLs to 90 s"));
        assertThat(LiveView.news(Optional.of(first), first)).isEmpty();
    }

    @Test
    void a_screen_without_a_terminal_prints_plain_lines() throws Exception {
        StringWriter plain = new StringWriter();
        StringWriter drawn = new StringWriter();

        for (int i = 0; i < 2; i++) {
            new Screen(new PrintWriter(plain), false, 80).show(Statuses.switching(), List.of());
        }
        Screen screen = new Screen(new PrintWriter(drawn), true, 80);
        screen.show(Statuses.switching(), List.of("pages at http://127.0.0.1:8080"));
        screen.show(Statuses.switching(), List.of());

        assertThat(plain.toString()).doesNotContain("\u001b");
        assertThat(drawn.toString()).containsPattern("\u001b\\[[0-9]+A\u001b\\[0J");
    }

    /// Statuses as the controller sends them.
    static final class Statuses {
        private Statuses() {}

        static Status of(String json) throws JsonProcessingException {
            return Status.of(new ObjectMapper().readTree(json));
        }

        static Status switching() throws JsonProcessingException {
            return of(SWITCHING);
        }

        static final String SWITCHING =
                """
                {"id": "acme-1", "site": "https://www.acme.example", "phase": "Switching(1/2)",
                 "phaseType": "Switching", "phaseSince": "2026-12-06T02:13:40Z",
                 "why": {"code": "Promoted", "text": "the promotion is verified"},
                 "now": "2026-12-06T02:14:03Z", "over": false, "planHash": "5f70",
                 "path": [{"phase": "Scheduled", "state": "done"},
                          {"phase": "Promoting", "state": "done"},
                          {"phase": "Switching(1/2)", "state": "current"},
                          {"phase": "Switching(2/2)", "state": "ahead"},
                          {"phase": "Completed", "state": "ahead"}],
                 "next": {"text": "step 2 of 2", "at": "2026-12-06T02:14:16Z"},
                 "gates": [{"check": "zone-unchanged", "verdict": "pass", "summary": "as expected",
                            "observedAt": "2026-12-06T02:13:58Z"},
                           {"check": "errors", "verdict": "pass", "summary": "few",
                            "observedAt": "2026-12-06T02:14:02Z"},
                           {"check": "propagated", "verdict": "inconclusive",
                            "summary": "53.3 % of answers show the next side",
                            "observedAt": "2026-12-06T02:14:00Z"}],
                 "adoption": {"onNext": 64, "onOld": 56, "other": 0, "failed": 2, "share": 0.533},
                 "forecast": {"text": "95 % by 02:14:40; last old answer gone by 02:15:03",
                              "verdicts": {"new": 40, "serving stale": 1},
                              "regions": [{"region": "DE", "answering": 6, "share": 0.5}],
                              "late": [{"cache": "r04", "text": "raises TTLs to 90 s or more"}]},
                 "errors": {"requests": 812, "failures": 3, "share": 0.0037, "ceiling": 0.02},
                 "approvals": {"need": 2, "given": ["ana", "ben"]},
                 "recent": [{"seq": 41, "at": "2026-12-06T02:13:41Z", "by": "controller",
                             "text": "step 1 is served from the next side"}]}""";
    }
}
