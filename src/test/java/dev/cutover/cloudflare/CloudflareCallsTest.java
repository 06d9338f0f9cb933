package dev.cutover.cloudflare;

import static dev.cutover.cloudflare.CloudflareLab.ACME;
import static dev.cutover.cloudflare.CloudflareLab.REF;
import static dev.cutover.cloudflare.CloudflareLab.reading;
import static dev.cutover.cloudflare.CloudflareLab.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.edge.PurgePortion;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.judge.Bucket;
import dev.cutover.core.plan.Plan;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.port.PortException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Edge and statistics against the lab, and every call of all three against the vendor's contract.
class CloudflareCallsTest {
    private static final DnsName WWW = new DnsName("www.acme.example");

    private final CloudflareLab lab = new CloudflareLab();

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void what_the_vendor_does_not_know_is_a_breach_with_its_call() {
        var contract = new VendorContract();
        lab.server.overhear(contract::heard);
        var api = lab.api();

        assertThatThrownBy(() -> api.read("${env:CF_TOKEN}", "/zones/none/moons", reading()))
                .hasMessageContaining("404");
        assertThatThrownBy(
                        () ->
                                api.write(
                                        "/zones/" + lab.state.id() + "/purge_cache",
                                        new ObjectMapper().createObjectNode().put("hosts", 4),
                                        writing(),
                                        "${env:CF_TOKEN}"))
                .hasMessageContaining("400");

        assertThat(contract.breaches())
                .anyMatch(b -> b.startsWith("GET /client/v4/zones/none/moons: No API path found"))
                .anyMatch(b -> b.startsWith("POST /client/v4/zones/" + lab.state.id()));
    }

    @Test
    void every_call_keeps_to_the_vendors_contract() {
        var contract = new VendorContract();
        lab.server.overhear(contract::heard);
        var api = lab.api();
        var zone = new CloudflareZone(api);
        var settings = new TreeMap<String, String>();
        settings.put("flatten_cname", "false");

        var view = zone.read(REF, reading());
        var web = view.set(new SetKey(WWW, RecordType.A));
        var shop = view.set(new SetKey(new DnsName("shop.acme.example"), RecordType.CNAME)).get(0);
        zone.apply(
                REF,
                List.of(
                        new RecordWrite.Delete(web.get(1)),
                        new RecordWrite.Patch(
                                web.get(0),
                                new DnsRecord(
                                        web.get(0).id(),
                                        WWW,
                                        RecordType.A,
                                        "127.50.0.9",
                                        300,
                                        false,
                                        "",
                                        List.of("team:shop"),
                                        new TreeMap<>(),
                                        Optional.empty())),
                        new RecordWrite.Patch(shop, shop.withTtl(60)),
                        new RecordWrite.Create(
                                DnsRecord.of(
                                        new DnsName("n.acme.example"),
                                        RecordType.AAAA,
                                        "2001:db8::9",
                                        60,
                                        false)),
                        new RecordWrite.Create(
                                new DnsRecord(
                                        "",
                                        new DnsName("c.acme.example"),
                                        RecordType.CNAME,
                                        "www.acme.example",
                                        1,
                                        true,
                                        "a note",
                                        List.of("team:web"),
                                        settings,
                                        Optional.empty()))),
                writing());
        new CloudflareEdge(api).purge(REF, new PurgePortion.Everything(), writing());
        new CloudflareErrors(api)
                .read(
                        plan(),
                        lab.clock.instant().minusSeconds(600),
                        lab.clock.instant(),
                        reading());

        assertThat(contract.breaches()).isEmpty();
        assertThat(contract.calls())
                .containsExactly(
                        "GET /client/v4/zones",
                        "GET /client/v4/zones/" + lab.state.id() + "/dns_records",
                        "POST /client/v4/zones/" + lab.state.id() + "/dns_records/batch",
                        "POST /client/v4/zones/" + lab.state.id() + "/purge_cache",
                        "POST /client/v4/graphql");
    }

    @Test
    void a_purge_of_too_many_names_is_refused_before_it_is_sent() {
        var edge = new CloudflareEdge(lab.api());
        List<DnsName> hosts =
                IntStream.range(0, 101)
                        .mapToObj(i -> new DnsName("h" + i + ".acme.example"))
                        .toList();

        assertThatThrownBy(() -> edge.purge(REF, new PurgePortion.Hosts(hosts), writing()))
                .hasMessageContaining("1 to 100 items, not 101");
        edge.purge(REF, new PurgePortion.Hosts(hosts.subList(0, 100)), writing());
        assertThat(lab.state.purges()).extracting(p -> p.hosts().size()).containsExactly(100);
    }

    @Test
    void a_fence_is_asked_before_a_purge() {
        var edge = new CloudflareEdge(lab.api());

        assertThatThrownBy(
                        () ->
                                edge.purge(
                                        REF,
                                        new PurgePortion.Everything(),
                                        writing(
                                                deadline -> {
                                                    throw PortException.denied("lease lost");
                                                })))
                .hasMessage("lease lost");
        assertThat(lab.state.purges()).isEmpty();
    }

    @Test
    void a_minute_without_requests_is_no_data_and_one_without_errors_is_zero_errors() {
        lab.account.traffic().lag(Duration.ZERO);
        lab.account.traffic().sampling(1);
        Instant first = nextMinute();
        times(40, "www.acme.example", 200);
        times(2, "www.acme.example", 522);
        times(3, "other.acme.example", 500);
        nextMinute();
        Instant third = nextMinute();
        times(7, "www.acme.example", 404);
        Instant end = nextMinute();

        List<Bucket> buckets =
                new CloudflareErrors(lab.api())
                        .read(plan(), first.plusSeconds(10), end.plusSeconds(10), reading());

        assertThat(buckets)
                .containsExactly(
                        new Bucket(first, Duration.ofMinutes(1), 40, 2),
                        new Bucket(third, Duration.ofMinutes(1), 7, 0));
    }

    @Test
    void a_refused_query_is_no_data_either() {
        lab.account.allow(
                CloudflareLab.SECRET,
                dev.cutover.lab.cloudflare.CloudflareAccount.TokenStatus.ACTIVE,
                java.util.Set.of(
                        dev.cutover.lab.cloudflare.CloudflareAccount.Permission.ZONE_READ));
        var feed = new CloudflareErrors(lab.api());
        Instant now = lab.clock.instant();

        assertThatThrownBy(() -> feed.read(plan(), now.minusSeconds(300), now, reading()))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(PortException.Category.DENIED));
        assertThatThrownBy(() -> feed.read(plan(), now.minus(Duration.ofDays(30)), now, reading()))
                .hasMessageContaining("at most 7 days");
    }

    private void times(int n, String host, int status) {
        for (int i = 0; i < n; i++) {
            lab.account.traffic().answered(host, status, status);
        }
    }

    /// Jumps to the start of the next minute and returns it.
    private Instant nextMinute() {
        Instant next =
                lab.clock.instant().truncatedTo(ChronoUnit.MINUTES).plus(Duration.ofMinutes(1));
        Duration unused = lab.clock.jumpTo(next);
        return next;
    }

    private static Plan plan() {
        Instant opens = Instant.parse("2026-12-06T01:00:00Z");
        return new Plan(
                "acme",
                "",
                new Plan.Site(WWW, 443),
                Plan.Preset.FAST,
                new Plan.Window(opens, opens.plusSeconds(3600), ZoneOffset.UTC, Plan.AtClose.HOLD),
                new Plan.TtlPolicy(300, Duration.ofDays(2)),
                REF,
                List.of(
                        new Plan.PlannedSet(
                                WWW,
                                RecordType.A,
                                List.of("127.50.0.1"),
                                List.of("127.50.0.2"),
                                List.of("127.50.0.1"),
                                1)),
                Plan.Writes.NONE,
                Duration.ofMinutes(1),
                Duration.ofHours(24),
                new Plan.EdgePlan(Plan.Purge.NOTHING),
                Optional.empty(),
                new Plan.Checks(List.of("/"), List.of(WWW)),
                new Plan.Watch(
                        true,
                        0.02,
                        Duration.ofMillis(500),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(5),
                        0.9),
                new Plan.Fallback(Duration.ofHours(24), Plan.AfterWrites.HOLD, Duration.ofHours(1)),
                new Plan.ApprovalPolicy(0),
                new Plan.Limits(0.5, List.of(ACME)));
    }
}
