package dev.cutover.net;

import static dev.cutover.net.HostileServer.page;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.net.Exchange.Answer;
import dev.cutover.net.Exchange.NoAnswer;
import dev.cutover.net.Exchange.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Where the client goes when it is told to go elsewhere.
class PinnedRedirectsTest extends ClientAtHand {
    @Test
    void redirects_keep_to_the_pins_and_credentials_stay_behind() {
        try (var server =
                good(
                        (head, out) ->
                                head.startsWith("GET / ")
                                        ? said(
                                                out,
                                                page(
                                                        301,
                                                        "Location: //"
                                                                + APEX
                                                                + ":"
                                                                + port(head)
                                                                + "/there#top\r\n",
                                                        ""))
                                        : said(out, page(200, "", "there")))) {
            var asked = www(server, "/").as(secret()).with("X-Kept", "1");
            Answer answer = (Answer) http.follow(asked, pins(server, WWW, APEX), patient());

            assertThat(answer.text()).isEqualTo("there");
            assertThat(answer.url())
                    .hasToString("https://acme.example:" + server.port() + "/there");
            assertThat(answer.hops()).containsExactly(url(server, "/"));
            assertThat(server.serverNames()).containsExactly(WWW, APEX);
            assertThat(server.heads().get(0)).contains(PLANTED);
            assertThat(server.heads().get(1)).doesNotContain(PLANTED).contains("X-Kept");
        }
    }

    @Test
    void a_redirect_to_a_name_without_a_pin_is_reported_and_not_followed() {
        try (var server =
                good(
                        (head, out) ->
                                said(out, page(302, "Location: https://evil.example/x\r\n", "")))) {
            var got = (NoAnswer) http.follow(www(server, "/"), pins(server, WWW), patient());

            assertThat(got.stage()).isEqualTo(Stage.REDIRECT);
            assertThat(got.status()).isEqualTo(302);
            assertThat(got.problem())
                    .isEqualTo(
                            url(server, "/")
                                    + " redirects (302) to https://evil.example/x: evil.example has"
                                    + " no pinned address, not followed");
            assertThat(got.hops()).containsExactly(url(server, "/"));
        }
    }

    @Test
    void redirects_end_at_a_loop_after_five_and_before_plain_http() {
        try (var loop = good((head, out) -> said(out, page(302, "Location: /\r\n", "")));
                var chain =
                        good(
                                (head, out) -> {
                                    int n =
                                            Integer.parseInt(
                                                    head.substring(5, head.indexOf(' ', 5)));
                                    return said(
                                            out, page(301, "Location: /" + (n + 1) + "\r\n", ""));
                                });
                var down =
                        good(
                                (head, out) ->
                                        said(
                                                out,
                                                page(
                                                        301,
                                                        "Location: http://" + WWW + "/\r\n",
                                                        "")))) {
            assertThat(problem(loop, "/")).contains("a redirect loop");
            assertThat(problem(chain, "/1")).contains("more than 5 redirects");
            assertThat(chain.heads()).hasSize(6);
            assertThat(problem(down, "/")).contains("leaves https");
        }
    }

    private String problem(HostileServer server, String path) {
        return ((NoAnswer) http.follow(www(server, path), pin(server), patient())).problem();
    }

    @Test
    void a_closed_address_is_refused_before_anything_is_sent_also_on_a_hop() throws IOException {
        var metadata = InetAddress.getByName("169.254.169.254");
        try (var server =
                        good(
                                (head, out) ->
                                        said(
                                                out,
                                                page(
                                                        302,
                                                        "Location: https://" + APEX + "/\r\n",
                                                        "")));
                var strict = client(EgressPolicy.opening(List.of()))) {
            var first = (NoAnswer) strict.send(www(server, "/"), pin(server), patient());
            assertThat(first.stage()).isEqualTo(Stage.REFUSED);
            assertThat(first.problem())
                    .isEqualTo(
                            WWW
                                    + " at 127.0.0.1: not contacted, that is a loopback address;"
                                    + " nothing was sent. If it is meant, add it to"
                                    + " cutover.egress.allow");
            assertThat(server.connections()).isZero();

            Directions rebound =
                    (host, deadline) ->
                            new Directions.Found.At(
                                    List.of(host.equals(WWW) ? server.address() : metadata));
            var hop = (NoAnswer) http.follow(www(server, "/"), rebound, patient());
            assertThat(hop.stage()).isEqualTo(Stage.REFUSED);
            assertThat(hop.problem()).contains("cloud metadata");
        }
    }
}
