package dev.cutover.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.image.ForeignEdit;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lives that turn round: on evidence, on request, and never into the dark. */
class FallbackTest {
    @Test
    void an_import_that_fails_falls_back_without_any_routing() {
        Story story =
                running()
                        .fails("promote", Story.lasting("2 of 100 pages were refused"))
                        .until(Phase.FellBack.class);

        assertThat(story.phase()).isEqualTo(new Phase.FellBack(Side.CURRENT));
        assertThat(story.work())
                .doesNotContain("switch-1", "restore-routing-1")
                .contains("undo-promotion");
        assertThat(story.zone()).as("TTLs too").containsExactlyElementsOf(Acme.records());
    }

    @Test
    void an_import_that_cannot_be_verified_falls_back_too() {
        Story story =
                running()
                        .fails("verify-promotion", Story.lasting("digest differs"))
                        .until(Phase.FellBack.class);

        assertThat(story.phase()).isEqualTo(new Phase.FellBack(Side.CURRENT));
        assertThat(story.work()).doesNotContain("switch-1");
    }

    @Test
    void errors_after_the_switch_fall_back_within_seconds() {
        Story story = running().until(Phase.Soaking.class).wait(Duration.ofSeconds(30));

        story.visitorsSee(5).wait(Duration.ofSeconds(10));

        assertThat(story.phases()).contains("FallingBack(routing)");
        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_FALLBACK);
        assertThat(story.record("s").content()).isEqualTo(Acme.SHOP_OLD);
        story.visitorsSee(0).wait(Duration.ofMinutes(20));
        assertThat(story.pages()).as("orders may be lost").contains("UndoNeedsApproval");
        story.approvedBy("olga").until(Phase.FellBack.class);
        assertThat(story.phase()).isEqualTo(new Phase.FellBack(Side.FALLBACK));
        assertThat(story.work()).contains("undo-promotion");
        assertThat(story.record("w").ttlSeconds()).as("TTLs are back").isEqualTo(3_600);
    }

    @Test
    void one_failure_in_a_thousand_is_no_reason() {
        Story story = running().until(Phase.Soaking.class);

        story.visitorsSee(1).wait(Duration.ofSeconds(1));
        story.visitorsSee(0).until(Phase.Completed.class);

        assertThat(story.pages()).isEmpty();
    }

    @Test
    void a_network_of_ours_that_fails_reverts_nothing() {
        Story story = running().until(Phase.Soaking.class).wait(Duration.ofSeconds(30));

        // Both sides were fine a moment ago; now nothing answers us, and the next look at the
        // fallback side has not come back.
        story.late(EvidenceKey.FALLBACK_PAGES).visitorsSee(5).wait(Duration.ofSeconds(8));
        assertThat(story.phases()).doesNotContain("FallingBack(routing)");

        story.good(EvidenceKey.FALLBACK_PAGES).wait(Duration.ofSeconds(5));
        assertThat(story.phases()).contains("FallingBack(routing)");
    }

    @Test
    void a_sick_fallback_holds_and_pages_and_falls_back_once_healed() {
        Story story =
                running().until(Phase.Soaking.class).bad(EvidenceKey.FALLBACK_PAGES).visitorsSee(5);

        story.until(Phase.Held.class).wait(Duration.ofMinutes(5));
        assertThat(((Phase.Held) story.phase()).why().code()).isEqualTo("FallbackSick");
        assertThat(story.pages()).contains("FallbackSick");
        assertThat(story.record("w").content()).as("never flipped").isEqualTo(Acme.WWW_NEXT);

        story.good(EvidenceKey.FALLBACK_PAGES).wait(Duration.ofSeconds(5));
        assertThat(story.phases()).contains("FallingBack(routing)");
        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_FALLBACK);
    }

    @Test
    void a_person_may_fall_back_to_a_sick_side_all_the_same() {
        Story story =
                running().until(Phase.Soaking.class).bad(EvidenceKey.FALLBACK_PAGES).visitorsSee(5);

        story.until(Phase.Held.class).abort().wait(Duration.ofSeconds(5));

        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_FALLBACK);
    }

    @Test
    void an_abort_in_each_later_phase_ends_on_the_side_that_was_promised() {
        for (Class<? extends Phase> phase :
                List.<Class<? extends Phase>>of(
                        Phase.Switching.class, Phase.Soaking.class, Phase.Closing.class)) {
            Story story = running().until(phase);
            if (phase == Phase.Switching.class) {
                story.wait(Duration.ofSeconds(5));
            }
            story.abort().until(Phase.FallingBack.class).wait(Duration.ofMinutes(70));
            story.approvedBy("olga").until(Phase.FellBack.class);

            assertThat(story.phase()).as("%s", phase).isEqualTo(new Phase.FellBack(Side.FALLBACK));
            assertThat(story.record("w"))
                    .as("%s", phase)
                    .isEqualTo(Acme.a("w", Acme.WWW, Acme.WWW_FALLBACK, 3_600));
            assertThat(story.record("s")).isEqualTo(Acme.proxied("s", Acme.SHOP, Acme.SHOP_OLD));
        }
    }

    @Test
    void an_abort_while_promoting_waits_for_the_engine_and_undoes_it() {
        Story story = running().fails("promote", null).until(Phase.Promoting.class).abort();
        story.wait(Duration.ofSeconds(30));
        assertThat(story.phase().text()).isEqualTo("FallingBack(content)");
        assertThat(story.work()).as("the engine is still at it").doesNotContain("undo-promotion");

        story.ends("promote", Story.lasting("cancelled")).until(Phase.FellBack.class);
        assertThat(story.work()).as("half a promotion is undone").contains("undo-promotion");
        assertThat(story.phase()).isEqualTo(new Phase.FellBack(Side.CURRENT));
        assertThat(story.zone()).containsExactlyElementsOf(Acme.records());
    }

    @Test
    void an_edit_after_the_switch_holds_and_survives_the_way_back() {
        Story story = running().until(Phase.Soaking.class);

        story.edit("w", r -> r.withContent("192.0.2.77")).until(Phase.Held.class);
        assertThat(((Phase.Held) story.phase()).why().code()).isEqualTo("Drift");
        story.abort().wait(Duration.ofMinutes(20)).approvedBy("olga").until(Phase.FellBack.class);

        assertThat(story.record("w").content()).as("a person's").isEqualTo("192.0.2.77");
        assertThat(story.record("s").content()).as("ours").isEqualTo(Acme.SHOP_OLD);
        assertThat(story.cutover().kept()).extracting(ForeignEdit::seen).contains("192.0.2.77");
        assertThat(story.pages()).contains("EditsKept");
        assertThat(((Event.PhaseEntered) story.journal().getLast().event()).why().text())
                .startsWith(
                        "visitors are on the fallback side and TTLs are back, except for 1 of others' edits")
                .contains("192.0.2.77");
    }

    @Test
    void somebody_who_restored_by_hand_is_not_driven_over() {
        Story story = running().until(Phase.Soaking.class);

        story.edit("w", r -> r.withContent(Acme.WWW_OLD))
                .until(Phase.Held.class)
                .wait(Duration.ofMinutes(10));

        assertThat(((Phase.Held) story.phase()).why().code()).isEqualTo("RestoredByHand");
        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_OLD);
    }

    @Test
    void what_somebody_put_back_is_seen_also_beside_other_edits_and_nothing_is_closed_over_it() {
        Story story = running().until(Phase.Closing.class);

        story.edit("w", r -> r.withContent(Acme.WWW_OLD))
                .adds(Acme.a("x", Acme.WWW, "192.0.2.77", 300))
                .until(Phase.Held.class);

        assertThat(story.phase().text()).isEqualTo("Held(Closing, RestoredByHand)");
        assertThat(story.ask(new Input.Resume("olga")).wait(Duration.ofMinutes(1)).phase().text())
                .isEqualTo("Held(Closing, RestoredByHand)");
    }

    @Test
    void a_switch_that_lands_after_it_was_given_up_is_drained_from_when_it_was_undone() {
        Story story = running().fails("switch-1", null).until(Phase.Switching.class);
        story.abort().ends("switch-1", Story.passing("no sign of it"));
        story.wait(Duration.ofSeconds(25)).edit("w", r -> r.withContent(Acme.WWW_NEXT));
        Instant landedAt = story.now();

        story.wait(Duration.ofMinutes(20));

        assertThat(story.record("w").content()).isNotEqualTo(Acme.WWW_NEXT);
        assertThat(story.enteredAt("FallingBack(content)"))
                .as("an authority may show it three minutes later, and caches keep that")
                .isAfterOrEqualTo(
                        landedAt.plus(Pace.SERVED_PATIENCE)
                                .plusSeconds(story.cutover().plan().ttl().lowerToSeconds()));
    }

    @Test
    void a_ttl_that_somebody_raised_while_nobody_could_look_is_waited_for_before_content_goes() {
        Story story = running().until(Phase.Soaking.class);
        story.blind(EvidenceKey.ZONE).blind(EvidenceKey.AUTHORITIES);
        story.edit("w", r -> r.withTtl(4_711)).abort().wait(Duration.ofSeconds(20));
        story.good(EvidenceKey.ZONE).good(EvidenceKey.AUTHORITIES).wait(Duration.ofHours(2));

        assertThat(story.record("w").ttlSeconds()).as("a person's").isEqualTo(4_711);
        assertThat(story.enteredAt("FallingBack(content)"))
                .isAfterOrEqualTo(story.enteredAt("FallingBack(routing)").plusSeconds(4_711));
    }

    @Test
    void blindness_is_waited_out_and_then_holds() {
        Story story = running().until(Phase.Soaking.class).blind(EvidenceKey.PROBE_ERRORS);

        story.wait(Duration.ofSeconds(50));
        assertThat(story.phase()).isInstanceOf(Phase.Soaking.class);
        story.wait(Duration.ofSeconds(15));
        assertThat(story.phase().text()).isEqualTo("Held(Soaking, Blind)");
        story.good(EvidenceKey.PROBE_ERRORS)
                .ask(new Input.Resume("olga"))
                .until(Phase.Completed.class);
    }

    @Test
    void errors_between_harmless_and_proven_stop_the_steps_and_page_a_person() {
        Story story = running().until(Phase.Switching.class);
        for (int minute = 0; minute < 5; minute++) {
            story.visitorsSee(1).wait(Duration.ofSeconds(15));
            story.visitorsSee(0).wait(Duration.ofSeconds(45));
        }
        assertThat(story.pages()).as("a window has not passed yet").doesNotContain("ErrorsSuspect");

        for (int minute = 0; minute < 5; minute++) {
            story.visitorsSee(1).wait(Duration.ofSeconds(15));
            story.visitorsSee(0).wait(Duration.ofSeconds(45));
        }
        assertThat(story.phase()).isInstanceOf(Phase.Switching.class);
        assertThat(story.pages()).contains("ErrorsSuspect");
    }

    @Test
    void a_soak_that_ends_in_doubt_says_what_is_not_proven() {
        Story story = running().until(Phase.Soaking.class);
        for (int minute = 0; minute < 12; minute++) {
            story.visitorsSee(1).wait(Duration.ofSeconds(15));
            story.visitorsSee(0).wait(Duration.ofSeconds(45));
        }
        assertThat(((Phase.Held) story.phase()).why().text())
                .contains("the soak is over, but: ", "own probes: ", "of ");
    }

    @Test
    void a_provider_that_stalls_in_the_middle_of_a_write_says_so_and_holds() {
        Story story =
                running()
                        .fails("switch-1", null)
                        .until(Phase.Switching.class)
                        .wait(Duration.ofSeconds(10));
        assertThat(zoneStance(story))
                .contains("not read since the write that began at", "not answered yet");

        story.blind(EvidenceKey.ZONE).wait(Duration.ofSeconds(40));
        assertThat(zoneStance(story)).isEqualTo("nobody answers");

        story.wait(Duration.ofSeconds(15));
        assertThat(story.phase().text())
                .as("one patience, whatever the two reasons were")
                .isEqualTo("Held(Switching(1/2), Blind)");
        assertThat(((Phase.Held) story.phase()).why().text()).contains("nobody answers");
    }

    private static String zoneStance(Story story) {
        return story.cutover().verdict(CheckName.ZONE_UNCHANGED).orElseThrow().judged().summary();
    }

    @Test
    void a_jump_of_the_clock_after_a_restoration_pages_nobody() {
        Story story = running().until(Phase.Soaking.class).late(EvidenceKey.ZONE).abort();
        story.wait(Duration.ofSeconds(3)).down(Duration.ofMinutes(129)).wait(Duration.ofSeconds(2));
        assertThat(story.pages()).doesNotContain("NotReadBack");

        story.blind(EvidenceKey.ZONE).wait(Duration.ofMinutes(4));
        assertThat(story.pages()).contains("NotReadBack");
    }

    @Test
    void slow_resolvers_hold_a_switch_and_only_page_a_soak() {
        Story story = running().until(Phase.Switching.class).wait(Duration.ofSeconds(1));
        story.bad(EvidenceKey.RESOLVERS).until(Phase.Soaking.class);
        story.wait(Duration.ofSeconds(90));

        assertThat(story.phase()).isInstanceOf(Phase.Soaking.class);
        assertThat(story.pages()).contains("ResolverLatency");
        assertThat(story.phases()).doesNotContain("FallingBack(routing)");
    }

    @Test
    void resolvers_that_fail_hold_a_switch_and_only_page_a_soak() {
        Story story = running().fails("switch-2", null).until(Phase.Switching.class);
        story.resolversFail("a", "b", "c").wait(Duration.ofSeconds(90));
        assertThat(story.phase().text()).startsWith("Held(Switching").contains("ResolverErrors");

        Story soak = running().until(Phase.Soaking.class).resolversFail("a", "b", "c");
        soak.wait(Duration.ofSeconds(90));
        assertThat(soak.phase()).isInstanceOf(Phase.Soaking.class);
        assertThat(soak.pages()).contains("ResolverErrors");
        assertThat(soak.phases()).doesNotContain("FallingBack(routing)");

        Story chance = running().until(Phase.Soaking.class).resolversFail("a", "b");
        chance.wait(Duration.ofSeconds(90));
        assertThat(chance.pages()).doesNotContain("ResolverErrors");
    }

    @Test
    void what_is_written_but_not_served_holds() {
        Story story = running().bad(EvidenceKey.SERVED).until(Phase.Held.class);

        assertThat(story.phase().text()).isEqualTo("Held(Switching(2/2), NotServed)");
    }

    @Test
    void too_few_resolvers_at_the_end_of_the_soak_hold_it_open() {
        Story story = running().adopted(0.5).until(Phase.Held.class);

        assertThat(story.phase().text()).isEqualTo("Held(Soaking, NotProven)");
        story.adopted(1).ask(new Input.Resume("olga")).until(Phase.Completed.class);
    }

    @Test
    void content_that_took_writes_is_kept_undone_or_asked_about_as_planned() {
        assertThat(fellBackWith(Plan.Writes.FENCED, Plan.AfterWrites.KEEP))
                .doesNotContain("undo-promotion");
        assertThat(fellBackWith(Plan.Writes.FENCED, Plan.AfterWrites.UNDO))
                .contains("undo-promotion");
        assertThat(fellBackWith(Plan.Writes.NONE, Plan.AfterWrites.HOLD))
                .as("nobody wrote, nothing is lost")
                .contains("undo-promotion");
    }

    @Test
    void a_person_may_keep_the_content_by_resuming() {
        Story story = running().until(Phase.Soaking.class).abort().wait(Duration.ofMinutes(20));
        assertThat(story.phase().text()).isEqualTo("FallingBack(content)");

        story.ask(new Input.Resume("olga")).until(Phase.FellBack.class);

        assertThat(story.work()).doesNotContain("undo-promotion");
    }

    @Test
    void content_waits_until_the_last_cache_let_go() {
        Story story = running().until(Phase.Soaking.class).abort();
        var abortedAt = story.now();

        while (!story.phase().text().equals("FallingBack(content)")) {
            story.wait(Duration.ofSeconds(1));
        }

        assertThat(Duration.between(abortedAt, story.now()))
                .as("30 s of stillness and the lowered TTL of 300 s")
                .isBetween(Duration.ofSeconds(330), Duration.ofSeconds(340));
    }

    @Test
    void a_long_ttl_from_before_the_switch_does_not_prolong_the_way_back() {
        Story story = running().until(Phase.Ageing.class).wait(Duration.ofMinutes(1));
        story.edit("w", r -> r.withTtl(3_600)).until(Phase.Held.class);
        story.edit("w", r -> r.withTtl(300)).ask(new Input.Resume("olga"));
        story.until(Phase.Soaking.class).abort();
        var abortedAt = story.now();

        while (!story.phase().text().equals("FallingBack(content)")) {
            story.wait(Duration.ofSeconds(1));
        }

        assertThat(story.cutover().ttlClock().longestSeconds()).containsValue(3_600L);
        assertThat(Duration.between(abortedAt, story.now()))
                .as("30 s of stillness and the lowered TTL of 300 s")
                .isBetween(Duration.ofSeconds(330), Duration.ofSeconds(340));
    }

    @Test
    void the_way_back_outlasts_a_ttl_that_somebody_raised_on_the_next_side() {
        Story story = running().until(Phase.Soaking.class).edit("w", r -> r.withTtl(1_800));
        story.until(Phase.Held.class).abort();
        var abortedAt = story.now();

        while (!story.phase().text().equals("FallingBack(content)")) {
            story.wait(Duration.ofSeconds(1));
        }

        assertThat(Duration.between(abortedAt, story.now())).isGreaterThan(Duration.ofMinutes(30));
    }

    @Test
    void content_waits_for_the_long_ttl_once_it_was_put_back() {
        Story story = running().until(Phase.Completed.class).abort();
        var abortedAt = story.now();

        while (!story.phase().text().equals("FallingBack(content)")) {
            story.wait(Duration.ofSeconds(1));
        }

        assertThat(Duration.between(abortedAt, story.now()))
                .as("30 s of stillness and the settled TTL of 3,600 s")
                .isBetween(Duration.ofSeconds(3_630), Duration.ofSeconds(3_640));
    }

    @Test
    void a_provider_that_is_down_is_tried_on_with_the_manual_steps_sent_out() {
        Story story =
                running()
                        .until(Phase.Soaking.class)
                        .fails("restore-routing-1", Story.passing("503 from the API"))
                        .abort();

        story.wait(Duration.ofMinutes(2));
        assertThat(story.phase()).isInstanceOf(Phase.NeedsOperator.class);
        assertThat(story.pages()).contains("CannotRestore");
        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_NEXT);

        story.works("restore-routing-1").wait(Duration.ofMinutes(20)).approvedBy("olga");
        story.until(Phase.FellBack.class);
        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_FALLBACK);
    }

    @Test
    void the_way_back_is_not_held_up_and_a_second_abort_is_heard() {
        Story story = running().until(Phase.Soaking.class).abort();

        assertThat(story.refusal(new Input.Hold("bob", "wait"))).isEqualTo("NotHeld");
        assertThat(story.refusal(new Input.Abort("bob", "again"))).isEmpty();
    }

    private static List<String> fellBackWith(Plan.Writes writes, Plan.AfterWrites rule) {
        Plan plan =
                Acme.with(
                        Acme.plan(),
                        p -> {
                            p.writes = writes;
                            p.afterWrites = rule;
                        });
        return Story.of(plan)
                .approvedBy("bob", "cat")
                .until(Phase.Soaking.class)
                .abort()
                .until(Phase.FellBack.class)
                .work();
    }

    /** The engine is slow: the window closes while it promotes. */
    private static Story running() {
        return Story.of(Acme.plan()).approvedBy("bob", "cat");
    }
}
