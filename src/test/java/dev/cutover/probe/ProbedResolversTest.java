package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs all of 127.0.0.0/8")
class ProbedResolversTest {

    private static final DnsName ZONE = new DnsName("acme.example");
    private static final SetKey WWW = set("www.acme.example", RecordType.A);

    /// For whom is silent.
    private static final Duration TIMEOUT = Duration.ofMillis(500);

    /// For who answers: longer than any machine stands still.
    private static final Duration PATIENT = Duration.ofSeconds(20);

    @Test
    void an_answer_without_authority_is_a_failure_of_that_authority() throws Exception {
        try (var lame =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    byte[] reply = LoopbackServer.answer(query);
                                    reply[2] &= (byte) ~0x04;
                                    back.send(reply);
                                });
                var recursive = zoneAt("127.0.0.1");
                var engine = new ProbeEngine()) {
            var probed = probed(engine, lame.address().getPort(), PATIENT, recursive);
            assertThat(probed.askAuthorities(ZONE, List.of(WWW), call()))
                    .singleElement()
                    .satisfies(a -> assertThat(a.failure()).contains("without authority"));
        }
    }

    @Test
    void servfail_is_a_failure_and_no_such_name_is_not() throws Exception {
        try (var sick = saying(Rcode.SERVFAIL);
                var denies = saying(Rcode.NXDOMAIN);
                var engine = new ProbeEngine()) {
            List<ResolverAnswer> told =
                    probed(engine, 53, PATIENT, sick, denies).askResolvers(List.of(WWW), call());
            assertThat(told.get(0).failure()).isEqualTo("answered SERVFAIL");
            assertThat(told.get(1).answered()).isTrue();
            assertThat(told.get(1).contents()).isEmpty();
        }
    }

    @Test
    void one_lying_resolver_does_not_decide_where_a_name_leads() throws Exception {
        try (var liar = zoneAt("127.0.0.66");
                var first = zoneAt("127.0.0.7");
                var second = zoneAt("127.0.0.7");
                var dead = LoopbackServer.silent();
                var engine = new ProbeEngine()) {
            assertThat(addresses(engine, "127.0.0.7", dead, liar, first, second))
                    .containsExactly("127.0.0.7");
        }
    }

    @Test
    void where_a_name_leads_is_asked_again_when_the_first_resolver_may_say_otherwise()
            throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-06-01T00:00:00Z"));
        AtomicInteger ttl = new AtomicInteger(9);
        try (var brief = leadingTo("127.0.0.7", ttl::get);
                var patient = leadingTo("127.0.0.7", () -> 3_600);
                var engine = new ProbeEngine()) {
            var probed = probed(engine, 53, PATIENT, now::get, brief, patient);
            Runnable ask = () -> probed.addresses(WWW.name(), call());

            ask.run();
            now.getAndUpdate(t -> t.plusMillis(8_999));
            ask.run();
            assertThat(patient.queries).as("A and AAAA, once").hasSize(2);

            now.getAndUpdate(t -> t.plusMillis(1));
            ttl.set(600);
            ask.run();
            assertThat(patient.queries).hasSize(4);

            now.getAndUpdate(t -> t.plusMillis(29_999));
            ask.run();
            assertThat(patient.queries).hasSize(4);
            now.getAndUpdate(t -> t.plusMillis(1));
            ask.run();
            assertThat(patient.queries).as("caches are flushed by hand, too").hasSize(6);

            now.getAndUpdate(t -> t.minusSeconds(3_600));
            ask.run();
            assertThat(patient.queries).as("the clock was set back").hasSize(8);

            ttl.set(0);
            now.getAndUpdate(t -> t.plusSeconds(60));
            ask.run();
            ask.run();
            assertThat(patient.queries).as("an answer for once only").hasSize(12);
        }
    }

    @Test
    void many_that_want_to_know_the_same_at_once_ask_once() throws Exception {
        CountDownLatch all = new CountDownLatch(20);
        try (var slow =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    all.await();
                                    lead("127.0.0.7", () -> 60).handle(query, back);
                                });
                var engine = new ProbeEngine();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var probed = probed(engine, 53, PATIENT, slow);
            List<Future<List<String>>> told = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                told.add(
                        threads.submit(
                                () -> {
                                    all.countDown();
                                    return probed.addresses(WWW.name(), call());
                                }));
            }
            for (Future<List<String>> one : told) {
                assertThat(one.get()).containsExactly("127.0.0.7");
            }
            assertThat(slow.queries).hasSize(2);
        }
    }

    @Test
    void who_waits_for_another_s_question_keeps_to_its_own_deadline_and_may_ask_after_it()
            throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        AtomicInteger questions = new AtomicInteger();
        try (var resolver =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    asked.countDown();
                                    mayAnswer.await();
                                    if (questions.incrementAndGet()
                                            <= 2) { // the first's A and AAAA
                                        back.send(
                                                LoopbackServer.reply(
                                                        query,
                                                        Rcode.SERVFAIL,
                                                        false,
                                                        List.of(),
                                                        List.of()));
                                    } else {
                                        lead("127.0.0.7", () -> 60).handle(query, back);
                                    }
                                });
                var engine = new ProbeEngine();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var probed = probed(engine, 53, PATIENT, resolver);
            Future<List<String>> first = threads.submit(() -> probed.addresses(WWW.name(), call()));
            asked.await();
            Call brief = Call.reading("", "test", Deadline.in(Duration.ofMillis(50)));
            assertThatThrownBy(() -> probed.addresses(WWW.name(), brief))
                    .isInstanceOf(PortException.class)
                    .hasMessageContaining("www.acme.example: resolvers are being asked for it");
            mayAnswer.countDown();
            assertThat(probed.addresses(WWW.name(), call())).containsExactly("127.0.0.7");
            assertThatThrownBy(first::get).hasMessageContaining("none of 1 resolvers answered");
        }
    }

    @Test
    void asks_further_down_the_list_when_the_first_handful_is_dead() throws Exception {
        List<LoopbackServer> servers = new ArrayList<>();
        try (var engine = new ProbeEngine()) {
            for (int i = 0; i < 5; i++) {
                servers.add(LoopbackServer.silent());
            }
            servers.add(zoneAt("127.0.0.7"));
            LoopbackServer[] all = servers.toArray(LoopbackServer[]::new);
            assertThat(addresses(engine, "127.0.0.7", all)).containsExactly("127.0.0.7");
            var probed = probed(engine, 53, TIMEOUT, all);
            servers.getLast().close();
            assertThatThrownBy(() -> probed.addresses(WWW.name(), call()))
                    .isInstanceOfSatisfying(
                            PortException.class,
                            e -> {
                                assertThat(e.category())
                                        .isEqualTo(PortException.Category.TRANSIENT);
                                assertThat(e).hasMessageContaining("none of 6 resolvers");
                            });
        } finally {
            for (LoopbackServer server : servers) {
                server.close();
            }
        }
    }

    @Test
    void keeps_to_the_deadline_and_blames_no_server_for_our_own_limit() throws Exception {
        try (var live = zoneAt("127.0.0.7");
                var engine = new ProbeEngine(new ProbeLimits(64, 2, 40_000, 256 << 10))) {
            var probed = probed(engine, 53, PATIENT, live);
            // A quarter of the time is for getting questions out, and of what is left then again.
            Call hurried = Call.reading("", "test", Deadline.in(Duration.ofSeconds(8)));
            List<SetKey> many = Collections.nCopies(40, WWW);
            assertThatThrownBy(() -> probed.askResolvers(many, hurried))
                    .isInstanceOf(PortException.class)
                    .hasMessageContaining("say nothing about the servers");
            Call tooLate = Call.reading("", "test", Deadline.in(Duration.ZERO));
            assertThatThrownBy(() -> probed.askResolvers(List.of(WWW), tooLate))
                    .hasMessageContaining("deadline");
        }
    }

    @Test
    void what_our_own_buffer_lost_is_asked_again_and_blamed_on_no_resolver(@TempDir Path folder)
            throws Exception {
        Path counters = folder.resolve("snmp");
        var drops = new OwnDrops(new OwnDrops.Files4And6(counters, counters, List.of()));
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger(1);
        try (var server =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    int sofar = asked.incrementAndGet();
                                    if (sofar <= lost.get()) {
                                        Files.writeString(
                                                counters,
                                                "Udp: RcvbufErrors\nUdp: " + sofar + "\n");
                                    } else {
                                        back.send(LoopbackServer.answer(query));
                                    }
                                });
                var engine = new ProbeEngine(ProbeLimits.DEFAULT, drops)) {
            // The first question is silent for so long; the second is answered before.
            assertThat(
                            probed(engine, 53, Duration.ofSeconds(3), server)
                                    .askResolvers(List.of(WWW), call()))
                    .singleElement()
                    .returns("", ResolverAnswer::failure);
            var probed = probed(engine, 53, TIMEOUT, server);
            lost.set(Integer.MAX_VALUE);
            assertThatThrownBy(() -> probed.askResolvers(List.of(WWW), call()))
                    .isInstanceOfSatisfying(
                            PortException.class,
                            e ->
                                    assertThat(e.category())
                                            .isEqualTo(PortException.Category.TRANSIENT))
                    .hasMessageContaining("dropped packets")
                    .hasMessageContaining("say nothing about the servers");
        }
    }

    /// What is said where some are silent: with more and more time, until it is this, for a machine
    /// on which the others are not quick enough.
    private static List<String> addresses(
            ProbeEngine engine, String expected, LoopbackServer... recursives) {
        Duration timeout = TIMEOUT;
        while (true) {
            try {
                List<String> said =
                        probed(engine, 53, timeout, recursives).addresses(WWW.name(), call());
                if (said.equals(List.of(expected)) || timeout.compareTo(PATIENT) > 0) {
                    return said;
                }
            } catch (PortException nobodyInTime) {
                if (timeout.compareTo(PATIENT) > 0) {
                    throw nobodyInTime;
                }
            }
            timeout = timeout.multipliedBy(4);
        }
    }

    private static ProbedResolvers probed(
            ProbeEngine engine, int authorityPort, Duration timeout, LoopbackServer... recursives) {
        return probed(engine, authorityPort, timeout, InstantSource.system(), recursives);
    }

    private static ProbedResolvers probed(
            ProbeEngine engine,
            int authorityPort,
            Duration timeout,
            InstantSource clock,
            LoopbackServer... recursives) {
        List<Resolver> resolvers = new ArrayList<>();
        for (LoopbackServer one : recursives) {
            resolvers.add(one.resolver());
        }
        return new ProbedResolvers(engine, resolvers, authorityPort, timeout, clock);
    }

    /// A resolver that knows one server, and leads every name to one address.
    private static LoopbackServer zoneAt(String address) throws IOException {
        return LoopbackServer.udp(
                (query, back) -> {
                    var asked = new Message(query).getQuestion();
                    String name = asked.getName().toString();
                    back.send(
                            switch (Type.string(asked.getType())) {
                                case "NS" ->
                                        LoopbackServer.answer(query, name + " 60 NS ns1.test.");
                                case "A" -> LoopbackServer.answer(query, name + " 60 A " + address);
                                default -> LoopbackServer.answer(query);
                            });
                });
    }

    private static LoopbackServer leadingTo(String address, IntSupplier ttl) throws IOException {
        return LoopbackServer.udp(lead(address, ttl));
    }

    /// Has an IPv4 address for every name, and says how long it holds that, and that there is no
    /// other.
    private static LoopbackServer.OnUdp lead(String address, IntSupplier ttl) {
        return (query, back) -> {
            var asked = new Message(query).getQuestion();
            String name = asked.getName() + " " + ttl.getAsInt();
            boolean isA = asked.getType() == Type.A;
            back.send(
                    LoopbackServer.reply(
                            query,
                            Rcode.NOERROR,
                            false,
                            isA ? List.of(name + " A " + address) : List.of(),
                            isA
                                    ? List.of()
                                    : List.of(name + " SOA ns1.test. x.test. 1 2 3 4 3600")));
        };
    }

    private static LoopbackServer saying(int rcode) throws IOException {
        return LoopbackServer.udp(
                (query, back) ->
                        back.send(LoopbackServer.reply(query, rcode, false, List.of(), List.of())));
    }

    private static SetKey set(String name, RecordType type) {
        return new SetKey(new DnsName(name), type);
    }

    private static Call call() {
        return Call.reading("", "test", Deadline.in(Duration.ofMinutes(2)));
    }
}
