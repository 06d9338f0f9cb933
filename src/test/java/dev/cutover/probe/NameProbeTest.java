package dev.cutover.probe;

import static dev.cutover.probe.LoopbackServer.answer;
import static dev.cutover.probe.LoopbackServer.reply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.Region;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Came;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.Told;
import dev.cutover.net.TestAuthority;
import dev.cutover.peer.Recursive;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.probe.NameProbe.Heard;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Address;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

/// What answers are read as, each kind from a server that gives it, and whose clients they are for.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NameProbeTest {

    private static final String NAME = "www.acme.example";
    private static final String HOME = "192.0.2.10";
    private static final String ABROAD = "192.0.2.20";
    private static final Region DE = Region.parse("DE=198.51.100.0/24");
    private static final Region JP = Region.parse("JP=203.0.113.0/24");
    private static final Duration PATIENT = Duration.ofSeconds(30);

    private final ProbeEngine engine;

    NameProbeTest() throws IOException {
        engine = new ProbeEngine();
    }

    @AfterEach
    void end() {
        engine.close();
    }

    private List<Heard> ask(Resolver whom, Duration timeout, Region... regions) throws Exception {
        Map<String, Resolver> all = new LinkedHashMap<>(Map.of(whom.id(), whom));
        NameProbe probe = new NameProbe(engine, all, NAME, "A", List.of(regions));
        return probe.ask(all.keySet(), timeout).heard();
    }

    private Heard one(LoopbackServer.OnUdp behaviour, Duration timeout) throws Exception {
        try (var server = LoopbackServer.udp(behaviour)) {
            List<Heard> heard = ask(server.resolver(), timeout);
            assertThat(heard).hasSize(1);
            return heard.getFirst();
        }
    }

    private Heard one(LoopbackServer.OnUdp behaviour) throws Exception {
        return one(behaviour, PATIENT);
    }

    private static byte[] with(byte[] reply, EDNSOption... options) throws IOException {
        Message message = new Message(reply);
        message.addRecord(new OPTRecord(1_232, 0, 0, 0, List.of(options)), Section.ADDITIONAL);
        return message.toWire();
    }

    // ------------------------------------------------------------------ kinds

    @Test
    void records_come_with_their_life_and_their_chain() throws Exception {
        Heard plain = one((query, back) -> back.send(answer(query, NAME + " 300 A " + HOME)));
        assertThat(plain.answer().told().came()).isEqualTo(Came.RECORDS);
        assertThat(plain.answer().contents()).containsExactly(HOME);
        assertThat(plain.answer().ttlSeconds()).isEqualTo(300);
        assertThat(plain.answer().latency()).isPositive();

        Heard alias =
                one(
                        (query, back) ->
                                back.send(
                                        answer(
                                                query,
                                                NAME + " 600 CNAME Shop.vendor.example",
                                                "shop.vendor.example 40 CNAME edge.vendor.example",
                                                "edge.vendor.example 60 A " + ABROAD)));
        Told told = alias.answer().told();
        assertThat(alias.answer().contents()).isEmpty();
        assertThat(alias.answer().ttlSeconds()).isEqualTo(600);
        assertThat(told.aliases()).containsExactly("shop.vendor.example", "edge.vendor.example");
        assertThat(told.reached()).containsExactly(ABROAD);
        assertThat(told.leastTtlSeconds()).isEqualTo(40);
    }

    /// As BIND did when several asked at once; that is no word about the name, least of all its
    /// absence.
    @Test
    void records_of_another_name_alone_are_a_failure() throws Exception {
        Heard astray =
                one((query, back) -> back.send(answer(query, "shop.vendor.example 60 A " + HOME)));

        assertCame(
                Came.FAILED,
                "answered about shop.vendor.example without an alias from " + NAME,
                astray);
    }

    @Test
    void a_chain_that_bites_its_tail_ends_and_reaches_nothing() throws Exception {
        Heard loop =
                one(
                        (query, back) ->
                                back.send(
                                        answer(
                                                query,
                                                NAME + " 60 CNAME b.acme.example",
                                                "b.acme.example 60 CNAME " + NAME)));
        assertThat(loop.answer().told().reached()).isEmpty();
        assertThat(loop.answer().told().aliases()).containsExactly("b.acme.example", NAME);
    }

    @Test
    void absence_comes_with_the_time_it_may_be_remembered() throws Exception {
        for (int rcode : new int[] {Rcode.NXDOMAIN, Rcode.NOERROR}) {
            Heard absent =
                    one(
                            (query, back) ->
                                    back.send(
                                            reply(
                                                    query,
                                                    rcode,
                                                    false,
                                                    List.of(),
                                                    List.of(
                                                            "acme.example 900 SOA ns.acme.example"
                                                                    + " h.acme.example 1 2 3 4 120"))));
            assertThat(absent.answer().told().came()).isEqualTo(Came.NEGATIVE);
            assertThat(absent.answer().ttlSeconds()).isEqualTo(120);
            assertThat(absent.detail()).isEqualTo(rcode == Rcode.NXDOMAIN ? "NXDOMAIN" : "");
        }
    }

    @Test
    void refusals_failures_silence_and_absence_of_a_server_are_told_apart() throws Exception {
        assertCame(Came.REFUSED, "answered REFUSED", one(saying(Rcode.REFUSED)));
        assertCame(Came.FAILED, "answered SERVFAIL", one(saying(Rcode.SERVFAIL)));
        assertCame(
                Came.TIMED_OUT,
                "no answer within",
                one((query, back) -> {}, Duration.ofMillis(100)));
        try (var nobody = UnheardPort.open()) {
            assertCame(Came.FAILED, "unreachable", ask(nobody.resolver(), PATIENT).getFirst());
        }
    }

    private static LoopbackServer.OnUdp saying(int rcode) {
        return (query, back) -> back.send(reply(query, rcode, false, List.of(), List.of()));
    }

    private static void assertCame(Came came, String failure, Heard heard) {
        ResolverAnswer answer = heard.answer();
        assertThat(answer.told().came()).isEqualTo(came);
        assertThat(answer.failure()).contains(failure);
        assertThat(answer.contents()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 19})
    void a_resolver_that_calls_its_answer_stale_is_believed(int code) throws Exception {
        Heard stale =
                one(
                        (query, back) ->
                                back.send(
                                        with(
                                                answer(query, NAME + " 30 A " + HOME),
                                                new ExtendedErrorCodeOption(code, "kept"))));
        assertThat(stale.answer().told().markedStale()).isTrue();
        assertThat(stale.detail()).isEqualTo("EDE " + code + " kept");
        Heard other =
                one(
                        (query, back) ->
                                back.send(
                                        with(
                                                answer(query, NAME + " 30 A " + HOME),
                                                new ExtendedErrorCodeOption(22, ""))));
        assertThat(other.answer().told().markedStale()).isFalse();
        assertThat(other.detail()).isEqualTo("EDE 22");
    }

    // ---------------------------------------------------------------- regions

    /// Gives clients in Germany another answer, and repeats for whom it answers.
    private static byte[] byRegion(byte[] query) throws IOException {
        return byRegion(query, 0);
    }

    /// @param elsewhere for how much of a network outside Germany the answer is
    private static byte[] byRegion(byte[] query, int elsewhere) throws IOException {
        Message asked = new Message(query);
        if (asked.getOPT() != null
                && !asked.getOPT().getOptions(EDNSOption.Code.CLIENT_SUBNET).isEmpty()) {
            ClientSubnetOption clients =
                    (ClientSubnetOption)
                            asked.getOPT().getOptions(EDNSOption.Code.CLIENT_SUBNET).getFirst();
            boolean german = clients.getAddress().equals(Address.getByAddress("198.51.100.0"));
            return with(
                    answer(query, NAME + " 300 A " + (german ? HOME : ABROAD)),
                    new ClientSubnetOption(
                            clients.getSourcePrefixLength(),
                            german ? 24 : elsewhere,
                            clients.getAddress()));
        }
        return answer(query, NAME + " 300 A " + ABROAD);
    }

    @Test
    void an_answer_counts_for_the_region_whose_network_it_repeats_with_a_scope() throws Exception {
        try (var server = LoopbackServer.udp((query, back) -> back.send(byRegion(query)))) {
            List<Heard> heard = ask(server.resolver(), PATIENT, DE, JP);
            // for JP it says that the answer is everybody's
            assertThat(heard).extracting(h -> h.answer().told().scope()).containsExactly("", "DE");
            assertThat(heard)
                    .extracting(h -> h.answer().contents().getFirst())
                    .containsExactly(ABROAD, HOME);
        }
    }

    @Test
    void a_server_that_repeats_nothing_tells_of_its_own_place_even_if_only_then_it_answers()
            throws Exception {
        try (var deaf =
                LoopbackServer.udp(
                        (query, back) -> {
                            boolean plain =
                                    new Message(query)
                                            .getOPT()
                                            .getOptions(EDNSOption.Code.CLIENT_SUBNET)
                                            .isEmpty();
                            if (!plain) {
                                back.send(answer(query, NAME + " 300 A " + HOME));
                            }
                        })) {
            Duration timeout = Duration.ofMillis(500);
            List<Heard> heard = ask(deaf.resolver(), timeout, DE, JP);
            // Two of three are silent; more time for the third on a machine that stood still.
            while (!heard.getFirst().answer().answered() && timeout.compareTo(PATIENT) < 0) {
                timeout = timeout.multipliedBy(4);
                heard = ask(deaf.resolver(), timeout, DE, JP);
            }
            assertThat(heard).hasSize(1);
            assertThat(heard.getFirst().answer().told().scope()).isEmpty();
            assertThat(heard.getFirst().answer().contents()).containsExactly(HOME);
        }
    }

    @Test
    void unbound_passes_networks_on_and_keeps_an_answer_for_each() throws Exception {
        TestAuthority.Pem pem = new TestAuthority().pemFor(Recursive.NAME);
        AtomicBoolean moved = new AtomicBoolean();
        // an answer for everybody would be kept for everybody
        try (var authority =
                        LoopbackServer.udp(
                                (query, back) ->
                                        back.send(
                                                moved.get()
                                                        ? answer(query, NAME + " 300 A 192.0.2.99")
                                                        : byRegion(query, 24)));
                var unbound =
                        Recursive.unboundForRegions(
                                "site",
                                List.of(authority.address()),
                                pem.certificate(),
                                pem.key())) {
            for (Resolver whom :
                    List.of(
                            new Resolver("udp", unbound.plain(), "lab", "-"),
                            new Resolver(
                                    "tcp", unbound.plain(), "lab", "-", new Transport.Tcp()))) {
                List<Heard> heard = ask(whom, PATIENT, DE, JP);
                List<String> said = new ArrayList<>();
                heard.forEach(
                        h ->
                                said.add(
                                        h.answer().told().scope()
                                                + "="
                                                + h.answer().contents().getFirst()));
                assertThat(said)
                        .as(whom.id())
                        .containsExactly("=" + ABROAD, "DE=" + HOME, "JP=" + ABROAD);
            }
            // the second time out of its cache, still each for its own
            moved.set(true);
            assertThat(ask(new Resolver("again", unbound.plain(), "lab", "-"), PATIENT, DE))
                    .extracting(h -> h.answer().contents().getFirst())
                    .containsExactly(ABROAD, HOME);
        }
    }

    @Test
    void the_controller_hears_regions_by_the_same_rule() throws Exception {
        SetKey www = new SetKey(new DnsName(NAME), RecordType.A);
        try (var echoes = LoopbackServer.udp((query, back) -> back.send(byRegion(query)));
                var deaf =
                        LoopbackServer.udp(
                                (query, back) ->
                                        back.send(answer(query, NAME + " 300 A " + HOME)))) {
            List<Resolver> both = List.of(echoes.resolver("echoes"), deaf.resolver("deaf"));
            var probed = new ProbedResolvers(engine, both, 53, PATIENT, InstantSource.system());
            Call call = Call.reading("acme-1", "a test", Deadline.in(PATIENT));
            assertThat(probed.askResolvers(List.of(www), Optional.empty(), List.of(DE, JP), call))
                    .extracting(
                            a ->
                                    a.resolver()
                                            + " "
                                            + a.told().scope()
                                            + "="
                                            + a.contents().getFirst())
                    .containsExactly("echoes =" + ABROAD, "echoes DE=" + HOME, "deaf =" + HOME);
            assertThat(probed.askResolvers(List.of(www), Set.of("deaf"), call)).hasSize(1);
        }
    }

    @Test
    void asks_the_named_alone() throws Exception {
        try (var a = LoopbackServer.udp((query, back) -> back.send(byRegion(query)));
                var b = LoopbackServer.udp((query, back) -> back.send(byRegion(query)))) {
            Map<String, Resolver> both = Map.of("a", a.resolver("a"), "b", b.resolver("b"));
            NameProbe probe = new NameProbe(engine, both, NAME, "A", List.of());
            assertThat(probe.ask(Set.of("b", "nobody"), PATIENT).heard()).hasSize(1);
            assertThat(a.queries).isEmpty();
        }
    }
}
