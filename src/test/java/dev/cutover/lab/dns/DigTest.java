package dev.cutover.lab.dns;

import static dev.cutover.lab.dns.DnsLab.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.peer.Peers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The lab's servers as ISC's dig sees them, for dig shares no code with them. */
class DigTest {
    @Test
    @Timeout(120)
    void dig_reads_authority_resolver_truncation_and_delegation_without_complaint()
            throws Exception {
        try (DnsLab lab =
                DnsLab.withRecords(
                        record("www.acme.example", "A", 300, "127.77.4.1"),
                        record("www.acme.example", "HTTPS", 300, "1 . alpn=h2"),
                        record("shop.acme.example", "CNAME", 600, "www.acme.example"))) {
            lab.acme.set(
                    "big.acme.example",
                    "TXT",
                    IntStream.range(0, 20)
                            .mapToObj(
                                    i ->
                                            record(
                                                    "big.acme.example",
                                                    "TXT",
                                                    60,
                                                    '"' + "x".repeat(100) + i + '"'))
                            .toArray(ZoneSource.ZoneRecord[]::new));
            InetSocketAddress resolver = lab.resolver(new Behaviour.Honest()).place().address();

            assertThat(dig(lab.authority(1), "shop.acme.example", "A", "+nsid", "+norec"))
                    .contains("status: NOERROR", "flags: qr aa;", "(\"ns1.dns.lab\")")
                    .containsPattern(
                            "shop.acme.example.\\s+600\\s+IN\\s+CNAME\\s+www.acme.example.")
                    .containsPattern("www.acme.example.\\s+300\\s+IN\\s+A\\s+127.77.4.1");
            assertThat(dig(lab.authority(1), "no.acme.example", "A", "+norec"))
                    .contains("status: NXDOMAIN", "AUTHORITY: 1")
                    .containsPattern("acme.example.\\s+1800\\s+IN\\s+SOA\\s+ns1.dns.lab.");
            assertThat(dig(resolver, "www.acme.example", "HTTPS"))
                    .contains("flags: qr rd ra;", "alpn=\"h2\"");
            assertThat(dig(resolver, "big.acme.example", "TXT"))
                    .contains("Truncated, retrying in TCP mode", "ANSWER: 20");
            assertThat(dig(resolver, "acme.example", "NS")).contains("ns1.dns.lab.");
            assertThat(dig(lab.authority(2), "acme.example", "NS", "+tcp", "+norec"))
                    .containsPattern("ns2.dns.lab.\\s+86400\\s+IN\\s+A\\s+127.77.1.2");
        }
    }

    private static String dig(InetSocketAddress server, String name, String type, String... more)
            throws IOException, InterruptedException {
        Path program = Peers.need(Peers.program("dig"), "dig", "bind9-dnsutils");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                program.toString(),
                                "@" + server.getAddress().getHostAddress(),
                                "-p",
                                Integer.toString(server.getPort()),
                                "+tries=1",
                                "+time=20",
                                name,
                                type));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(text).isZero();
            assertThat(text).doesNotContain("WARNING", "malformed");
            return text;
        }
    }
}
