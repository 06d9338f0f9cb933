package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.AliasTarget;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.IssuerRule;
import dev.cutover.core.evidence.IssuerRule.Permit;
import dev.cutover.core.evidence.NameServers;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.core.gate.Gates;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.dns.AuthoritativeServer;
import dev.cutover.lab.dns.Behaviour;
import dev.cutover.lab.dns.CachingResolver;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.PlainZone;
import dev.cutover.lab.dns.ZoneSource;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.Resolvers.Delegated;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A small tree of names over sockets: a server above, two servers of the zone, one resolver.
///
/// ```
/// a.tld.lab   .  example  test  lab
/// ns1, ns2    acme.example  host.test
/// ```
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs all of 127.0.0.0/8")
class NameTreeTest {
    private static final Instant NOW = Instant.parse("2026-12-04T02:00:00Z");
    private static final DnsName ZONE = new DnsName("acme.example");
    private static final SetKey SOA = new SetKey(ZONE, RecordType.SOA);
    private static final int ABOVE = 9;

    private final PlainZone acme =
            new PlainZone(
                    "acme.example",
                    record("www.acme.example", "A", 300, "192.0.2.10"),
                    record("shop.acme.example", "CNAME", 600, "lb.host.test"),
                    record("acme.example", "CAA", 300, "0 issue \"letsencrypt.org; x=1\""),
                    record("acme.example", "CAA", 300, "0 iodef \"mailto:a@acme.example\""));
    private final PlainZone host =
            new PlainZone(
                    "host.test",
                    record("lb.host.test", "CNAME", 900, "pool.host.test"),
                    record("pool.host.test", "A", 7_200, "192.0.2.77"),
                    record("loop.host.test", "CNAME", 60, "pool2.host.test"),
                    record("pool2.host.test", "CNAME", 60, "loop.host.test"),
                    record("gone.host.test", "CNAME", 60, "nowhere.host.test"));
    private final PlainZone example =
            new PlainZone(
                    "example",
                    record("acme.example", "NS", 86_400, "ns1.dns.lab"),
                    record("acme.example", "NS", 86_400, "ns2.dns.lab"));

    private final List<AutoCloseable> open = new ArrayList<>();
    private int port;
    private CachingResolver resolver;
    private AuthoritativeServer above;
    private ProbedResolvers probed;

    @BeforeEach
    void the_tree_stands() throws Exception {
        port =
                LabAddresses.freePort(
                        List.of(
                                LabAddresses.authority(1),
                                LabAddresses.authority(2),
                                LabAddresses.authority(ABOVE),
                                LabAddresses.resolver(1)));
        above =
                server(
                        ABOVE,
                        0,
                        "a.tld.lab",
                        List.of("a.tld.lab"),
                        new PlainZone(
                                ".",
                                record("example", "NS", 86_400, "a.tld.lab"),
                                record("test", "NS", 86_400, "a.tld.lab"),
                                record("lab", "NS", 86_400, "a.tld.lab")),
                        example,
                        new PlainZone("test", record("host.test", "NS", 86_400, "ns1.dns.lab")),
                        new PlainZone(
                                "lab",
                                record("a.tld.lab", "A", 86_400, at(ABOVE)),
                                record("ns1.dns.lab", "A", 86_400, at(1)),
                                record("ns2.dns.lab", "A", 86_400, at(2))));
        for (int n = 1; n <= 2; n++) {
            server(
                    n,
                    n - 1,
                    "ns" + n + ".dns.lab",
                    List.of("ns1.dns.lab", "ns2.dns.lab"),
                    acme,
                    host);
        }
        resolver =
                opened(
                        CachingResolver.start(
                                new CachingResolver.Place(
                                        "r1",
                                        new InetSocketAddress(LabAddresses.resolver(1), port),
                                        "test",
                                        "XA"),
                                new Behaviour.Honest(),
                                List.of(place(ABOVE), place(1), place(2)),
                                () -> NOW,
                                CallTap.NONE));
        probed =
                new ProbedResolvers(
                        opened(new ProbeEngine()),
                        List.of(new Resolver("r1", resolver.place().address(), "", "-")),
                        port,
                        Duration.ofSeconds(20),
                        InstantSource.system());
    }

    @AfterEach
    void it_is_taken_down() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void a_secondary_that_lags_is_seen_by_its_serial() {
        acme.lag(1);
        acme.set("api.acme.example", "A", record("api.acme.example", "A", 60, "192.0.2.3"));

        Evidence.Authorities first = look(NOW);
        Evidence.Authorities later = look(NOW.plusSeconds(61)).after(Optional.of(first));

        assertThat(serials(first).verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(serials(later).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(serials(later).summary())
                .contains("ns2.dns.lab/127.77.1.2 shows serial 1, the newest is 2");

        acme.catchUp();
        assertThat(serials(look(NOW)).verdict()).isEqualTo(Verdict.PASS);
        assertThat(look(NOW).soas().getFirst().soa().orElseThrow().minimumSeconds())
                .isEqualTo(1_800);
    }

    @Test
    void an_alias_is_followed_over_zones_and_its_longest_ttl_is_told() {
        List<AliasTarget> seen =
                probed.follow(
                        List.of(
                                new DnsName("lb.host.test"),
                                new DnsName("gone.host.test"),
                                new DnsName("nowhere.host.test"),
                                new DnsName("loop.host.test"),
                                new DnsName("shop.acme.example")),
                        call());

        assertThat(seen.get(0))
                .isEqualTo(
                        new AliasTarget(
                                new DnsName("lb.host.test"), List.of("192.0.2.77"), 7_200, ""));
        assertThat(seen.get(1).addresses()).as("leads to a name that is not there").isEmpty();
        assertThat(seen.get(1).answered()).isTrue();
        assertThat(seen.get(2).addresses()).isEmpty();
        assertThat(seen.get(3).addresses()).as("a loop").isEmpty();
        assertThat(seen.get(4).addresses()).containsExactly("192.0.2.77");
        for (String absent : List.of("nowhere.host.test", "lb.host.test")) {
            assertThat(resolver.remainingTtl(absent, "A"))
                    .as("no resolver was taught anything about %s", absent)
                    .isEmpty();
        }
    }

    @Test
    void a_target_whose_servers_are_down_is_said_so() throws Exception {
        probed.follow(List.of(new DnsName("lb.host.test")), call());
        open.remove(2).close();
        open.remove(1).close();

        AliasTarget seen = probed.follow(List.of(new DnsName("lb.host.test")), call()).getFirst();

        assertThat(seen.answered()).isFalse();
        assertThat(seen.failure()).contains("lb.host.test", "no server of its zone answered");
    }

    @Test
    void parent_and_child_are_asked_at_their_own_servers() {
        Delegated seen = probed.delegation(ZONE, call());

        assertThat(seen.parent())
                .containsExactly(
                        new NameServers(
                                "a.tld.lab/127.77.1.9", List.of("ns1.dns.lab", "ns2.dns.lab"), ""));
        assertThat(seen.child()).hasSize(2).allMatch(NameServers::answered);
        assertThat(delegation(seen).verdict()).isEqualTo(Verdict.PASS);

        example.set("acme.example", "NS", record("acme.example", "NS", 60, "ns1.dns.lab"));
        Judged off = delegation(probed.delegation(ZONE, call()));
        assertThat(off.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(off.summary()).contains("[ns1.dns.lab]", "it names [ns1.dns.lab, ns2.dns.lab]");
    }

    @Test
    void a_parent_that_is_silent_is_unproven() throws Exception {
        probed.delegation(ZONE, call()); // the resolver remembers who serves what
        above.close();

        Delegated seen = probed.delegation(ZONE, call());

        assertThat(seen.parent()).singleElement().matches(p -> !p.answered());
        assertThat(delegation(seen).verdict()).isEqualTo(Verdict.BLIND);
    }

    @Test
    void records_for_wildcards_take_the_place_of_the_others() {
        acme.set(
                "acme.example",
                "CAA",
                record("acme.example", "CAA", 60, "0 issue \"letsencrypt.org\""),
                record("acme.example", "CAA", 60, "0 issuewild \"digicert.com; x=y\""));
        List<IssuerRule> seen =
                probed.issuerRules(
                        ZONE,
                        List.of(new DnsName("www.acme.example"), new DnsName("*.acme.example")),
                        call());

        assertThat(seen)
                .allSatisfy(
                        rule -> {
                            assertThat(rule.exact().issuers()).containsExactly("letsencrypt.org");
                            assertThat(rule.wildcard())
                                    .isEqualTo(
                                            new Permit(
                                                    "acme.example",
                                                    "issuewild",
                                                    List.of("digicert.com"),
                                                    true));
                        });
    }

    @Test
    void caa_is_searched_upwards_and_follows_aliases() {
        host.set("pool.host.test", "CAA", record("pool.host.test", "CAA", 60, "0 issue \";\""));
        List<IssuerRule> seen =
                probed.issuerRules(
                        ZONE,
                        List.of(
                                new DnsName("www.acme.example"),
                                new DnsName("shop.acme.example"),
                                new DnsName("www.host.test")),
                        call());

        Permit ofZone = new Permit("acme.example", "issue", List.of("letsencrypt.org"), true);
        assertThat(seen.get(0))
                .isEqualTo(new IssuerRule(new DnsName("www.acme.example"), ofZone, ofZone, ""));
        assertThat(seen.get(1).exact().issuers()).as("the alias forbids all").containsExactly("");
        assertThat(seen.get(1).wildcard())
                .as("a wildcard is searched from the name above")
                .isEqualTo(ofZone);
        assertThat(seen.get(2).exact().restricts()).isFalse();
        assertThat(seen.get(2).failure()).isEmpty();
    }

    @Test
    void a_zone_without_a_ds_above_is_not_signed() {
        assertThat(probed.validate(ZONE, List.of(SOA), call()))
                .containsExactly(new SignedSet(SOA, Security.INSECURE, ""));
    }

    private Evidence.Authorities look(Instant at) {
        List<AuthorityAnswer> answers = probed.askAuthorities(ZONE, List.of(SOA), call());
        assertThat(answers).hasSize(2).allMatch(AuthorityAnswer::answered);
        return new Evidence.Authorities(answers, at);
    }

    private static Judged serials(Evidence.Authorities seen) {
        return gates(EvidenceKey.AUTHORITIES, seen).zone().serialsAgree();
    }

    private static Judged delegation(Delegated seen) {
        return gates(
                        EvidenceKey.DELEGATION,
                        new Evidence.Delegation(seen.parent(), seen.child(), NOW))
                .zone()
                .delegationAgrees(false);
    }

    private static Gates gates(EvidenceKey key, Evidence evidence) {
        return new Gates(Map.of(key, evidence), evidence.observedAt(), Duration.ofMinutes(1));
    }

    private AuthoritativeServer server(
            int number, int index, String name, List<String> set, ZoneSource... zones)
            throws IOException {
        return opened(
                AuthoritativeServer.start(
                        new AuthoritativeServer.Seat(index, name, place(number)),
                        List.of(zones),
                        set,
                        () -> NOW,
                        CallTap.NONE));
    }

    private InetSocketAddress place(int number) {
        return new InetSocketAddress(LabAddresses.authority(number), port);
    }

    private static String at(int number) {
        return LabAddresses.authority(number).getHostAddress();
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    private static ZoneRecord record(String name, String type, long ttl, String content) {
        return new ZoneRecord(name, type, ttl, content);
    }

    private static Call call() {
        return Call.reading("", "test", Deadline.in(Duration.ofMinutes(1)));
    }
}
