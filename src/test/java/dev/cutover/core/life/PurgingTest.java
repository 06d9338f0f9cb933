package dev.cutover.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.gate.CheckName;
import dev.cutover.core.gate.Verdict;
import dev.cutover.core.plan.Plan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The edge forgets what the other side answered, after the switch and after it was taken back, with proof. */
class PurgingTest {
    @Test
    void an_old_page_asks_for_another_round() {
        Story story =
                switching(Acme.plan()).bad(EvidenceKey.PURGED_PAGES).wait(Duration.ofSeconds(40));
        assertThat(story.phase()).as("not soaking on an old page").isEqualTo(lastStep());
        assertThat(story.work()).contains("purge", "purge-next-2-1");

        story.good(EvidenceKey.PURGED_PAGES).until(Phase.Soaking.class);
        assertThat(verdict(story, CheckName.PURGED)).isEqualTo(Verdict.PASS);
    }

    @Test
    void a_page_that_outlives_every_round_holds_and_is_named() {
        Story story = switching(Acme.plan()).bad(EvidenceKey.PURGED_PAGES).until(Phase.Held.class);
        assertThat(((Phase.Held) story.phase()).why().code()).isEqualTo("NotPurged");
        assertThat(((Phase.Held) story.phase()).why().text())
                .contains("https://" + Acme.SHOP + "/", "CF-Cache-Status: HIT", "5 rounds");
        assertThat(story.work()).contains("purge-next-5-1").doesNotContain("purge-next-6-1");
    }

    @Test
    void who_goes_on_after_purging_by_hand_is_believed_by_a_new_look() {
        Story story = switching(Acme.plan()).bad(EvidenceKey.PURGED_PAGES).until(Phase.Held.class);
        // What was seen up to the moment of going on still shows the old page.
        story.ask(new Input.Resume("olga")).wait(Duration.ofMillis(1));
        story.good(EvidenceKey.PURGED_PAGES).until(Phase.Soaking.class);
        assertThat(story.work()).doesNotContain("purge-next-6-1");
    }

    @Test
    void who_goes_on_without_it_gets_as_many_rounds_again() {
        Story story = switching(Acme.plan()).bad(EvidenceKey.PURGED_PAGES).until(Phase.Held.class);
        story.ask(new Input.Resume("olga")).until(Phase.Switching.class).until(Phase.Held.class);
        assertThat(story.work()).contains("purge-next-10-1").doesNotContain("purge-next-11-1");
        assertThat(((Phase.Held) story.phase()).why().text()).contains("10 rounds");
    }

    @Test
    void an_edge_that_cannot_be_looked_at_holds() {
        Story story =
                switching(Acme.plan()).blind(EvidenceKey.PURGED_PAGES).until(Phase.Held.class);
        assertThat(((Phase.Held) story.phase()).why().text()).contains("nobody answers");
    }

    @Test
    void falling_back_purges_as_well_before_the_edge_is_put_back() {
        Story story = switching(unpromoted()).until(Phase.Soaking.class).abort();
        story.until(Phase.FellBack.class);
        assertThat(story.work())
                .containsSubsequence(
                        "restore-routing-1", "purge-fallback-1-1", "settle-ttls-fallback-1");
        assertThat(story.pages()).doesNotContain("NotPurged");
    }

    @Test
    void the_shield_is_lent_for_the_switch_and_cannot_be_forgotten() {
        Plan plan = shield();
        Story story = Story.of(plan).approvedBy("bob", "cat").until(Phase.AwaitingGo.class);
        assertThat(shield(story)).isEqualTo("\"on\"");
        story.until(Phase.Soaking.class);
        assertThat(shield(story)).isEqualTo("\"off\"");
        story.until(Phase.Completed.class);
        assertThat(shield(story)).as("back at closing").isEqualTo("\"on\"");

        Story back = switching(plan).until(Phase.Soaking.class);
        back.abort().until(Phase.FellBack.class);
        assertThat(shield(back)).as("back after falling back").isEqualTo("\"on\"");
    }

    @Test
    void our_rule_stands_while_ttls_are_low_and_leaves_with_a_cancelled_cutover() {
        Story story = Story.of(bypassing()).until(Phase.Ageing.class);
        assertThat(story.part(Story.CACHE_RULES).fields()).hasSize(1);
        story.abort().until(Phase.Cancelled.class);
        assertThat(story.part(Story.CACHE_RULES).fields()).isEmpty();
    }

    @Test
    void an_edge_that_keeps_old_pages_is_paged_and_does_not_stop_the_way_back() {
        Story story = switching(unpromoted()).until(Phase.Soaking.class);
        story.bad(EvidenceKey.PURGED_PAGES).abort().until(Phase.FellBack.class);
        assertThat(story.pages())
                .as("once, not in each stage of the way back")
                .containsOnlyOnce("NotPurged");
        assertThat(story.record("s").content()).isEqualTo(Acme.SHOP_OLD);
    }

    @Test
    void a_cached_administration_page_closes_the_go() {
        Story story =
                Story.of(bypassing())
                        .approvedBy("bob", "cat")
                        .bad(EvidenceKey.BYPASSED_PAGES)
                        .until(Phase.AwaitingGo.class)
                        .wait(Duration.ofMinutes(30));
        assertThat(story.phase()).isInstanceOf(Phase.AwaitingGo.class);
        assertThat(
                        story.cutover()
                                .verdict(CheckName.CACHE_BYPASSED)
                                .orElseThrow()
                                .judged()
                                .summary())
                .isEqualTo(
                        "https://"
                                + Acme.SHOP
                                + "/ must not be cached, but the edge answers with"
                                + " CF-Cache-Status: HIT");
    }

    @Test
    void a_page_that_became_cacheable_by_the_switch_holds_it() {
        Story story =
                switching(bypassing()).bad(EvidenceKey.BYPASSED_PAGES).until(Phase.Held.class);
        assertThat(((Phase.Held) story.phase()).why().code()).isEqualTo("CacheNotBypassed");
    }

    @Test
    void pages_are_purged_in_portions_and_hosts_by_the_hundred() {
        List<DnsName> names =
                java.util.stream.IntStream.range(0, 101)
                        .mapToObj(i -> new DnsName("h" + i + ".acme.example"))
                        .toList();
        Plan hosts = edge(new Plan.EdgePlan(Plan.Purge.HOSTS));
        assertThat(Purging.portions(hosts, names)).hasSize(2);
        assertThat(Purging.portions(hosts, List.of())).isEmpty();
        Plan pages =
                edge(new Plan.EdgePlan(Plan.Purge.PAGES, 1, Duration.ZERO, List.of(), List.of()));
        assertThat(Purging.portions(pages, List.of(Acme.WWW)))
                .containsExactly(
                        new PurgePortion.Pages(List.of("https://" + Acme.WWW + "/")),
                        new PurgePortion.Pages(List.of("https://" + Acme.WWW + "/shop/")));
        assertThat(Purging.portions(edge(new Plan.EdgePlan(Plan.Purge.NOTHING)), names)).isEmpty();
    }

    private static Story switching(Plan plan) {
        return Story.of(plan).approvedBy("bob", "cat").until(Phase.Switching.class);
    }

    private static Phase lastStep() {
        return new Phase.Switching(2, 2);
    }

    private static Verdict verdict(Story story, CheckName check) {
        return story.cutover().verdict(check).orElseThrow().judged().verdict();
    }

    private static Plan unpromoted() {
        return Acme.with(Acme.plan(), p -> p.promotion = Optional.empty());
    }

    private static Plan shield() {
        return Acme.with(
                unpromoted(),
                p ->
                        p.edge =
                                new Plan.EdgePlan(
                                        Plan.Purge.HOSTS,
                                        30,
                                        Duration.ofSeconds(2),
                                        List.of(Plan.EdgeSetting.ORIGIN_SHIELD_OFF),
                                        List.of()));
    }

    private static String shield(Story story) {
        return ((EdgePart.Setting) story.part(Story.SHIELD)).value();
    }

    private static Plan bypassing() {
        return edge(
                new Plan.EdgePlan(
                        Plan.Purge.EVERYTHING,
                        30,
                        Duration.ofSeconds(2),
                        List.of(),
                        List.of("/admin")));
    }

    private static Plan edge(Plan.EdgePlan edge) {
        return Acme.with(Acme.plan(), p -> p.edge = edge);
    }
}
