package dev.cutover.net;

import static dev.cutover.net.HostileServer.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import dev.cutover.net.Exchange.Stage;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// The client against servers that do what servers must not do.
class PinnedHttpTest extends ClientAtHand {
    @Test
    void the_connection_goes_to_the_pin_while_host_and_sni_keep_the_name() {
        try (var server =
                good((head, out) -> said(out, page(200, "X-Origin: next\r\n", "hello")))) {
            Answer answer = (Answer) http.send(www(server, "/a?b=c"), pin(server), patient());

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("hello");
            assertThat(answer.header("x-origin")).contains("next");
            assertThat(server.serverNames()).containsExactly(WWW);
            assertThat(server.heads().get(0))
                    .startsWith("GET /a?b=c HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: " + WWW + ":" + server.port() + "\r\n");
        }
    }

    @Test
    void reads_share_a_connection_and_every_write_has_its_own() {
        try (var server = good((head, out) -> said(out, page(200, "", "ok")))) {
            // One more where none was back in the pool yet when the next read came.
            int before;
            do {
                before = server.connections();
                assertThat(http.send(www(server, "/"), pin(server), patient()))
                        .isInstanceOf(Answer.class);
                assertThat(server.connections()).isBetween(1, 8);
            } while (server.connections() > before);
            int forReads = server.connections();

            for (int i = 0; i < 2; i++) {
                var write =
                        HttpRequest.sending("POST", url(server, "/w"), HttpRequest.Body.json("{}"));
                assertThat(http.send(write, pin(server), patient())).isInstanceOf(Answer.class);
            }
            assertThat(server.connections()).isEqualTo(forReads + 2);
        }
    }

    @Test
    void a_read_over_a_connection_the_peer_had_given_up_is_sent_again_but_a_write_is_not() {
        Set<OutputStream> used = ConcurrentHashMap.newKeySet();
        List<Boolean> dropped = new CopyOnWriteArrayList<>(); // each time: by a used connection?
        try (var server =
                good(
                        (head, out) -> {
                            if (head.contains("/second")) {
                                dropped.add(used.contains(out));
                                return false;
                            }
                            used.add(out);
                            return said(out, page(200, "", "ok"));
                        })) {
            NoAnswer got;
            int rounds = 0;
            do {
                dropped.clear();
                assertThat(http.send(www(server, "/first"), pin(server), patient()))
                        .isInstanceOf(Answer.class);
                got = (NoAnswer) http.send(www(server, "/second"), pin(server), patient());
                // Anew where the used connection was not yet back in the pool.
            } while (dropped.equals(List.of(false)) && ++rounds < 100);

            assertThat(got.stage()).isEqualTo(Stage.ANSWER);
            assertThat(got.problem()).contains("connection closed without an answer");
            assertThat(dropped).as("by used ones, and by a new one at last").endsWith(true, false);
            assertThat(dropped).containsOnlyOnce(false);
            int reads = server.heads().size();

            var write =
                    HttpRequest.sending(
                            "POST", url(server, "/second"), HttpRequest.Body.json("{}"));
            assertThat(((NoAnswer) http.send(write, pin(server), patient())).stage())
                    .isEqualTo(Stage.ANSWER);
            assertThat(server.heads()).hasSize(reads + 1);
        }
    }

    @Test
    void a_page_that_never_ends_is_cut_and_said_so() {
        try (var server =
                good(
                        (head, out) -> {
                            out.write(ascii("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"));
                            byte[] block = new byte[65_536];
                            while (true) {
                                out.write(block);
                            }
                        })) {
            Answer answer = (Answer) http.send(www(server, "/"), pin(server), patient());

            assertThat(answer.cut()).isTrue();
            assertThat(answer.body()).hasSize(HttpRequest.USUAL_BODY_BYTES);
        }
    }

    @Test
    void a_body_that_only_drips_ends_with_the_deadline() {
        try (var server =
                good(
                        (head, out) -> {
                            out.write(ascii("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"));
                            drip(out);
                            return false;
                        })) {
            var got = givenUp(deadline -> http.send(www(server, "/"), pin(server), deadline));

            assertThat(got.problem()).contains("no whole answer in time");
        }
    }

    @Test
    void a_tls_handshake_that_never_finishes_ends_with_the_deadline_and_nothing_was_sent() {
        try (var server = HostileServer.mute()) {
            var brief = Deadline.in(Duration.ofMillis(700));
            var got = (NoAnswer) http.send(www(server, "/"), pin(server), brief);

            assertThat(got.stage().nothingSent()).isTrue();
            assertThat(got.problem())
                    .isEqualTo(
                            WWW + " at 127.0.0.1:" + server.port() + ": no TLS connection in time");
        }
    }

    @Test
    void headers_of_64_kb_are_refused() {
        try (var server =
                good(
                        (head, out) ->
                                said(
                                        out,
                                        page(200, "X-Long: " + "y".repeat(65_536) + "\r\n", "")))) {
            var got = (NoAnswer) http.send(www(server, "/"), pin(server), patient());

            assertThat(got.stage()).isEqualTo(Stage.ANSWER);
            assertThat(got.problem()).containsIgnoringCase("header");
        }
    }

    @Test
    void a_gzip_bomb_stops_at_the_bound_and_an_honest_gzip_is_read() {
        byte[] bomb = gzip(new byte[50 << 20]);
        byte[] honest = gzip(ascii("<title>Acme</title>"));
        try (var server =
                good(
                        (head, out) -> {
                            byte[] body = head.contains("/bomb") ? bomb : honest;
                            out.write(
                                    ascii(
                                            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                                                    + body.length
                                                    + "\r\n\r\n"));
                            return said(out, body);
                        })) {
            Answer bombed = (Answer) http.send(www(server, "/bomb"), pin(server), patient());
            Answer read = (Answer) http.send(www(server, "/"), pin(server), patient());

            assertThat(bombed.cut()).isTrue();
            assertThat(bombed.body()).hasSize(HttpRequest.USUAL_BODY_BYTES);
            assertThat(read.text()).isEqualTo("<title>Acme</title>");
        }
    }

    @Test
    void certificates_are_judged_by_the_name_and_the_reason_is_told() {
        Instant now = Instant.now();
        check(AUTHORITY.serverFor("other.example"), "certificate does not name " + WWW);
        check(
                AUTHORITY.server(now.minus(Duration.ofDays(9)), now.minus(Duration.ofDays(1)), WWW),
                "certificate expired");
        check(
                AUTHORITY.server(now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(9)), WWW),
                "certificate not valid yet");
        check(
                new TestAuthority("Other authority").serverFor(WWW),
                "certificate from an unknown issuer");
        check(
                new TestAuthority().serverFor(WWW),
                "certificate not signed by the trusted key of the issuer it names");
    }

    private void check(javax.net.ssl.SSLContext context, String expected) {
        try (var server =
                HostileServer.https(context, (head, out) -> said(out, page(200, "", "")))) {
            var got = (NoAnswer) http.send(www(server, "/"), pin(server), patient());

            assertThat(got.stage()).isEqualTo(Stage.HANDSHAKE);
            assertThat(got.problem()).contains(expected);
            assertThat(server.heads()).isEmpty();
        }
    }

    @Test
    void the_next_address_is_tried_when_one_takes_no_connection() throws IOException {
        try (var server = good((head, out) -> said(out, page(200, "", "ok")))) {
            Directions two =
                    (host, deadline) ->
                            new Directions.Found.At(
                                    List.of(address("127.99.99.99"), server.address()));

            assertThat(http.send(www(server, "/"), two, patient())).isInstanceOf(Answer.class);

            Directions dead = Directions.to(address("127.99.99.99"));
            var got = (NoAnswer) http.send(www(server, "/"), dead, patient());
            assertThat(got.stage()).isEqualTo(Stage.CONNECT);
            assertThat(got.problem()).contains("127.99.99.99").contains("connection refused");
        }
    }

    @Test
    void what_forbids_sending_is_asked_when_the_connection_stands_and_keeps_every_byte_back() {
        try (var server = good((head, out) -> said(out, page(200, "", "ok")))) {
            var write = HttpRequest.sending("POST", url(server, "/"), HttpRequest.Body.json("{}"));

            assertThatThrownBy(
                            () ->
                                    http.send(
                                            write,
                                            pin(server),
                                            patient(),
                                            () -> {
                                                throw PortException.denied("the lease is lost");
                                            }))
                    .hasMessage("the lease is lost");
            // Another write arrives first and alone.
            assertThat(http.send(write, pin(server), patient())).isInstanceOf(Answer.class);
            assertThat(server.heads()).hasSize(1);
        }
    }

    @Test
    void no_failure_repeats_a_secret() {
        try (var server = good((head, out) -> false);
                var odd =
                        good(
                                (head, out) -> {
                                    out.write(ascii("HTTP/1.1 200 " + PLANTED + "x\r\n\r\n"));
                                    return false;
                                })) {
            var closed = http.send(www(server, "/").as(secret()), pin(server), patient());
            var told = http.send(www(odd, "/").as(secret()), pin(odd), patient());

            assertThat(closed.toString() + told + www(server, "/").as(secret()))
                    .doesNotContain(PLANTED);
            assertThat(server.heads().get(0)).contains("Bearer " + PLANTED);
        }
    }
}
