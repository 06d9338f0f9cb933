package dev.cutover.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.DnsRecord;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.edge.EdgeChange;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.plan.PlannedRule;
import dev.cutover.core.plan.SetChange;
import dev.cutover.core.plan.Side;
import dev.cutover.port.SiteChecks.Manner;
import dev.cutover.port.SiteChecks.Via;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    @Test
    void a_name_moved_by_a_rule_is_asked_as_the_edge_will_ask_it() {
        DnsName host = new DnsName("origin-2.acme.example");
        PlannedRule elsewhere =
                new PlannedRule(
                        Acme.SHOP,
                        List.of(Acme.SHOP_OLD),
                        new PlannedRule.Target(
                                Optional.of(host),
                                Optional.of(8443),
                                Optional.of(host),
                                Optional.empty()),
                        1,
                        Duration.ZERO);
        PlannedRule port =
                new PlannedRule(
                        Acme.WWW,
                        List.of(Acme.WWW_OLD),
                        new PlannedRule.Target(Optional.empty(), Optional.of(8444)),
                        1,
                        Duration.ZERO);
        List<PlannedRule> rules = List.of(elsewhere, port);

        assertThat(Pins.of(List.of(), List.of(), rules, Side.NEXT))
                .isEqualTo(
                        new Via.Pinned(
                                Map.of(Acme.SHOP, host.value(), Acme.WWW, Acme.WWW_OLD),
                                Map.of(
                                        Acme.SHOP,
                                        new Manner(
                                                Optional.of(8443),
                                                Optional.of(host),
                                                Optional.empty()),
                                        Acme.WWW,
                                        new Manner(
                                                Optional.of(8444),
                                                Optional.empty(),
                                                Optional.empty()))));
        assertThat(Pins.of(List.of(), List.of(), rules, Side.FALLBACK))
                .isEqualTo(
                        new Via.Pinned(Map.of(Acme.SHOP, Acme.SHOP_OLD, Acme.WWW, Acme.WWW_OLD)));
    }

    /** A before-image has no plan beside it. */
    @Test
    void where_a_name_is_without_its_rule_is_known_from_the_change_alone() {
        EdgePart before =
                new EdgePart.OriginRule(
                        Acme.SHOP, List.of(Acme.SHOP_OLD), Optional.empty(), Optional.empty());
        EdgeChange change = new EdgeChange(List.of(Acme.SHOP), before, List.of(), before, before);

        assertThat(Pins.of(List.of(), List.of(change), List.of(), Side.CURRENT))
                .isEqualTo(new Via.Pinned(Map.of(Acme.SHOP, Acme.SHOP_OLD)));
    }
}
