package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.cli.Prober.Seen;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Came;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Told;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `cutover probe` in a world of caches whose time the test sets.
@Timeout(30)
class ProbeCommandTest {

    private static final String OLD = "192.0.2.1";
    private static final String NEW = "192.0.2.2";
    private static final SetKey WWW = new SetKey(new DnsName("www.acme.example"), RecordType.A);
    private static final Instant START = Instant.parse("2026-12-04T02:00:00Z");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> env = new HashMap<>();
    private final Caches caches = new Caches();
    private boolean terminal;
    private Prober.@Nullable Wish wished;

    /// A resolver's cache: its old answer until that second, then the new one.
    private record Cache(long oldUntilSecond, Came came) {}

    private static final class Caches implements Prober {
        private final Map<String, Cache> all = new LinkedHashMap<>();
        private final Map<String, List<Long>> asked = new HashMap<>();
        private long second;
        private String ownFaults = "";

        @Override
        public List<String> ids() {
            return List.copyOf(all.keySet());
        }

        @Override
        public int leftOut() {
            return 0;
        }

        @Override
        public SetKey set() {
            return WWW;
        }

        @Override
        public String normal(String content) {
            if (content.equals("nonsense")) {
                throw new IllegalArgumentException("expected an IPv4 address, seen 'nonsense'");
            }
            return content;
        }

        @Override
        public Look ask(Set<String> ids) {
            List<Seen> seen = new ArrayList<>();
            all.forEach(
                    (id, cache) -> {
                        if (ids.contains(id)) {
                            asked.computeIfAbsent(id, i -> new ArrayList<>()).add(second);
                            seen.add(seen(id, cache));
                        }
                    });
            Instant now = START.plusSeconds(second);
            return new Look(now, now, seen, ownFaults);
        }

        private Seen seen(String id, Cache cache) {
            boolean old = second < cache.oldUntilSecond();
            boolean records = cache.came() == Came.RECORDS;
            boolean answered = records || cache.came() == Came.NEGATIVE;
            return said(
                    id,
                    "",
                    cache.came(),
                    records ? List.of(old ? OLD : NEW) : List.of(),
                    records ? (old ? cache.oldUntilSecond() - second : 300) : 0,
                    answered ? "" : "as it happens \u001b[31m");
        }

        @Override
        public void rest(Duration howLong) {
            second += Math.max(1, howLong.toSeconds());
        }

        @Override
        public void close() {
            all.clear();
        }
    }

    private static Seen said(
            String id,
            String region,
            Came came,
            List<String> contents,
            long ttlSeconds,
            String failure) {
        return new Seen(
                "127.0.0.1",
                new ResolverAnswer(
                        id,
                        WWW,
                        contents,
                        ttlSeconds,
                        Duration.ofMillis(7),
                        failure,
                        Told.plainly(came)
                                .from(came == Came.RECORDS ? "site-" + id : "", region)
                                .by("Lab", "-")),
                "");
    }

    private void cache(String id, long oldUntilSecond) {
        caches.all.put(id, new Cache(oldUntilSecond, Came.RECORDS));
    }

    private void cache(String id, Came came) {
        caches.all.put(id, new Cache(0, came));
    }

    private int run(String... arguments) {
        List<String> words = new ArrayList<>(List.of("probe"));
        words.addAll(List.of(arguments));
        Surroundings around =
                new Surroundings(
                        env, Path.of("/nowhere"), new ByteArrayInputStream(new byte[0]), terminal);
        return CutoverCommand.run(
                new OnlyProbes(),
                around,
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                words.toArray(String[]::new));
    }

    // ---------------------------------------------------------------- once

    @Test
    void exits_0_when_the_quorum_gives_the_expected_answer() {
        cache("a", 0);
        cache("b", 0);
        cache("c", Came.TIMED_OUT);
        assertThat(run("www.acme.example", "--expect", NEW)).isZero();
        assertThat(out.toString())
                .contains(
                        "a         127.0.0.1  new                300       7.0  192.0.2.2 [site-a]")
                .contains("timed out")
                .contains("3 resolvers: 2 new, 1 timed out; 100 % of those that answer")
                .doesNotContain("\u001b");
    }

    @Test
    void exits_1_and_says_until_when_while_some_give_the_old_answer() {
        cache("a", 0);
        cache("b", 90);
        assertThat(run("www.acme.example", "--expect", NEW, "--old", OLD)).isEqualTo(1);
        assertThat(out.toString())
                .contains("1 new, 1 old; 50 %")
                .contains(
                        "forecast: 95 % by 02:01:31; last old answer gone by 02:01:31, all gone"
                                + " in 1 min 31 s");
    }

    @Test
    void without_the_old_value_another_answer_is_other() {
        cache("a", 0);
        cache("b", 90);
        assertThat(run("www.acme.example", "--expect", NEW)).isEqualTo(1);
        assertThat(out.toString()).contains("1 new, 1 other");
    }

    @Test
    void without_an_expectation_they_must_agree() {
        cache("a", 0);
        cache("b", 0);
        assertThat(run("www.acme.example")).isZero();
        assertThat(out.toString()).contains("agree on " + NEW);
    }

    @Test
    void exits_3_when_nobody_answers() {
        cache("a", Came.TIMED_OUT);
        cache("b", Came.FAILED);
        assertThat(run("www.acme.example", "--expect", NEW)).isEqualTo(3);
        assertThat(err.toString()).contains("no resolver answered");
    }

    @Test
    void one_of_many_that_answers_is_no_quorum() {
        cache("a", 0);
        cache("b", Came.TIMED_OUT);
        cache("c", Came.REFUSED);
        assertThat(run("www.acme.example", "--expect", NEW)).isEqualTo(1);
    }

    @Test
    void a_name_that_is_gone_counts_against() {
        cache("a", 0);
        cache("b", Came.NEGATIVE);
        assertThat(run("www.acme.example", "--expect", NEW)).isEqualTo(1);
        cache("a", 0);
        cache("b", Came.NEGATIVE);
        assertThat(run("www.acme.example", "--expect", NEW, "--quorum", "50%")).isZero();
    }

    @Test
    void a_round_our_own_machine_spoilt_is_asked_once_more_and_named() {
        cache("a", 0);
        cache("b", 0);
        cache("c", Came.TIMED_OUT);
        caches.ownFaults = "stood still";
        assertThat(run("www.acme.example", "--expect", NEW)).isZero();
        assertThat(caches.asked.get("c")).hasSize(2);
        assertThat(caches.asked.get("a")).hasSize(1);
        assertThat(err.toString())
                .contains("this machine stood still: missing answers may be its own doing");
    }

    @Test
    void colours_only_on_a_terminal_that_wants_them() {
        terminal = true;
        cache("a", 0);
        run("www.acme.example", "--expect", NEW);
        assertThat(out.toString()).contains("\u001b[32m");
        env.put("NO_COLOR", "1");
        cache("a", Came.FAILED);
        cache("b", 0);
        out.getBuffer().setLength(0);
        run("www.acme.example", "--expect", NEW);
        assertThat(out.toString()).doesNotContain("\u001b").contains("as it happens ?[31m");
    }

    @Test
    void json_says_the_same_for_programs() throws Exception {
        cache("a", 0);
        cache("b", 60);
        assertThat(run("www.acme.example", "AAAA", "--expect", NEW, "--json")).isEqualTo(1);
        JsonNode told = new ObjectMapper().readTree(out.toString());
        assertThat(told.path("type").asText()).isEqualTo("AAAA");
        assertThat(told.path("reached").asBoolean()).isFalse();
        assertThat(told.path("counts").path("new").asInt()).isEqualTo(1);
        assertThat(told.path("forecast").path("goneAt").path("latest").asText())
                .isEqualTo("2026-12-04T02:01:01Z");
        assertThat(told.path("resolvers").get(1).path("oldUntil").path("earliest").asText())
                .isEqualTo("2026-12-04T02:01:00Z");
        assertThat(told.path("resolvers").get(0).path("verdict").asText()).isEqualTo("new");
        assertThat(told.path("resolvers").get(1).path("ttlSeconds").asInt()).isEqualTo(60);
    }

    // --------------------------------------------------------------- watch

    @Test
    void watches_until_the_quorum_and_asks_nobody_before_its_answer_ran_out() {
        cache("a", 0);
        cache("b", 20);
        cache("c", 200);
        assertThat(
                        run(
                                "www.acme.example",
                                "--expect",
                                NEW,
                                "--old",
                                OLD,
                                "--watch",
                                "--quorum",
                                "100%"))
                .isZero();
        assertThat(caches.asked.get("a")).containsExactly(0L);
        assertThat(caches.asked.get("b")).containsExactly(0L, 21L);
        // once a minute at least: another cache may stand behind the same address
        assertThat(caches.asked.get("c")).startsWith(0L, 60L).endsWith(201L).hasSize(5);
        assertThat(out.toString()).contains("3 resolvers: 3 new");
    }

    @Test
    void gives_up_watching_when_told_to() {
        cache("a", 10_000);
        assertThat(
                        run(
                                "www.acme.example",
                                "--expect",
                                NEW,
                                "--watch",
                                "--for",
                                "5m",
                                "--every",
                                "30s"))
                .isEqualTo(1);
        assertThat(caches.second).isLessThanOrEqualTo(300);
        assertThat(caches.asked.get("a")).hasSizeBetween(4, 6);
    }

    @Test
    void an_answer_past_its_time_is_shown_as_such() {
        caches.all.put("a", new Cache(10, Came.RECORDS));
        cache("b", 0);
        ProbeBoard board = board(Optional.empty(), List.of());
        board.take(caches.ask(Set.of("a", "b")));
        caches.second = 30;
        caches.all.put("a", new Cache(60, Came.RECORDS)); // refetched the old answer
        Prober.Look late = caches.ask(Set.of("a"));
        board.take(late);
        assertThat(String.join("\n", board.table(false, 200, late.askedAt(), 0.95)))
                .contains("(17 s past its time)")
                .contains("last old answer gone by 02:01:01");
    }

    private static ProbeBoard board(Optional<Duration> oldTtl, List<Region> regions) {
        return new ProbeBoard(
                List.of("a", "b"),
                Set.of(NEW),
                regions,
                new ProbeOutlook(WWW, Set.of(OLD), oldTtl, Optional.empty()));
    }

    private static Prober.Look look(long second, Seen... seen) {
        Instant at = START.plusSeconds(second);
        return new Prober.Look(at, at, List.of(seen), "");
    }

    // ------------------------------------------------------------- forecast

    @Test
    void with_the_old_ttl_no_honest_cache_outlasts_it_and_who_does_is_named() {
        ProbeBoard board = board(Optional.of(Duration.ofSeconds(60)), List.of());
        board.take(
                look(
                        0,
                        said("a", "", Came.RECORDS, List.of(OLD), 30, ""),
                        said("b", "", Came.RECORDS, List.of(OLD), 90, "")));
        assertThat(board.summary(START, 0.5).get(1))
                .contains("50 % by 02:00:31; last old answer gone by 02:01:31")
                .contains("1 keep answers longer than TTLs allow");
        assertThat(String.join("\n", board.table(false, 200, START, 0.95)))
                .contains("TTL clamped")
                .contains("(raises TTLs to 90 s or more)")
                .contains("late: b/site-b raises TTLs to 90 s or more");

        Instant late = START.plusSeconds(70);
        board.take(look(70, said("a", "", Came.RECORDS, List.of(OLD), 30, "")));
        assertThat(String.join("\n", board.table(false, 200, late, 0.95)))
                .contains("serving stale")
                .contains("(serves stale answers)")
                .contains("95 % by 02:01:40 at best, without an end");
    }

    @Test
    void without_the_old_ttl_nothing_is_said_of_caches_that_did_not_answer() {
        ProbeBoard board = board(Optional.empty(), List.of());
        board.take(look(0, said("a", "", Came.RECORDS, List.of(OLD), 90_000, "")));
        assertThat(board.summary(START, 0.95).get(1))
                .contains("last old answer gone by 03:00:01")
                .doesNotContain("longer than TTLs allow");
    }

    // -------------------------------------------------------------- regions

    @Test
    void an_answer_counts_for_a_region_when_it_is_for_its_clients() throws Exception {
        ProbeBoard board =
                board(
                        Optional.empty(),
                        List.of(
                                Region.parse("DE=198.51.100.0/24"),
                                Region.parse("203.0.113.0/24")));
        board.take(
                look(
                        0,
                        said("a", "", Came.RECORDS, List.of(NEW), 300, ""),
                        said("a", "DE", Came.RECORDS, List.of(OLD), 20, ""),
                        said("b", "", Came.RECORDS, List.of(NEW), 300, "")));
        assertThat(board.share("")).isEqualTo(1);
        assertThat(board.reached(0.95)).isFalse();
        assertThat(board.summary(START, 0.95))
                .anyMatch(
                        line ->
                                line.contains(
                                        "for DE (198.51.100.0/24): 1 of 2 resolvers answer for"
                                                + " these clients: 1 old; 0 %"))
                .anyMatch(line -> line.contains("for 203.0.113.0/24: no resolver answers"));
        assertThat(String.join("\n", board.table(false, 200, START, 0.95))).contains("  for DE");
        JsonNode told =
                new ProbeJson(new ObjectMapper(), board, 0.95, START).of("www.acme.example", "A");
        assertThat(told.path("regions").get(0).path("region").asText()).isEqualTo("DE");
        assertThat(told.path("regions").get(0).path("counts").path("old").asInt()).isEqualTo(1);
        assertThat(told.path("resolvers").get(1).path("region").asText()).isEqualTo("DE");
        assertThat(board.due(START.plusSeconds(30), Duration.ofSeconds(5))).containsExactly("a");

        // the resolver answers for them no more: what it said of them is no news any more
        board.take(look(30, said("a", "", Came.RECORDS, List.of(NEW), 300, "")));
        assertThat(board.answering("DE")).isZero();
        assertThat(board.reached(0.95)).isTrue();
    }

    // ----------------------------------------------------------- wrong use

    @ParameterizedTest
    @CsvSource({
        "--quorum, 0",
        "--quorum, 101%",
        "--quorum, most",
        "--timeout, 1ms",
        "--timeout, 5",
        "--timeout, 10m",
        "--every, 0s",
        "--transport, pigeon",
        "--subnet, 192.0.2.0",
        "--subnet, DE=192.0.2.0/33",
        "--old-ttl, 5m",
        "--switched, 2026-12-04T02:00:00Z",
        "--expect, nonsense"
    })
    void wrong_use_is_named_and_asks_nobody(String option, String value) {
        cache("a", 0);
        assertThat(run("www.acme.example", option, value)).isEqualTo(2);
        assertThat(err.toString()).contains("expected");
        assertThat(caches.asked).isEmpty();
    }

    @Test
    void hands_on_whom_to_ask_and_how() {
        cache("a", 0);
        run(
                "www.acme.example",
                "mx",
                "--resolver",
                "127.0.0.1:5353",
                "--transport",
                "DoT",
                "--server-name",
                "dns.acme.example",
                "--timeout",
                "500ms",
                "--subnet",
                "DE=198.51.100.0/24",
                "--subnet",
                "2001:db8::/56");
        Prober.Wish wish = Objects.requireNonNull(wished);
        assertThat(wish.type()).isEqualTo("MX");
        assertThat(wish.transport()).isEqualTo("dot");
        assertThat(wish.resolvers()).containsExactly("127.0.0.1:5353");
        assertThat(wish.serverName()).isEqualTo("dns.acme.example");
        assertThat(wish.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(wish.regions()).extracting(Region::name).containsExactly("DE", "2001:db8::/56");
    }

    private final class OnlyProbes implements CutoverCommand.Starters {
        @Override
        public Prober.Opening prober() {
            return wish -> {
                wished = wish;
                return caches;
            };
        }

        @Override
        public int serve(String... arguments) {
            throw new AssertionError("serve");
        }

        @Override
        public int rehearse() {
            throw new AssertionError("rehearse");
        }

        @Override
        public int demo(DemoOptions options) {
            throw new AssertionError("demo");
        }

        @Override
        public RestoreCommand.Restorer restorer() {
            return new RestoreCommand.Restorer() {
                @Override
                public RestoreCommand.Outcome restore(RestoreCommand.Wish wish) {
                    throw new AssertionError("restore");
                }

                @Override
                public List<String> purge(RestoreCommand.Wish wish) {
                    throw new AssertionError("restore");
                }
            };
        }

        @Override
        public StoreMover mover() {
            return new StoreMover() {
                @Override
                public List<String> export(Path file) {
                    throw new AssertionError("export");
                }

                @Override
                public List<String> take(Path file) {
                    throw new AssertionError("import");
                }
            };
        }
    }
}
