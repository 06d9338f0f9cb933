package dev.cutover.core.image;

import static dev.cutover.core.Acme.SHOP;
import static dev.cutover.core.Acme.WWW;
import static dev.cutover.core.Acme.a;
import static dev.cutover.core.Acme.edited;
import static dev.cutover.core.Acme.proxied;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordField;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.SetChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way back writes over our own values only; what somebody else wrote stays, and is named. */
class RestorationTest {
    private static final List<SetChange> CHANGES = changes(Acme.plan(), Acme.records());
    private static final DnsRecord NEXT = a("w", WWW, Acme.WWW_NEXT, 300);
    private static final DnsRecord FALLBACK = a("w", WWW, Acme.WWW_FALLBACK, 300);

    @Test
    void what_is_already_as_promised_is_left() {
        Restoration way = fallback(FALLBACK, proxied("s", SHOP, Acme.SHOP_OLD));

        assertThat(way.isDone()).isTrue();
        assertThat(way.kept()).isEmpty();
    }

    @Test
    void our_own_values_become_the_promised_ones() {
        Restoration way = fallback(NEXT, proxied("s", SHOP, Acme.SHOP_NEXT));

        assertThat(way.writes())
                .containsExactly(
                        new RecordWrite.Patch(NEXT, FALLBACK),
                        new RecordWrite.Patch(
                                proxied("s", SHOP, Acme.SHOP_NEXT),
                                proxied("s", SHOP, Acme.SHOP_OLD)));
        assertThat(way.kept()).isEmpty();
    }

    /** The three-way table, one field at a time: ours is brought back, a person's is kept and named. */
    @ParameterizedTest
    @EnumSource(RecordField.class)
    void a_person_s_value_in_one_field_stays_while_the_others_come_back(RecordField field) {
        DnsRecord persons =
                new DnsRecord(
                        "w",
                        WWW,
                        RecordType.A,
                        "192.0.2.77",
                        777,
                        true,
                        "mine",
                        List.of("team:mine"),
                        new TreeMap<>(Map.of("flatten", "true")),
                        Optional.empty());
        DnsRecord seen = field.copy(persons, NEXT);

        Restoration way = fallback(seen, proxied("s", SHOP, Acme.SHOP_OLD));

        assertThat(way.kept())
                .singleElement()
                .satisfies(
                        edit -> {
                            assertThat(edit.what())
                                    .isEqualTo(field.name().toLowerCase(Locale.ROOT));
                            assertThat(edit.seen()).isEqualTo(field.of(persons).toString());
                        });
        if (field == RecordField.CONTENT) {
            assertThat(way.writes()).as("nothing else differs").isEmpty();
        } else {
            assertThat(way.writes())
                    .containsExactly(
                            new RecordWrite.Patch(seen, seen.withContent(Acme.WWW_FALLBACK)));
        }
    }

    @Test
    void a_record_a_person_added_to_a_planned_set_stays() {
        Restoration way =
                fallback(NEXT, a("p", WWW, "192.0.2.77", 300), proxied("s", SHOP, Acme.SHOP_OLD));

        assertThat(way.writes()).containsExactly(new RecordWrite.Patch(NEXT, FALLBACK));
        assertThat(way.kept())
                .containsExactly(
                        new ForeignEdit(
                                "www.acme.example A 192.0.2.77", "record", "none", "192.0.2.77"));
    }

    @Test
    void what_routes_visitors_elsewhere_is_told_apart_from_a_note() {
        Restoration noted = fallback(FALLBACK.withTtl(999), proxied("s", SHOP, Acme.SHOP_OLD));
        assertThat(noted.isDone()).isTrue();
        assertThat(noted.kept()).hasSize(1);
        assertThat(noted.routedElsewhere()).isEmpty();

        Restoration moved = fallback(FALLBACK.withContent("192.0.2.77"));
        assertThat(moved.isDone()).as("nothing of ours is left to write").isTrue();
        assertThat(moved.routedElsewhere()).hasSize(2);
        assertThat(String.join(" ", moved.routedElsewhere()))
                .contains("www.acme.example A 192.0.2.77", "shop.acme.example A");
    }

    @Test
    void a_record_a_person_removed_stays_removed() {
        Restoration way = fallback(NEXT);

        assertThat(way.kept())
                .singleElement()
                .satisfies(
                        e -> assertThat(e.toString()).contains("shop.acme.example A", "removed"));
        assertThat(way.writes()).hasSize(1);
    }

    @Test
    void a_type_change_goes_back_by_delete_and_create_in_one_batch() {
        List<SetChange> changes =
                changes(
                        Acme.plan(
                                Acme.set("www", RecordType.A, List.of(Acme.WWW_OLD), List.of(), 1),
                                Acme.set(
                                        "www",
                                        RecordType.CNAME,
                                        List.of(),
                                        List.of("lb.host.test"),
                                        1)),
                        Acme.records());
        DnsRecord cname =
                DnsRecord.of(WWW, RecordType.CNAME, "lb.host.test", 300, false).withId("c");

        Restoration way =
                Restoration.of(changes, SetChange::fallback, Acme.zone(List.of(cname), Acme.NOW));

        assertThat(way.writes())
                .containsExactly(
                        new RecordWrite.Delete(cname),
                        new RecordWrite.Create(a("", WWW, Acme.WWW_OLD, 300)));
        assertThat(way.kept()).isEmpty();
    }

    @Test
    void records_we_added_go_and_one_a_person_added_stays() {
        List<SetChange> changes =
                changes(
                        Acme.plan(
                                Acme.set(
                                        "www",
                                        RecordType.A,
                                        List.of(Acme.WWW_OLD),
                                        List.of("203.0.113.1", "203.0.113.2"),
                                        1)),
                        Acme.records());
        DnsRecord first = a("w", WWW, "203.0.113.1", 300);
        DnsRecord second = a("n", WWW, "203.0.113.2", 300);

        Restoration untouched =
                Restoration.of(
                        changes, SetChange::before, Acme.zone(List.of(first, second), Acme.NOW));
        assertThat(untouched.writes())
                .containsExactly(
                        new RecordWrite.Delete(second),
                        new RecordWrite.Patch(first, a("w", WWW, Acme.WWW_OLD, 3_600)));

        // It routes visitors until it is gone, whatever somebody noted on it meanwhile.
        Restoration noted =
                Restoration.of(
                        changes,
                        SetChange::before,
                        Acme.zone(List.of(first, second.withTtl(999)), Acme.NOW));
        assertThat(noted.writes()).hasSize(2);
        assertThat(noted.kept()).isEmpty();

        Restoration taken =
                Restoration.of(
                        changes,
                        SetChange::before,
                        Acme.zone(List.of(first, a("x", WWW, "203.0.113.9", 300)), Acme.NOW));
        assertThat(taken.writes()).hasSize(1);
        assertThat(taken.kept())
                .singleElement()
                .satisfies(e -> assertThat(e.subject()).contains("203.0.113.9"));
    }

    @Test
    void applied_and_computed_again_it_asks_for_nothing() {
        List<DnsRecord> zone = new ArrayList<>(Acme.records());
        zone.replaceAll(
                r ->
                        r.id().equals("w")
                                ? NEXT
                                : r.id().equals("s") ? r.withContent(Acme.SHOP_NEXT) : r);

        Restoration way = Restoration.of(CHANGES, SetChange::before, Acme.zone(zone, Acme.NOW));
        for (RecordWrite write : way.writes()) {
            if (write instanceof RecordWrite.Patch p) {
                zone = new ArrayList<>(edited(zone, p.seen().id(), r -> p.target()));
            }
        }

        assertThat(Restoration.of(CHANGES, SetChange::before, Acme.zone(zone, Acme.NOW)).isDone())
                .isTrue();
        assertThat(zone).containsExactlyElementsOf(Acme.records());
    }

    private static Restoration fallback(DnsRecord... seen) {
        return Restoration.of(CHANGES, SetChange::fallback, Acme.zone(List.of(seen), Acme.NOW));
    }

    private static List<SetChange> changes(Plan plan, List<DnsRecord> records) {
        return Acme.diff(plan, Acme.zone(records, Acme.NOW)).changes();
    }
}
