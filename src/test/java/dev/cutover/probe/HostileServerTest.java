package dev.cutover.probe;

import static dev.cutover.probe.LoopbackServer.answer;
import static dev.cutover.probe.LoopbackServer.framed;
import static dev.cutover.probe.LoopbackServer.reply;
import static dev.cutover.probe.LoopbackServer.withOtherId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.probe.Answer.AnswerRecord;
import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.Malformed;
import dev.cutover.probe.Answer.TimedOut;
import dev.cutover.probe.Answer.Unreachable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileServerTest extends EngineStory {

    // ------------------------------------------------- strays and strangers

    @Test
    void waits_past_a_wrong_id_for_the_right_answer() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] right = answer(query, RECORD);
                            back.send(withOtherId(right, 1));
                            back.send(withOtherId(right, 4_711));
                            back.send(right);
                        })) {
            assertThat(answered(ask(server, PATIENT)).records()).hasSize(1);
        }
    }

    @Test
    void a_wrong_id_alone_is_silence() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> back.send(withOtherId(answer(query, RECORD), 1)))) {
            assertTimedOut(ask(server, SHORT), SHORT);
        }
    }

    @Test
    void waits_past_a_wrong_question_for_the_right_answer() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            back.send(otherQuestion(query));
                            back.send(answer(query, RECORD));
                        })) {
            assertThat(answered(ask(server, PATIENT)).records()).hasSize(1);
        }
    }

    @Test
    void a_wrong_question_alone_is_malformed() throws Exception {
        try (var server = LoopbackServer.udp((query, back) -> back.send(otherQuestion(query)))) {
            assertThat(askUntil(Malformed.class::isInstance, server)).isInstanceOf(Malformed.class);
        }
    }

    @Test
    void hears_nobody_but_the_server_it_asked() throws Exception {
        try (var otherPort =
                        new DatagramSocket(new InetSocketAddress(LoopbackServer.loopback(1), 0));
                var otherHost =
                        new DatagramSocket(new InetSocketAddress(LoopbackServer.loopback(9), 0));
                var server =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    byte[] lie = answer(query, "www.acme.example 1 A 192.0.2.66");
                                    var packet = new DatagramPacket(lie, lie.length, back.asker());
                                    otherPort.send(packet);
                                    otherHost.send(packet);
                                    back.send(answer(query, RECORD));
                                })) {
            assertThat(answered(ask(server, PATIENT)).records())
                    .extracting(AnswerRecord::content)
                    .containsExactly("192.0.2.10");
        }
    }

    @Test
    void a_late_answer_is_not_taken_for_the_next_question() throws Exception {
        CountDownLatch givenUp = new CountDownLatch(1);
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            boolean first = (query[13] | 0x20) == 'o'; // of old.acme.example
                            if (first) {
                                givenUp.await();
                            }
                            back.send(
                                    first
                                            ? answer(query, "old.acme.example 1 A 192.0.2.1")
                                            : answer(query, RECORD));
                        })) {
            var old = new Question("old.acme.example", Type.A, true);
            var first =
                    engine.ask(List.of(server.resolver()), List.of(old), Duration.ofMillis(100));
            assertThat(first.results().getFirst().answer()).isInstanceOf(TimedOut.class);
            givenUp.countDown(); // the late answer goes out before the next one
            assertThat(answered(ask(server, PATIENT)).records())
                    .extracting(AnswerRecord::content)
                    .containsExactly("192.0.2.10");
        }
    }

    @Test
    void garbage_with_our_id_is_malformed_and_without_it_silence() throws Exception {
        Random dice = new Random(7);
        byte[] noise = new byte[400];
        dice.nextBytes(noise);
        try (var ours =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    byte[] garbage = noise.clone();
                                    Wire.setId(garbage, Wire.id(query));
                                    back.send(garbage);
                                });
                var nobodys =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    back.send(new byte[0]);
                                    back.send(new byte[] {1});
                                    back.send(withOtherId(query, 9));
                                })) {
            assertThat(askUntil(Malformed.class::isInstance, ours)).isInstanceOf(Malformed.class);
            assertTimedOut(ask(nobodys, SHORT), SHORT);
        }
    }

    @Test
    void a_compression_loop_is_malformed_at_once() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] reply = answer(query, RECORD);
                            int owner = reply.length - 16; // pointer + 10 fixed bytes + 4 of data
                            reply[owner] = (byte) 0xC0;
                            reply[owner + 1] = (byte) owner;
                            back.send(reply);
                        })) {
            assertThat(ask(server, PATIENT)).isInstanceOf(Malformed.class);
        }
    }

    @Test
    void survives_every_cut_and_many_flips_of_an_answer() throws Exception {
        Random dice = new Random(11);
        try (var server =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    byte[] good = answer(query, RECORD, RECORD.replace("10", "11"));
                                    byte[] bad =
                                            Arrays.copyOf(good, 2 + dice.nextInt(good.length - 1));
                                    for (int i = dice.nextInt(4); i > 0 && bad.length > 12; i--) {
                                        bad[12 + dice.nextInt(bad.length - 12)] =
                                                (byte) dice.nextInt();
                                    }
                                    back.send(bad);
                                    back.send(good);
                                });
                var fast = new ProbeEngine(new ProbeLimits(64, 100_000, 40_000, 256 << 10))) {
            for (int round = 0; round < 20; round++) {
                List<Question> many = Collections.nCopies(50, WWW);
                Round seen = fast.ask(List.of(server.resolver()), many, PATIENT);
                assertThat(seen.results())
                        .extracting(ProbeResult::answer)
                        .allMatch(a -> a instanceof Answered || a instanceof Malformed);
            }
        }
    }

    @Test
    void a_flood_of_strays_is_waited_past() throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] right = answer(query, RECORD);
                            for (int i = 0; i < 5_000 && heard.getCount() > 0; i++) {
                                back.send(withOtherId(right, 1 + i));
                            }
                            do { // again where it found no room behind the strays
                                back.send(right);
                            } while (!heard.await(10, TimeUnit.MILLISECONDS));
                        })) {
            assertThat(answered(ask(server, PATIENT)).records()).hasSize(1);
            heard.countDown();
            assertThat(answered(ask(server, PATIENT)).records()).hasSize(1);
        } finally {
            heard.countDown();
        }
    }

    @Test
    void leaves_a_port_that_strangers_write_to() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] right = answer(query, RECORD);
                            for (int i = 0; i < 60; i++) {
                                back.send(withOtherId(right, 1 + i));
                            }
                            back.send(right);
                        })) {
            for (int i = 0; i < 4; i++) {
                answered(ask(server, PATIENT));
            }
            // The system may happen to give a port again, though hardly three times in a row.
            assertThat(new HashSet<>(server.askers)).hasSizeGreaterThan(1);
        }
        try (var server = LoopbackServer.udp((query, back) -> back.send(answer(query, RECORD)))) {
            answered(ask(server, PATIENT));
            answered(ask(server, PATIENT));
            assertThat(server.askers.get(0)).isEqualTo(server.askers.get(1));
        }
    }

    @Test
    void the_largest_datagrams_are_read_whole_or_called_unreadable() throws Exception {
        String[] many = new String[3_500];
        Arrays.setAll(
                many,
                i -> "www.acme.example 300 A 192." + i / 65_025 + "." + i / 255 + "." + i % 255);
        byte[] noise = new byte[60_000];
        new Random(3).nextBytes(noise);
        try (var large = LoopbackServer.udp((query, back) -> back.send(answer(query, many)));
                var noisy =
                        LoopbackServer.udp(
                                (query, back) -> {
                                    byte[] lie = noise.clone();
                                    byte[] head = answer(query, RECORD);
                                    System.arraycopy(head, 0, lie, 0, head.length);
                                    lie[6] = (byte) 0xFF; // so many records are announced
                                    back.send(lie);
                                })) {
            assertThat(answered(ask(large, PATIENT)).records()).hasSize(many.length);
            assertThat(ask(noisy, PATIENT)).isInstanceOf(Malformed.class);
        }
    }

    // ----------------------------------------------------------------- TCP

    @Test
    void a_truncated_answer_is_fetched_whole_by_tcp() throws Exception {
        String[] many = new String[300];
        Arrays.setAll(many, i -> "www.acme.example 300 A 192.0.2." + i % 250);
        try (var server =
                LoopbackServer.both(
                        HostileServerTest::truncated,
                        (query, out) -> {
                            byte[] whole = framed(answer(query, many));
                            out.write(whole, 0, 1); // in two pieces, the length cut through
                            out.flush();
                            out.write(whole, 1, whole.length - 1);
                        })) {
            Answered answered = answered(ask(server, PATIENT));
            assertThat(answered.viaTcp()).isTrue();
            assertThat(answered.records()).hasSizeGreaterThanOrEqualTo(250);
        }
    }

    @Test
    void a_truncated_answer_without_tcp_is_unreachable() throws Exception {
        try (var server = LoopbackServer.udp(HostileServerTest::truncated)) {
            assertThat(ask(server, PATIENT))
                    .isInstanceOfSatisfying(
                            Unreachable.class,
                            answer -> assertThat(answer.reason()).contains("TCP"));
        }
    }

    @Test
    void tcp_that_hangs_or_trickles_ends_with_the_question() throws Exception {
        try (var hangs = LoopbackServer.both(HostileServerTest::truncated, (query, out) -> {});
                var trickles =
                        LoopbackServer.both(
                                HostileServerTest::truncated,
                                (query, out) -> {
                                    byte[] whole = framed(answer(query, RECORD));
                                    for (int i = 0; i < whole.length - 1; i++) {
                                        out.write(whole[i]);
                                        out.flush();
                                        TimeUnit.MILLISECONDS.sleep(20);
                                    }
                                })) {
            assertTimedOut(askUntil(TimedOut.class::isInstance, hangs), SHORT);
            assertTimedOut(askUntil(TimedOut.class::isInstance, trickles), SHORT);
        }
    }

    @Test
    void tcp_that_lies_is_no_answer() throws Exception {
        try (var promises =
                        LoopbackServer.both(
                                HostileServerTest::truncated,
                                (query, out) -> {
                                    out.write(new byte[] {(byte) 0xFF, (byte) 0xFF, 1, 2, 3});
                                    out.close();
                                });
                var wrongId =
                        LoopbackServer.both(
                                HostileServerTest::truncated,
                                (query, out) ->
                                        out.write(framed(withOtherId(answer(query, RECORD), 1))));
                var empty =
                        LoopbackServer.both(
                                HostileServerTest::truncated,
                                (query, out) -> out.write(new byte[2]))) {
            assertThat(ask(promises, PATIENT)).isInstanceOf(Unreachable.class);
            assertThat(ask(wrongId, PATIENT)).isInstanceOf(Malformed.class);
            assertThat(ask(empty, PATIENT)).isInstanceOf(Malformed.class);
        }
    }

    private static byte[] otherQuestion(byte[] query) throws IOException {
        byte[] reply = answer(query, RECORD);
        reply[13] = 'x'; // the first letter of the name asked, in either case
        return reply;
    }

    private static void truncated(byte[] query, LoopbackServer.Reply back) throws IOException {
        back.send(reply(query, Rcode.NOERROR, true, List.of(), List.of()));
    }
}
