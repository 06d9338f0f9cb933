package dev.cutover.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.Secrets;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIGRecord;
import org.xbill.DNS.Type;

/** What a server that lies, trickles or says nonsense can do: waste our time until the deadline, no more. */
class HostileServerTest {
    private static final DnsName ACME = new DnsName("acme.example");
    private static final DnsRecord WWW =
            DnsRecord.of(new DnsName("www.acme.example"), RecordType.A, "192.0.2.1", 300, false);

    private static final Duration PATIENT = Duration.ofMinutes(1);

    private final List<ProviderCall> log = new CopyOnWriteArrayList<>();
    private ServerSocket listening;
    private volatile Behaviour behaviour = (question, answer) -> {};

    private interface Behaviour {
        void answer(byte[] question, DataOutputStream answer) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread unused =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    while (!listening.isClosed()) {
                                        try {
                                            Socket caller = listening.accept();
                                            Thread each =
                                                    Thread.ofVirtual().start(() -> serve(caller));
                                            assertThat(each).isNotNull();
                                        } catch (IOException closed) {
                                            return;
                                        }
                                    }
                                });
    }

    private void serve(Socket caller) {
        try (caller) {
            DataInputStream in = new DataInputStream(caller.getInputStream());
            byte[] question = new byte[in.readUnsignedShort()];
            in.readFully(question);
            behaviour.answer(question, new DataOutputStream(caller.getOutputStream()));
        } catch (IOException over) {
            // The caller hung up.
        }
    }

    @AfterEach
    void close() throws IOException {
        listening.close();
    }

    @Test
    void an_answer_without_a_signature_is_not_believed() {
        behaviour = (question, out) -> send(out, reply(question, Rcode.NOERROR));

        assertThat(writing()).hasMessageContaining("unknown whether it took effect");
        assertThat(reading().category()).isEqualTo(Category.TRANSIENT);
        assertThat(log).anyMatch(c -> c.outcome().contains("wrong signature"));
    }

    @Test
    void an_endless_zone_without_a_signature_ends_with_its_first_message() {
        behaviour =
                (question, out) -> {
                    Message flood = reply(question, Rcode.NOERROR);
                    flood.addRecord(soa(1), Section.ANSWER);
                    for (int i = 0; i < 1_000; i++) {
                        flood.addRecord(address(i), Section.ANSWER);
                    }
                    byte[] bytes = flood.toWire();
                    while (true) {
                        send(out, bytes);
                    }
                };

        assertThat(reading()).hasMessageContaining("a wrong signature");
    }

    @Test
    void a_trickle_ends_with_the_deadline() {
        behaviour =
                (question, out) -> {
                    out.writeShort(60_000);
                    while (true) { // until the caller hangs up
                        out.write(0);
                        out.flush();
                        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                    }
                };

        Duration span = Duration.ofSeconds(1);
        PortException e = writing(span);
        // Twice the time where not even the connection came in time, on a machine that stood still.
        while (e.toString().endsWith("; nothing was sent") && span.compareTo(PATIENT) < 0) {
            span = span.multipliedBy(2);
            e = writing(span);
        }
        assertThat(e).hasMessageContaining("no answer in time");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 11, 12, 40, 300})
    void nonsense_is_no_answer(int length) {
        behaviour =
                (question, out) -> {
                    byte[] nonsense = new byte[length];
                    for (int i = 0; i < length; i++) {
                        nonsense[i] = (byte) (i * 37 + 0xc0);
                    }
                    send(out, nonsense);
                };

        assertThat(writing().category()).isEqualTo(Category.TRANSIENT);
        assertThat(reading().category()).isEqualTo(Category.TRANSIENT);
    }

    @Test
    void an_answer_to_another_question_is_none() {
        behaviour =
                (question, out) -> {
                    Message other = reply(question, Rcode.NOERROR);
                    other.getHeader().setID((other.getHeader().getID() + 1) & 0xffff);
                    send(out, other);
                };

        assertThat(writing()).hasMessageContaining("expected an answer to UPDATE");
    }

    @Test
    void a_server_that_fails_leaves_it_unknown() {
        behaviour = (question, out) -> send(out, reply(question, Rcode.SERVFAIL));

        assertThat(writing())
                .hasMessageContaining("SERVFAIL")
                .hasMessageContaining("unknown whether it took effect");
    }

    @Test
    void a_server_without_updates_is_told_as_such() {
        behaviour = (question, out) -> send(out, reply(question, Rcode.NOTIMP));

        PortException e = writing();
        assertThat(e.category()).isEqualTo(Category.PERMANENT);
        assertThat(e).hasMessageContaining("does not understand dynamic updates");
    }

    @Test
    void clocks_that_are_apart_are_told_by_how_much() {
        behaviour =
                (question, out) -> {
                    Message answer = reply(question, Rcode.NOTAUTH);
                    TSIGRecord ours = new Message(question).getTSIG();
                    long theirs = ours.getTimeSigned().getEpochSecond() + 4_000;
                    byte[] other = new byte[6];
                    for (int i = 0; i < 6; i++) {
                        other[i] = (byte) (theirs >> (8 * (5 - i)));
                    }
                    answer.addRecord(
                            new TSIGRecord(
                                    ours.getName(),
                                    DClass.ANY,
                                    0,
                                    ours.getAlgorithm(),
                                    ours.getTimeSigned(),
                                    ours.getFudge(),
                                    new byte[0],
                                    ours.getOriginalID(),
                                    Rcode.BADTIME,
                                    other),
                            Section.ADDITIONAL);
                    send(out, answer);
                };

        PortException e = writing();
        assertThat(e.category()).isEqualTo(Category.DENIED);
        assertThat(e)
                .hasMessageContaining("the server's clock is 4000 s ahead of this machine's")
                .hasMessageContaining("300 s are allowed")
                .hasMessageEndingWith("nothing was changed");
    }

    @Test
    void a_zone_larger_than_we_take_is_refused() {
        Transfer records = new Transfer("asked", name("acme.example."), 3, 10_000);
        Message first = new Message();
        first.addRecord(soa(1), Section.ANSWER);
        first.addRecord(address(1), Section.ANSWER);
        first.addRecord(address(2), Section.ANSWER);
        assertThat(records.take(first, 100)).isFalse();
        Message more = new Message();
        more.addRecord(address(3), Section.ANSWER);

        assertThat(failure(() -> records.take(more, 100)))
                .hasMessageContaining("more than 3 records");
        assertThat(
                        failure(
                                () ->
                                        new Transfer("asked", name("acme.example."), 3, 50)
                                                .take(first, 100)))
                .hasMessageContaining("more than 50 bytes");
    }

    @Test
    void what_is_no_zone_is_not_taken_for_one() {
        Message noSoa = new Message();
        noSoa.addRecord(address(1), Section.ANSWER);
        Message changed = new Message();
        changed.addRecord(soa(1), Section.ANSWER);
        changed.addRecord(soa(2), Section.ANSWER);
        Message foreign = new Message();
        foreign.addRecord(soa(1), Section.ANSWER);
        foreign.addRecord(
                Record.newRecord(name("www.other.example."), Type.A, DClass.IN, 60, new byte[4]),
                Section.ANSWER);

        assertThat(failure(() -> transfer().take(noSoa, 1)))
                .hasMessageContaining("expected the SOA of");
        assertThat(failure(() -> transfer().take(changed, 1)))
                .hasMessageContaining("changed while");
        assertThat(failure(() -> transfer().take(foreign, 1)))
                .hasMessageContaining("seen www.other.example.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "planted",
                "hmac-md5:cutover:cGxhbnRlZCBrZXkgNDcxMSBmb3I=",
                "hmac-sha256:cut over:cGxhbnRlZCBrZXkgNDcxMSBmb3I=",
                "hmac-sha256:cutover:planted!",
                "hmac-sha256:cutover:cGxhbnRlZA=="
            })
    void a_key_that_is_none_is_told_without_showing_it(String held) {
        PortException e =
                failure(() -> zone(held, "127.0.0.0/8").read(ref(), call(PATIENT, Fence.OPEN)));

        assertThat(e.category()).isEqualTo(Category.DENIED);
        assertThat(e)
                .hasMessageContaining("${env:TSIG_KEY}")
                .hasMessageNotContaining("planted")
                .hasMessageNotContaining("cGxhbnRlZ");
    }

    @Test
    void a_server_in_a_closed_network_is_not_contacted() {
        PortException e =
                failure(
                        () ->
                                zone(PrimaryServer.KEY, "10.0.0.0/8")
                                        .read(ref(), call(PATIENT, Fence.OPEN)));

        assertThat(e.category()).isEqualTo(Category.DENIED);
        assertThat(e).hasMessageContaining("loopback").hasMessageContaining("cutover.egress.allow");
    }

    private PortException writing() {
        return writing(PATIENT);
    }

    private PortException writing(Duration span) {
        ZoneView seen = new ZoneView(ACME, List.of(WWW), Instant.EPOCH);
        return failure(
                () ->
                        zone(PrimaryServer.KEY, "127.0.0.0/8")
                                .apply(
                                        ref(),
                                        seen,
                                        List.of(new RecordWrite.Patch(WWW, WWW.withTtl(60))),
                                        call(span, Fence.OPEN)));
    }

    private PortException reading() {
        return failure(
                () ->
                        zone(PrimaryServer.KEY, "127.0.0.0/8")
                                .read(ref(), call(PATIENT, Fence.OPEN)));
    }

    private Rfc2136Zone zone(String key, String opened) {
        return new Rfc2136Zone(
                EgressPolicy.opening(List.of(opened)),
                new Secrets(Set.of("TSIG_KEY"), Optional.empty(), variable -> key),
                log::add,
                InstantSource.system());
    }

    private ZoneRef ref() {
        return new ZoneRef(
                "rfc2136",
                ACME,
                Optional.of("127.0.0.1:" + listening.getLocalPort()),
                "${env:TSIG_KEY}");
    }

    private static Call call(Duration limit, Fence fence) {
        return new Call("acme-1", "test", Deadline.in(limit), fence);
    }

    private static PortException failure(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        PortException e = catchThrowableOfType(PortException.class, call);
        assertThat(e).isNotNull();
        return e;
    }

    private static Transfer transfer() {
        return new Transfer("asked", name("acme.example."), 100, 10_000);
    }

    private static Message reply(byte[] question, int rcode) throws IOException {
        Message asked = new Message(question);
        Message reply = new Message(asked.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.getHeader().setOpcode(asked.getHeader().getOpcode());
        if (asked.getHeader().getOpcode() == Opcode.QUERY) {
            reply.addRecord(asked.getQuestion(), Section.QUESTION);
        }
        reply.getHeader().setRcode(rcode);
        return reply;
    }

    private static void send(DataOutputStream out, Message message) throws IOException {
        send(out, message.toWire());
    }

    private static void send(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeShort(bytes.length);
        out.write(bytes);
        out.flush();
    }

    private static Record soa(int serial) {
        return record("acme.example.", Type.SOA, "ns1 hostmaster " + serial + " 1 1 1 1");
    }

    private static Record address(int number) {
        return record("n" + number + ".acme.example.", Type.A, "192.0.2.1");
    }

    private static Record record(String at, int type, String content) {
        try {
            return Record.fromString(name(at), type, DClass.IN, 60, content, name("acme.example."));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Name name(String text) {
        return Name.fromConstantString(text);
    }
}
