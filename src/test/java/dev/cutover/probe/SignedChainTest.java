package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence;
import dev.cutover.core.evidence.EvidenceKey;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.core.gate.Gates;
import dev.cutover.core.gate.Judged;
import dev.cutover.core.gate.Verdict;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.dns.AuthoritativeServer;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.PlainZone;
import dev.cutover.lab.dns.ZoneKey;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Signatures from the root down to the zone, over sockets, as a validating resolver proves them.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs all of 127.0.0.0/8")
class SignedChainTest {
    private static final DnsName ZONE = new DnsName("acme.example");
    private static final SetKey SOA = new SetKey(ZONE, RecordType.SOA);
    private static final SetKey WWW = new SetKey(new DnsName("www.acme.example"), RecordType.A);

    private final ZoneKey rootKey = ZoneKey.of(".");
    private final ZoneKey exampleKey = ZoneKey.of("example");
    private final ZoneKey acmeKey = ZoneKey.of("acme.example");
    private final PlainZone example =
            new PlainZone(
                    "example",
                    record("acme.example", "NS", "a.tld.lab"),
                    acmeKey.ds(),
                    record("plain.example", "NS", "a.tld.lab"));
    private final PlainZone acme =
            new PlainZone("acme.example", record("www.acme.example", "A", "192.0.2.10"));
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void it_is_taken_down() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    @Test
    void a_chain_that_holds_is_secure() throws Exception {
        List<SignedSet> seen =
                serve(InstantSource.system(), acmeKey).validate(ZONE, both(), call());

        assertThat(seen)
                .containsExactly(
                        new SignedSet(SOA, Security.SECURE, ""),
                        new SignedSet(WWW, Security.SECURE, ""));
        assertThat(judged(seen).verdict()).isEqualTo(Verdict.PASS);
        assertThat(judged(seen).summary()).isEqualTo("2 sets are validly signed");
    }

    @Test
    void a_zone_that_changed_its_key_without_telling_the_zone_above_is_bogus() throws Exception {
        List<SignedSet> seen =
                serve(InstantSource.system(), ZoneKey.of("acme.example"))
                        .validate(ZONE, both(), call());

        assertThat(seen).extracting(SignedSet::security).containsOnly(Security.BOGUS);
        assertThat(judged(seen).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(judged(seen).summary())
                .contains("acme.example SOA: ", "validating resolvers answer SERVFAIL");
    }

    @Test
    void signatures_that_ran_out_are_bogus() throws Exception {
        Instant longAgo = InstantSource.system().instant().minus(Duration.ofDays(60));

        List<SignedSet> seen = serve(() -> longAgo, acmeKey).validate(ZONE, both(), call());

        assertThat(seen).extracting(SignedSet::security).containsOnly(Security.BOGUS);
    }

    @Test
    void without_a_ds_above_it_is_not_signed_whatever_it_holds() throws Exception {
        example.set("acme.example", "DS");

        List<SignedSet> seen =
                serve(InstantSource.system(), acmeKey).validate(ZONE, both(), call());

        assertThat(seen).extracting(SignedSet::security).containsOnly(Security.INSECURE);
        assertThat(judged(seen).summary()).startsWith("not signed");
    }

    @Test
    void a_name_that_is_not_there_is_proven_absent() throws Exception {
        SetKey absent = new SetKey(new DnsName("nowhere.acme.example"), RecordType.A);
        SetKey otherType = new SetKey(WWW.name(), RecordType.AAAA);

        List<SignedSet> seen =
                serve(InstantSource.system(), acmeKey)
                        .validate(ZONE, List.of(absent, otherType), call());

        assertThat(seen).extracting(SignedSet::security).containsOnly(Security.SECURE);
    }

    @Test
    void a_resolver_that_is_silent_proves_nothing() throws Exception {
        ProbedResolvers probed = serve(InstantSource.system(), acmeKey);
        open.getLast().close();

        SignedSet seen =
                new Validation(
                                List.of(
                                        new Resolver(
                                                "r1",
                                                new InetSocketAddress(LabAddresses.authority(9), 1),
                                                "",
                                                "-")),
                                rootKey.anchor())
                        .of(SOA, call());

        assertThat(probed).isNotNull();
        assertThat(seen.security()).isEqualTo(Security.UNKNOWN);
        assertThat(judged(List.of(seen)).verdict()).isEqualTo(Verdict.BLIND);
    }

    /// One server of all zones, which answers as a resolver would that passes signatures on.
    private ProbedResolvers serve(InstantSource clock, ZoneKey used) throws Exception {
        PlainZone root =
                new PlainZone(
                        ".",
                        record("example", "NS", "a.tld.lab"),
                        exampleKey.ds(),
                        record("lab", "NS", "a.tld.lab"));
        root.sign(rootKey);
        example.sign(exampleKey);
        acme.sign(used);
        int port = LabAddresses.freePort(List.of(LabAddresses.authority(9)));
        var place = new InetSocketAddress(LabAddresses.authority(9), port);
        open.add(
                AuthoritativeServer.start(
                        new AuthoritativeServer.Seat(0, "a.tld.lab", place),
                        List.of(
                                root,
                                example,
                                acme,
                                new PlainZone(
                                        "lab",
                                        record(
                                                "a.tld.lab",
                                                "A",
                                                LabAddresses.authority(9).getHostAddress()))),
                        List.of("a.tld.lab"),
                        clock,
                        CallTap.NONE));
        ProbeEngine engine = new ProbeEngine();
        open.add(engine);
        return new ProbedResolvers(
                engine,
                List.of(new Resolver("r1", place, "", "-")),
                port,
                Duration.ofSeconds(20),
                InstantSource.system(),
                rootKey.anchor());
    }

    private static List<SetKey> both() {
        return List.of(SOA, WWW);
    }

    private static Judged judged(List<SignedSet> sets) {
        Instant now = Instant.EPOCH;
        return new Gates(
                        Map.of(EvidenceKey.SIGNATURES, new Evidence.Signatures(sets, now)),
                        now,
                        Duration.ofMinutes(1))
                .zone()
                .signaturesHold();
    }

    private static ZoneRecord record(String name, String type, String content) {
        return new ZoneRecord(name, type, 300, content);
    }

    private static Call call() {
        return Call.reading("", "test", Deadline.in(Duration.ofMinutes(1)));
    }
}
