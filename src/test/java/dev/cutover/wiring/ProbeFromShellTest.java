package dev.cutover.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.cli.GivenUpException;
import dev.cutover.cli.Prober;
import dev.cutover.cli.Prober.Seen;
import dev.cutover.core.dns.Region;
import dev.cutover.core.evidence.Came;
import dev.cutover.net.TestAuthority;
import dev.cutover.peer.Bind;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.Recursive;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `cutover probe` beside real servers, without a controller.
@Timeout(60)
class ProbeFromShellTest {

    private static final String WWW = "www.acme.example";
    private static Bind authority;
    private static Recursive resolver;
    private static Path trust;

    @TempDir private static Path folder;

    @BeforeAll
    static void servers() {
        TestAuthority certificates = new TestAuthority();
        trust = certificates.writeTo(folder);
        TestAuthority.Pem pem = certificates.pemFor(Recursive.NAME);
        authority =
                Bind.start(
                        Map.of(
                                "acme.example",
                                List.of(
                                        "www 300 A 192.0.2.2",
                                        "www 300 A 192.0.2.1",
                                        "shop 60 CNAME www")),
                        PrimaryServer.Signing.NONE);
        resolver =
                Recursive.unbound(
                        "site-7", List.of(authority.address()), pem.certificate(), pem.key());
    }

    @AfterAll
    static void end() {
        resolver.close();
        authority.close();
    }

    private static Prober.Wish wish(String name, String type, String transport, String... whom) {
        return new Prober.Wish(
                name,
                type,
                List.of(whom),
                List.of(),
                transport,
                Recursive.NAME,
                Recursive.PATH,
                List.of(),
                Optional.of(trust),
                List.of(),
                Duration.ofSeconds(10));
    }

    private static String at(String transport) {
        InetSocketAddress address =
                switch (transport) {
                    case "dot" -> resolver.tls();
                    case "doh" -> resolver.https();
                    default -> resolver.plain();
                };
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static Seen ask(Prober.Wish wish) throws InterruptedException {
        try (Prober prober = ProbeFromShell.open(wish, InstantSource.system())) {
            return prober.ask(Set.copyOf(prober.ids())).seen().getFirst();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"udp", "tcp", "dot", "doh"})
    void follows_aliases_to_the_answer_by_every_transport(String transport) throws Exception {
        Seen seen = ask(wish("shop.acme.example", "A", transport, at(transport)));
        assertThat(seen.answer().told().came()).as(seen.answer().failure()).isEqualTo(Came.RECORDS);
        assertThat(seen.contents()).containsExactly("192.0.2.1", "192.0.2.2");
        assertThat(seen.answer().told().aliases()).containsExactly(WWW);
        assertThat(seen.ttlSeconds()).isBetween(1L, 60L);
        assertThat(seen.answer().told().site()).isEqualTo("site-7");
    }

    @Test
    void tells_apart_what_is_not_there_and_who_is_not_there() throws Exception {
        assertThat(ask(wish("beta.acme.example", "A", "udp", at("udp"))).answer().told().came())
                .isEqualTo(Came.NEGATIVE);
        assertThat(ask(wish(WWW, "TXT", "udp", at("udp"))).answer().told().came())
                .isEqualTo(Came.NEGATIVE);
        assertThat(ask(wish(WWW, "A", "udp", "127.9.9.9:9")).answer().told().came())
                .isEqualTo(Came.FAILED);
    }

    @Test
    void a_resolver_that_repeats_no_network_tells_of_its_own_place_alone() throws Exception {
        Prober.Wish plain = wish(WWW, "A", "udp", at("udp"));
        Prober.Wish wish =
                new Prober.Wish(
                        plain.name(),
                        plain.type(),
                        plain.resolvers(),
                        plain.lists(),
                        plain.transport(),
                        plain.serverName(),
                        plain.path(),
                        plain.pins(),
                        plain.trust(),
                        List.of(Region.parse("DE=198.51.100.0/24")),
                        plain.timeout());
        try (Prober prober = ProbeFromShell.open(wish, InstantSource.system())) {
            assertThat(prober.ask(Set.copyOf(prober.ids())).seen())
                    .extracting(Seen::region)
                    .containsExactly("");
        }
    }

    @Test
    void leaves_out_who_cannot_be_asked_so_and_says_how_many() throws Exception {
        Path list =
                Files.writeString(
                        folder.resolve("list.txt"),
                        "a 127.0.0.1 A -\nb 127.0.0.2 B - dot=dns.acme.example\n");
        Prober.Wish wish =
                new Prober.Wish(
                        WWW,
                        "A",
                        List.of(),
                        List.of(list),
                        "dot",
                        "",
                        "/",
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Duration.ofSeconds(1));
        try (Prober prober = ProbeFromShell.open(wish, InstantSource.system())) {
            assertThat(prober.ids()).containsExactly("b");
            assertThat(prober.leftOut()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "www.acme.example, NOSUCH, 127.0.0.1",
        "www.acme.example, A, dns.example",
        "www.acme.example, A, 127.0.0.1:0",
        "www..acme.example, A, 127.0.0.1",
        "www.acme.example, AXFR, 127.0.0.1"
    })
    void wrong_use_is_refused_before_anybody_is_asked(String name, String type, String whom) {
        assertThatThrownBy(
                        () ->
                                ProbeFromShell.open(
                                        wish(name, type, "udp", whom), InstantSource.system()))
                .isInstanceOfSatisfying(
                        GivenUpException.class,
                        e -> {
                            assertThat(e.exitCode()).isEqualTo(2);
                            assertThat(e.getMessage()).contains("expected");
                        });
    }
}
