package dev.cutover.core.image;

import static dev.cutover.core.Acme.SHOP;
import static dev.cutover.core.Acme.WWW;
import static dev.cutover.core.Acme.a;
import static dev.cutover.core.Acme.proxied;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.plan.SetChange;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The way forward writes only what stands exactly as we left it. */
class AdvanceTest {
    private static final List<SetChange> CHANGES = Acme.diff(Acme.plan(), Acme.zone()).changes();
    private static final DnsRecord AGED = a("w", WWW, Acme.WWW_OLD, 300);
    private static final DnsRecord NEXT = a("w", WWW, Acme.WWW_NEXT, 300);
    private static final DnsRecord SHOP_OLD = proxied("s", SHOP, Acme.SHOP_OLD);
    private static final DnsRecord SHOP_NEXT = proxied("s", SHOP, Acme.SHOP_NEXT);

    @Test
    void what_stands_as_we_left_it_is_written() {
        assertThat(step(AGED, SHOP_OLD))
                .isEqualTo(
                        new Advance.Ready(
                                List.of(
                                        new RecordWrite.Patch(AGED, NEXT),
                                        new RecordWrite.Patch(SHOP_OLD, SHOP_NEXT))));
    }

    @Test
    void what_stands_there_already_is_not_written_again() {
        assertThat(step(NEXT, SHOP_NEXT)).isInstanceOf(Advance.AlreadyThere.class);
    }

    @Test
    void a_step_that_was_cut_in_the_middle_goes_on() {
        assertThat(step(NEXT, SHOP_OLD))
                .isEqualTo(new Advance.Ready(List.of(new RecordWrite.Patch(SHOP_OLD, SHOP_NEXT))));
    }

    @Test
    void any_difference_in_a_planned_set_stops_all_of_it() {
        assertThat(step(AGED.withTtl(60), SHOP_OLD))
                .isEqualTo(
                        new Advance.Drift(
                                List.of(
                                        new ForeignEdit(
                                                "www.acme.example A 198.51.100.10",
                                                "ttl",
                                                "300",
                                                "60"))));
        assertThat(step(AGED, SHOP_OLD, a("p", WWW, "192.0.2.77", 300)))
                .isInstanceOf(Advance.Drift.class);
        assertThat(step(SHOP_OLD)).isInstanceOf(Advance.Drift.class);
        assertThat(step(AGED.withContent("192.0.2.77"), SHOP_OLD))
                .isInstanceOf(Advance.Drift.class);
    }

    private static Advance step(DnsRecord... seen) {
        return Advance.of(
                CHANGES, SetChange::aged, SetChange::next, Acme.zone(List.of(seen), Acme.NOW));
    }
}
