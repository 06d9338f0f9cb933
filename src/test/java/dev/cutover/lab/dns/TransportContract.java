package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import dev.cutover.net.TestAuthority;
import dev.cutover.peer.Recursive;
import dev.cutover.probe.Answer;
import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.EdnsOptions;
import dev.cutover.probe.ProbeEngine;
import dev.cutover.probe.ProbeLimits;
import dev.cutover.probe.ProbeResult;
import dev.cutover.probe.Question;
import dev.cutover.probe.Resolver;
import dev.cutover.probe.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

/** What the probe engine is told by a real resolver, the same by every transport it serves. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
abstract class TransportContract {
    static final String WWW = "www.acme.example";
    static final String SITE = "lab-site-1";
    static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String OLD = "127.77.4.1";
    private static final int MANY = 90;

    @TempDir private Path folder;
    DnsLab lab;
    Recursive server;
    ProbeEngine engine;

    /** Starts the resolver with an empty cache. */
    abstract Recursive start(List<InetSocketAddress> authorities, TestAuthority.Pem pem);

    @BeforeEach
    void begin() throws IOException, InterruptedException {
        List<ZoneRecord> records = new ArrayList<>();
        records.add(record(WWW, "A", 300, OLD));
        records.add(record("brief.acme.example", "A", 1, OLD));
        records.add(record("shop.acme.example", "CNAME", 600, WWW));
        IntStream.rangeClosed(1, MANY)
                .forEach(i -> records.add(record("many.acme.example", "A", 300, "127.77.5." + i)));
        lab = DnsLab.withRecords(records.toArray(ZoneRecord[]::new));
        TestAuthority authority = new TestAuthority();
        server = start(lab.authorities.addresses(), authority.pemFor(Recursive.NAME));
        engine =
                new ProbeEngine(
                        new ProbeLimits(64, 1_000, 40_000, 256 << 10), authority.trust(folder));
        warm();
    }

    /** The first question by HTTPS loads classes, on a busy machine for longer than it may connect. */
    private void warm() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!ask("warm.acme.example", EdnsOptions.NONE).stream()
                .allMatch(result -> result.answer() instanceof Answered)) {
            assertThat(System.nanoTime() - until).as("not warm").isNegative();
        }
    }

    @AfterEach
    void end() {
        engine.close();
        server.close();
        lab.close();
    }

    /** The resolver by every transport. */
    private List<Resolver> ways() {
        return List.of(
                way("udp", server.plain(), new Transport.Udp()),
                way("tcp", server.plain(), new Transport.Tcp()),
                way("dot", server.tls(), Transport.Tls.named(Recursive.NAME)),
                way("doh-get", server.https(), https(Transport.Https.Method.GET)),
                way("doh-post", server.https(), https(Transport.Https.Method.POST)));
    }

    private static Transport https(Transport.Https.Method method) {
        return new Transport.Https(Recursive.NAME, Recursive.PATH, method);
    }

    private static Resolver way(String id, InetSocketAddress at, Transport how) {
        return new Resolver(id, at, "lab", "-", how);
    }

    List<ProbeResult> ask(String name, EdnsOptions options) throws InterruptedException {
        Question question = new Question(name, Type.A, true, options);
        return engine.ask(ways(), List.of(question), TIMEOUT).results();
    }

    private static Answered answered(ProbeResult result) {
        assertThat(result.answer()).as(result.resolver().id()).isInstanceOf(Answered.class);
        return (Answered) result.answer();
    }

    @Test
    void every_transport_tells_the_same() throws Exception {
        for (ProbeResult result : ask(WWW, EdnsOptions.NONE)) {
            Answered answered = answered(result);
            assertThat(answered.rcode()).isEqualTo(Rcode.NOERROR);
            assertThat(answered.authoritative()).isFalse();
            assertThat(answered.records())
                    .as(result.resolver().id())
                    .extracting(AnswerRecord::content)
                    .containsExactly(OLD);
            assertThat(answered.records().getFirst().ttlSeconds()).isBetween(290L, 300L);
            assertThat(answered.latency()).isPositive();
        }
    }

    @Test
    void aliases_come_with_what_they_lead_to() throws Exception {
        // BIND now and then leaves the alias out while several wait for the same question.
        ask("shop.acme.example", EdnsOptions.NONE);
        for (ProbeResult result : ask("shop.acme.example", EdnsOptions.NONE)) {
            assertThat(answered(result).records())
                    .as(result.resolver().id())
                    .extracting(AnswerRecord::type)
                    .containsExactly("CNAME", "A");
        }
    }

    @Test
    void a_name_that_is_not_there_says_for_how_long() throws Exception {
        for (ProbeResult result : ask("beta.acme.example", EdnsOptions.NONE)) {
            Answered answered = answered(result);
            assertThat(answered.rcode()).isEqualTo(Rcode.NXDOMAIN);
            assertThat(answered.negativeTtlSeconds()).as(result.resolver().id()).isPresent();
        }
    }

    @Test
    void a_large_answer_comes_whole() throws Exception {
        for (ProbeResult result : ask("many.acme.example", EdnsOptions.NONE)) {
            Answered answered = answered(result);
            assertThat(answered.records()).as(result.resolver().id()).hasSize(MANY);
            assertThat(answered.viaTcp()).isEqualTo(result.resolver().id().equals("udp"));
        }
    }

    @Test
    void tells_which_machine_it_is() throws Exception {
        for (ProbeResult result : ask(WWW, EdnsOptions.NSID)) {
            assertThat(answered(result).edns().nsid()).as(result.resolver().id()).contains(SITE);
        }
    }

    @Test
    void says_itself_by_every_transport_that_an_answer_is_past_its_time() throws Exception {
        ask("brief.acme.example", EdnsOptions.NONE);
        lab.authorities.close();
        Set<String> said = new TreeSet<>();
        for (int i = 0; i < 50 && said.size() < ways().size(); i++) {
            TimeUnit.MILLISECONDS.sleep(200); // its TTL of a second has to pass
            for (ProbeResult result : ask("brief.acme.example", EdnsOptions.NONE)) {
                if (result.answer() instanceof Answered a && a.edns().saysStale()) {
                    said.add(result.resolver().id());
                    assertThat(a.records()).extracting(AnswerRecord::content).contains(OLD);
                }
            }
        }
        assertThat(said).containsExactly("doh-get", "doh-post", "dot", "tcp", "udp");
    }

    @Test
    void a_client_subnet_does_no_harm_and_is_nobodys_without_an_echo() throws Exception {
        EdnsOptions.Subnet clients = EdnsOptions.Subnet.of("198.51.100.0", 24);
        EdnsOptions options = new EdnsOptions(Optional.of(clients), true, false, false);
        for (ProbeResult result : ask(WWW, options)) {
            Answered answered = answered(result);
            assertThat(answered.records()).as(result.resolver().id()).hasSize(1);
            assertThat(answered.edns().isFor(clients)).as(result.resolver().id()).isFalse();
        }
    }

    @Test
    void cookies_do_no_harm() throws Exception {
        EdnsOptions cookie = new EdnsOptions(Optional.empty(), false, true, false);
        for (int round = 0; round < 3; round++) {
            ask(WWW, cookie).forEach(TransportContract::answered);
        }
    }

    @Test
    void sixty_questions_at_once_lose_nothing() throws Exception {
        ask(WWW, EdnsOptions.NONE); // BIND drops what many ask at once while it does not know yet
        List<Question> many = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            many.add(new Question(WWW, Type.A, true));
        }
        for (ProbeResult result : engine.ask(ways(), many, TIMEOUT).results()) {
            answered(result);
        }
    }

    @Test
    void a_stranger_by_that_name_is_not_asked() throws Exception {
        Transport.Tls other = Transport.Tls.named("dns.elsewhere.example");
        Transport.Https stranger =
                new Transport.Https(
                        "dns.elsewhere.example", Recursive.PATH, Transport.Https.Method.POST);
        List<Resolver> whom =
                List.of(way("dot", server.tls(), other), way("doh", server.https(), stranger));
        Question question = new Question(WWW, Type.A, true);
        for (ProbeResult result : engine.ask(whom, List.of(question), TIMEOUT).results()) {
            assertThat(result.answer())
                    .as(result.resolver().id())
                    .isInstanceOf(Answer.Unreachable.class);
        }
    }
}
