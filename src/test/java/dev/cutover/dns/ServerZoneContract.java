package dev.cutover.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.ZoneView;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.image.Advance;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.image.Restoration;
import dev.cutover.core.plan.PlanDiff;
import dev.cutover.core.plan.Planner;
import dev.cutover.core.plan.Preflight;
import dev.cutover.core.plan.SetChange;
import dev.cutover.peer.PrimaryServer;
import dev.cutover.peer.PrimaryServer.Signing;
import dev.cutover.peer.Relay;
import dev.cutover.peer.Validator;
import dev.cutover.planfile.PageFiles;
import dev.cutover.planfile.PlanFile;
import dev.cutover.port.DnsZoneContract;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import dev.cutover.port.ZoneHouse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract on a real name server: one process for the class, one zone for each test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerZoneContract extends DnsZoneContract {
    private static final int ZONES = 40;

    private PrimaryServer server;
    private int used;

    /** Starts the server with these zones, each with its lines. */
    abstract PrimaryServer start(Map<String, List<String>> zones, Signing signing);

    abstract Signing signing();

    @BeforeAll
    void startServer() {
        Map<String, List<String>> zones = new LinkedHashMap<>();
        for (int i = 1; i <= ZONES; i++) {
            String apex = "z" + i + ".example";
            zones.put(apex, ServerHouse.lines(apex));
        }
        server = start(zones, signing());
    }

    @AfterAll
    void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected ZoneHouse open() {
        used++;
        DnsName apex = new DnsName("z" + used + ".example");
        if (signing() != Signing.NONE) {
            // A server takes up to seconds to sign all its zones, and changes them meanwhile.
            Validator.of(apex, server.address()).awaitSigned(DnsName.within(apex, "www"));
        }
        return new ServerHouse(apex, server);
    }

    private ServerHouse server() {
        return (ServerHouse) house();
    }

    @Test
    void an_edit_while_the_update_is_on_its_way_makes_the_server_refuse_all_of_it() {
        List<SetChange> changes =
                List.of(
                        change("api", RecordType.A, List.of("203.0.113.3")),
                        change("www", RecordType.A, List.of("203.0.113.1", "203.0.113.2")));
        ZoneView seen = read();
        DnsRecord www = seen.set(key("www", RecordType.A)).getFirst();
        server().relay()
                .beforeNextUpdate(
                        () ->
                                bySomebody(
                                        List.of(
                                                new RecordWrite.Patch(
                                                        www, www.withContent("198.51.100.99")))));

        PortException e =
                failure(
                        () ->
                                house().zone()
                                        .apply(
                                                house().ref(),
                                                seen,
                                                ready(
                                                        changes,
                                                        SetChange::before,
                                                        SetChange::next,
                                                        seen),
                                                writing()));

        assertThat(e.category()).isEqualTo(Category.TRANSIENT);
        assertThat(e)
                .hasMessageContaining("NXRRSET")
                .hasMessageContaining("somebody changed it since it was read")
                .hasMessageContaining("nothing was changed by us");
        assertThat(read().set(key("api", RecordType.A)))
                .isEqualTo(seen.set(key("api", RecordType.A)));
        assertThat(Advance.of(changes, SetChange::before, SetChange::next, read()))
                .isInstanceOfSatisfying(
                        Advance.Drift.class,
                        drift -> assertThat(drift.toString()).contains("198.51.100.99"));
    }

    @Test
    void an_address_put_beside_a_coming_alias_makes_the_server_refuse_it() {
        ZoneView seen = read();
        List<RecordWrite> writes = new ArrayList<>();
        seen.at(name("api")).forEach(r -> writes.add(new RecordWrite.Delete(r)));
        writes.add(
                new RecordWrite.Create(record("api", RecordType.CNAME, "www." + seen.zone(), 120)));
        server().relay()
                .beforeNextUpdate(
                        () ->
                                bySomebody(
                                        List.of(
                                                new RecordWrite.Create(
                                                        record(
                                                                "api",
                                                                RecordType.AAAA,
                                                                "2001:db8::99",
                                                                120)))));

        PortException e =
                failure(() -> house().zone().apply(house().ref(), seen, writes, writing()));

        assertThat(e).hasMessageContaining("YXRRSET");
        assertThat(read().at(name("api")))
                .extracting(DnsRecord::content)
                .containsExactly("192.0.2.3", "2001:db8::99");
    }

    @Test
    void an_alias_beside_a_note_is_refused_before_it_is_sent() {
        ZoneView seen = read();
        DnsRecord address = seen.set(key("noted", RecordType.A)).getFirst();

        PortException e =
                failure(
                        () ->
                                house().zone()
                                        .apply(
                                                house().ref(),
                                                seen,
                                                List.of(
                                                        new RecordWrite.Delete(address),
                                                        new RecordWrite.Create(
                                                                record(
                                                                        "noted",
                                                                        RecordType.CNAME,
                                                                        "www." + seen.zone(),
                                                                        120))),
                                                writing()));

        assertThat(e.category()).isEqualTo(Category.PERMANENT);
        assertThat(e).hasMessageContaining("a CNAME stands alone").hasMessageContaining("TXT");
        assertThat(server().relay().updates()).isZero();
    }

    @Test
    void an_update_lost_on_its_way_out_can_be_made_again() {
        ZoneView seen = read();
        DnsRecord api = seen.set(key("api", RecordType.A)).getFirst();
        List<RecordWrite> writes = List.of(new RecordWrite.Patch(api, api.withTtl(120)));
        server().relay().set(Relay.Line.LOSES_NEXT_UPDATE);

        PortException lost =
                failure(() -> house().zone().apply(house().ref(), seen, writes, writing()));
        assertThat(lost).hasMessageContaining("unknown whether it took effect");
        assertThat(read().records()).isEqualTo(seen.records());

        house().zone().apply(house().ref(), seen, writes, writing());
        assertThat(read().set(key("api", RecordType.A)))
                .extracting(DnsRecord::ttlSeconds)
                .containsExactly(120L);
    }

    @Test
    void a_new_ttl_is_the_whole_sets_and_takes_nobody_away() {
        DnsRecord first = read().set(key("www", RecordType.A)).getFirst();

        house().zone()
                .apply(
                        house().ref(),
                        List.of(new RecordWrite.Patch(first, first.withTtl(120))),
                        writing());

        assertThat(read().set(key("www", RecordType.A)))
                .extracting(r -> r.content() + " " + r.ttlSeconds())
                .containsExactly("192.0.2.1 120", "192.0.2.2 120");
    }

    @Test
    void an_edited_ttl_is_noticed_before_writing_where_the_zone_was_read_a_while_ago() {
        DnsRecord api = read().set(key("api", RecordType.A)).getFirst();
        bySomebody(List.of(new RecordWrite.Patch(api, api.withTtl(900))));

        PortException e =
                failure(
                        () ->
                                house().zone()
                                        .apply(
                                                house().ref(),
                                                List.of(
                                                        new RecordWrite.Patch(
                                                                api,
                                                                api.withContent("203.0.113.1"))),
                                                writing()));

        assertThat(e.category()).isEqualTo(Category.TRANSIENT);
        assertThat(e).hasMessageContaining("expected 192.0.2.3 with TTL 3600, seen TTL 900");
    }

    @Test
    void what_is_wrong_with_a_key_is_told_apart() {
        String at = house().ref().server().orElseThrow();

        assertThat(failure(() -> house().zone().read(house().wrongSecret(), reading())))
                .hasMessageContaining("BADSIG")
                .hasMessageContaining("another secret for key cutover (hmac-sha256)");
        assertThat(failure(() -> house().zone().read(server().ref(at, "OTHER_NAME"), reading())))
                .hasMessageContaining("BADKEY")
                .hasMessageContaining("knows no key stranger (hmac-sha256)");
    }

    @Test
    void rights_are_proven_without_changing_anything() {
        PlanDiff diff = diff(server().relay().address(), "TSIG_KEY");
        Preflight looked = house().zone().look(diff, reading());
        Preflight proven;
        long serial;
        int tries = 0;
        do {
            serial = serial();
            proven = house().zone().prove(diff, writing());
            // Once more where the server's own signing came between.
        } while (serial() != serial && signing() != Signing.NONE && ++tries < 20);

        assertThat(looked.refusals()).isEmpty();
        assertThat(looked.unproven()).hasSize(1);
        assertThat(proven.refusals()).isEmpty();
        assertThat(proven.proven()).containsExactly("every planned set can be written");
        assertThat(read().records().stream().filter(r -> r.type().isPlannable()))
                .allMatch(r -> r.ttlSeconds() == 3_600);
        assertThat(serial()).as("the zone's version").isEqualTo(serial);
    }

    @Test
    void a_key_that_may_only_read_is_found_before_anything_is_scheduled() {
        String at = server().relay().address();
        PlanDiff diff = diff(at, "READER");

        Preflight proven = house().zone().prove(diff, writing());

        assertThat(proven.refusals())
                .singleElement()
                .satisfies(r -> assertThat(r.code()).isEqualTo("CannotUpdate"))
                .satisfies(
                        r ->
                                assertThat(r.message())
                                        .contains("key reader")
                                        .contains("nothing was changed"));
    }

    private PlanDiff diff(String at, String variable) {
        String text =
                """
                cutover: proof
                site: www.%1$s
                window: { opens: 2026-12-06T02:00, closes: 2026-12-06T05:00, zone: UTC }
                zone: { provider: rfc2136, name: %1$s, server: "%2$s", key: "${env:%3$s}" }
                records:
                  - { name: www, type: A, from: [192.0.2.1, 192.0.2.2], to: [203.0.113.1] }
                  - { name: v6, type: AAAA, from: ["2001:db8::1"], to: ["2001:db8::9"] }
                  - { name: both, type: A, from: [192.0.2.4], to: [] }
                  - { name: both, type: AAAA, from: ["2001:db8::4"], to: [] }
                  - { name: both, type: CNAME, from: [], to: [api.%1$s] }
                writes: none
                limits: { zone-share: 100%% }
                acknowledge: [shop]
                checks: { landing-pages: [/] }
                """
                        .formatted(name("@"), at, variable);
        var read =
                (PlanFile.Ok)
                        PlanFile.read(
                                text,
                                PlanFile.Context.of(
                                        PageFiles.inline(Map.of()),
                                        Set.of(variable),
                                        v -> true,
                                        Instant.parse("2026-11-29T12:00:00Z")));
        PlanDiff diff = Planner.plan(read.plan(), read(), EdgeView.none(Instant.EPOCH), Map.of());
        assertThat(diff.refusals()).isEmpty();
        return diff;
    }

    private long serial() {
        return Validator.of(name("@"), server().server().address()).serial();
    }

    @Test
    void a_zone_the_server_signs_is_valid_before_and_after_switch_and_fallback() {
        assumeTrue(signing() != Signing.NONE, "not signed");
        Validator validator = Validator.of(name("@"), server().server().address());
        DnsName[] names =
                Stream.of("@", "www", "api", "v6", "shop", "both", "noted", "no-such-name")
                        .map(this::name)
                        .toArray(DnsName[]::new);
        validator.awaitSigned(name("www"));
        assertThat(validator.unproven(names)).isEmpty();
        SetChange alias =
                new SetChange(
                        name("both"),
                        RecordType.CNAME,
                        List.of(),
                        List.of(),
                        List.of(record("both", RecordType.CNAME, "api." + name("@"), 120)),
                        List.of(),
                        3_600,
                        1);
        List<SetChange> changes =
                List.of(
                        change("www", RecordType.A, List.of("203.0.113.1")),
                        change("api", RecordType.A, List.of("203.0.113.3", "203.0.113.4")),
                        change("shop", RecordType.CNAME, List.of("api." + name("@"))),
                        change("both", RecordType.A, List.of()),
                        change("both", RecordType.AAAA, List.of()),
                        alias);

        ZoneView before = read();
        house().zone()
                .apply(
                        house().ref(),
                        before,
                        ready(changes, SetChange::before, SetChange::next, before),
                        writing());
        assertThat(validator.unproven(names)).isEmpty();
        assertThat(validator.answers(name("both"))).contains("api." + name("@") + ".");

        ZoneView switched = read();
        house().zone()
                .apply(
                        house().ref(),
                        switched,
                        Restoration.of(changes, SetChange::before, switched).writes(),
                        writing());
        assertThat(validator.unproven(names)).isEmpty();
        assertThat(read().records()).isEqualTo(before.records());
    }
}
