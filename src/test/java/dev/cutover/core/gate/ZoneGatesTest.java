package dev.cutover.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.Acme;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.TlsResult;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.IssuerRule;
import dev.cutover.core.evidence.IssuerRule.Permit;
import dev.cutover.core.evidence.NameServers;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.core.plan.Plan.PlannedSet;
import dev.cutover.core.plan.SetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A zone that is sick at its edges is known before anything is switched. */
class ZoneGatesTest {
    private static final Instant T0 = Acme.NOW;
    private static final SetKey SOA = new SetKey(Acme.ZONE, RecordType.SOA);
    private static final DnsName LB = new DnsName("lb.host.test");

    @Test
    void servers_that_show_one_serial_agree() {
        Judged judged = serials(look(T0, soa("ns1", 7), soa("ns2", 7)));

        assertThat(judged.verdict()).isEqualTo(Verdict.PASS);
        assertThat(judged.summary()).isEqualTo("2 servers show serial 7");
    }

    @Test
    void a_secondary_may_lag_for_a_moment_and_not_for_longer() {
        Evidence.Authorities first = look(T0, soa("ns1", 8), soa("ns2", 7));
        Evidence.Authorities soon =
                look(T0.plusSeconds(30), soa("ns1", 8), soa("ns2", 7)).after(Optional.of(first));
        Evidence.Authorities late =
                look(T0.plusSeconds(60), soa("ns1", 8), soa("ns2", 7)).after(Optional.of(soon));

        assertThat(serials(first).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(serials(soon).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(serials(late).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(serials(late).summary())
                .contains("ns2 shows serial 7, the newest is 8", "since " + T0);

        Evidence.Authorities evened =
                look(T0.plusSeconds(70), soa("ns1", 8), soa("ns2", 8)).after(Optional.of(late));
        assertThat(serials(evened).verdict()).isEqualTo(Verdict.PASS);
        Evidence.Authorities again =
                look(T0.plusSeconds(80), soa("ns1", 9), soa("ns2", 8)).after(Optional.of(evened));
        assertThat(again.unevenSince()).as("it begins anew").contains(T0.plusSeconds(80));
    }

    @Test
    void serials_run_in_a_circle() {
        Evidence.Authorities wrapped =
                look(T0.plusSeconds(60), soa("ns1", 4_294_967_295L), soa("ns2", 1))
                        .after(Optional.of(look(T0, soa("ns1", 4_294_967_295L), soa("ns2", 1))));

        assertThat(serials(wrapped).summary())
                .contains("ns1 shows serial 4294967295, the newest is 1");
    }

    @Test
    void a_server_without_a_serial_fails_and_nobody_asked_says_nothing() {
        assertThat(
                        serials(
                                        look(
                                                T0,
                                                soa("ns1", 7),
                                                new AuthorityAnswer(
                                                        "ns2", SOA, List.of(), 0, "timed out")))
                                .verdict())
                .isEqualTo(Verdict.FAIL);
        assertThat(serials(look(T0)).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
    }

    @Test
    void an_alias_to_nowhere_is_found_on_the_next_side_and_on_fallback() {
        assertThat(aliases(alias(LB.value()), target(LB, "192.0.2.1")).verdict())
                .isEqualTo(Verdict.PASS);
        Judged dangling = aliases(alias(LB.value()), target(LB));
        assertThat(dangling.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(dangling.summary())
                .contains("www.acme.example CNAME, next points at lb.host.test", "no address");

        List<SetChange> back =
                Acme.diff(
                                Acme.plan(
                                        Acme.set(
                                                "www",
                                                RecordType.A,
                                                List.of(Acme.WWW_OLD),
                                                List.of(Acme.WWW_NEXT),
                                                1),
                                        new PlannedSet(
                                                Acme.WWW,
                                                RecordType.CNAME,
                                                List.of(),
                                                List.of(),
                                                List.of(LB.value()),
                                                1)),
                                Acme.zone())
                        .changes();
        assertThat(aliases(back, target(LB)).summary()).contains("fallback points at");
    }

    @Test
    void an_alias_to_a_name_that_the_same_plan_makes_does_not_dangle() {
        List<SetChange> changes =
                Acme.diff(
                                Acme.plan(
                                        Acme.set(
                                                "www",
                                                RecordType.CNAME,
                                                List.of(),
                                                List.of("lb.acme.example"),
                                                1),
                                        Acme.set(
                                                "lb",
                                                RecordType.A,
                                                List.of(),
                                                List.of("203.0.113.9"),
                                                1)),
                                Acme.zone())
                        .changes();

        assertThat(aliases(changes).summary()).startsWith("not applicable");
    }

    @Test
    void a_target_whose_servers_are_silent_is_unproven() {
        var silent = new AliasTarget(LB, List.of(), 0, "no server of host.test answered");

        assertThat(aliases(alias(LB.value()), silent).verdict()).isEqualTo(Verdict.BLIND);
        assertThat(aliases(alias(LB.value())).verdict()).isEqualTo(Verdict.BLIND);
        assertThat(CheckName.ALIASES_RESOLVE.mayStayUnproven()).isTrue();
    }

    @Test
    void parent_and_child_must_name_the_same_servers() {
        NameServers above = named("a.gtld", "ns1", "ns2");

        assertThat(delegation(false, List.of(above), named("ns1", "ns2", "ns1")).verdict())
                .isEqualTo(Verdict.PASS);
        Judged off = delegation(false, List.of(above), named("ns1", "ns1", "ns3"));
        assertThat(off.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(off.summary()).contains("[ns1, ns2]", "[ns1, ns3]", "registrar", "acknowledge");
        assertThat(delegation(true, List.of(above), named("ns1", "ns1", "ns3")).verdict())
                .as("a person has seen it")
                .isEqualTo(Verdict.PASS);
        assertThat(
                        delegation(
                                        false,
                                        List.of(above, named("b.gtld", "ns1")),
                                        named("ns1", "ns1", "ns2"))
                                .summary())
                .contains("servers of the zone above differ");
    }

    @Test
    void a_parent_that_cannot_be_asked_is_unproven_and_no_fault() {
        var silent = new NameServers("a.gtld", List.of(), "gave no answer");
        Judged judged = delegation(false, List.of(silent), named("ns1", "ns1"));

        assertThat(judged.verdict()).isEqualTo(Verdict.BLIND);
        assertThat(judged.summary()).contains("unproven", "the zone above", "gave no answer");
        assertThat(CheckName.DELEGATION_AGREES.mayStayUnproven()).isTrue();
    }

    @Test
    void caa_must_permit_who_issued_what_is_seen() {
        assertThat(issuers("Let's Encrypt", rule(true, "letsencrypt.org")).verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(issuers("DigiCert Inc", rule(true, "rapidssl.com")).verdict())
                .isEqualTo(Verdict.PASS);
        assertThat(issuers("Let's Encrypt", rule(false)).verdict())
                .as("no issue record restricts nobody")
                .isEqualTo(Verdict.PASS);
        Judged forbidden = issuers("Let's Encrypt", rule(true, "digicert.com"));
        assertThat(forbidden.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(forbidden.summary())
                .contains("Let's Encrypt", "[digicert.com]", "add 'issue letsencrypt.org'");
        assertThat(issuers("Let's Encrypt", rule(true, "")).verdict())
                .as("nobody may issue")
                .isEqualTo(Verdict.FAIL);
        assertThat(issuers("Acme's own CA", rule(true, "digicert.com")).summary())
                .startsWith("not applicable");
        assertThat(issuers("Let's Encrypt", IssuerRule.unknown(Acme.WWW, "silent")).verdict())
                .isEqualTo(Verdict.BLIND);
    }

    @Test
    void a_wildcard_certificate_is_held_against_the_records_for_wildcards() {
        Permit one = new Permit("acme.example", "issue", List.of("letsencrypt.org"), true);
        Permit wild = new Permit("acme.example", "issuewild", List.of("digicert.com"), true);
        IssuerRule rule = new IssuerRule(Acme.WWW, one, wild, "");

        assertThat(issuers("Let's Encrypt", false, rule).verdict()).isEqualTo(Verdict.PASS);
        assertThat(issuers("DigiCert Inc", true, rule).verdict()).isEqualTo(Verdict.PASS);
        Judged forbidden = issuers("Let's Encrypt", true, rule);
        assertThat(forbidden.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(forbidden.summary())
                .contains(
                        "its wildcard certificate is of Let's Encrypt",
                        "permits by 'issuewild' [digicert.com]",
                        "add 'issuewild letsencrypt.org'");
    }

    @Test
    void signatures_hold_or_there_are_none() {
        assertThat(signatures(Security.SECURE).verdict()).isEqualTo(Verdict.PASS);
        assertThat(signatures(Security.INSECURE).summary()).startsWith("not signed");
        assertThat(signatures(Security.SECURE, Security.BOGUS).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(signatures(Security.BOGUS).summary())
                .contains("SERVFAIL", "DS at the registrar");
        assertThat(signatures(Security.UNKNOWN).verdict()).isEqualTo(Verdict.BLIND);
        assertThat(signatures().verdict()).isEqualTo(Verdict.BLIND);
    }

    private static Judged serials(Evidence.Authorities seen) {
        return gates(EvidenceKey.AUTHORITIES, seen).zone().serialsAgree();
    }

    private static Evidence.Authorities look(Instant at, AuthorityAnswer... answers) {
        return new Evidence.Authorities(List.of(answers), at);
    }

    private static AuthorityAnswer soa(String server, long serial) {
        return new AuthorityAnswer(
                server, SOA, List.of("ns1. host. " + serial + " 1 1 1 1800"), 1_800, "");
    }

    private static List<SetChange> alias(String to) {
        return Acme.diff(
                        Acme.plan(
                                Acme.set("www", RecordType.A, List.of(Acme.WWW_OLD), List.of(), 1),
                                Acme.set("www", RecordType.CNAME, List.of(), List.of(to), 1)),
                        Acme.zone())
                .changes();
    }

    private static AliasTarget target(DnsName name, String... addresses) {
        return new AliasTarget(name, List.of(addresses), 60, "");
    }

    private static Judged aliases(List<SetChange> changes, AliasTarget... targets) {
        return gates(EvidenceKey.ALIASES, new Evidence.Aliases(List.of(targets), T0))
                .zone()
                .aliasesResolve(changes);
    }

    private static NameServers named(String server, String... names) {
        return new NameServers(server, List.of(names), "");
    }

    private static Judged delegation(
            boolean acknowledged, List<NameServers> parent, NameServers child) {
        return gates(EvidenceKey.DELEGATION, new Evidence.Delegation(parent, List.of(child), T0))
                .zone()
                .delegationAgrees(acknowledged);
    }

    private static IssuerRule rule(boolean restricts, String... issuers) {
        Permit permit = new Permit("acme.example", "issue", List.of(issuers), restricts);
        return new IssuerRule(Acme.WWW, permit, permit, "");
    }

    private static Judged issuers(String organisation, IssuerRule rule) {
        return issuers(organisation, false, rule);
    }

    private static Judged issuers(String organisation, boolean wildcard, IssuerRule rule) {
        Map<EvidenceKey, Evidence> seen = new EnumMap<>(EvidenceKey.class);
        seen.put(
                EvidenceKey.NEXT_TLS,
                new Evidence.Tls(
                        EvidenceKey.NEXT_TLS,
                        List.of(
                                new TlsResult(
                                        Acme.WWW,
                                        Optional.of(T0.plus(Duration.ofDays(60))),
                                        organisation,
                                        wildcard,
                                        "")),
                        T0));
        seen.put(EvidenceKey.ISSUERS, new Evidence.IssuerRules(List.of(rule), T0));
        return new Gates(seen, T0, Duration.ofMinutes(1)).zone().issuersPermitted();
    }

    private static Judged signatures(Security... of) {
        List<SignedSet> sets =
                List.of(of).stream().map(s -> new SignedSet(SOA, s, "DNSKEY missing")).toList();
        return gates(EvidenceKey.SIGNATURES, new Evidence.Signatures(sets, T0))
                .zone()
                .signaturesHold();
    }

    private static Gates gates(EvidenceKey key, Evidence evidence) {
        return new Gates(Map.of(key, evidence), evidence.observedAt(), Duration.ofMinutes(1));
    }
}
