package dev.cutover.lab.site;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.lab.CallTap;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.dns.Authorities;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.StubResolver;
import dev.cutover.lab.dns.StubResolver.Answer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The account's zone as name servers answer it, and visitors who go by those answers. */
class NamesAndSiteTest {

    private final LabSite lab;
    private final Authorities authorities;
    private final StubResolver resolver;

    NamesAndSiteTest(@TempDir Path folder) throws Exception {
        lab = new LabSite(folder);
        var port = LabAddresses.freePort(Authorities.places(2));
        authorities = Authorities.start(List.of(lab.zone), 2, port, lab.clock, CallTap.NONE);
        resolver =
                new StubResolver(
                        new InetSocketAddress(LabAddresses.authority(1), port),
                        LabAddresses.visitor(1),
                        LabSite.PATIENCE);
    }

    @AfterEach
    void stop() {
        authorities.close();
        lab.close();
    }

    @Test
    void every_type_of_the_zone_is_answered() {
        lab.zone.addByHand(RecordDraft.of("CNAME", "shop", "www.acme.example", 3600, false));
        lab.zone.addByHand(
                RecordDraft.of("MX", "@", "mail.acme.example", 3600, false).withPriority(10));
        lab.zone.addByHand(
                RecordDraft.of("TXT", "@", "v=spf1 \"quoted\" " + "x".repeat(300), 1, false));
        lab.zone.addByHand(RecordDraft.of("AAAA", "v6", "2001:db8::1", 120, false));
        lab.zone.addByHand(RecordDraft.of("NS", "sub", "ns.other.example", 3600, false));
        lab.zone.addByHand(
                RecordDraft.ofData(
                        "SRV",
                        "_sip._tcp",
                        Map.of(
                                "priority",
                                1L,
                                "weight",
                                5L,
                                "port",
                                5060L,
                                "target",
                                "sip.acme.example"),
                        600));
        lab.zone.addByHand(
                RecordDraft.ofData(
                        "CAA",
                        "@",
                        Map.of("flags", 0L, "tag", "issue", "value", "ca.example"),
                        600));
        lab.zone.addByHand(
                RecordDraft.ofData(
                        "HTTPS",
                        "svc",
                        Map.of("priority", 1L, "target", ".", "value", "alpn=\"h2,h3\""),
                        600));
        lab.zone.settle();
        assertThat(found("www.acme.example", "A").contents()).containsExactly("127.60.0.1");
        assertThat(found("www.acme.example", "A").ttlSeconds()).isEqualTo(300);
        assertThat(found("acme.example", "MX").contents()).hasSize(1);
        assertThat(found("acme.example", "TXT").contents()).hasSize(1);
        assertThat(found("acme.example", "CAA").contents())
                .containsExactly("0 issue \"ca.example\"");
        assertThat(found("v6.acme.example", "AAAA").ttlSeconds()).isEqualTo(120);
        assertThat(found("_sip._tcp.acme.example", "SRV").contents().get(0))
                .startsWith("1 5 5060 sip");
        assertThat(found("svc.acme.example", "HTTPS").contents().get(0)).contains("h2");
        assertThat(resolver.ask("none.acme.example", "A")).isInstanceOf(Answer.NoSuchName.class);
    }

    @Test
    void visitors_go_where_the_names_lead_them() throws Exception {
        var site = URI.create("https://www.acme.example:" + lab.port);
        try (var visitors =
                new Visitors(
                        site,
                        name ->
                                resolver.addresses(name).stream()
                                        .map(InetAddress::getHostAddress)
                                        .toList(),
                        lab.authority.authorityPem(),
                        lab.clock,
                        5,
                        1)) {
            assertThat(visitors.visit(false)).isEqualTo(Visitors.Outcome.READ);
            lab.zone.editByHand(
                    LabSite.HOST,
                    "A",
                    (CloudflareRecord www) ->
                            www.withProxied(false).withTtlSeconds(60).withContent("127.50.0.2"));
            lab.clock.jump(Duration.ofSeconds(1));
            assertThat(visitors.visit(true)).isEqualTo(Visitors.Outcome.ORDERED);
            assertThat(visitors.visits())
                    .extracting(Visitors.Visit::address)
                    .containsExactly("127.60.0.1", "127.50.0.2");
            assertThat(visitors.tally()).containsOnlyKeys("staging", "production");
        }
    }

    private Answer.Found found(String name, String type) {
        var answer = resolver.ask(name, type);
        assertThat(answer).as(name + " " + type).isInstanceOf(Answer.Found.class);
        return (Answer.Found) answer;
    }
}
