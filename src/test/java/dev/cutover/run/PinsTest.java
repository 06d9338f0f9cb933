package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.port.SiteChecks.Via;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A side is looked at where it will be, also behind an alias of the same plan. */
class PinsTest {
    @Test
    void an_alias_of_a_planned_name_leads_to_that_names_address_on_the_same_side() {
        SetChange www = Acme.diff(Acme.plan(Acme.www()), Acme.zone()).changes().getFirst();
        DnsRecord alias = DnsRecord.of(Acme.SHOP, RecordType.CNAME, Acme.WWW.value(), 300, false);
        SetChange shop =
                new SetChange(
                        Acme.SHOP,
                        RecordType.CNAME,
                        List.of(),
                        List.of(),
                        List.of(alias),
                        List.of(alias),
                        1);

        assertThat(Pins.of(List.of(www, shop), Side.NEXT))
                .isEqualTo(
                        new Via.Pinned(Map.of(Acme.WWW, Acme.WWW_NEXT, Acme.SHOP, Acme.WWW_NEXT)));
    }
}
