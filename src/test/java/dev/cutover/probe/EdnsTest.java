package dev.cutover.probe;

import static dev.cutover.probe.LoopbackServer.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.probe.Answer.Answered;
import dev.cutover.probe.Answer.Malformed;
import dev.cutover.probe.Answer.TimedOut;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.Address;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.CookieOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSIDOption;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What is asked and told beside the records, and the letters' case.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EdnsTest extends EngineStory {

    private static final byte[] SERVER_COOKIE =
            "sixteen bytes...".getBytes(StandardCharsets.US_ASCII);

    private Answer ask(LoopbackServer server, EdnsOptions options) throws InterruptedException {
        Question question = new Question("www.acme.example", Type.A, true, options);
        return engine.ask(List.of(server.resolver()), List.of(question), PATIENT)
                .results()
                .getFirst()
                .answer();
    }

    private static byte[] with(byte[] query, int extendedRcode, EDNSOption... options)
            throws IOException {
        Message reply = new Message(answer(query, RECORD));
        reply.addRecord(
                new OPTRecord(1_232, extendedRcode >> 4, 0, 0, Arrays.asList(options)),
                Section.ADDITIONAL);
        reply.getHeader().setRcode(extendedRcode & 0x0F);
        return reply.toWire();
    }

    private static EDNSOption subnet(String address, int prefix, int scope) throws IOException {
        return new ClientSubnetOption(prefix, scope, Address.getByAddress(address));
    }

    @Test
    void tells_which_machine_answered_and_what_it_says_went_wrong() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) ->
                                back.send(
                                        with(
                                                query,
                                                0,
                                                new NSIDOption(
                                                        "fra-7"
                                                                .getBytes(
                                                                        StandardCharsets.US_ASCII)),
                                                new ExtendedErrorCodeOption(3, "kept alive"))))) {
            Answered answered = answered(ask(server, EdnsOptions.NSID));
            assertThat(answered.edns().nsid()).contains("fra-7");
            assertThat(answered.edns().saysStale()).isTrue();
            assertThat(answered.edns().errors())
                    .containsExactly(new EdnsAnswer.ExtendedError(3, "kept alive"));
            OPTRecord asked = new Message(server.queries.getLast()).getOPT();
            assertThat(asked.getPayloadSize()).isEqualTo(1_232);
            assertThat(asked.getOptions(EDNSOption.Code.NSID)).hasSize(1);
            assertThat(asked.getOptions(EDNSOption.Code.COOKIE)).isEmpty();
        }
    }

    @Test
    void a_subnet_counts_only_with_its_own_echo_and_a_scope() throws Exception {
        var asked = new EdnsOptions.Subnet(Address.getByAddress("198.51.100.0"), 24);
        var options = new EdnsOptions(Optional.of(asked), false, false, false);
        EDNSOption[] echoes = {
            subnet("198.51.100.0", 24, 24), // for them
            subnet("198.51.100.0", 24, 0), // for everybody
            subnet("203.0.113.0", 24, 24), // for somebody else
            subnet("198.51.96.0", 20, 20), // for a wider net than was asked
            new NSIDOption("x".getBytes(StandardCharsets.US_ASCII)) // no echo at all
        };
        for (int i = 0; i < echoes.length; i++) {
            EDNSOption echo = echoes[i];
            try (var server =
                    LoopbackServer.udp((query, back) -> back.send(with(query, 0, echo)))) {
                EdnsAnswer edns = answered(ask(server, options)).edns();
                assertThat(edns.isFor(asked)).as(echo.toString()).isEqualTo(i == 0);
            }
        }
    }

    @Test
    void a_cookie_is_shown_learnt_and_shown_again() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] ours = cookieIn(query).getClientCookie();
                            back.send(with(query, 0, new CookieOption(ours, SERVER_COOKIE)));
                        })) {
            var options = new EdnsOptions(Optional.empty(), false, true, false);
            assertThat(answered(ask(server, options)).edns().cookie()).isTrue();
            ask(server, options);
            CookieOption first = cookieIn(server.queries.get(0));
            CookieOption second = cookieIn(server.queries.get(1));
            assertThat(first.getServerCookie()).isEmpty();
            assertThat(second.getServerCookie()).contains(SERVER_COOKIE);
            assertThat(second.getClientCookie()).isEqualTo(first.getClientCookie());
        }
    }

    @Test
    void a_server_that_insists_on_its_cookie_is_asked_again_with_it() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            CookieOption shown = cookieIn(query);
                            boolean known = shown.getServerCookie().isPresent();
                            var cookie = new CookieOption(shown.getClientCookie(), SERVER_COOKIE);
                            back.send(with(query, known ? 0 : Edns.BAD_COOKIE, cookie));
                        })) {
            var options = new EdnsOptions(Optional.empty(), false, true, false);
            assertThat(answered(ask(server, options)).rcode()).isZero();
            assertThat(server.queries).hasSize(2);
        }
    }

    @Test
    void a_reply_with_another_ones_cookie_is_a_strangers() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] guess = "stranger".getBytes(StandardCharsets.US_ASCII);
                            back.send(with(query, 0, new CookieOption(guess, SERVER_COOKIE)));
                            byte[] ours = cookieIn(query).getClientCookie();
                            back.send(
                                    with(
                                            query,
                                            0,
                                            new CookieOption(ours, SERVER_COOKIE),
                                            new NSIDOption(
                                                    "own".getBytes(StandardCharsets.US_ASCII))));
                        })) {
            var options = new EdnsOptions(Optional.empty(), true, true, false);
            assertThat(answered(ask(server, options)).edns().nsid()).contains("own");
        }
    }

    private static CookieOption cookieIn(byte[] query) throws IOException {
        return (CookieOption)
                new Message(query).getOPT().getOptions(EDNSOption.Code.COOKIE).getFirst();
    }

    // --------------------------------------------------------- letters' case

    @Test
    void asks_in_random_case_and_reads_the_answer_in_small_letters() throws Exception {
        try (var server = LoopbackServer.udp((query, back) -> back.send(answer(query, RECORD)))) {
            for (int i = 0; i < 20; i++) {
                Answered answered = answered(ask(server, EdnsOptions.NONE));
                assertThat(answered.records().getFirst().name()).isEqualTo("www.acme.example");
            }
            assertThat(server.queries.stream().map(EdnsTest::name).distinct().count())
                    .isGreaterThan(10);
        }
    }

    @Test
    void a_server_that_folds_case_is_asked_again_in_plain_letters_and_remembered()
            throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] reply = answer(query, RECORD);
                            for (int i = 12; i < 12 + 17; i++) {
                                if (reply[i] >= 'A' && reply[i] <= 'Z') {
                                    reply[i] |= 0x20;
                                }
                            }
                            back.send(reply);
                        })) {
            for (int i = 0; i < 10; i++) {
                assertThat(ask(server, EdnsOptions.NONE)).isInstanceOf(Answered.class);
            }
            assertThat(server.queries.size()).isLessThan(13);
            assertThat(name(server.queries.getLast()))
                    .isEqualTo(name(server.queries.getLast()).toLowerCase(Locale.ROOT));
        }
    }

    private static String name(byte[] query) {
        return new String(query, 12, 17, StandardCharsets.US_ASCII);
    }

    @Test
    void broken_options_break_nothing_else() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] reply = with(query, 0, new NSIDOption(new byte[40]));
                            reply[reply.length - 43] = (byte) 0xFF; // the option's length
                            back.send(reply);
                        })) {
            assertThat(ask(server, new EdnsOptions(Optional.empty(), true, true, false)))
                    .isInstanceOfAny(Malformed.class, Answered.class, TimedOut.class);
            assertThat(ask(server, EdnsOptions.NONE)).isNotNull();
        }
    }
}
