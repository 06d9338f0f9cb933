package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A plan for a zone on a name server: provider, server and key are all that is different. */
class ServerPlanTest {
    private static final String VENDOR =
            "zone: { name: acme.example, token: \"${env:CLOUDFLARE_API_TOKEN}\" }";

    @Test
    void only_the_zone_differs() {
        Plan plan = ok(withServer("127.0.0.1:5353"));

        assertThat(plan.zone())
                .isEqualTo(
                        new Plan.ZoneRef(
                                "rfc2136",
                                new DnsName("acme.example"),
                                Optional.of("127.0.0.1:5353"),
                                "${env:CLOUDFLARE_API_TOKEN}"));
        assertThat(plan.edge().purge()).isEqualTo(Plan.Purge.NOTHING);
        assertThat(plan.sets()).isEqualTo(ok(PlanTexts.SMALLEST).sets());
    }

    @Test
    void it_reads_back_as_it_is_written() {
        Plan plan = ok(withServer("[2001:db8::53]"));

        assertThat(ok(PlanText.write(plan)).zone()).isEqualTo(plan.zone());
    }

    @Test
    void saying_that_nothing_is_purged_is_no_mistake() {
        assertThat(ok(withServer("ns1.acme.example") + "edge: { purge: nothing }\n").edge().purge())
                .isEqualTo(Plan.Purge.NOTHING);
    }

    @ParameterizedTest
    @CsvSource({
        "ns1.acme.example, ns1.acme.example:53",
        "NS1.acme.example:5353, ns1.acme.example:5353",
        "192.0.2.1, 192.0.2.1:53",
        "192.0.2.1:1, 192.0.2.1:1",
        "2001:db8::1, [2001:db8::1]:53",
        "[2001:db8::1], [2001:db8::1]:53",
        "[2001:db8::1]:5353, [2001:db8::1]:5353"
    })
    void servers_are_hosts_and_addresses(String written, String read) {
        assertThat(ok(withServer(written)).zone().server()).contains(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ns1:",
                "ns1.acme.example:0",
                "ns1.acme.example:65536",
                "ns1.acme.example:053",
                ":53",
                "https://ns1.acme.example",
                "2001:db8::1::53",
                "[ns1]:53",
                "ns 1",
                "[192.0.2.1:53"
            })
    void everything_else_is_a_mistake_at_its_place(String written) {
        var bad = (PlanFile.Bad) PlanTexts.read(withServer(written));

        assertThat(bad.mistakes())
                .singleElement()
                .satisfies(m -> assertThat(m.path()).isEqualTo("zone.server"))
                .satisfies(m -> assertThat(m.line()).isEqualTo(4))
                .satisfies(m -> assertThat(m.message()).startsWith("expected a server such as"));
    }

    private static String withServer(String server) {
        assertThat(PlanTexts.SMALLEST).contains(VENDOR);
        return PlanTexts.SMALLEST.replace(
                VENDOR,
                "zone: { provider: rfc2136, name: acme.example, server: \""
                        + server
                        + "\", key: \"${env:CLOUDFLARE_API_TOKEN}\" }");
    }

    private static Plan ok(String text) {
        PlanFile.Outcome read = PlanTexts.read(text);
        assertThat(read).isInstanceOf(PlanFile.Ok.class);
        return ((PlanFile.Ok) read).plan();
    }
}
