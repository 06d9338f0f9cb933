package dev.cutover.checks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.net.Directions;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.HostileServer;
import dev.cutover.net.Literals;
import dev.cutover.net.TestAuthority;
import dev.cutover.port.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Certificates right and wrong, each with the words on call reads.
class TlsProbeTest {
    private static final TestAuthority AUTHORITY = new TestAuthority();
    private static final Duration PATIENT = Duration.ofMinutes(1);
    private static final DnsName WWW = new DnsName("www.acme.example");

    @TempDir Path folder;

    @Test
    void a_good_certificate_has_an_end_and_no_problem_and_the_name_was_sent()
            throws InterruptedException {
        Instant until = Instant.now().plus(Duration.ofDays(40)).truncatedTo(ChronoUnit.SECONDS);
        SSLContext context =
                AUTHORITY.server(Instant.now().minusSeconds(60), until, "www.acme.example");
        try (var server = HostileServer.https(context, (head, out) -> false)) {
            TlsResult result = probe(WWW, server, PATIENT);

            assertThat(result.problem()).isEmpty();
            assertThat(result.notAfter()).contains(until);
            assertThat(server.nextServerName()).isEqualTo("www.acme.example");
        }
    }

    @Test
    void a_wildcard_is_tried_by_a_name_below_it() throws InterruptedException {
        var wildcard = new DnsName("*.acme.example");
        try (var server =
                HostileServer.https(AUTHORITY.serverFor("*.acme.example"), (head, out) -> false)) {
            TlsResult result = probe(wildcard, server, PATIENT);
            assertThat(result.ok()).isTrue();
            assertThat(result.wildcard()).isTrue();
            assertThat(server.nextServerName()).isEqualTo("cutover-probe.acme.example");
        }
    }

    @Test
    void a_name_that_only_a_wildcard_covers_is_told_from_one_that_is_named() {
        try (var only =
                        HostileServer.https(
                                AUTHORITY.serverFor("*.acme.example"), (head, out) -> false);
                var both =
                        HostileServer.https(
                                AUTHORITY.serverFor("*.acme.example", "www.acme.example"),
                                (head, out) -> false)) {
            assertThat(probe(WWW, only, PATIENT).wildcard()).isTrue();
            assertThat(probe(WWW, both, PATIENT).wildcard()).isFalse();
        }
    }

    @Test
    void each_fault_has_its_words() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Instant ended = now.minus(Duration.ofDays(1));
        Instant begins = now.plus(Duration.ofDays(1));
        says(
                AUTHORITY.server(now.minus(Duration.ofDays(9)), ended, WWW.value()),
                "certificate expired at " + ended);
        says(
                AUTHORITY.server(begins, now.plus(Duration.ofDays(9)), WWW.value()),
                "certificate valid only from " + begins);
        says(
                AUTHORITY.serverFor("acme.example", "shop.acme.example"),
                "certificate does not name www.acme.example, it names [acme.example,"
                        + " shop.acme.example]");
        says(
                new TestAuthority("Somebody").serverFor(WWW.value()),
                "certificate from an unknown issuer 'CN=Somebody'");
    }

    private void says(SSLContext context, String words) {
        try (var server = HostileServer.https(context, (head, out) -> false)) {
            TlsResult result = probe(WWW, server, PATIENT);

            assertThat(result.problem()).isEqualTo("127.0.0.1:" + server.port() + ": " + words);
            assertThat(result.notAfter()).isPresent();
        }
    }

    @Test
    void a_peer_that_says_nothing_says_nonsense_or_is_not_there() {
        try (var mute = HostileServer.mute()) {
            assertThat(unfinished(mute).problem())
                    .isEqualTo(
                            "127.0.0.1:"
                                    + mute.port()
                                    + ": the TLS handshake did not finish in time");
        }
        try (var plain = HostileServer.plain((head, out) -> false)) {
            // The greeting of TLS is no HTTP head; the server waits for its end, we do not.
            assertThat(unfinished(plain).problem()).contains("did not finish in time");
        }
        try (var unheard = new Socket()) {
            // Bound, so that nobody else gets the port; nobody listens.
            InetAddress here = Literals.parse("127.0.0.1").orElseThrow();
            unheard.bind(new InetSocketAddress(here, 0));
            int port = unheard.getLocalPort();
            var gone = probe(WWW, here, port, PATIENT);
            assertThat(gone.problem()).contains("127.0.0.1:" + port + ": no connection: ");
            assertThat(gone.notAfter()).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// By a deadline that is twice as long each time, until a connection stood before it.
    private TlsResult unfinished(HostileServer server) {
        Duration span = Duration.ofMillis(600);
        TlsResult result = probe(WWW, server, span);
        while (result.problem().contains("no connection in time") && span.compareTo(PATIENT) < 0) {
            span = span.multipliedBy(2);
            result = probe(WWW, server, span);
        }
        return result;
    }

    private TlsResult probe(DnsName name, HostileServer server, Duration within) {
        return probe(name, server.address(), server.port(), within);
    }

    private TlsResult probe(DnsName name, InetAddress at, int port, Duration within) {
        return new TlsProbe(AUTHORITY.trust(folder), EgressPolicy.opening(List.of("127.0.0.0/8")))
                .probe(name, Directions.to(at), port, Deadline.in(within));
    }
}
