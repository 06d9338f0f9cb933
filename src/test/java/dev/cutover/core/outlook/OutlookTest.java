package dev.cutover.core.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cutover.core.Acme;
import dev.cutover.core.Pools;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.outlook.Milestone.Bound;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.PlannedPool.Sessions;
import dev.cutover.core.plan.Planner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a plan takes is known before anything is written. */
class OutlookTest {
    private static final Calls.Bounds FREE = new Calls.Bounds(200, 5_000);

    @Test
    void the_timeline_follows_from_lead_old_ttl_window_and_soak() {
        Outlook outlook = outlook(Acme.plan(), Acme.NOW);

        assertThat(outlook.timeline())
                .extracting(Milestone::code, Milestone::at, Milestone::bound)
                .containsExactly(
                        tuple("ttls-down", Instant.parse("2026-12-09T00:45:00Z"), Bound.AT),
                        tuple(
                                "old-answers-gone",
                                Instant.parse("2026-12-09T01:45:00Z"),
                                Bound.EARLIEST),
                        tuple("window-opens", Acme.OPENS, Bound.AT),
                        tuple("go", Acme.OPENS, Bound.EARLIEST),
                        tuple("soak-ends", Acme.OPENS.plusSeconds(300 + 40 + 120), Bound.EARLIEST),
                        tuple("last-go", Acme.CLOSES.minusSeconds(1_060), Bound.LATEST),
                        tuple("window-closes", Acme.CLOSES, Bound.AT));
        assertThat(outlook.worstCase()).isEqualTo(Duration.ofSeconds(1_060));
        assertThat(outlook.worstParts().values().stream().reduce(Duration.ZERO, Duration::plus))
                .isEqualTo(outlook.worstCase());
        assertThat(outlook.warnings()).isEmpty();
    }

    @Test
    void visitors_whom_session_affinity_keeps_are_told_with_their_time() {
        Instant lastShareAt = Acme.OPENS.plusSeconds(300 + 3 * 600);
        assertThat(sessions(Sessions.DRAIN))
                .extracting(Milestone::code, Milestone::at)
                .containsExactly(tuple("sessions-drained", lastShareAt));
        assertThat(sessions(Sessions.COUNT))
                .extracting(Milestone::code, Milestone::at)
                .containsExactly(tuple("sessions-ended", lastShareAt.plus(Duration.ofHours(23))));
        assertThat(sessions(Sessions.COUNT).getFirst().text())
                .isEqualTo(
                        "sessions that load balancer www.acme.example keeps at staging have ended"
                                + " by themselves, 23 h after the last share");
    }

    private static List<Milestone> sessions(Sessions said) {
        Plan plan = Pools.plan(said, Duration.ofHours(24));
        PlanDiff diff =
                Planner.plan(plan, Pools.zone(), Pools.pinned(Duration.ofHours(23)), Map.of());
        return Outlook.of(diff, FREE, Acme.NOW).timeline().stream()
                .filter(m -> m.code().startsWith("sessions"))
                .toList();
    }

    @Test
    void scheduled_too_late_the_lead_reaches_into_the_window_or_beyond() {
        Instant late = Acme.OPENS.minus(Duration.ofHours(47));

        assertThat(outlook(Acme.plan(), late).timeline())
                .filteredOn(m -> m.code().equals("go"))
                .extracting(Milestone::at)
                .containsExactly(Acme.OPENS.plus(Duration.ofHours(1)));

        Outlook never = outlook(Acme.plan(), Acme.OPENS.minus(Duration.ofHours(44)));
        assertThat(never.warnings())
                .singleElement()
                .asString()
                .contains("it cannot go in this window", "take a later or longer window");
        assertThat(never.timeline()).noneMatch(m -> m.code().equals("go"));
    }

    @Test
    void every_call_is_counted_before_it_is_made() {
        Calls calls = outlook(Acme.plan(), Acme.NOW).calls();

        assertThat(calls.parts())
                .extracting(
                        Calls.Part::work,
                        Calls.Part::reads,
                        Calls.Part::batches,
                        Calls.Part::purges,
                        Calls.Part::writes)
                .containsExactly(
                        tuple("schedule", 1, 0, 0, 0),
                        tuple("before-image", 1, 0, 0, 0),
                        tuple("lower-ttls", 2, 1, 0, 1),
                        tuple("switch-1", 2, 1, 0, 1),
                        tuple("switch-2", 2, 1, 0, 1),
                        tuple("purge", 0, 0, 1, 0),
                        tuple("ttls-back", 2, 1, 0, 1));
        assertThat(calls.back())
                .extracting(Calls.Part::work, Calls.Part::batches, Calls.Part::writes)
                .containsExactly(
                        tuple("fall-back", 1, 2), tuple("purge", 0, 0), tuple("ttls-back", 1, 1));
        assertThat(calls.watchReads()).isEqualTo(60);
        assertThat(calls.watchReadsBack()).isEqualTo(300);
    }

    @Test
    void a_thousand_records_take_a_batch_for_each_two_hundred_and_every_page_a_read() {
        List<Plan.PlannedSet> sets = new ArrayList<>();
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            DnsName name = DnsName.within(Acme.ZONE, "h" + i);
            records.add(Acme.a("r" + i, name, "198.51.100.1", 3_600));
            sets.add(
                    Acme.set(
                            "h" + i,
                            RecordType.A,
                            List.of("198.51.100.1"),
                            List.of("203.0.113.1"),
                            1));
        }
        PlanDiff diff =
                Acme.diff(
                        Acme.plan(sets.toArray(Plan.PlannedSet[]::new)),
                        Acme.zone(records, Acme.NOW));

        Calls free = Outlook.of(diff, new Calls.Bounds(200, 500), Acme.NOW).calls();
        Calls paid = Outlook.of(diff, new Calls.Bounds(3_500, 5_000), Acme.NOW).calls();

        assertThat(free.batches()).isEqualTo(15);
        assertThat(free.reads()).isEqualTo(16);
        assertThat(paid.batches()).isEqualTo(3);
        assertThat(paid.reads()).isEqualTo(8);
    }

    @Test
    void what_cannot_be_proven_is_named() {
        assertThat(outlook(Acme.plan(), Acme.NOW).unproven())
                .extracting(Outlook.Unproven::subject)
                .containsExactly("acme.example", "shop.acme.example");
        Plan alias =
                Acme.with(
                        Acme.plan(
                                Acme.set("www", RecordType.A, List.of(Acme.WWW_OLD), List.of(), 1),
                                Acme.set(
                                        "www",
                                        RecordType.CNAME,
                                        List.of(),
                                        List.of("lb.host.test"),
                                        1)),
                        p -> p.promotion = Optional.empty());
        assertThat(outlook(alias, Acme.NOW).unproven())
                .extracting(Outlook.Unproven::subject)
                .containsExactly("acme.example", "lb.host.test", "www.acme.example");
    }

    private static Outlook outlook(Plan plan, Instant now) {
        return Outlook.of(Acme.diff(plan, Acme.zone()), FREE, now);
    }
}
