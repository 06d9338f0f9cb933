package dev.cutover.cloudflare;

import static dev.cutover.cloudflare.CloudflareLab.ACME;
import static dev.cutover.cloudflare.CloudflareLab.REF;
import static dev.cutover.cloudflare.CloudflareLab.SECRET;
import static dev.cutover.cloudflare.CloudflareLab.reading;
import static dev.cutover.cloudflare.CloudflareLab.writing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.Plan.ZoneRef;
import dev.cutover.lab.cloudflare.CloudflareAccount.Permission;
import dev.cutover.lab.cloudflare.CloudflareAccount.TokenStatus;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.cloudflare.RecordDraft;
import dev.cutover.lab.cloudflare.ZonePlan;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The zone adapter against the lab's Cloudflare, over HTTP.
class CloudflareZoneTest {
    private static final SetKey WWW = key("www.acme.example");
    private static final SetKey API = key("api.acme.example");

    private final CloudflareLab lab = new CloudflareLab();
    private final CloudflareZone zone = new CloudflareZone(lab.api());

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void a_zone_is_read_whole_and_in_normal_form() {
        ZoneView view = zone.read(REF, reading());

        assertThat(view.zone()).isEqualTo(ACME);
        assertThat(view.records()).hasSize(8);
        DnsRecord web = view.set(WWW).get(0);
        assertThat(web.content()).isEqualTo("127.50.0.1");
        assertThat(web.proxied()).isTrue();
        assertThat(web.ttlSeconds()).isEqualTo(DnsRecord.AUTO_TTL);
        assertThat(web.comment()).isEqualTo("web");
        assertThat(web.tags()).containsExactly("team:web");
        assertThat(web.modifiedAt()).isPresent();
        assertThat(view.set(WWW).get(1).comment()).isEmpty();
        assertThat(one(view, "shop.acme.example", RecordType.CNAME)).isEqualTo("www.acme.example");
        assertThat(one(view, "v6.acme.example", RecordType.AAAA)).isEqualTo("2001:db8::1");
        assertThat(one(view, "acme.example", RecordType.MX)).isEqualTo("10 mail.acme.example");
        assertThat(one(view, "acme.example", RecordType.CAA)).contains("ca.example");
    }

    @Test
    void the_zone_is_looked_up_once_and_every_call_is_logged_without_the_token() {
        zone.read(REF, reading());
        zone.read(REF, reading());

        assertThat(lab.log)
                .extracting(ProviderCall::target)
                .containsExactly(
                        "/zones?name=acme.example",
                        "/zones/" + lab.state.id() + "/dns_records?per_page=5000&page=1",
                        "/zones/" + lab.state.id() + "/dns_records?per_page=5000&page=1");
        assertThat(lab.log).allMatch(c -> !c.write() && c.outcome().equals("200"));
        assertThat(lab.log.get(0).cutover()).isEqualTo("acme-1");
        assertThat(lab.log.toString()).doesNotContain(SECRET);
    }

    @Test
    void writes_are_one_batch_and_only_the_changed_fields_are_sent() {
        ZoneView seen = zone.read(REF, reading());
        List<DnsRecord> web = seen.set(WWW);
        DnsRecord api = seen.set(API).get(0);
        // While we look, a person writes a note on a record that we change.
        CloudflareRecord unused =
                lab.state.editByHand("api.acme.example", "A", r -> r.withComment("by hand"));
        long before = lab.state.writes();

        zone.apply(
                REF,
                List.of(
                        new RecordWrite.Delete(web.get(1)),
                        new RecordWrite.Patch(web.get(0), web.get(0).withContent("127.50.0.9")),
                        new RecordWrite.Patch(api, api.withTtl(60)),
                        new RecordWrite.Create(
                                DnsRecord.of(
                                        new DnsName("new.acme.example"),
                                        RecordType.A,
                                        "127.50.0.9",
                                        120,
                                        false))),
                writing());

        List<DnsRecord> after = zone.read(REF, reading()).set(WWW);
        assertThat(after).extracting(DnsRecord::content).containsExactly("127.50.0.9");
        assertThat(after.get(0).comment()).isEqualTo("web");
        assertThat(after.get(0).tags()).containsExactly("team:web");
        assertThat(after.get(0).proxied()).isTrue();
        DnsRecord patched = zone.read(REF, reading()).set(API).get(0);
        assertThat(patched.ttlSeconds()).isEqualTo(60);
        assertThat(patched.comment()).isEqualTo("by hand");
        assertThat(zone.read(REF, reading()).set(key("new.acme.example"))).hasSize(1);
        assertThat(lab.state.writes()).isEqualTo(before + 1);
        assertThat(lab.log.stream().filter(ProviderCall::write)).hasSize(1);
    }

    @Test
    void a_deleted_record_comes_back_with_everything_a_person_had_put_on_it() {
        DnsRecord web = zone.read(REF, reading()).set(WWW).get(0);
        zone.apply(REF, List.of(new RecordWrite.Delete(web)), writing());
        zone.apply(REF, List.of(new RecordWrite.Create(web)), writing());

        DnsRecord back = zone.read(REF, reading()).set(WWW).get(0);
        assertThat(back.sameAs(web)).isTrue();
        assertThat(back.id()).isNotEqualTo(web.id());
    }

    @Test
    void a_note_can_be_taken_away_again() {
        DnsRecord web = zone.read(REF, reading()).set(WWW).get(0);
        DnsRecord bare = dev.cutover.core.dns.RecordField.COMMENT.copy(web.withContent("x"), web);
        DnsRecord cleared =
                dev.cutover.core.dns.RecordField.COMMENT.copy(
                        DnsRecord.of(web.name(), web.type(), "127.50.0.1", 1, true), bare);

        zone.apply(REF, List.of(new RecordWrite.Patch(web, cleared)), writing());

        assertThat(zone.read(REF, reading()).set(WWW).get(0).comment()).isEmpty();
    }

    @Test
    void a_batch_that_fails_changes_nothing_and_says_what_the_provider_said() {
        ZoneView before = zone.read(REF, reading());
        DnsRecord api = before.set(API).get(0);
        PortException e =
                failure(
                        () ->
                                zone.apply(
                                        REF,
                                        List.of(
                                                new RecordWrite.Patch(api, api.withTtl(60)),
                                                new RecordWrite.Create(
                                                        DnsRecord.of(
                                                                new DnsName("shop.acme.example"),
                                                                RecordType.A,
                                                                "127.50.0.9",
                                                                60,
                                                                false))),
                                        writing()));

        assertThat(e.category()).isEqualTo(Category.PERMANENT);
        assertThat(e)
                .hasMessageStartingWith(
                        "cloudflare POST /zones/"
                                + lab.state.id()
                                + "/dns_records/batch: 400, 81053 ")
                .hasMessageEndingWith("; nothing was changed");
        assertThat(zone.read(REF, reading()).records()).isEqualTo(before.records());
    }

    @Test
    void a_write_without_an_answer_is_unknown_and_never_sent_twice() {
        DnsRecord api = zone.read(REF, reading()).set(API).get(0);
        lab.server.faults().loseNextResponseAfterEffect();
        PortException lost =
                failure(
                        () ->
                                zone.apply(
                                        REF,
                                        List.of(new RecordWrite.Patch(api, api.withTtl(60))),
                                        writing()));
        assertThat(lost.category()).isEqualTo(Category.TRANSIENT);
        assertThat(lost).hasMessageEndingWith("; unknown whether it took effect: read the zone");
        assertThat(zone.read(REF, reading()).set(API).get(0).ttlSeconds()).isEqualTo(60);

        lab.server.faults().failNextBatch();
        PortException failed =
                failure(
                        () ->
                                zone.apply(
                                        REF,
                                        List.of(new RecordWrite.Patch(api, api.withTtl(120))),
                                        writing()));
        assertThat(failed.category()).isEqualTo(Category.TRANSIENT);
        assertThat(failed).hasMessageContaining("500");

        lab.server.refuse(true);
        PortException refused =
                failure(
                        () ->
                                zone.apply(
                                        REF,
                                        List.of(new RecordWrite.Patch(api, api.withTtl(120))),
                                        writing()));
        assertThat(refused.category()).isEqualTo(Category.TRANSIENT);
        assertThat(refused).hasMessageEndingWith("; nothing was sent");
        assertThat(lab.log.stream().filter(ProviderCall::write)).hasSize(3);
        assertThat(lab.state.records().stream().filter(r -> r.name().startsWith("api")))
                .extracting(CloudflareRecord::ttlSeconds)
                .containsExactly(60L);
    }

    @Test
    void a_lost_lease_keeps_the_write_back() {
        DnsRecord api = zone.read(REF, reading()).set(API).get(0);
        long before = lab.state.writes();
        List<Deadline> asked = new ArrayList<>();

        assertThatThrownBy(
                        () ->
                                zone.apply(
                                        REF,
                                        List.of(new RecordWrite.Patch(api, api.withTtl(60))),
                                        writing(
                                                deadline -> {
                                                    asked.add(deadline);
                                                    throw PortException.denied("the lease is lost");
                                                })))
                .hasMessage("the lease is lost");
        // The write may take as long as a lease can vouch for, however long the call may.
        assertThat(asked)
                .singleElement()
                .satisfies(d -> assertThat(d.left()).isLessThan(Duration.ofSeconds(5)));
        assertThat(lab.state.writes()).isEqualTo(before);
        assertThat(lab.server.calls()).noneMatch(c -> c.method().equals("POST"));
    }

    @Test
    void reads_survive_what_passes() {
        lab.server.faults().respond429For(1, Optional.of(Duration.ofSeconds(1)));
        assertThat(zone.read(REF, reading()).records()).hasSize(8);

        lab.server.faults().forbidAtRandom(1000, 1);
        PortException always = failure(() -> zone.read(REF, reading()));
        assertThat(always.category()).isEqualTo(Category.DENIED);
        // One 403 is asked about again, a second one is believed.
        assertThat(lab.log.stream().filter(c -> c.outcome().equals("403"))).hasSize(2);
        lab.server.faults().none();

        lab.server.faults().unavailable(true);
        PortException down = failure(() -> zone.read(REF, reading()));
        assertThat(down.category()).isEqualTo(Category.TRANSIENT);
        assertThat(lab.log.stream().filter(c -> c.outcome().equals("503"))).hasSize(3);
    }

    @Test
    void a_hanging_provider_ends_with_the_deadline() {
        lab.server.faults().latency(Duration.ofMinutes(10));

        PortException e =
                failure(
                        () ->
                                zone.read(
                                        REF,
                                        Call.reading(
                                                "", "zone", Deadline.in(Duration.ofMillis(900)))));

        assertThat(e.category()).isEqualTo(Category.TRANSIENT);
    }

    @Test
    void a_token_that_may_not_is_denied_by_its_reference_alone() {
        lab.account.allow(SECRET, TokenStatus.ACTIVE, Set.of(Permission.ZONE_READ));
        PortException e = failure(() -> zone.read(REF, reading()));
        assertThat(e.category()).isEqualTo(Category.DENIED);
        assertThat(e)
                .hasMessageContaining("403, 10000 Authentication error")
                .hasMessageContaining("${env:CF_TOKEN}")
                .hasMessageNotContaining(SECRET);

        lab.environment.put("CF_TOKEN", "wrong-" + SECRET);
        assertThat(failure(() -> zone.read(REF, reading())))
                .hasMessageContaining("401")
                .hasMessageNotContaining(SECRET);
        assertThat(lab.log.toString()).doesNotContain(SECRET);

        assertThat(
                        failure(
                                        () ->
                                                zone.read(
                                                        new ZoneRef(
                                                                "cloudflare", ACME, "${env:HOME}"),
                                                        reading()))
                                .category())
                .isEqualTo(Category.DENIED);
    }

    @Test
    void an_unknown_zone_is_named() {
        PortException e =
                failure(
                        () ->
                                zone.read(
                                        new ZoneRef(
                                                "cloudflare",
                                                new DnsName("other.example"),
                                                "${env:CF_TOKEN}"),
                                        reading()));
        assertThat(e.category()).isEqualTo(Category.PERMANENT);
        assertThat(e).hasMessageContaining("zone other.example is not among the Cloudflare zones");
    }

    @Test
    void the_batch_limit_is_the_plans_and_larger_ones_are_not_sent() {
        assertThat(zone.mostWrites(REF)).isEqualTo(200);
        zone.read(REF, reading());
        assertThat(zone.mostWrites(REF)).isEqualTo(3500);

        lab.account.addZone("free.example", ZonePlan.FREE, List.of("ns1.lab.example"), List.of());
        ZoneRef free = new ZoneRef("cloudflare", new DnsName("free.example"), "${env:CF_TOKEN}");
        zone.read(free, reading());
        assertThat(zone.mostWrites(free)).isEqualTo(200);
        List<RecordWrite> many = new ArrayList<>();
        for (int i = 0; i < 201; i++) {
            many.add(
                    new RecordWrite.Create(
                            DnsRecord.of(
                                    new DnsName("n" + i + ".free.example"),
                                    RecordType.A,
                                    "127.50.0.9",
                                    60,
                                    false)));
        }
        assertThat(failure(() -> zone.apply(free, many, writing())))
                .hasMessageContaining("201 writes do not fit into one transaction of 200");
    }

    @Test
    void the_last_calls_of_the_budget_are_for_falling_back() {
        ZoneView view = zone.read(REF, reading());
        lab.server.spendFromDashboard(1_200 - 50);
        zone.read(REF, reading());

        PortException e = failure(() -> zone.read(REF, reading()));
        assertThat(e.category()).isEqualTo(Category.TRANSIENT);
        assertThat(e).hasMessageContaining("are kept for falling back; nothing was sent");

        // On the way back the zone may be looked at all the same.
        assertThat(
                        zone.read(
                                        REF,
                                        Call.reading(
                                                "acme-1",
                                                Call.LOOKING_BACK + "zone",
                                                Deadline.in(Duration.ofMinutes(1))))
                                .records())
                .hasSize(8);
        DnsRecord api = view.set(API).get(0);
        zone.apply(
                REF,
                List.of(new RecordWrite.Patch(api, api.withTtl(60))),
                new Call(
                        "acme-1",
                        "acme-1/restore-routing-1/1",
                        Deadline.in(Duration.ofMinutes(1)),
                        deadline -> {}));
    }

    @Test
    void a_large_zone_is_one_page() {
        for (int i = 0; i < 3_000; i++) {
            lab.state.addByHand(RecordDraft.of("A", "n" + i, "127.50.0.1", 300, false));
        }
        assertThat(zone.read(REF, reading()).records()).hasSize(3_008);
        assertThat(lab.log).hasSize(2);
    }

    private static PortException failure(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(PortException.class, call);
    }

    private static SetKey key(String name) {
        return new SetKey(new DnsName(name), RecordType.A);
    }

    private static String one(ZoneView view, String name, RecordType type) {
        return view.set(new SetKey(new DnsName(name), type)).get(0).content();
    }
}
