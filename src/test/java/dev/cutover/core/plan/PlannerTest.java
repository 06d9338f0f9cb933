package dev.cutover.core.plan;

import static dev.cutover.core.Acme.SHOP;
import static dev.cutover.core.Acme.WWW;
import static dev.cutover.core.Acme.a;
import static dev.cutover.core.Acme.diff;
import static dev.cutover.core.Acme.edited;
import static dev.cutover.core.Acme.plan;
import static dev.cutover.core.Acme.record;
import static dev.cutover.core.Acme.records;
import static dev.cutover.core.Acme.set;
import static dev.cutover.core.Acme.shop;
import static dev.cutover.core.Acme.www;
import static dev.cutover.core.Acme.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.image.RecordWrite;
import dev.cutover.core.plan.Plan.PlannedSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A plan is a diff; what it may not do is refused by name before anything is written. */
class PlannerTest {
    @Test
    void a_record_may_go_behind_the_edge_with_the_address_it_has() {
        PlannedSet behind = proxied(Acme.WWW, Acme.WWW_OLD, true);
        PlanDiff diff = Acme.diff(Acme.plan(behind), Acme.zone());

        assertThat(diff.refusals()).isEmpty();
        SetChange change = diff.changes().getFirst();
        assertThat(change.aged().getFirst().ttlSeconds()).isEqualTo(300);
        assertThat(change.next().getFirst().proxied()).isTrue();
        assertThat(change.next().getFirst().ttlSeconds()).isEqualTo(DnsRecord.AUTO_TTL);
        assertThat(change.fallbackSettled()).isEqualTo(change.before());
        assertThat(change.isHidden()).isFalse();
        assertThat(change.isAnswered(change.before())).isTrue();
        assertThat(change.isAnswered(change.next())).isFalse();
        assertThat(diff.notes()).anyMatch(note -> note.contains("goes behind the edge"));
    }

    @Test
    void a_record_may_leave_the_edge_but_not_stay_as_it_is() {
        PlanDiff leaves =
                Acme.diff(Acme.plan(proxied(Acme.SHOP, Acme.SHOP_OLD, false)), Acme.zone());
        assertThat(leaves.refusals()).isEmpty();
        assertThat(leaves.changes().getFirst().next().getFirst().proxied()).isFalse();
        assertThat(leaves.notes()).anyMatch(note -> note.contains("leaves the edge"));

        assertThat(
                        Acme.diff(Acme.plan(proxied(Acme.SHOP, Acme.SHOP_OLD, true)), Acme.zone())
                                .refusals())
                .extracting(Refusal::code)
                .containsExactly("TargetEqualsCurrent");
    }

    private static PlannedSet proxied(DnsName name, String address, boolean behind) {
        return new PlannedSet(
                name,
                RecordType.A,
                List.of(address),
                List.of(address),
                List.of(address),
                Optional.of(behind),
                Optional.empty(),
                1);
    }

    @Test
    void a_marked_record_names_the_cutover_in_its_note_until_all_is_done() {
        PlannedSet marked =
                new PlannedSet(
                        Acme.WWW,
                        RecordType.A,
                        List.of(Acme.WWW_OLD),
                        List.of(Acme.WWW_NEXT, "203.0.113.77"),
                        List.of(Acme.WWW_FALLBACK),
                        Optional.empty(),
                        Optional.of(true),
                        1);
        SetChange change = Acme.diff(Acme.plan(marked), Acme.zone()).changes().getFirst();

        assertThat(change.before()).extracting(DnsRecord::comment).containsExactly("");
        assertThat(change.aged())
                .extracting(DnsRecord::comment)
                .containsExactly("cutover:acme-relaunch");
        assertThat(change.next())
                .extracting(DnsRecord::comment)
                .containsOnly("cutover:acme-relaunch");
        assertThat(change.nextSettled()).extracting(DnsRecord::comment).containsOnly("");
        assertThat(change.fallbackSettled()).extracting(DnsRecord::comment).containsOnly("");
    }

    @Test
    void a_record_that_carries_a_mark_is_somebody_elses() {
        DnsRecord held =
                new DnsRecord(
                        "w",
                        Acme.WWW,
                        RecordType.A,
                        Acme.WWW_OLD,
                        3_600,
                        false,
                        "web cutover:other-move",
                        List.of(),
                        new java.util.TreeMap<>(),
                        Optional.empty());
        PlanDiff diff =
                Acme.diff(
                        Acme.plan(Acme.www()),
                        Acme.zone(Acme.edited(Acme.records(), "w", r -> held), Acme.NOW));

        assertThat(diff.refusals())
                .singleElement()
                .satisfies(r -> assertThat(r.code()).isEqualTo("MarkedByAnother"))
                .asString()
                .contains("other-move");
    }

    @Test
    void an_address_that_both_sides_share_keeps_its_record() {
        List<DnsRecord> records =
                List.of(
                        Acme.a("a", Acme.WWW, "192.0.2.1", 300),
                        Acme.a("b", Acme.WWW, "192.0.2.2", 300),
                        Acme.a("c", Acme.WWW, "192.0.2.3", 300));
        Plan plan =
                Acme.plan(
                        Acme.set(
                                "www",
                                RecordType.A,
                                List.of("192.0.2.1", "192.0.2.2", "192.0.2.3"),
                                List.of("192.0.2.3", "192.0.2.9", "192.0.2.2"),
                                1));

        SetChange change = Acme.diff(plan, Acme.zone(records, Acme.NOW)).changes().getFirst();

        assertThat(RecordWrite.between(change.aged(), change.next()))
                .singleElement()
                .isInstanceOfSatisfying(
                        RecordWrite.Patch.class,
                        patch -> {
                            assertThat(patch.seen().content()).isEqualTo("192.0.2.1");
                            assertThat(patch.target().content()).isEqualTo("192.0.2.9");
                        });
    }

    @Test
    void a_good_plan_lowers_what_has_a_ttl_and_switches_the_content() {
        PlanDiff diff = diff(plan(), zone());

        assertThat(diff.refusals()).isEmpty();
        assertThat(diff.mayRun()).isTrue();
        SetChange www = diff.changes().get(0);
        assertThat(www.before()).containsExactly(a("w", WWW, Acme.WWW_OLD, 3_600));
        assertThat(www.aged()).containsExactly(a("w", WWW, Acme.WWW_OLD, 300));
        assertThat(www.next()).containsExactly(a("w", WWW, Acme.WWW_NEXT, 300));
        assertThat(www.fallback()).containsExactly(a("w", WWW, Acme.WWW_FALLBACK, 300));
        assertThat(www.nextSettled()).containsExactly(a("w", WWW, Acme.WWW_NEXT, 3_600));
        SetChange shop = diff.changes().get(1);
        assertThat(shop.aged()).isEqualTo(shop.before());
        assertThat(diff.notes()).singleElement().asString().contains("is proxied: it has no TTL");
        assertThat(diff.touchedRecords()).isEqualTo(2);
        assertThat(diff.zoneRecords()).isEqualTo(12);
    }

    @Test
    void a_low_ttl_is_not_raised() {
        var low = zone(edited(records(), "w", r -> r.withTtl(60)), Acme.NOW);

        assertThat(diff(plan(www()), low).changes().getFirst().aged())
                .containsExactly(a("w", WWW, Acme.WWW_OLD, 60));
    }

    @Test
    void mail_text_and_nameservers_are_never_touched() {
        for (RecordType type :
                List.of(RecordType.MX, RecordType.TXT, RecordType.NS, RecordType.SOA)) {
            assertThat(refusals(plan(set("@", type, List.of("x"), List.of("y"), 1))))
                    .contains("ProtectedType");
        }
    }

    @Test
    void a_name_of_another_zone_is_refused() {
        var elsewhere =
                new Plan.PlannedSet(
                        new DnsName("www.other.test"),
                        RecordType.A,
                        List.of("192.0.2.1"),
                        List.of("192.0.2.2"),
                        List.of("192.0.2.1"),
                        1);

        assertThat(refusals(plan(elsewhere))).contains("OutsideZone");
    }

    @Test
    void a_from_that_is_not_what_the_zone_has_is_refused() {
        assertThat(
                        refusals(
                                plan(
                                        set(
                                                "www",
                                                RecordType.A,
                                                List.of("192.0.2.99"),
                                                List.of("192.0.2.2"),
                                                1))))
                .containsExactly("FromMismatch");
        assertThat(
                        refusals(
                                plan(
                                        set(
                                                "nowhere",
                                                RecordType.A,
                                                List.of("192.0.2.99"),
                                                List.of("192.0.2.2"),
                                                1))))
                .containsExactly("RecordNotInZone");
        assertThat(refusals(plan(set("www", RecordType.A, List.of(), List.of("192.0.2.2"), 1))))
                .as("and no side to fall back to")
                .containsExactly("FromMismatch", "NotCovered");
    }

    @Test
    void nothing_to_change_and_the_same_set_twice_are_refused() {
        assertThat(
                        refusals(
                                plan(
                                        set(
                                                "www",
                                                RecordType.A,
                                                List.of(Acme.WWW_OLD),
                                                List.of(Acme.WWW_OLD),
                                                1))))
                .containsExactly("TargetEqualsCurrent");
        assertThat(refusals(plan(www(), www()))).contains("DuplicateSet");
    }

    @Test
    void a_sibling_address_type_left_behind_is_refused() {
        DnsRecord six = record("w6", "www", RecordType.AAAA, "2001:db8::10", 3_600);
        DnsRecord https = record("wh", "www", RecordType.HTTPS, "1 . alpn=h3", 3_600);

        assertThat(diff(plan(www()), zone(six)).refusals())
                .singleElement()
                .satisfies(
                        r ->
                                assertThat(r.toString())
                                        .contains("SiblingLeftBehind", "www.acme.example AAAA"));
        assertThat(names(diff(plan(www()), zone(https)))).containsExactly("SiblingLeftBehind");
    }

    @Test
    void a_name_is_never_emptied_or_split_over_steps() {
        assertThat(refusals(plan(set("www", RecordType.A, List.of(Acme.WWW_OLD), List.of(), 1))))
                .containsExactly("EmptiesName");
        assertThat(
                        refusals(
                                plan(
                                        www(),
                                        set(
                                                "www",
                                                RecordType.AAAA,
                                                List.of(),
                                                List.of("2001:db8::1"),
                                                2))))
                .containsExactly("SplitName");
    }

    @Test
    void a_cname_stands_alone() {
        assertThat(
                        refusals(
                                plan(
                                        www(),
                                        set(
                                                "www",
                                                RecordType.CNAME,
                                                List.of(),
                                                List.of("lb.host.test"),
                                                1))))
                .containsExactly("CnameBesideOthers");
        assertThat(
                        refusals(
                                plan(
                                        set(
                                                "www",
                                                RecordType.A,
                                                List.of(Acme.WWW_OLD),
                                                List.of(),
                                                1),
                                        set(
                                                "www",
                                                RecordType.CNAME,
                                                List.of(),
                                                List.of("a.test", "b.test"),
                                                1))))
                .containsExactly("CnameBesideOthers");
    }

    @Test
    void an_address_becomes_a_cname_like_its_predecessor() {
        PlanDiff diff =
                diff(
                        plan(
                                set("www", RecordType.A, List.of(Acme.WWW_OLD), List.of(), 1),
                                set(
                                        "www",
                                        RecordType.CNAME,
                                        List.of(),
                                        List.of("lb.host.test"),
                                        1)),
                        zone());

        assertThat(diff.refusals()).isEmpty();
        assertThat(diff.changes().get(0).next()).isEmpty();
        assertThat(diff.changes().get(1).next())
                .containsExactly(DnsRecord.of(WWW, RecordType.CNAME, "lb.host.test", 300, false));
        assertThat(diff.changes().get(1).nextSettled().getFirst().ttlSeconds()).isEqualTo(3_600);
    }

    @Test
    void several_values_are_patched_in_the_plan_s_order_then_made_or_removed() {
        var two = zone(a("w2", WWW, "198.51.100.12", 3_600));

        var swap =
                set(
                        "www",
                        RecordType.A,
                        List.of("198.51.100.12", Acme.WWW_OLD),
                        List.of("203.0.113.1", "203.0.113.2"),
                        1);
        assertThat(diff(plan(swap), two).changes().getFirst().next())
                .extracting(DnsRecord::id, DnsRecord::content)
                .containsExactly(tuple("w2", "203.0.113.1"), tuple("w", "203.0.113.2"));
        var grow =
                set(
                        "www",
                        RecordType.A,
                        List.of(Acme.WWW_OLD),
                        List.of("203.0.113.1", "203.0.113.2"),
                        1);
        assertThat(diff(plan(grow), zone()).changes().getFirst().next())
                .extracting(DnsRecord::id)
                .containsExactly("w", "");
    }

    @Test
    void records_that_depend_on_a_moved_name_must_be_acknowledged() {
        DnsRecord mail = record("mx", "mail", RecordType.MX, "10 www.acme.example", 3_600);

        assertThat(diff(plan(www()), zone(mail)).refusals())
                .singleElement()
                .satisfies(
                        r ->
                                assertThat(r.toString())
                                        .contains(
                                                "DependentNotAcknowledged",
                                                "mail.acme.example MX"));
        Plan seen =
                Acme.with(
                        plan(www()),
                        p ->
                                p.limits =
                                        new Plan.Limits(
                                                0.3, List.of(new DnsName("mail.acme.example"))));
        assertThat(diff(seen, zone(mail)).refusals()).isEmpty();
    }

    @Test
    void more_than_the_allowed_share_of_a_zone_is_refused() {
        Plan greedy = Acme.with(plan(), p -> p.limits = new Plan.Limits(0.1, List.of()));

        assertThat(diff(greedy, zone()).refusals())
                .singleElement()
                .satisfies(
                        r ->
                                assertThat(r.toString())
                                        .contains("ZoneShare", "touches 2 of 12 records (17 %)"));
        var small = zone(records().subList(0, 2), Acme.NOW);
        assertThat(diff(greedy, small).refusals()).as("two of two say little").isEmpty();
    }

    @Test
    void a_name_that_a_live_cutover_holds_is_refused() {
        assertThat(Planner.plan(plan(), zone(), Map.of(SHOP, "acme-1")).refusals())
                .singleElement()
                .satisfies(
                        r ->
                                assertThat(r.toString())
                                        .contains("Overlap", "shop.acme.example", "acme-1"));
    }

    @Test
    void the_hash_binds_to_the_plan_and_to_the_records_found() {
        String hash = diff(plan(), zone()).hash();

        assertThat(diff(plan(), zone()).hash()).isEqualTo(hash).matches("[0-9a-f]{64}");
        assertThat(diff(plan(), zone(edited(records(), "h1", r -> r.withTtl(60)), Acme.NOW)).hash())
                .as("an unplanned record does not matter")
                .isEqualTo(hash);
        assertThat(diff(plan(), zone(edited(records(), "w", r -> r.withTtl(60)), Acme.NOW)).hash())
                .as("a planned one does")
                .isNotEqualTo(hash);
        assertThat(
                        diff(plan(), zone(edited(records(), "w", r -> r.withId("again")), Acme.NOW))
                                .hash())
                .as("a record made anew is another one")
                .isNotEqualTo(hash);
        assertThat(diff(Acme.with(plan(), p -> p.need = 1), zone()).hash()).isNotEqualTo(hash);
        assertThat(diff(plan(www()), zone()).hash())
                .isNotEqualTo(diff(plan(shop()), zone()).hash());
    }

    private static List<String> refusals(Plan plan) {
        return names(diff(plan, zone()));
    }

    private static List<String> names(PlanDiff diff) {
        return diff.refusals().stream().map(Refusal::code).distinct().toList();
    }

    @Test
    void a_site_or_certificate_name_that_no_record_covers_is_refused() {
        Plan plan = Acme.with(Acme.plan(), p -> p.sets = List.of(Acme.shop()));

        List<Refusal> refusals = Acme.diff(plan, Acme.zone()).refusals();

        assertThat(refusals)
                .anySatisfy(
                        r -> {
                            assertThat(r.code()).isEqualTo("NotCovered");
                            assertThat(r.subject()).isEqualTo("www.acme.example");
                            assertThat(r.message()).contains("'site'", "add its A");
                        });
    }
}
