package dev.cutover.core.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.plan.Plan.PlannedSet;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.TtlClock.Reading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** TTLs run on a clock: it starts when the last authority follows, and runs for the old TTL. */
class TtlClockTest {
    private static final Instant T0 = Acme.NOW;
    private static final Duration NEGATIVE = Duration.ofMinutes(30);
    private static final List<SetChange> WWW =
            Acme.diff(Acme.plan(Acme.www()), Acme.zone()).changes();
    private static final SetKey KEY = new SetKey(Acme.WWW, RecordType.A);

    @Test
    void it_starts_when_every_authority_serves_the_low_ttl_and_runs_for_the_old_one() {
        TtlClock clock = TtlClock.stopped().look(WWW, seen(T0, ttl("ns1", 300), ttl("ns2", 3_600)));
        assertThat(clock.read(WWW, NEGATIVE))
                .isEqualTo(new Reading.Waits(List.of("www.acme.example A")));

        clock = clock.look(WWW, seen(T0.plusSeconds(40), ttl("ns1", 300), ttl("ns2", 300)));
        assertThat(clock.read(WWW, NEGATIVE))
                .isEqualTo(new Reading.Runs(T0.plusSeconds(40 + 3_600)));

        clock = clock.look(WWW, seen(T0.plusSeconds(90), ttl("ns1", 300), ttl("ns2", 300)));
        assertThat(clock.read(WWW, NEGATIVE))
                .as("later looks do not restart it")
                .isEqualTo(new Reading.Runs(T0.plusSeconds(40 + 3_600)));
    }

    @Test
    void a_ttl_that_is_raised_again_stops_it_and_it_starts_anew() {
        TtlClock clock = TtlClock.stopped().look(WWW, seen(T0, ttl("ns1", 300), ttl("ns2", 300)));

        clock = clock.look(WWW, seen(T0.plusSeconds(1_000), ttl("ns1", 300), ttl("ns2", 3_600)));
        assertThat(clock.read(WWW, NEGATIVE)).isInstanceOf(Reading.Waits.class);

        clock = clock.look(WWW, seen(T0.plusSeconds(2_000), ttl("ns1", 300), ttl("ns2", 300)));
        assertThat(clock.read(WWW, NEGATIVE))
                .isEqualTo(new Reading.Runs(T0.plusSeconds(2_000 + 3_600)));
    }

    @Test
    void a_dead_authority_keeps_it_from_starting_but_does_not_stop_it() {
        TtlClock clock = TtlClock.stopped().look(WWW, seen(T0, ttl("ns1", 300), dead("ns2")));
        assertThat(clock.read(WWW, NEGATIVE)).isInstanceOf(Reading.Waits.class);

        clock = clock.look(WWW, seen(T0.plusSeconds(10), ttl("ns1", 300), ttl("ns2", 300)));
        clock = clock.look(WWW, seen(T0.plusSeconds(20), ttl("ns1", 300), dead("ns2")));
        assertThat(clock.read(WWW, NEGATIVE))
                .isEqualTo(new Reading.Runs(T0.plusSeconds(10 + 3_600)));
    }

    @Test
    void an_alias_ages_as_long_as_its_old_target_is_kept_and_drains_as_long_as_its_new_one() {
        DnsName old = new DnsName("old.host.test");
        DnsName next = new DnsName("new.host.test");
        PlannedSet alias =
                Acme.set("cdn", RecordType.CNAME, List.of(old.value()), List.of(next.value()), 1);
        List<SetChange> cdn =
                Acme.diff(
                                Acme.plan(alias),
                                Acme.zone(
                                        Acme.record(
                                                "c", "cdn", RecordType.CNAME, old.value(), 3_600)))
                        .changes();
        var targets =
                new Evidence.Aliases(
                        List.of(
                                new AliasTarget(old, List.of("192.0.2.1"), 86_400, ""),
                                new AliasTarget(next, List.of("192.0.2.2"), 7_200, "")),
                        T0);
        SetKey key = cdn.getFirst().key();
        var lowered = seen(T0, new AuthorityAnswer("ns1", key, List.of(old.value()), 300, ""));

        TtlClock without = TtlClock.stopped().look(cdn, lowered);
        TtlClock with = without.look(cdn, targets);

        assertThat(without.read(cdn, NEGATIVE)).isEqualTo(new Reading.Runs(T0.plusSeconds(3_600)));
        assertThat(with.read(cdn, NEGATIVE)).isEqualTo(new Reading.Runs(T0.plusSeconds(86_400)));
        assertThat(without.nextKeptSeconds(cdn)).isEqualTo(300);
        assertThat(with.nextKeptSeconds(cdn)).isEqualTo(7_200);
        assertThat(with.look(cdn, targets)).as("a second look changes nothing").isEqualTo(with);
    }

    @Test
    void nobody_asked_is_no_start() {
        assertThat(TtlClock.stopped().look(WWW, seen(T0)).read(WWW, NEGATIVE))
                .isInstanceOf(Reading.Waits.class);
    }

    @Test
    void a_set_that_does_not_exist_yet_runs_for_the_negative_ttl() {
        List<SetChange> fresh =
                Acme.diff(
                                Acme.plan(
                                        Acme.set(
                                                "new",
                                                RecordType.A,
                                                List.of(),
                                                List.of("192.0.2.1"),
                                                1)),
                                Acme.zone())
                        .changes();
        AuthorityAnswer none =
                new AuthorityAnswer("ns1", fresh.getFirst().key(), List.of(), 1_800, "");

        TtlClock clock = TtlClock.stopped().look(fresh, seen(T0, none));

        assertThat(clock.read(fresh, NEGATIVE)).isEqualTo(new Reading.Runs(T0.plus(NEGATIVE)));
    }

    @Test
    void a_proxied_set_runs_for_what_the_edge_is_answered_with() {
        List<SetChange> shop = Acme.diff(Acme.plan(), Acme.zone()).changes().subList(1, 2);
        AuthorityAnswer edge =
                new AuthorityAnswer("ns1", shop.getFirst().key(), List.of("104.16.0.1"), 300, "");

        TtlClock clock = TtlClock.stopped().look(shop, seen(T0, edge));

        assertThat(clock.read(shop, NEGATIVE)).isEqualTo(new Reading.Runs(T0.plusSeconds(300)));
    }

    @Test
    void the_slowest_set_says_when_all_is_gone() {
        List<SetChange> both = Acme.diff(Acme.plan(), Acme.zone()).changes();
        AuthorityAnswer shop =
                new AuthorityAnswer("ns1", both.get(1).key(), List.of("104.16.0.1"), 300, "");

        TtlClock clock = TtlClock.stopped().look(both, seen(T0, ttl("ns1", 300), shop));

        assertThat(clock.read(both, NEGATIVE)).isEqualTo(new Reading.Runs(T0.plusSeconds(3_600)));
    }

    @Test
    void the_way_back_waits_for_answers_that_led_to_the_next_side_only() {
        TtlClock clock = TtlClock.stopped().look(WWW, seen(T0, ttl("ns1", 300), ttl("ns2", 3_600)));

        clock = clock.lookForNext(WWW, seen(T0, ttl("ns2", 3_600), next(300)));

        assertThat(clock.longestSeconds()).containsValue(3_600L);
        assertThat(clock.nextKeptSeconds(WWW)).isEqualTo(300);
    }

    @Test
    void the_way_back_outlasts_a_ttl_that_was_raised_on_the_next_side() {
        TtlClock asked = TtlClock.stopped().lookForNext(WWW, seen(T0, next(1_800)));
        assertThat(asked.nextKeptSeconds(WWW)).isEqualTo(1_800);

        TtlClock read =
                TtlClock.stopped()
                        .lookForNext(
                                WWW,
                                Acme.zone(
                                        Acme.edited(
                                                Acme.records(),
                                                "w",
                                                r -> r.withContent(Acme.WWW_NEXT).withTtl(900)),
                                        T0));
        assertThat(read.nextKeptSeconds(WWW)).as("also below the TTL of before").isEqualTo(900);
    }

    @Test
    void the_way_back_outlasts_the_memory_of_a_name_that_the_next_side_has_not() {
        List<SetChange> gone =
                List.of(
                        new SetChange(
                                Acme.WWW,
                                RecordType.A,
                                WWW.getFirst().before(),
                                WWW.getFirst().aged(),
                                List.of(),
                                WWW.getFirst().fallback(),
                                1));
        AuthorityAnswer none = new AuthorityAnswer("ns1", KEY, List.of(), 1_800, "");

        assertThat(
                        TtlClock.stopped()
                                .lookForNext(gone, seen(T0, none, dead("ns2")))
                                .nextKeptSeconds(gone))
                .isEqualTo(1_800);
    }

    private static AuthorityAnswer next(long seconds) {
        return new AuthorityAnswer("ns1", KEY, List.of(Acme.WWW_NEXT), seconds, "");
    }

    private static Evidence.Authorities seen(Instant at, AuthorityAnswer... answers) {
        return new Evidence.Authorities(List.of(answers), at);
    }

    private static AuthorityAnswer ttl(String authority, long seconds) {
        return new AuthorityAnswer(authority, KEY, List.of(Acme.WWW_OLD), seconds, "");
    }

    private static AuthorityAnswer dead(String authority) {
        return new AuthorityAnswer(authority, KEY, List.of(), 0, "no answer in 2 s");
    }
}
