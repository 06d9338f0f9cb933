package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.ask;
import static dev.cutover.lab.dns.DnsLab.contents;
import static dev.cutover.lab.dns.DnsLab.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

class AuthoritativeServerTest {

    private static final ZoneRecord[] ZONE = {
        record("www.acme.example", "A", 300, "127.77.4.1"),
        record("www.acme.example", "A", 300, "127.77.4.2"),
        record("www.acme.example", "AAAA", 300, "2001:db8::1"),
        record("shop.acme.example", "CNAME", 600, "www.acme.example"),
        record("help.acme.example", "CNAME", 600, "acme.helpdesk.example."),
        record("acme.example", "MX", 3600, "10 mail.acme.example"),
        record("acme.example", "TXT", 3600, "\"v=spf1 -all\""),
        record("acme.example", "CAA", 3600, "0 issue \"letsencrypt.org\""),
        record("_sip._tcp.acme.example", "SRV", 3600, "1 2 5060 sip.acme.example"),
        record("www.acme.example", "HTTPS", 300, "1 . alpn=h2"),
        record("*.apps.acme.example", "A", 60, "127.77.4.9"),
        record("sub.acme.example", "NS", 3600, "ns.elsewhere.example"),
    };

    private DnsLab lab;

    @BeforeEach
    void start() throws IOException {
        lab = DnsLab.withRecords(ZONE);
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "www.acme.example | AAAA | 2001:db8:0:0:0:0:0:1",
                "acme.example | MX | 10 mail.acme.example.",
                "acme.example | TXT | \"v=spf1 -all\"",
                "acme.example | CAA | 0 issue \"letsencrypt.org\"",
                "_sip._tcp.acme.example | SRV | 1 2 5060 sip.acme.example.",
                "www.acme.example | HTTPS | 1 . alpn=h2",
                "shop.acme.example | CNAME | www.acme.example.",
            })
    void answers_each_type_with_authority(String name, String type, String content)
            throws IOException {
        Message answer = ask(lab.authority(1), name, type);

        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.RA)).isFalse();
        assertThat(contents(answer, Section.ANSWER)).containsExactly(content);
    }

    @Test
    void answers_the_whole_set_in_the_case_it_was_asked() throws IOException {
        Message answer = ask(lab.authority(2), "wWw.AcMe.eXample", "A");

        assertThat(contents(answer, Section.ANSWER))
                .containsExactlyInAnyOrder("127.77.4.1", "127.77.4.2");
        assertThat(answer.getQuestion().getName()).hasToString("wWw.AcMe.eXample.");
        assertThat(answer.getSection(Section.ANSWER).getFirst().getTTL()).isEqualTo(300);
    }

    @Test
    void follows_an_alias_inside_the_zone_and_leaves_one_that_points_out() throws IOException {
        assertThat(contents(ask(lab.authority(1), "shop.acme.example", "A"), Section.ANSWER))
                .containsExactlyInAnyOrder("www.acme.example.", "127.77.4.1", "127.77.4.2");
        assertThat(contents(ask(lab.authority(1), "help.acme.example", "A"), Section.ANSWER))
                .containsExactly("acme.helpdesk.example.");
    }

    @Test
    void denies_names_and_types_with_the_soa_that_limits_how_long_it_is_kept() throws IOException {
        Message noName = ask(lab.authority(1), "nothing.acme.example", "A");
        assertThat(noName.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        Message noData = ask(lab.authority(1), "www.acme.example", "MX");
        assertThat(noData.getRcode()).isEqualTo(Rcode.NOERROR);
        Message between = ask(lab.authority(1), "_tcp.acme.example", "A");
        assertThat(between.getRcode()).isEqualTo(Rcode.NOERROR);

        for (Message denial : List.of(noName, noData, between)) {
            assertThat(denial.getHeader().getFlag(Flags.AA)).isTrue();
            assertThat(denial.getSection(Section.ANSWER)).isEmpty();
            SOARecord soa = (SOARecord) denial.getSection(Section.AUTHORITY).getFirst();
            assertThat(soa.getTTL()).isEqualTo(Math.min(1800, soa.getMinimum()));
        }
    }

    @Test
    void serves_its_own_ns_and_soa_and_says_where_the_servers_are() throws IOException {
        Message ns = ask(lab.authority(1), "acme.example", "NS");
        assertThat(contents(ns, Section.ANSWER))
                .containsExactlyInAnyOrder("ns1.dns.lab.", "ns2.dns.lab.");
        assertThat(contents(ns, Section.ADDITIONAL))
                .containsExactlyInAnyOrder("127.77.1.1", "127.77.1.2");
        assertThat(contents(ask(lab.authority(2), "ns2.dns.lab", "A"), Section.ANSWER))
                .containsExactly("127.77.1.2");
        assertThat(contents(ask(lab.authority(1), "acme.example", "SOA"), Section.ANSWER))
                .containsExactly("ns1.dns.lab. hostmaster.ns1.dns.lab. 1 10000 2400 604800 1800");
    }

    @Test
    void makes_wildcard_answers_refers_at_delegations_and_denies_the_rest_of_the_world()
            throws IOException {
        Message wild = ask(lab.authority(1), "blue.apps.acme.example", "A");
        assertThat(contents(wild, Section.ANSWER)).containsExactly("127.77.4.9");
        assertThat(wild.getSection(Section.ANSWER).getFirst().getName())
                .hasToString("blue.apps.acme.example.");

        Message referral = ask(lab.authority(1), "deep.sub.acme.example", "A");
        assertThat(referral.getHeader().getFlag(Flags.AA)).isFalse();
        assertThat(contents(referral, Section.AUTHORITY)).containsExactly("ns.elsewhere.example.");

        assertThat(ask(lab.authority(1), "www.elsewhere.test", "A").getRcode())
                .isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void truncates_what_udp_cannot_carry_and_sends_it_whole_over_tcp() throws IOException {
        lab.acme.set("big.acme.example", "TXT", bigText());

        Message overUdp = askOnceOverUdp("big.acme.example");
        assertThat(overUdp.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(overUdp.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(overUdp.getSection(Section.ANSWER)).isEmpty();

        Message whole = ask(lab.authority(1), "big.acme.example", "TXT");
        assertThat(whole.getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(whole.getSection(Section.ANSWER)).hasSize(20);
    }

    @Test
    void says_which_server_it_is_to_those_who_ask() throws IOException {
        Message answer =
                ask(lab.authority(2), "www.acme.example", "A", new NSIDOption(new byte[0]));

        OPTRecord opt = answer.getOPT();
        assertThat(opt.getPayloadSize()).isEqualTo(1232);
        assertThat(DnsLab.site(answer)).isEqualTo("ns2.dns.lab");
    }

    @Test
    void speaks_no_edns_to_those_who_do_not_and_refuses_what_it_does_not_do() throws IOException {
        Message plain = DnsLab.exchange().ask(lab.authority(1), DnsLab.query("acme.example", "NS"));
        assertThat(plain.getOPT()).isNull();

        Message update = DnsLab.query("acme.example", "SOA");
        update.getHeader().setOpcode(Opcode.NOTIFY);
        assertThat(DnsLab.exchange().ask(lab.authority(1), update).getRcode())
                .isEqualTo(Rcode.NOTIMP);

        assertThat(ask(lab.authority(1), "acme.example", "AXFR").getRcode())
                .isEqualTo(Rcode.REFUSED);

        Message ednsOne = DnsLab.query("acme.example", "SOA");
        ednsOne.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
        assertThat(DnsLab.exchange().ask(lab.authority(1), ednsOne).getRcode())
                .isEqualTo(Rcode.BADVERS);
    }

    @Test
    void survives_garbage_and_stays_silent_to_responses() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(lab.authority(1));
            send(socket, new byte[] {1, 2, 3});
            Message response = DnsLab.query("www.acme.example", "A");
            response.getHeader().setFlag(Flags.QR);
            send(socket, response.toWire());
            byte[] broken = DnsLab.query("www.acme.example", "A").toWire();
            send(socket, Arrays.copyOf(broken, broken.length - 3));

            // Only the last one has an answer, so it is the first to arrive.
            assertThat(receive(socket).getRcode()).isEqualTo(Rcode.FORMERR);
        }
        assertThat(contents(ask(lab.authority(1), "acme.example", "MX"), Section.ANSWER))
                .hasSize(1);
    }

    @Test
    void goes_on_with_the_last_good_version_when_the_next_cannot_be_read() throws IOException {
        assertThat(ask(lab.authority(1), "acme.example", "MX").getRcode()).isZero();

        lab.acme.set("www.acme.example", "A", record("www.acme.example", "A", 300, "not-an-ip"));
        assertThat(contents(ask(lab.authority(1), "www.acme.example", "A"), Section.ANSWER))
                .containsExactlyInAnyOrder("127.77.4.1", "127.77.4.2");

        lab.acme.set("www.acme.example", "A", record("www.acme.example", "A", 60, "127.77.4.3"));
        assertThat(contents(ask(lab.authority(1), "www.acme.example", "A"), Section.ANSWER))
                .containsExactly("127.77.4.3");
    }

    @Test
    void each_server_serves_its_own_version_so_that_one_may_lag() throws IOException {
        Instant switchedAt = lab.clock.instant();
        ZoneSource lagging = new LaggingZone(switchedAt, Duration.ofSeconds(5));
        int port = LabAddresses.freePort(Authorities.places(2));
        try (Authorities two =
                Authorities.start(List.of(lagging), 2, port, lab.clock, CallTap.NONE)) {
            InetSocketAddress first = two.addresses().get(0);
            InetSocketAddress second = two.addresses().get(1);
            assertThat(contents(ask(first, "www.lag.example", "A"), Section.ANSWER))
                    .containsExactly("127.77.4.2");
            assertThat(contents(ask(second, "www.lag.example", "A"), Section.ANSWER))
                    .containsExactly("127.77.4.1");
            assertThat(soaSerial(second)).isEqualTo(1);

            lab.clock.jump(Duration.ofSeconds(5));

            assertThat(contents(ask(second, "www.lag.example", "A"), Section.ANSWER))
                    .containsExactly("127.77.4.2");
            assertThat(soaSerial(second)).isEqualTo(2);
        }
    }

    @Test
    void the_tap_sees_the_three_moments_of_a_stranger_s_call_and_none_of_the_lab_s_own()
            throws IOException {
        List<CallTap.Call> calls = new ArrayList<>();
        CallTap tap =
                call -> {
                    synchronized (calls) {
                        calls.add(call);
                        calls.notifyAll();
                    }
                };
        try (DnsLab tapped = new DnsLab(1, tap, ZONE)) {
            CachingResolver resolver = tapped.resolver(new Behaviour.Honest());
            DnsLab.visitor(resolver).ask("www.acme.example", "A");
            ask(tapped.authority(1), "www.acme.example", "A");

            awaitSize(calls, 3);
            assertThat(calls)
                    .extracting(CallTap.Call::moment)
                    .containsExactly(CallTap.Moment.values());
            assertThat(calls)
                    .allSatisfy(
                            call -> {
                                assertThat(call.kind()).isEqualTo(CallTap.Kind.DNS_AUTHORITY);
                                assertThat(call.detail())
                                        .isEqualTo("ns1.dns.lab www.acme.example A udp");
                            });
        }
    }

    @Test
    void a_call_held_at_the_tap_holds_up_nobody_else() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CallTap tap =
                call -> {
                    if (call.moment() == CallTap.Moment.DURING && call.detail().contains("shop")) {
                        held.countDown();
                        awaitQuietly(release);
                    }
                };
        try (DnsLab tapped = new DnsLab(1, tap, ZONE);
                ExecutorService caller = Executors.newSingleThreadExecutor()) {
            Future<Message> first =
                    caller.submit(() -> ask(tapped.authority(1), "shop.acme.example", "CNAME"));
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();

            assertThat(ask(tapped.authority(1), "acme.example", "MX").getRcode()).isZero();
            assertThat(first.isDone()).isFalse();

            release.countDown();
            assertThat(first.get().getSection(Section.ANSWER)).hasSize(1);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void names_the_address_it_cannot_bind() {
        assertThatThrownBy(
                        () ->
                                Authorities.start(
                                        List.of(lab.acme), 2, lab.port, lab.clock, CallTap.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ns1.dns.lab")
                .hasMessageContaining("127.77.1.1:" + lab.port);
    }

    private static void awaitSize(List<CallTap.Call> calls, int size) {
        long deadline = System.nanoTime() + DnsLab.TIMEOUT.toNanos();
        synchronized (calls) {
            while (calls.size() < size && System.nanoTime() < deadline) {
                try {
                    calls.wait(100);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private static long soaSerial(InetSocketAddress server) throws IOException {
        Message answer = ask(server, "lag.example", "SOA");
        return ((SOARecord) answer.getSection(Section.ANSWER).getFirst()).getSerial();
    }

    private static ZoneRecord[] bigText() {
        return IntStream.range(0, 20)
                .mapToObj(
                        i ->
                                record(
                                        "big.acme.example",
                                        "TXT",
                                        300,
                                        '"' + "x".repeat(100) + i + '"'))
                .toArray(ZoneRecord[]::new);
    }

    private Message askOnceOverUdp(String name) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(lab.authority(1));
            send(socket, DnsLab.query(name, "TXT").toWire());
            return receive(socket);
        }
    }

    private static void send(DatagramSocket socket, byte[] wire) throws IOException {
        socket.send(new DatagramPacket(wire, wire.length));
    }

    private static Message receive(DatagramSocket socket) throws IOException {
        socket.setSoTimeout((int) DnsLab.TIMEOUT.toMillis());
        DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
        socket.receive(packet);
        return new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    /** A zone whose second server sees the change later than the first. */
    private record LaggingZone(Instant switchedAt, Duration lag) implements ZoneSource {

        @Override
        public String origin() {
            return "lag.example";
        }

        @Override
        public long version(int serverIndex, Instant now) {
            return now.isBefore(switchedAt.plus(lag.multipliedBy(serverIndex))) ? 1 : 2;
        }

        @Override
        public List<ZoneRecord> recordsAt(int serverIndex, Instant now) {
            return List.of(
                    record("www.lag.example", "A", 300, "127.77.4." + version(serverIndex, now)));
        }
    }
}
