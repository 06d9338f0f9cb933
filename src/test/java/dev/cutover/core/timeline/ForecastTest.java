package dev.cutover.core.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Came;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Told;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForecastTest {
    private static final Instant T0 = Acme.OPENS;
    private static final SetKey WWW = new SetKey(Acme.WWW, RecordType.A);
    private static final SetChange CHANGE =
            new SetChange(
                    Acme.WWW,
                    RecordType.A,
                    List.of(Acme.a("w", Acme.WWW, Acme.WWW_OLD, 3_600)),
                    List.of(Acme.a("w", Acme.WWW, Acme.WWW_OLD, 300)),
                    List.of(Acme.a("w", Acme.WWW, Acme.WWW_NEXT, 300)),
                    List.of(Acme.a("w", Acme.WWW, Acme.WWW_FALLBACK, 300)),
                    1);
    private static final SwitchedSet SET =
            SwitchedSet.of(CHANGE, Optional.of(T0), Duration.ofHours(1), EdgeIdentity.unknown());

    // ------------------------------------------------------------------ one answer

    @Test
    void every_answer_has_a_word() {
        assertThat(judge(answer("r", Acme.WWW_NEXT, 300), 0)).isEqualTo(AnswerVerdict.NEXT);
        assertThat(judge(answer("r", Acme.WWW_OLD, 290), 0)).isEqualTo(AnswerVerdict.OLD);
        assertThat(judge(answer("r", Acme.WWW_FALLBACK, 290), 0)).isEqualTo(AnswerVerdict.OLD);
        assertThat(judge(answer("r", "192.0.2.99", 290), 0)).isEqualTo(AnswerVerdict.OTHER);
        assertThat(
                        judge(
                                new ResolverAnswer(
                                        "r",
                                        WWW,
                                        List.of(Acme.WWW_OLD, Acme.WWW_NEXT),
                                        9,
                                        Duration.ZERO,
                                        ""),
                                0))
                .isEqualTo(AnswerVerdict.MIXED);
        assertThat(judge(new ResolverAnswer("r", WWW, List.of(), 9, Duration.ZERO, ""), 0))
                .isEqualTo(AnswerVerdict.NEGATIVE);
        assertThat(judge(failed("r", Came.REFUSED), 0)).isEqualTo(AnswerVerdict.REFUSED);
        assertThat(judge(failed("r", Came.FAILED), 0)).isEqualTo(AnswerVerdict.FAILED);
        assertThat(judge(failed("r", Came.TIMED_OUT), 0)).isEqualTo(AnswerVerdict.TIMED_OUT);
    }

    @Test
    void an_old_answer_past_its_bound_is_stale_and_one_with_too_long_a_life_is_clamped() {
        assertThat(judge(answer("r", Acme.WWW_OLD, 30), 310))
                .isEqualTo(AnswerVerdict.SERVING_STALE);
        assertThat(judge(answer("r", Acme.WWW_OLD, 900), 10)).isEqualTo(AnswerVerdict.TTL_CLAMPED);
        assertThat(judge(answer("r", Acme.WWW_OLD, 200), 290))
                .as("200 s more, ten seconds before the last honest cache lets go")
                .isEqualTo(AnswerVerdict.TTL_CLAMPED);
        assertThat(judge(marked(answer("r", Acme.WWW_OLD, 30)), 20))
                .as("it says so itself")
                .isEqualTo(AnswerVerdict.SERVING_STALE);
    }

    @Test
    void an_alias_in_the_sets_place_is_followed_to_what_visitors_get() {
        ResolverAnswer alias =
                new ResolverAnswer(
                        "r",
                        WWW,
                        List.of(),
                        250,
                        Duration.ZERO,
                        "",
                        new Told(
                                Came.RECORDS,
                                "",
                                "",
                                List.of("old.vendor.example"),
                                List.of(Acme.WWW_OLD),
                                20,
                                false,
                                "",
                                ""));
        assertThat(judge(alias, 0)).isEqualTo(AnswerVerdict.OLD);
        Caches seen = look(Caches.none(), 0, alias);
        Between until = seen.caches().getFirst().oldUntil().orElseThrow();
        assertThat(until.earliest()).as("the target may change").isEqualTo(T0.plusSeconds(20));
        assertThat(until.latest()).as("the alias stays").contains(T0.plusSeconds(251));
    }

    @Test
    void a_proxied_name_is_judged_by_the_edge_and_the_marker_behind_it() {
        SetChange shop =
                new SetChange(
                        Acme.SHOP,
                        RecordType.A,
                        List.of(Acme.proxied("s", Acme.SHOP, Acme.SHOP_OLD)),
                        List.of(Acme.proxied("s", Acme.SHOP, Acme.SHOP_OLD)),
                        List.of(Acme.proxied("s", Acme.SHOP, Acme.SHOP_NEXT)),
                        List.of(Acme.proxied("s", Acme.SHOP, Acme.SHOP_OLD)),
                        1);
        EdgeIdentity edge =
                EdgeIdentity.unknown()
                        .look(
                                List.of(shop),
                                new Evidence.Authorities(
                                        List.of(
                                                new Evidence.AuthorityAnswer(
                                                        "ns1",
                                                        shop.key(),
                                                        List.of("104.16.0.1", "104.16.0.2"),
                                                        300,
                                                        "")),
                                        T0));
        ResolverAnswer one =
                new ResolverAnswer("r", shop.key(), List.of("104.16.0.2"), 300, Duration.ZERO, "");
        assertThat(proxied(shop, edge).judge(one, T0)).isEqualTo(AnswerVerdict.OTHER);
        assertThat(proxied(shop, EdgeIdentity.unknown()).judge(one, T0))
                .as("no address of the edge is known: it is all that is not old")
                .isEqualTo(AnswerVerdict.NEXT);
        EdgeIdentity still = edge.look(served("old"));
        assertThat(proxied(shop, still).judge(one, T0)).isEqualTo(AnswerVerdict.OLD);
        EdgeIdentity moved = still.look(served("next"));
        assertThat(proxied(shop, moved).judge(one, T0)).isEqualTo(AnswerVerdict.NEXT);
        ResolverAnswer astray =
                new ResolverAnswer("r", shop.key(), List.of("192.0.2.66"), 300, Duration.ZERO, "");
        assertThat(proxied(shop, moved).judge(astray, T0)).isEqualTo(AnswerVerdict.OTHER);
    }

    // ------------------------------------------------------------------- one cache

    @Test
    void an_old_answer_lives_as_long_as_its_ttl_and_never_past_the_ceiling() {
        Caches seen =
                look(
                        Caches.none(),
                        10,
                        at("here", answer("a", Acme.WWW_OLD, 120)),
                        at("there", answer("b", Acme.WWW_OLD, 290)));
        Forecast f = forecast(seen, 10);
        assertThat(f.goneAt().orElseThrow().earliest()).isEqualTo(T0.plusSeconds(300));
        assertThat(f.goneAt().orElseThrow().latest()).contains(T0.plusSeconds(300));
        assertThat(Forecast.of(seen, "a", T0).orElseThrow().latest()).contains(T0.plusSeconds(131));
        assertThat(f.late()).isEmpty();
    }

    @Test
    void of_a_farm_the_latest_bound_seen_is_kept_though_it_shows_the_next_side_too() {
        Caches seen = look(Caches.none(), 0, answer("farm", Acme.WWW_OLD, 60));
        seen = look(seen, 5, answer("farm", Acme.WWW_OLD, 200));
        seen = look(seen, 10, answer("farm", Acme.WWW_NEXT, 300));
        Cache farm = seen.caches().getFirst();
        assertThat(farm.verdict()).isEqualTo(AnswerVerdict.NEXT);
        assertThat(farm.oldUntil().orElseThrow().latest()).contains(T0.plusSeconds(206));
        seen = look(seen, 20, answer("farm", Acme.WWW_OLD, 185));
        assertThat(seen.caches().getFirst().shared()).isTrue();
        assertThat(forecast(seen, 20).goneAt().orElseThrow())
                .as("a cache that did not answer yet may be the last")
                .isEqualTo(Between.of(T0.plusSeconds(205), T0.plusSeconds(300)));
        assertThat(forecast(seen, 301).goneAt()).isEmpty();
        assertThat(forecast(seen, 301).late()).isEmpty();
    }

    @Test
    void sites_that_tell_themselves_apart_are_caches_of_their_own() {
        Caches seen =
                look(
                        Caches.none(),
                        0,
                        at("ams", answer("farm", Acme.WWW_OLD, 60)),
                        at("fra", answer("farm", Acme.WWW_NEXT, 300)));
        assertThat(seen.caches()).hasSize(2);
        assertThat(forecast(seen, 0).share()).isEqualTo(0.5);
        seen = look(seen, 62, at("ams", answer("farm", Acme.WWW_NEXT, 300)));
        assertThat(forecast(seen, 62).share()).isEqualTo(1);
    }

    @Test
    void who_clamps_serves_stale_or_ignores_ttls_is_named() {
        Caches seen =
                look(
                        Caches.none(),
                        0,
                        answer("clamps", Acme.WWW_OLD, 900),
                        at("x", answer("ignores", Acme.WWW_OLD, 250)),
                        answer("stale", Acme.WWW_OLD, 250));
        seen =
                look(
                        seen,
                        320,
                        answer("clamps", Acme.WWW_OLD, 580),
                        at("x", answer("ignores", Acme.WWW_OLD, 3_600)),
                        answer("stale", Acme.WWW_OLD, 30));
        assertThat(forecast(seen, 320).goneAt().orElseThrow().latest())
                .as("who clamps counts down what it says")
                .contains(T0.plusSeconds(3_921));
        seen =
                look(
                        seen,
                        4_000,
                        answer("clamps", Acme.WWW_NEXT, 900),
                        at("x", answer("ignores", Acme.WWW_OLD, 3_600)),
                        answer("stale", Acme.WWW_OLD, 30));
        Forecast f = forecast(seen, 4_000);
        assertThat(f.late())
                .extracting(Forecast.Late::cache, Forecast.Late::habit)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("ignores/x", TtlHabit.IGNORES),
                        org.assertj.core.groups.Tuple.tuple("stale", TtlHabit.SERVES_STALE),
                        org.assertj.core.groups.Tuple.tuple("clamps", TtlHabit.RAISES));
        assertThat(f.late().get(2).text()).isEqualTo("raises TTLs to 900 s or more");
        assertThat(f.late().get(0).oldUntil().orElseThrow().latest()).isEmpty();
        assertThat(f.goneAt()).as("who has no end is left out").isEmpty();
        assertThat(f.quorumAt().orElseThrow().latest()).isEmpty();
    }

    // ---------------------------------------------------------------------- together

    @Test
    void the_curve_has_a_range_and_says_when_the_quorum_is_reached() {
        List<ResolverAnswer> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(at("s", answer("r" + i, Acme.WWW_OLD, 10 + 20 * i)));
        }
        Caches seen = look(Caches.none(), 0, answers.toArray(ResolverAnswer[]::new));
        Forecast f = forecast(seen, 0);
        assertThat(f.share()).isZero();
        assertThat(f.quorumAt().orElseThrow())
                .isEqualTo(Between.of(T0.plusSeconds(170), T0.plusSeconds(171)));
        assertThat(f.curve()).allSatisfy(p -> assertThat(p.least()).isBetween(0.0, p.most()));
        assertThat(f.curve().getLast().least()).isEqualTo(1);
        assertThat(f.curve()).hasSizeLessThanOrEqualTo(Forecast.MOST_POINTS);
    }

    @Test
    void weights_count_and_the_silent_do_not() {
        Caches seen =
                Caches.none()
                        .look(
                                List.of(SET),
                                List.of(
                                        at("s", answer("large", Acme.WWW_NEXT, 300)),
                                        at("s", answer("small", Acme.WWW_OLD, 300)),
                                        failed("dead", Came.TIMED_OUT)),
                                a -> a.resolver().equals("large") ? 9 : 1,
                                T0,
                                T0);
        assertThat(forecast(seen, 0).share()).isEqualTo(0.9);
    }

    @Test
    void an_abort_costs_as_long_as_caches_keep_the_next_side() {
        Caches seen =
                look(
                        Caches.none(),
                        100,
                        answer("a", Acme.WWW_NEXT, 250),
                        answer("b", Acme.WWW_NEXT, 100),
                        answer("c", Acme.WWW_NEXT, 20),
                        answer("old", Acme.WWW_OLD, 100));
        Forecast.AbortCost cost = forecast(seen, 100).abort();
        assertThat(cost.onNext()).isEqualTo(0.75);
        assertThat(cost.half()).isEqualTo(Duration.ofSeconds(100));
        assertThat(cost.longest()).isEqualTo(Duration.ofMinutes(5));
        assertThat(cost.minutes()).isEqualTo(5);
    }

    // ------------------------------------------------------------------ asking again

    @Test
    void an_old_answer_is_asked_for_just_after_it_is_gone_and_the_new_one_on_a_slow_tick() {
        Caches seen =
                look(
                        Caches.none(),
                        0,
                        at("s", answer("soon", Acme.WWW_OLD, 25)),
                        at("s", answer("new", Acme.WWW_NEXT, 300)),
                        failed("dead", Came.TIMED_OUT));
        assertThat(ReAsk.due(seen.caches(), T0)).isEmpty();
        assertThat(ReAsk.due(seen.caches(), T0.plusSeconds(26))).contains("soon");
        assertThat(ReAsk.due(seen.caches(), T0.plusSeconds(60)))
                .containsExactly("dead", "new", "soon");
    }

    private static AnswerVerdict judge(ResolverAnswer answer, long second) {
        return SET.judge(answer, T0.plusSeconds(second));
    }

    private static Caches look(Caches before, long second, ResolverAnswer... answers) {
        Instant at = T0.plusSeconds(second);
        return before.look(List.of(SET), List.of(answers), a -> 1, at, at);
    }

    private static Forecast forecast(Caches seen, long second) {
        return Forecast.of(seen, 0.9, 300, T0.plusSeconds(second));
    }

    private static SwitchedSet proxied(SetChange change, EdgeIdentity edge) {
        return SwitchedSet.of(change, Optional.of(T0), Duration.ofHours(1), edge);
    }

    private static Evidence.Served served(String marker) {
        return new Evidence.Served(
                List.of(new Evidence.ServedName(Acme.SHOP, marker, "next", "")), T0);
    }

    private static ResolverAnswer answer(String resolver, String content, long ttlSeconds) {
        return new ResolverAnswer(resolver, WWW, List.of(content), ttlSeconds, Duration.ZERO, "");
    }

    private static ResolverAnswer at(String site, ResolverAnswer a) {
        return with(a, a.told().from(site, ""));
    }

    private static ResolverAnswer marked(ResolverAnswer a) {
        return with(a, new Told(Came.RECORDS, "", "", List.of(), List.of(), 0, true, "", ""));
    }

    private static ResolverAnswer failed(String resolver, Came came) {
        return with(
                new ResolverAnswer(resolver, WWW, List.of(), 0, Duration.ZERO, "no"),
                Told.plainly(came));
    }

    private static ResolverAnswer with(ResolverAnswer a, Told told) {
        return new ResolverAnswer(
                a.resolver(),
                a.set(),
                a.contents(),
                a.ttlSeconds(),
                a.latency(),
                a.failure(),
                told);
    }
}
