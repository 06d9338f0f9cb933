package dev.cutover.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Evidence.ServedName;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.Health;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.ResolverWeights;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.timeline.TtlClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Only Pass opens a gate; too old is Inconclusive, a dead source is Blind, and neither is a finding. */
class GatesTest {
    private static final Instant T0 = Acme.NOW;
    private static final List<SetChange> CHANGES = Acme.diff(Acme.plan(), Acme.zone()).changes();
    private static final SetKey WWW = new SetKey(Acme.WWW, RecordType.A);

    @Test
    void what_was_never_observed_or_long_ago_is_inconclusive() {
        Evidence pages = pages(T0, new PageResult("/", 200, "next", ""));

        assertThat(pagesAt(T0, Map.of()).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(pagesAt(T0.plusSeconds(60), Map.of(EvidenceKey.NEXT_PAGES, pages)).verdict())
                .isEqualTo(Verdict.PASS);
        Judged old = pagesAt(T0.plusSeconds(61), Map.of(EvidenceKey.NEXT_PAGES, pages));
        assertThat(old.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(old.summary()).contains("older than 60 s");
    }

    @Test
    void a_source_that_is_down_is_blind_and_says_why() {
        var none = new Evidence.NoEvidence(EvidenceKey.NEXT_PAGES, "connect timed out", T0);

        Judged judged = pagesAt(T0, Map.of(EvidenceKey.NEXT_PAGES, none));

        assertThat(judged.verdict()).isEqualTo(Verdict.BLIND);
        assertThat(judged.summary()).contains("connect timed out");
    }

    @Test
    void a_wrong_page_fails_and_is_named_first() {
        Evidence pages =
                pages(
                        T0,
                        new PageResult("/", 200, "next", ""),
                        new PageResult("/shop/", 404, "next", "status 404"));

        Judged judged = pagesAt(T0, Map.of(EvidenceKey.NEXT_PAGES, pages));

        assertThat(judged.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judged.summary()).contains("1 of 2 pages are wrong, first /shop/: status 404");
        assertThat(pagesAt(T0, Map.of(EvidenceKey.NEXT_PAGES, pages(T0))).verdict())
                .as("no pages are no proof")
                .isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void a_name_the_plan_makes_is_said_to_be_unknown_to_those_who_asked_before() {
        List<SetChange> made =
                Acme.diff(
                                Acme.plan(
                                        Acme.set(
                                                "lb",
                                                RecordType.A,
                                                List.of(),
                                                List.of("203.0.113.9"),
                                                1)),
                                Acme.zone())
                        .changes();
        SetKey key = made.getFirst().key();
        TtlClock clock =
                TtlClock.stopped()
                        .look(
                                made,
                                new Evidence.Authorities(
                                        List.of(
                                                new AuthorityAnswer(
                                                        "ns1", key, List.of(), 1_800, "")),
                                        T0));
        Duration negative = Duration.ofMinutes(30);

        assertThat(
                        gates(T0.plusSeconds(1_799), Map.of())
                                .ttlAged(clock, made, negative, T0)
                                .verdict())
                .as("what was denied before may be remembered")
                .isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(
                        gates(T0.plusSeconds(1_800), Map.of())
                                .ttlAged(clock, made, negative, T0)
                                .summary())
                .contains("made by this plan: [lb.acme.example]", "for 1800 s after the switch");
    }

    @Test
    void an_edited_zone_fails_and_names_the_edit() {
        var zone =
                new Evidence.Zone(
                        Acme.zone(Acme.edited(Acme.records(), "w", r -> r.withTtl(60)), T0));

        Judged judged =
                gates(T0, Map.of(EvidenceKey.ZONE, zone)).zoneUnchanged(CHANGES, SetChange::before);

        assertThat(judged.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judged.summary()).contains("www.acme.example A", "ttl expected 3600, seen 60");
        var other =
                new Evidence.Zone(
                        Acme.zone(Acme.edited(Acme.records(), "h1", r -> r.withTtl(60)), T0));
        assertThat(
                        gates(T0, Map.of(EvidenceKey.ZONE, other))
                                .zoneUnchanged(CHANGES, SetChange::before)
                                .verdict())
                .as("unplanned records are nobody's business")
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void every_authority_must_follow_and_a_dead_one_does_not() {
        assertThat(authorities(answer("ns1", Acme.WWW_OLD), answer("ns2", Acme.WWW_OLD)))
                .isEqualTo(Verdict.PASS);
        assertThat(authorities(answer("ns1", Acme.WWW_OLD), answer("ns2", "192.0.2.9")))
                .isEqualTo(Verdict.FAIL);
        assertThat(
                        authorities(
                                answer("ns1", Acme.WWW_OLD),
                                new AuthorityAnswer("ns2", WWW, List.of(), 0, "timed out")))
                .isEqualTo(Verdict.FAIL);
        assertThat(authorities()).as("nobody was asked").isEqualTo(Verdict.FAIL);
    }

    @Test
    void a_certificate_must_be_valid_beyond_the_soak() {
        Instant soakOver = T0.plus(Duration.ofDays(5));

        assertThat(
                        tls(
                                new TlsResult(
                                        Acme.WWW, Optional.of(T0.plus(Duration.ofDays(90))), ""),
                                soakOver))
                .isEqualTo(Verdict.PASS);
        assertThat(
                        tls(
                                new TlsResult(
                                        Acme.WWW, Optional.of(T0.plus(Duration.ofDays(4))), ""),
                                soakOver))
                .isEqualTo(Verdict.FAIL);
        assertThat(tls(new TlsResult(Acme.WWW, Optional.empty(), "name does not match"), soakOver))
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void no_name_looked_at_is_no_proof_of_a_certificate() {
        var none = new Evidence.Tls(EvidenceKey.NEXT_TLS, List.of(), T0);

        assertThat(
                        gates(T0, Map.of(EvidenceKey.NEXT_TLS, none))
                                .tls(CheckName.NEXT_TLS, EvidenceKey.NEXT_TLS, T0)
                                .verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void a_proxied_name_is_served_when_the_edge_shows_the_next_side_s_marker() {
        List<SetChange> shop = CHANGES.subList(1, 2);

        assertThat(served(shop, new ServedName(Acme.SHOP, "v2", "v2", ""))).isEqualTo(Verdict.PASS);
        assertThat(served(shop, new ServedName(Acme.SHOP, "v1", "v2", ""))).isEqualTo(Verdict.FAIL);
        assertThat(served(shop, new ServedName(Acme.SHOP, "", "", ""))).isEqualTo(Verdict.FAIL);
        assertThat(served(shop)).as("it was not asked").isEqualTo(Verdict.FAIL);
    }

    @Test
    void robots_that_shut_crawlers_out_fail() {
        var robots = new Evidence.Robots(List.of("/shop/"), T0);

        Judged judged = gates(T0, Map.of(EvidenceKey.NEXT_ROBOTS, robots)).robots();

        assertThat(judged.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judged.summary()).contains("first /shop/");
    }

    @Test
    void the_quorum_counts_answers_not_failures() {
        assertThat(propagated(9, 1, 10)).isEqualTo(Verdict.PASS);
        assertThat(propagated(8, 2, 0)).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(propagated(0, 0, 10)).as("nobody answered").isEqualTo(Verdict.BLIND);
    }

    @Test
    void slow_resolvers_are_judged_by_their_p95() {
        List<ResolverAnswer> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(resolver(i, Acme.WWW_NEXT, Duration.ofMillis(i < 94 ? 20 : 900)));
        }
        Gates gates = gates(T0, Map.of(EvidenceKey.RESOLVERS, new Evidence.Resolvers(answers, T0)));

        assertThat(gates.resolvers().latency(Duration.ofMillis(500)).verdict())
                .isEqualTo(Verdict.FAIL);
        assertThat(gates.resolvers().latency(Duration.ofSeconds(1)).verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void silent_resolvers_are_not_fast_ones() {
        var dead = new ResolverAnswer("r", WWW, List.of(), 0, Duration.ZERO, "timed out");
        Gates gates =
                gates(T0, Map.of(EvidenceKey.RESOLVERS, new Evidence.Resolvers(List.of(dead), T0)));

        assertThat(gates.resolvers().latency(Duration.ofMillis(500)).verdict())
                .isEqualTo(Verdict.BLIND);
    }

    @Test
    void the_quorum_counts_resolvers_by_the_plans_weights() {
        Plan.Watch even = Acme.plan().watch();
        var weights = new TreeMap<>(Map.of("large", 9L, "XX", 0L));
        Plan.Watch weighted =
                new Plan.Watch(
                        even.provider(),
                        even.errorCeiling(),
                        even.resolverLatencyCeiling(),
                        even.window(),
                        even.patience(),
                        even.quorum(),
                        Optional.of(new ResolverWeights(weights)),
                        Optional.empty());
        List<ResolverAnswer> answers =
                List.of(
                        of("large", "DE", Acme.WWW_NEXT),
                        of("small", "DE", Acme.WWW_OLD),
                        of("none", "XX", Acme.WWW_OLD));
        Gates gates = gates(T0, Map.of(EvidenceKey.RESOLVERS, new Evidence.Resolvers(answers, T0)));

        assertThat(gates.resolvers().propagated(CHANGES, even).verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(gates.resolvers().propagated(CHANGES, weighted).verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(gates.resolvers().propagated(CHANGES, weighted).summary())
                .contains("90.0 %", "by weight");
    }

    @Test
    void the_quorum_is_wanted_in_each_region_that_anybody_answers_for() {
        Plan.Watch even = Acme.plan().watch();
        Plan.Watch regional =
                new Plan.Watch(
                        even.provider(),
                        even.errorCeiling(),
                        even.resolverLatencyCeiling(),
                        even.window(),
                        even.patience(),
                        even.quorum(),
                        Optional.empty(),
                        Optional.of(
                                new Plan.Regions(
                                        List.of(
                                                Region.parse("DE=198.51.100.0/24"),
                                                Region.parse("JP=203.0.113.0/24")))));
        ResolverAnswer own = of("a", "DE", Acme.WWW_NEXT);
        assertThat(regionally(regional, own, in("DE", Acme.WWW_OLD)).verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
        Judged all = regionally(regional, own, in("DE", Acme.WWW_NEXT));
        assertThat(all.verdict()).isEqualTo(Verdict.PASS);
        assertThat(all.summary())
                .contains("for clients in DE 100.0 %", "for clients in JP nobody answers");
        // what is said for a region alone says nothing of the resolver's own place
        assertThat(
                        regionally(regional, of("a", "DE", Acme.WWW_OLD), in("DE", Acme.WWW_NEXT))
                                .verdict())
                .isEqualTo(Verdict.INCONCLUSIVE);
    }

    private static Judged regionally(Plan.Watch watch, ResolverAnswer... answers) {
        Evidence.Resolvers seen = new Evidence.Resolvers(List.of(answers), T0);
        return gates(T0, Map.of(EvidenceKey.RESOLVERS, seen))
                .resolvers()
                .propagated(CHANGES, watch);
    }

    private static ResolverAnswer in(String region, String content) {
        ResolverAnswer a = of("a", "DE", content);
        return new ResolverAnswer(
                a.resolver(),
                a.set(),
                a.contents(),
                a.ttlSeconds(),
                a.latency(),
                a.failure(),
                a.told().from("", region));
    }

    private static ResolverAnswer of(String operator, String country, String content) {
        ResolverAnswer a = resolver(0, content, Duration.ofMillis(20));
        return new ResolverAnswer(
                operator,
                a.set(),
                a.contents(),
                a.ttlSeconds(),
                a.latency(),
                "",
                a.told().by(operator, country));
    }

    @Test
    void resolvers_that_fall_silent_fail_the_guard_and_one_or_two_do_not() {
        assertThat(resolverErrors(48, "a", "b")).isEqualTo(Verdict.PASS);
        assertThat(resolverErrors(48, "a", "b", "c")).isEqualTo(Verdict.FAIL);
        assertThat(resolverErrors(500, "a", "b", "c")).isEqualTo(Verdict.PASS);
        assertThat(resolverErrors(0)).isEqualTo(Verdict.INCONCLUSIVE);
    }

    private static Verdict resolverErrors(int steady, String... failing) {
        var health = new Health(steady, List.of(failing), Optional.empty());
        return gates(
                        T0,
                        Map.of(
                                EvidenceKey.RESOLVERS,
                                new Evidence.Resolvers(List.of(), health, T0)))
                .resolvers()
                .errors(0.02)
                .verdict();
    }

    @Test
    void resolvers_as_slow_as_before_the_switch_are_no_finding() {
        List<ResolverAnswer> slow = List.of(resolver(1, Acme.WWW_NEXT, Duration.ofMillis(900)));
        assertThat(latency(slow, Duration.ofMillis(800))).isEqualTo(Verdict.PASS);
        assertThat(latency(slow, Duration.ofMillis(100))).isEqualTo(Verdict.FAIL);
    }

    private static Verdict latency(List<ResolverAnswer> answers, Duration before) {
        var health = new Health(1, List.of(), Optional.of(before));
        return gates(T0, Map.of(EvidenceKey.RESOLVERS, new Evidence.Resolvers(answers, health, T0)))
                .resolvers()
                .latency(Duration.ofMillis(500))
                .verdict();
    }

    @Test
    void all_authorities_silent_is_blind_unless_resolvers_answer_meanwhile() {
        var silent =
                List.of(
                        new AuthorityAnswer("ns1", WWW, List.of(), 0, "no answer"),
                        new AuthorityAnswer("ns2", WWW, List.of(), 0, "no answer"));
        var authorities = new Evidence.Authorities(silent, T0);
        var resolvers =
                new Evidence.Resolvers(
                        List.of(resolver(1, Acme.WWW_OLD, Duration.ofMillis(9))), T0);

        assertThat(
                        gates(T0, Map.of(EvidenceKey.AUTHORITIES, authorities))
                                .authoritiesAgree(CHANGES, SetChange::before)
                                .verdict())
                .isEqualTo(Verdict.BLIND);
        assertThat(
                        gates(
                                        T0,
                                        Map.of(
                                                EvidenceKey.AUTHORITIES,
                                                authorities,
                                                EvidenceKey.RESOLVERS,
                                                resolvers))
                                .authoritiesAgree(CHANGES, SetChange::before)
                                .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    private static Verdict propagated(int next, int old, int dead) {
        List<ResolverAnswer> answers = new ArrayList<>();
        for (int i = 0; i < next + old; i++) {
            answers.add(
                    resolver(i, i < next ? Acme.WWW_NEXT : Acme.WWW_OLD, Duration.ofMillis(20)));
        }
        for (int i = 0; i < dead; i++) {
            answers.add(
                    new ResolverAnswer("dead" + i, WWW, List.of(), 0, Duration.ZERO, "timed out"));
        }
        return gates(T0, Map.of(EvidenceKey.RESOLVERS, new Evidence.Resolvers(answers, T0)))
                .resolvers()
                .propagated(CHANGES, Acme.plan().watch())
                .verdict();
    }

    private static ResolverAnswer resolver(int i, String content, Duration latency) {
        return new ResolverAnswer("r" + i, WWW, List.of(content), 60, latency, "");
    }

    private static Verdict served(List<SetChange> changes, ServedName... names) {
        return gates(T0, Map.of(EvidenceKey.SERVED, new Evidence.Served(List.of(names), T0)))
                .served(changes)
                .verdict();
    }

    private static Verdict tls(TlsResult name, Instant until) {
        return gates(
                        T0,
                        Map.of(
                                EvidenceKey.NEXT_TLS,
                                new Evidence.Tls(EvidenceKey.NEXT_TLS, List.of(name), T0)))
                .tls(CheckName.NEXT_TLS, EvidenceKey.NEXT_TLS, until)
                .verdict();
    }

    private static Verdict authorities(AuthorityAnswer... answers) {
        return gates(
                        T0,
                        Map.of(
                                EvidenceKey.AUTHORITIES,
                                new Evidence.Authorities(List.of(answers), T0)))
                .authoritiesAgree(CHANGES, SetChange::before)
                .verdict();
    }

    private static AuthorityAnswer answer(String authority, String content) {
        return new AuthorityAnswer(authority, WWW, List.of(content), 3_600, "");
    }

    private static Judged pagesAt(Instant now, Map<EvidenceKey, Evidence> seen) {
        return gates(now, seen).pages(CheckName.NEXT_PAGES, EvidenceKey.NEXT_PAGES);
    }

    private static Evidence pages(Instant at, PageResult... pages) {
        return new Evidence.Pages(EvidenceKey.NEXT_PAGES, List.of(pages), at);
    }

    private static Gates gates(Instant now, Map<EvidenceKey, Evidence> seen) {
        return new Gates(seen, now, Duration.ofMinutes(1));
    }
}
