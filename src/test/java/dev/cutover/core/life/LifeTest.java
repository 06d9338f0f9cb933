package dev.cutover.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Side;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lives that go forward: the happy one, and what stops it before anything was promoted. */
class LifeTest {
    @Test
    void a_happy_life_lowers_waits_promotes_switches_soaks_and_closes() {
        Story story = Story.of(Acme.plan()).approvedBy("bob", "cat");

        story.until(Phase.Preparing.class);
        assertThat(story.cutover().phaseSince())
                .as("TTLs go down the lead and a quarter of an hour before the window")
                .isEqualTo(Acme.OPENS.minus(Duration.ofDays(2)).minus(Duration.ofMinutes(15)));
        story.until(Phase.Ageing.class);
        assertThat(story.record("w").ttlSeconds()).isEqualTo(300);
        story.until(Phase.AwaitingGo.class).until(Phase.Promoting.class);
        assertThat(story.cutover().phaseSince()).isEqualTo(Acme.OPENS);
        story.until(Phase.Completed.class);

        assertThat(story.phases())
                .containsExactly(
                        "Preparing",
                        "Ageing",
                        "AwaitingGo",
                        "Promoting",
                        "Switching(1/2)",
                        "Switching(2/2)",
                        "Soaking",
                        "Closing",
                        "Completed");
        assertThat(story.work())
                .containsExactly(
                        "take-before-image",
                        "lower-ttls",
                        "promote",
                        "verify-promotion",
                        "switch-1",
                        "switch-2",
                        "purge",
                        "settle-ttls-next-1");
        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_NEXT);
        assertThat(story.record("w").ttlSeconds()).as("TTLs are back").isEqualTo(3_600);
        assertThat(story.record("s").content()).isEqualTo(Acme.SHOP_NEXT);
        assertThat(story.pages()).isEmpty();
        assertThat(Cutover.of(story.journal()))
                .as("the state is the fold")
                .isEqualTo(story.cutover());
    }

    @Test
    void each_step_dwells_and_the_soak_takes_its_time() {
        Story story = Story.of(Acme.plan()).approvedBy("bob", "cat").until(Phase.Switching.class);
        var firstStepAt = story.now();

        story.wait(Duration.ofSeconds(15));
        assertThat(story.phase()).isEqualTo(new Phase.Switching(1, 2));
        assertThat(story.record("s").content()).as("step 2 waits").isEqualTo(Acme.SHOP_OLD);
        story.until(Phase.Soaking.class);
        assertThat(Duration.between(firstStepAt, story.now()))
                .isGreaterThan(Duration.ofSeconds(40));
        var soakingAt = story.now();
        story.until(Phase.Completed.class);
        assertThat(Duration.between(soakingAt, story.now())).isGreaterThan(Duration.ofMinutes(2));
    }

    @Test
    void a_dwell_counts_only_time_in_which_requests_were_counted() {
        Story story =
                Story.of(Acme.plan())
                        .approvedBy("bob", "cat")
                        .until(Phase.Switching.class)
                        .wait(Duration.ofSeconds(10));

        story.down(Duration.ofMinutes(10)).wait(Duration.ofSeconds(15));
        assertThat(story.phase())
                .as("ten minutes nobody watched are no dwell")
                .isEqualTo(new Phase.Switching(1, 2));
        story.wait(Duration.ofSeconds(10));
        assertThat(story.phase()).isEqualTo(new Phase.Switching(2, 2));
    }

    @Test
    void a_soak_does_not_end_on_time_in_which_nobody_watched() {
        Story story =
                Story.of(Acme.plan())
                        .approvedBy("bob", "cat")
                        .until(Phase.Soaking.class)
                        .wait(Duration.ofSeconds(30));

        story.down(Duration.ofHours(1)).wait(Duration.ofMinutes(1));
        assertThat(story.phase()).isInstanceOf(Phase.Soaking.class);
        story.wait(Duration.ofMinutes(2));
        assertThat(story.phase()).isNotInstanceOf(Phase.Soaking.class);
    }

    @Test
    void without_content_to_promote_it_switches_at_once() {
        Story story =
                Story.of(Acme.with(Acme.plan(), p -> p.promotion = Optional.empty()))
                        .approvedBy("bob", "cat")
                        .until(Phase.Completed.class);

        assertThat(story.work()).doesNotContain("promote", "verify-promotion");
    }

    @Test
    void two_people_must_agree_and_never_the_author_alone() {
        Plan one = Acme.with(Acme.plan(), p -> p.need = 1);
        Story story = Story.of(one).approvedBy("ann").until(Phase.AwaitingGo.class);

        story.wait(Duration.between(story.now(), Acme.OPENS.plusSeconds(600)));
        assertThat(story.phase()).as("the author alone").isInstanceOf(Phase.AwaitingGo.class);
        story.approvedBy("bob").until(Phase.Promoting.class);
    }

    @Test
    void one_person_twice_is_one_person() {
        Story story = Story.of(Acme.plan()).approvedBy("bob", "bob").until(Phase.AwaitingGo.class);

        story.wait(Duration.between(story.now(), Acme.OPENS.plusSeconds(600)));

        assertThat(story.phase()).isInstanceOf(Phase.AwaitingGo.class);
        assertThat(story.cutover().approvers()).containsExactly("bob");
    }

    @Test
    void an_approval_is_for_the_plan_that_was_seen() {
        Story story = Story.of(Acme.plan());

        assertThat(story.refusal(new Input.Approve("bob", "another hash"))).isEqualTo("OtherPlan");
        story.approvedBy("bob", "cat").until(Phase.Promoting.class);
        assertThat(story.refusal(new Input.Approve("dan", story.cutover().planHash())))
                .isEqualTo("TooLate");
    }

    @Test
    void a_window_nobody_approved_for_is_missed_and_can_be_postponed() {
        Story story = Story.of(Acme.plan()).until(Phase.Held.class);

        assertThat(heldFor(story)).isEqualTo("MissedWindow");
        assertThat(story.now()).isBefore(Acme.CLOSES);
        assertThat(story.record("w").content()).isEqualTo(Acme.WWW_OLD);
        story.ask(new Input.Postpone("ann", nextDay(), "nobody was awake"));
        assertThat(story.phase()).isInstanceOf(Phase.AwaitingGo.class);
        assertThat(story.record("w").ttlSeconds()).as("TTLs stay low").isEqualTo(300);
        story.approvedBy("bob", "cat").until(Phase.Completed.class);
    }

    @Test
    void postponing_asks_for_approval_again() {
        Story story = Story.of(Acme.plan()).approvedBy("bob", "cat").until(Phase.AwaitingGo.class);

        story.ask(new Input.Postpone("ann", nextDay(), "the shop is busy"));

        assertThat(story.cutover().approvers()).isEmpty();
        story.wait(Duration.between(story.now(), nextDay().opensAt().plusSeconds(60)));
        assertThat(story.phase()).isInstanceOf(Phase.AwaitingGo.class);
        story.approvedBy("bob", "cat").until(Phase.Promoting.class);
    }

    @Test
    void an_impossible_window_is_refused_and_a_running_cutover_cannot_be_postponed() {
        Story story = Story.of(Acme.plan()).approvedBy("bob", "cat");
        ZoneId zone = ZoneId.of("UTC");

        assertThat(
                        story.refusal(
                                postpone(
                                        new Plan.Window(
                                                Acme.NOW, Acme.CLOSES, zone, Plan.AtClose.HOLD))))
                .isEqualTo("ImpossibleWindow");
        assertThat(
                        story.refusal(
                                postpone(
                                        new Plan.Window(
                                                Acme.CLOSES, Acme.OPENS, zone, Plan.AtClose.HOLD))))
                .isEqualTo("ImpossibleWindow");
        assertThat(
                        story.refusal(
                                postpone(
                                        new Plan.Window(
                                                Acme.OPENS,
                                                Acme.OPENS.plusSeconds(600),
                                                zone,
                                                Plan.AtClose.HOLD))))
                .isEqualTo("WindowTooShort");
        Plan.Window tomorrow =
                new Plan.Window(
                        Acme.NOW.plus(Duration.ofHours(20)),
                        Acme.NOW.plus(Duration.ofHours(24)),
                        zone,
                        Plan.AtClose.HOLD);
        assertThat(story.refusal(postpone(tomorrow)))
                .as("TTLs need two days to age")
                .isEqualTo("TooSoon");
        story.until(Phase.Soaking.class);
        assertThat(story.refusal(postpone(nextDay()))).isEqualTo("TooLate");
    }

    @Test
    void a_zone_edited_while_it_waits_holds_and_names_the_record() {
        Story story = Story.of(Acme.plan()).until(Phase.Ageing.class);

        story.edit("w", r -> r.withContent("192.0.2.77")).until(Phase.Held.class);

        assertThat(heldFor(story)).isEqualTo("Drift");
        assertThat(((Phase.Held) story.phase()).why().text())
                .contains("www.acme.example A", "192.0.2.77");
        assertThat(story.work()).containsExactly("take-before-image", "lower-ttls");
    }

    @Test
    void a_zone_edited_before_the_first_write_is_never_written() {
        Story story = Story.of(Acme.plan()).edit("w", r -> r.withTtl(60)).until(Phase.Held.class);

        assertThat(heldFor(story)).isEqualTo("Drift");
        assertThat(story.work()).isEmpty();
    }

    @Test
    void without_a_before_image_nothing_is_written() {
        Story story =
                Story.of(Acme.plan())
                        .fails("take-before-image", Story.lasting("the object store is full"))
                        .until(Phase.Held.class);

        assertThat(heldFor(story)).isEqualTo("NoBeforeImage");
        assertThat(story.zone()).containsExactlyElementsOf(Acme.records());
    }

    @Test
    void a_postponement_beyond_the_bounds_of_any_plan_is_refused() {
        Story story = Story.of(Acme.plan()).until(Phase.Ageing.class);
        Plan.Window w = story.cutover().plan().window();

        assertThat(
                        story.refusal(
                                new Input.Postpone(
                                        "olga",
                                        new Plan.Window(
                                                Instant.MAX.minusSeconds(60),
                                                Instant.MAX,
                                                w.zone(),
                                                w.atClose()),
                                        "never")))
                .isEqualTo("TooFarAhead");
        assertThat(
                        story.refusal(
                                new Input.Postpone(
                                        "olga",
                                        new Plan.Window(
                                                w.opensAt(),
                                                w.opensAt().plus(Duration.ofDays(15)),
                                                w.zone(),
                                                w.atClose()),
                                        "for ever")))
                .isEqualTo("WindowTooLong");
    }

    @Test
    void a_ttl_raised_again_restarts_the_clock() {
        Story story = Story.of(Acme.plan()).until(Phase.Ageing.class).wait(Duration.ofHours(1));
        var first = story.cutover().ttlClock();

        story.edit("w", r -> r.withTtl(3_600)).until(Phase.Held.class);
        story.edit("w", r -> r.withTtl(300))
                .ask(new Input.Resume("olga"))
                .wait(Duration.ofMinutes(1));

        assertThat(story.phase()).isInstanceOf(Phase.Ageing.class);
        assertThat(story.cutover().ttlClock()).isNotEqualTo(first);
    }

    @Test
    void failing_pages_on_the_next_side_keep_the_gate_shut_and_page() {
        Story story =
                Story.of(Acme.plan())
                        .approvedBy("bob", "cat")
                        .bad(EvidenceKey.NEXT_PAGES)
                        .until(Phase.AwaitingGo.class);

        story.wait(Duration.between(story.now(), Acme.OPENS.plusSeconds(60)));

        assertThat(story.phase()).isInstanceOf(Phase.AwaitingGo.class);
        assertThat(story.pages()).containsExactly("GatesClosed");
        story.good(EvidenceKey.NEXT_PAGES).until(Phase.Promoting.class);
    }

    @Test
    void robots_a_certificate_or_a_blind_source_keep_the_gate_shut_too() {
        for (EvidenceKey key :
                List.of(
                        EvidenceKey.NEXT_ROBOTS,
                        EvidenceKey.NEXT_TLS,
                        EvidenceKey.FALLBACK_PAGES)) {
            Story story = Story.of(Acme.plan()).approvedBy("bob", "cat").bad(key);
            story.until(Phase.Held.class);
            assertThat(heldFor(story)).as("%s", key).isEqualTo("MissedWindow");
        }
        Story blind = Story.of(Acme.plan()).approvedBy("bob", "cat").blind(EvidenceKey.ENGINE);
        assertThat(heldFor(blind.until(Phase.Held.class))).isEqualTo("MissedWindow");
        assertThat(blind.work()).doesNotContain("promote");
    }

    @Test
    void a_lagging_server_a_wrong_delegation_and_bad_signatures_keep_the_gate_shut() {
        for (EvidenceKey key :
                List.of(EvidenceKey.AUTHORITIES, EvidenceKey.DELEGATION, EvidenceKey.SIGNATURES)) {
            Story story = Story.of(Acme.plan()).approvedBy("bob", "cat").bad(key);
            assertThat(heldFor(story.until(Phase.Held.class)))
                    .as("%s", key)
                    .isEqualTo("MissedWindow");
            assertThat(story.work()).doesNotContain("promote");
        }
    }

    @Test
    void absence_is_remembered_for_as_long_as_the_zone_says() {
        Cutover c = Story.of(Acme.plan()).cutover();
        SetKey soa = new SetKey(Acme.ZONE, RecordType.SOA);
        var long1 =
                new Evidence.AuthorityAnswer(
                        "ns1", soa, List.of("ns1. host. 7 1 1 1 86400"), 7_200, "");
        var denied =
                new Evidence.AuthorityAnswer(
                        "ns1", c.changes().getFirst().key(), List.of(), 9_000, "");
        var dead = new Evidence.AuthorityAnswer("ns2", soa, List.of(), 99_999, "timed out");

        assertThat(negativeTtl(c, long1, dead)).as("RFC 2308").isEqualTo(Duration.ofHours(2));
        assertThat(negativeTtl(c, long1, denied)).isEqualTo(Duration.ofMinutes(150));
        assertThat(negativeTtl(c, dead)).as("nobody said").isEqualTo(Duration.ofHours(1));
    }

    private static Duration negativeTtl(Cutover c, Evidence.AuthorityAnswer... answers) {
        return GoGates.negativeTtl(
                new Turn(
                        c,
                        Map.of(
                                EvidenceKey.AUTHORITIES,
                                new Evidence.Authorities(List.of(answers), Acme.NOW)),
                        Acme.NOW));
    }

    @Test
    void what_only_other_people_s_servers_can_tell_may_stay_unproven() {
        Story story =
                Story.of(Acme.plan())
                        .approvedBy("bob", "cat")
                        .blind(EvidenceKey.DELEGATION)
                        .blind(EvidenceKey.ISSUERS)
                        .blind(EvidenceKey.SIGNATURES)
                        .until(Phase.Completed.class);

        assertThat(story.cutover().verdict(CheckName.DELEGATION_AGREES))
                .as("it is said, not hidden")
                .hasValueSatisfying(s -> assertThat(s.judged().verdict()).isEqualTo(Verdict.BLIND));
    }

    @Test
    void
            a_cancel_just_after_ttls_were_lowered_waits_until_no_second_request_can_lower_them_again() {
        Story story = Story.of(Acme.plan()).until(Phase.Ageing.class);
        Instant loweredAt = story.cutover().loweredAt().orElseThrow();

        story.abort().until(Phase.Cancelled.class);

        assertThat(story.enteredAt("Cancelled")).isAfterOrEqualTo(loweredAt.plus(Pace.STABLE));
    }

    @Test
    void an_abort_before_promotion_cancels_and_puts_ttls_back() {
        for (Class<? extends Phase> phase :
                List.<Class<? extends Phase>>of(
                        Phase.Scheduled.class,
                        Phase.Preparing.class,
                        Phase.Ageing.class,
                        Phase.AwaitingGo.class)) {
            Story story = Story.of(Acme.plan()).until(phase).abort().until(Phase.Cancelled.class);

            assertThat(story.zone()).as("%s", phase).containsExactlyElementsOf(Acme.records());
            assertThat(story.work()).doesNotContain("promote", "switch-1");
            assertThat(story.refusal(new Input.Abort("olga", "again"))).isEqualTo("AlreadyBack");
        }
    }

    @Test
    void a_hold_stops_and_a_resume_goes_on_where_it_was() {
        Story story = Story.of(Acme.plan()).approvedBy("bob", "cat").until(Phase.Promoting.class);

        story.ask(new Input.Hold("olga", "a look at the logs")).wait(Duration.ofMinutes(10));
        assertThat(story.phase().text()).isEqualTo("Held(Promoting, Requested)");
        story.ask(new Input.Resume("olga")).until(Phase.Completed.class);
        assertThat(story.refusal(new Input.Resume("olga"))).isEqualTo("NotHeld");
        assertThat(story.refusal(new Input.Hold("olga", "late"))).isEqualTo("AlreadyOver");
    }

    @Test
    void a_hold_that_lasts_too_long_pages_once() {
        Story story = Story.of(Acme.plan()).until(Phase.Ageing.class);

        story.ask(new Input.Hold("olga", "lunch")).wait(Duration.ofHours(2));

        assertThat(story.pages()).containsExactly("HoldOverdue");
    }

    @Test
    void a_gate_that_fails_long_before_the_window_is_looked_at_again_soon_then_more_rarely() {
        Story story = Story.of(Acme.plan()).until(Phase.Ageing.class);
        assertThat(Needs.of(story.cutover(), story.now()).get(EvidenceKey.NEXT_PAGES))
                .isEqualTo(Duration.ofHours(12));

        story.bad(EvidenceKey.NEXT_PAGES).wait(Duration.ofMinutes(1));
        assertThat(Needs.of(story.cutover(), story.now()))
                .containsEntry(EvidenceKey.NEXT_PAGES, Duration.ofSeconds(30))
                .containsEntry(EvidenceKey.NEXT_TLS, Duration.ofHours(12));
        story.wait(Duration.ofHours(2));
        assertThat(Needs.of(story.cutover(), story.now()).get(EvidenceKey.NEXT_PAGES))
                .isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));

        Instant bad = story.cutover().verdict(CheckName.NEXT_PAGES).orElseThrow().since();
        story.good(EvidenceKey.NEXT_PAGES).wait(Duration.ofHours(2).plusSeconds(30));
        Cutover.Stance cured = story.cutover().verdict(CheckName.NEXT_PAGES).orElseThrow();
        assertThat(cured.judged().verdict()).isEqualTo(Verdict.PASS);
        assertThat(cured.since())
                .as("once it had failed for twice as long")
                .isBefore(bad.plus(Duration.ofHours(5)));
    }

    @Test
    void nobody_asks_resolvers_for_the_site_before_its_first_step_is_served() {
        Story slow =
                Story.of(Acme.plan())
                        .approvedBy("bob", "cat")
                        .fails("switch-1", null)
                        .until(Phase.Switching.class);
        assertThat(Needs.of(slow.cutover(), slow.now()))
                .as("that would plant the old answer for a whole TTL")
                .doesNotContainKey(EvidenceKey.PROBE_ERRORS);
        slow.wait(Needs.UNSERVED.plusSeconds(1));
        assertThat(Needs.of(slow.cutover(), slow.now())).containsKey(EvidenceKey.PROBE_ERRORS);

        Story served = Story.of(Acme.plan()).approvedBy("bob", "cat").until(Phase.Switching.class);
        served.wait(Duration.ofSeconds(5));
        assertThat(served.cutover().servedAt()).isPresent();
        assertThat(Needs.of(served.cutover(), served.now())).containsKey(EvidenceKey.PROBE_ERRORS);
    }

    @Test
    void patience_with_own_probes_begins_when_they_begin() {
        Story story =
                Story.of(Acme.plan())
                        .approvedBy("bob", "cat")
                        .until(Phase.Switching.class)
                        .blind(EvidenceKey.AUTHORITIES)
                        .blind(EvidenceKey.SERVED)
                        .blind(EvidenceKey.PROBE_ERRORS);
        Duration patience = Acme.plan().watch().patience();

        story.wait(patience.plusSeconds(5));
        assertThat(story.phase()).isInstanceOf(Phase.Switching.class);
        story.wait(Needs.UNSERVED);
        assertThat(story.phase().text()).isEqualTo("Held(Switching(1/2), Blind)");
    }

    @Test
    void a_completed_cutover_can_be_taken_back_while_the_fallback_is_kept() {
        Story story = Story.of(Acme.plan()).approvedBy("bob", "cat").until(Phase.Completed.class);
        story.wait(Duration.ofHours(23)).abort();
        story.wait(Duration.ofMinutes(70)).approvedBy("olga").until(Phase.FellBack.class);
        assertThat(story.phase()).isEqualTo(new Phase.FellBack(Side.FALLBACK));

        Story late = Story.of(Acme.plan()).approvedBy("bob", "cat").until(Phase.Completed.class);
        late.wait(Duration.ofHours(25));
        assertThat(late.refusal(new Input.Abort("olga", "too late"))).isEqualTo("FallbackGone");
    }

    private static Input.Postpone postpone(Plan.Window window) {
        return new Input.Postpone("ann", window, "why not");
    }

    private static Plan.Window nextDay() {
        return new Plan.Window(
                Acme.OPENS.plus(Duration.ofDays(1)),
                Acme.CLOSES.plus(Duration.ofDays(1)),
                ZoneId.of("Europe/Berlin"),
                Plan.AtClose.HOLD);
    }

    private static String heldFor(Story story) {
        return ((Phase.Held) story.phase()).why().code();
    }
}
