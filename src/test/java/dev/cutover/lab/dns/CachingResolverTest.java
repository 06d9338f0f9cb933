package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.record;
import static dev.cutover.lab.dns.DnsLab.visitor;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.dns.StubResolver.Answer;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.Section;

class CachingResolverTest {

    private static final String WWW = "www.acme.example";
    private static final String OLD = "127.77.4.1";
    private static final String NEW = "127.77.4.2";

    private DnsLab lab;

    @BeforeEach
    void start() throws IOException {
        lab =
                DnsLab.withRecords(
                        record(WWW, "A", 300, OLD), record("shop.acme.example", "CNAME", 600, WWW));
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    private void switchTo(String address) {
        lab.acme.set(WWW, "A", record(WWW, "A", 300, address));
    }

    private static Answer found(String address, long ttlSeconds) {
        return new Answer.Found(List.of(), List.of(address), ttlSeconds);
    }

    private long authorityQuestions() {
        return lab.authorities.servers().stream().mapToLong(AuthoritativeServer::questions).sum();
    }

    @Test
    void counts_the_ttl_down_as_the_lab_jumps_and_asks_again_after_the_expiry() throws IOException {
        CachingResolver resolver = lab.resolver(new Behaviour.Honest());
        StubResolver visitor = visitor(resolver);

        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 300));
        switchTo(NEW);
        lab.clock.jump(Duration.ofSeconds(100));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 200));
        assertThat(resolver.remainingTtl(WWW, "A")).contains(Duration.ofSeconds(200));
        lab.clock.jump(Duration.ofSeconds(199));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 1));
        assertThat(authorityQuestions()).isEqualTo(1);

        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(resolver.remainingTtl(WWW, "A")).isEmpty();
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(NEW, 300));
        assertThat(authorityQuestions()).isEqualTo(2);
    }

    @Test
    void follows_an_alias_with_each_part_at_its_own_age() throws IOException {
        StubResolver visitor = visitor(lab.resolver(new Behaviour.Honest()));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 300));
        lab.clock.jump(Duration.ofSeconds(200));

        // The authority answers the whole chain, so the address is young again.
        assertThat(visitor.ask("shop.acme.example", "A"))
                .isEqualTo(new Answer.Found(List.of(WWW), List.of(OLD), 300));
        switchTo(NEW);
        lab.clock.jump(Duration.ofSeconds(400));

        assertThat(visitor.ask("shop.acme.example", "A"))
                .isEqualTo(new Answer.Found(List.of(WWW), List.of(NEW), 200));
        assertThat(visitor.addresses("shop.acme.example"))
                .containsExactly(InetAddress.getByName(NEW));
    }

    @Test
    void follows_an_alias_into_another_zone() throws IOException {
        lab.acme.set(
                "ns.acme.example", "CNAME", record("ns.acme.example", "CNAME", 60, "ns1.dns.lab"));
        assertThat(visitor(lab.resolver(new Behaviour.Honest())).ask("ns.acme.example", "A"))
                .isEqualTo(new Answer.Found(List.of("ns1.dns.lab"), List.of("127.77.1.1"), 60));
    }

    @Test
    void keeps_no_such_name_and_no_such_type_for_as_long_as_the_soa_says() throws IOException {
        CachingResolver resolver = lab.resolver(new Behaviour.Honest());
        StubResolver visitor = visitor(resolver);
        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(new Answer.NoSuchName());
        assertThat(visitor.ask(WWW, "AAAA")).isEqualTo(new Answer.NoData());
        assertThat(resolver.remainingTtl("beta.acme.example", "A"))
                .contains(Duration.ofMinutes(30));

        lab.acme.set("beta.acme.example", "A", record("beta.acme.example", "A", 300, NEW));
        lab.acme.set(WWW, "AAAA", record(WWW, "AAAA", 300, "2001:db8::1"));
        lab.clock.jump(Duration.ofSeconds(1799));
        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(new Answer.NoSuchName());
        assertThat(visitor.ask("beta.acme.example", "TXT")).isEqualTo(new Answer.NoSuchName());
        assertThat(visitor.ask(WWW, "AAAA")).isEqualTo(new Answer.NoData());

        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(found(NEW, 300));
        assertThat(visitor.ask(WWW, "AAAA")).isEqualTo(found("2001:db8:0:0:0:0:0:1", 300));
    }

    @Test
    void forgets_that_a_name_did_not_exist_once_it_has_seen_it() throws IOException {
        StubResolver visitor = visitor(lab.resolver(new Behaviour.Honest()));
        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(new Answer.NoSuchName());
        lab.acme.set("beta.acme.example", "A", record("beta.acme.example", "A", 300, NEW));
        lab.acme.set(
                "b.acme.example",
                "CNAME",
                record("b.acme.example", "CNAME", 300, "beta.acme.example"));

        visitor.ask("b.acme.example", "A");

        assertThat(visitor.ask("beta.acme.example", "A")).isEqualTo(found(NEW, 300));
        assertThat(visitor.ask("beta.acme.example", "TXT")).isEqualTo(new Answer.NoData());
    }

    @Test
    void one_that_raises_low_ttls_keeps_the_old_answer_longer_and_says_so() throws IOException {
        StubResolver visitor = visitor(lab.resolver(new Behaviour.ClampMin(Duration.ofHours(1))));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 3600));
        switchTo(NEW);

        lab.clock.jump(Duration.ofSeconds(3599));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 1));
        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(NEW, 3600));
    }

    @Test
    void one_that_lowers_high_ttls_lets_go_earlier() throws IOException {
        StubResolver visitor =
                visitor(lab.resolver(new Behaviour.ClampMax(Duration.ofSeconds(20))));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 20));
        switchTo(NEW);

        lab.clock.jump(Duration.ofSeconds(20));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(NEW, 20));
    }

    @Test
    void one_that_serves_stale_repeats_the_old_answer_for_its_period_with_a_ttl_of_30()
            throws IOException {
        CachingResolver resolver = lab.resolver(new Behaviour.Stale(Duration.ofMinutes(10)));
        StubResolver visitor = visitor(resolver);
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 300));
        switchTo(NEW);

        lab.clock.jump(Duration.ofMinutes(5));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 30));
        Message stale = DnsLab.ask(resolver.place().address(), WWW, "A");
        assertThat(stale.getOPT().getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR))
                .extracting(option -> ((ExtendedErrorCodeOption) option).getErrorCode())
                .containsExactly(ExtendedErrorCodeOption.STALE_ANSWER);

        lab.clock.jump(Duration.ofSeconds(599));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 30));
        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(NEW, 300));
    }

    @Test
    void a_jump_of_two_days_empties_every_cache_of_what_was_there() throws IOException {
        CachingResolver resolver = lab.resolver(new Behaviour.Honest());
        visitor(resolver).ask("shop.acme.example", "A");
        assertThat(resolver.remainingTtl("shop.acme.example", "CNAME")).isPresent();

        lab.clock.jump(Duration.ofDays(2));

        assertThat(resolver.remainingTtl("shop.acme.example", "CNAME")).isEmpty();
        assertThat(resolver.remainingTtl(WWW, "A")).isEmpty();
    }

    @Test
    void an_answer_with_ttl_zero_serves_one_question_only() throws IOException {
        lab.acme.set("now.acme.example", "A", record("now.acme.example", "A", 0, OLD));
        CachingResolver resolver = lab.resolver(new Behaviour.Honest());

        assertThat(visitor(resolver).ask("now.acme.example", "A")).isEqualTo(found(OLD, 0));
        lab.acme.set("now.acme.example", "A", record("now.acme.example", "A", 0, NEW));
        assertThat(visitor(resolver).ask("now.acme.example", "A")).isEqualTo(found(NEW, 0));
        assertThat(resolver.remainingTtl("now.acme.example", "A")).isEmpty();
    }

    @Test
    void a_slow_one_takes_its_time_a_refusing_one_refuses_and_a_dead_one_is_silent()
            throws IOException {
        StubResolver slow = visitor(lab.resolver(new Behaviour.Slow(Duration.ofMillis(150))));
        long before = System.nanoTime();
        assertThat(slow.ask(WWW, "A")).isEqualTo(found(OLD, 300));
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isGreaterThanOrEqualTo(Duration.ofMillis(150));

        assertThat(visitor(lab.resolver(new Behaviour.Refusing())).ask(WWW, "A"))
                .isEqualTo(new Answer.Failed("REFUSED"));

        CachingResolver dead = lab.resolver(new Behaviour.Dead());
        StubResolver hasty =
                new StubResolver(
                        dead.place().address(), LabAddresses.visitor(1), Duration.ofMillis(50));
        assertThat(hasty.ask(WWW, "A")).isInstanceOf(Answer.Failed.class);
        assertThat(hasty.addresses(WWW)).isEmpty();
        awaitQuestion(dead);
    }

    /** Until a question has come in; nobody is told when a silent one has it. */
    private static void awaitQuestion(CachingResolver resolver) {
        long until = System.nanoTime() + DnsLab.TIMEOUT.toNanos();
        while (resolver.questions() == 0) {
            assertThat(System.nanoTime() - until).as("no question came in").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void a_lossy_one_loses_about_the_part_it_should_and_the_same_ones_each_time()
            throws IOException {
        List<Boolean> first = losses(new Behaviour.Lossy(0.5, 7));
        assertThat(first).contains(true, false);
        assertThat(losses(new Behaviour.Lossy(0.5, 7))).isEqualTo(first);
        assertThat(losses(new Behaviour.Lossy(0, 7))).containsOnly(false);
    }

    /**
     * Which of twelve questions it answers. By TCP, where answers come in order and the end is told: no
     * answer that is late for once is taken for a lost one.
     */
    private List<Boolean> losses(Behaviour behaviour) throws IOException {
        CachingResolver resolver = lab.resolver(behaviour);
        Set<Integer> answered = new HashSet<>();
        try (Socket socket = new Socket()) {
            socket.connect(resolver.place().address());
            socket.setSoTimeout((int) DnsLab.TIMEOUT.toMillis());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            for (int i = 0; i < 12; i++) {
                Message query = DnsLab.query(WWW, "A");
                query.getHeader().setID(i);
                byte[] wire = query.toWire();
                out.writeShort(wire.length);
                out.write(wire);
            }
            socket.shutdownOutput();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int high = in.read(); high >= 0; high = in.read()) {
                Message answer = new Message(in.readNBytes(high << 8 | in.readUnsignedByte()));
                assertThat(DnsLab.contents(answer, Section.ANSWER)).containsExactly(OLD);
                answered.add(answer.getHeader().getID());
            }
        }
        assertThat(resolver.questions()).isEqualTo(12);
        return IntStream.range(0, 12).mapToObj(i -> !answered.contains(i)).toList();
    }

    @Test
    void an_anycast_farm_holds_old_and_new_behind_one_address() throws IOException {
        CachingResolver farm = lab.resolver(new Behaviour.AnycastFarm(4));
        Map<String, String> seen = new HashMap<>();
        Message one = DnsLab.ask(farm.place().address(), WWW, "A", new NSIDOption(new byte[0]));
        seen.put(DnsLab.site(one), DnsLab.contents(one, Section.ANSWER).getFirst());
        switchTo(NEW);
        for (int i = 0; i < 60; i++) {
            Message next =
                    DnsLab.ask(farm.place().address(), WWW, "A", new NSIDOption(new byte[0]));
            String address = DnsLab.contents(next, Section.ANSWER).getFirst();
            assertThat(seen.getOrDefault(DnsLab.site(next), NEW)).isEqualTo(address);
            seen.put(DnsLab.site(next), address);
        }
        assertThat(seen).hasSize(4).containsKeys("r1-c0", "r1-c3");
        assertThat(seen.values()).containsOnlyOnce(OLD).contains(NEW);
    }

    @Test
    void changes_its_behaviour_and_keeps_what_it_holds() throws IOException {
        CachingResolver resolver = lab.resolver(new Behaviour.Honest());
        StubResolver visitor = visitor(resolver);
        visitor.ask(WWW, "A");
        switchTo(NEW);

        resolver.behave(new Behaviour.Refusing());
        assertThat(visitor.ask(WWW, "A")).isEqualTo(new Answer.Failed("REFUSED"));
        resolver.behave(new Behaviour.Honest());
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(OLD, 300));
        resolver.forget();
        assertThat(visitor.ask(WWW, "A")).isEqualTo(found(NEW, 300));
    }

    @Test
    void says_servfail_when_no_authority_answers_and_recovers_nothing_from_an_empty_cache()
            throws IOException {
        CachingResolver resolver = lab.resolver(new Behaviour.Honest());
        lab.authorities.close();

        Message answer = DnsLab.ask(resolver.place().address(), WWW, "A");

        assertThat(visitor(resolver).ask(WWW, "A")).isEqualTo(new Answer.Failed("SERVFAIL"));
        assertThat(answer.getOPT().getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR))
                .extracting(option -> ((ExtendedErrorCodeOption) option).getErrorCode())
                .containsExactly(ExtendedErrorCodeOption.NO_REACHABLE_AUTHORITY);
    }

    @Test
    void carries_a_large_answer_over_tcp_on_both_legs() throws IOException {
        lab.acme.set(
                "big.acme.example",
                "TXT",
                IntStream.range(0, 20)
                        .mapToObj(
                                i ->
                                        record(
                                                "big.acme.example",
                                                "TXT",
                                                60,
                                                "\"" + "x".repeat(100) + i + "\""))
                        .toArray(ZoneRecord[]::new));
        CachingResolver resolver = lab.resolver(new Behaviour.Honest());

        assertThat(visitor(resolver).ask("big.acme.example", "TXT"))
                .isInstanceOfSatisfying(
                        Answer.Found.class, found -> assertThat(found.contents()).hasSize(20));
        assertThat(resolver.questions()).as("UDP, then TCP").isEqualTo(2);
        Message answer = DnsLab.ask(resolver.place().address(), WWW, "A");
        assertThat(answer.getHeader().getFlag(Flags.RA)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.AA)).isFalse();
    }
}
