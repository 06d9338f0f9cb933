package dev.cutover.probe;

import static dev.cutover.probe.LoopbackServer.answer;
import static dev.cutover.probe.LoopbackServer.framed;
import static dev.cutover.probe.LoopbackServer.reply;
import static dev.cutover.probe.LoopbackServer.withOtherId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.peer.Bind;
import dev.cutover.peer.PrimaryServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/// dnsjava's own resolver over the engine's transports.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DnsjavaIoTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final String RECORD = "www.acme.example 300 A 192.0.2.10";
    private final ProbeEngine engine;

    DnsjavaIoTest() throws IOException {
        engine = new ProbeEngine();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    private SimpleResolver over(InetSocketAddress server, Duration timeout) {
        SimpleResolver resolver = new SimpleResolver(server);
        resolver.setIoClientFactory(engine.forDnsjava());
        resolver.setTimeout(timeout);
        return resolver;
    }

    private static Message www() throws IOException {
        return Message.newQuery(
                Record.newRecord(Name.fromString("www.acme.example."), Type.A, DClass.IN));
    }

    @Test
    void waits_past_strangers_which_that_library_alone_does_not() throws Exception {
        try (var server =
                LoopbackServer.udp(
                        (query, back) -> {
                            byte[] right = answer(query, RECORD);
                            back.send(withOtherId(right, 1));
                            back.send(right);
                        })) {
            Message came = over(server.address(), PATIENT).send(www());
            assertThat(came.getSection(Section.ANSWER)).hasSize(1);
        }
    }

    @Test
    void silence_ends_at_its_timeout() throws Exception {
        try (var server = LoopbackServer.silent()) {
            long began = System.nanoTime();
            assertThatThrownBy(() -> over(server.address(), Duration.ofMillis(200)).send(www()))
                    .isInstanceOf(IOException.class);
            // that library alone looks at its clock once a second
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(200));
        }
    }

    @Test
    void what_is_truncated_comes_by_tcp() throws Exception {
        String[] many = new String[300];
        Arrays.setAll(many, i -> "www.acme.example 300 A 192.0.2." + i % 250);
        try (var server =
                LoopbackServer.both(
                        (query, back) ->
                                back.send(reply(query, Rcode.NOERROR, true, List.of(), List.of())),
                        (query, out) -> out.write(framed(answer(query, many))))) {
            Message came = over(server.address(), PATIENT).send(www());
            assertThat(came.getSection(Section.ANSWER)).hasSizeGreaterThan(200);
        }
    }

    @Test
    void a_signed_update_reaches_a_real_server() throws Exception {
        try (Bind bind =
                Bind.start(
                        Map.of("acme.example", List.of("www 300 A 192.0.2.1")),
                        PrimaryServer.Signing.NONE)) {
            SimpleResolver resolver = over(bind.address(), PATIENT);
            resolver.setTSIGKey(new TSIG(TSIG.HMAC_SHA256, "cutover.", PrimaryServer.KEY_SECRET));
            for (boolean tcp : new boolean[] {false, true}) {
                resolver.setTCP(tcp);
                Update update = new Update(Name.fromString("acme.example."));
                String content = tcp ? "192.0.2.3" : "192.0.2.2";
                update.replace(Name.fromString("www.acme.example."), Type.A, 300, content);
                assertThat(resolver.send(update).getRcode()).as(bind.log()).isZero();
                Message now = resolver.send(www());
                assertThat(now.getSection(Section.ANSWER).getFirst().rdataToString())
                        .isEqualTo(content);
            }
        }
    }
}
