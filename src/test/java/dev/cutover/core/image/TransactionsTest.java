package dev.cutover.core.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.Plan.PlannedSet;
import dev.cutover.core.plan.SetChange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a plan's work is split by what one transaction of its provider may hold. */
class TransactionsTest {
    @Test
    void work_that_fits_is_one_transaction_and_nothing_is_said_of_it() {
        List<Transactions> work = Transactions.of(changes(3), 200);

        assertThat(work)
                .extracting(Transactions::work)
                .containsExactly("lowering TTLs", "step 1", "falling back", "raising TTLs");
        assertThat(work).allMatch(t -> t.sizes().equals(List.of(3)));
        assertThat(work).allMatch(t -> t.note().isEmpty());
    }

    @Test
    void more_than_the_limit_is_split_and_said() {
        List<Transactions> work = Transactions.of(changes(5), 2);

        assertThat(work.get(1).sizes()).containsExactly(2, 2, 1);
        assertThat(work.get(1).note())
                .contains(
                        "step 1 writes 5 records in 3 transactions of at most 2: each name moves"
                                + " whole, but not all names at the same moment");
    }

    @Test
    void a_set_that_is_put_anew_counts_what_is_taken_away_and_what_is_made() {
        Plan plan =
                Acme.plan(
                        Acme.set("www", RecordType.A, List.of(Acme.WWW_OLD), List.of(), 1),
                        Acme.set("www", RecordType.CNAME, List.of(), List.of("cdn.test"), 1));
        List<SetChange> changes = Acme.diff(plan, Acme.zone()).changes();

        assertThat(Transactions.of(changes, 200).get(1).writes()).isEqualTo(2);
    }

    private static List<SetChange> changes(int count) {
        List<PlannedSet> sets = new ArrayList<>();
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sets.add(
                    Acme.set("n" + i, RecordType.A, List.of("192.0.2.1"), List.of("192.0.2.2"), 1));
            records.add(Acme.record("n" + i, "n" + i, RecordType.A, "192.0.2.1", 3_600));
        }
        return Acme.diff(
                        Acme.plan(sets.toArray(PlannedSet[]::new)),
                        Acme.zone(records.toArray(DnsRecord[]::new)))
                .changes();
    }
}
