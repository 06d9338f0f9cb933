package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResolverListTest {

    @Test
    void reads_what_an_operator_writes(@TempDir Path folder) throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("resolvers.txt"),
                        """
                        # id    address             operator     country

                        quad9   9.9.9.9             "Quad9"      CH
                          lab.4 127.0.0.5:5353  "The Lab, #1"  -   # ours
                        six     2001:db8::53        ""           DE
                        six-p   [2001:db8::53]:5353 Six          DE
                        """);
        List<Resolver> list = ResolverList.read(file);
        assertThat(list).extracting(Resolver::id).containsExactly("quad9", "lab.4", "six", "six-p");
        assertThat(list)
                .extracting(resolver -> resolver.address().getPort())
                .containsExactly(53, 5_353, 53, 5_353);
        assertThat(list.get(1).operator()).isEqualTo("The Lab, #1");
        assertThat(list.get(1).address().getAddress().getHostAddress()).isEqualTo("127.0.0.5");
        assertThat(list.get(0).country()).isEqualTo("CH");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            textBlock =
                    """
                    Quad9 9.9.9.9 "x" CH              | an id of small letters
                    a 9.9.9.256 "x" CH                | an IPv4 or IPv6 address
                    a dns.example "x" CH              | an IPv4 or IPv6 address
                    a 9.9.9 "x" CH                    | an IPv4 or IPv6 address
                    a 9.9.9.9:0 "x" CH                | a port of 1 to 65535
                    a 9.9.9.9:65536 "x" CH            | a port of 1 to 65535
                    a 9.9.9.9 two words CH            | expected: id address
                    a 9.9.9.9 "x" Switzerland         | a country of two capital letters
                    a 9.9.9.9 "x                      | expected: id address
                    a 9.9.9.9 "x" CH more             | expected: id address
                    a 9.9.9.9 "x" CH udp=yes          | expected dot=, doh=
                    a 9.9.9.9 "x" CH ecs=maybe        | expected ecs=forwards
                    a 9.9.9.9 "x" CH at=91,0          | a latitude of -90 to 90
                    a 9.9.9.9 "x" CH at=north         | at=LATITUDE,LONGITUDE
                    a 9.9.9.9 "x" CH doh=http://x/y   | expected doh=https://
                    a 9.9.9.9 "x" CH dot=a dot=b      | comes twice
                    a 9.9.9.9 "x" CH rate=0           | rate= of 1 to 1000
                    """)
    void names_the_line_and_what_was_expected(String line, String expected) {
        String text = "ok 127.0.0.1 \"x\" -\n" + line + "\n";
        assertThatThrownBy(() -> ResolverList.parse(text, "list.txt"))
                .isInstanceOf(ResolverList.InvalidException.class)
                .hasMessageStartingWith("list.txt:2: ")
                .hasMessageContaining(expected);
    }

    @Test
    void names_every_faulty_line_and_where_a_double_was() {
        String text =
                """
                a 127.0.0.1 "x" -
                a 127.0.0.2 "x" -
                b 127.0.0.1 "x" -
                nonsense
                """;
        assertThatThrownBy(() -> ResolverList.parse(text, "l"))
                .hasMessageContaining("l:2: id a is already in line 1")
                .hasMessageContaining("l:3: address")
                .hasMessageContaining("l:4: expected");
    }

    @Test
    void refuses_the_empty_and_the_endless(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> ResolverList.parse("# nothing\n", "l"))
                .hasMessageContaining("at least one resolver");
        assertThatThrownBy(() -> ResolverList.parse("x".repeat(1_100), "l"))
                .hasMessageContaining("at most 1000 characters");
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 10_001; i++) {
            many.append("r%d 10.%d.%d.1 \"x\" -\n".formatted(i, i / 256, i % 256));
        }
        assertThatThrownBy(() -> ResolverList.parse(many.toString(), "l"))
                .hasMessageContaining("at most 10000 resolvers");
        Path huge = Files.write(folder.resolve("huge"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> ResolverList.read(huge)).hasMessageContaining("bytes, seen more");
        assertThatThrownBy(() -> ResolverList.parse("bad\n".repeat(1_000), "l"))
                .satisfies(e -> assertThat(e.toString().lines().count()).isEqualTo(20));
    }

    @Test
    void lets_no_control_character_through() throws Exception {
        assertThat(ResolverList.parse("a 127.0.0.1 \"x\u001b[2J\" -", "l").getFirst().operator())
                .isEqualTo("x?[2J");
    }

    @Test
    void reads_what_more_is_known_of_a_resolver() throws Exception {
        ListedResolver quad9 =
                ResolverList.entries(
                                "quad9 9.9.9.9 Quad9 CH dot=dns.quad9.net"
                                        + " doh=https://dns.quad9.net/dns-query at=47.4,8.5"
                                        + " ecs=none source=https://quad9.net/ seen=2026-11-20 # x",
                                "list.txt")
                        .getFirst();
        assertThat(quad9.by("udp")).contains(quad9.resolver());
        assertThat(quad9.by("dot"))
                .hasValueSatisfying(
                        r -> {
                            assertThat(r.address().getPort()).isEqualTo(853);
                            assertThat(r.transport())
                                    .isEqualTo(Transport.Tls.named("dns.quad9.net"));
                        });
        assertThat(quad9.by("doh"))
                .hasValueSatisfying(
                        r -> assertThat(r.transport()).isInstanceOf(Transport.Https.class));
        assertThat(quad9.place()).contains(new ListedResolver.Place(47.4, 8.5));
        assertThat(quad9.ecs()).isEqualTo(ListedResolver.Ecs.NONE);
        ListedResolver plain = ResolverList.entries("a 9.9.9.9 Quad9 CH", "l").getFirst();
        assertThat(plain.by("dot")).isEmpty();
        assertThat(plain.ecs()).isEqualTo(ListedResolver.Ecs.UNKNOWN);
    }

    @Test
    void says_how_often_each_may_be_asked() throws Exception {
        List<ListedResolver> entries =
                ResolverList.entries(
                        "a 127.0.0.1 A - rate=5\nb 127.0.0.2 B -\nc 127.0.0.1:54 C - rate=100\n",
                        "l");
        assertThat(ResolverList.rates(entries, 20))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(LoopbackServer.loopback(1), 5, LoopbackServer.loopback(2), 20));
    }

    @Test
    void every_shipped_resolver_says_where_its_facts_were_found_and_when() {
        assertThat(ResolverList.shipped())
                .hasSizeGreaterThan(30)
                .allSatisfy(
                        entry -> {
                            assertThat(entry.source()).startsWith("https://");
                            assertThat(entry.seen()).matches("20\\d\\d-\\d\\d-\\d\\d");
                            assertThat(entry.resolver().operator()).isNotBlank();
                        });
        assertThat(ResolverList.shipped().stream().filter(e -> e.by("doh").isPresent()))
                .hasSizeGreaterThan(20);
    }
}
