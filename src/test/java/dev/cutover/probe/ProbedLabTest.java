package dev.cutover.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.dns.SetKey;
import dev.cutover.core.evidence.Evidence.AuthorityAnswer;
import dev.cutover.core.evidence.Evidence.ResolverAnswer;
import dev.cutover.core.evidence.NameServers;
import dev.cutover.core.evidence.Security;
import dev.cutover.core.evidence.SignedSet;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.dns.Authorities;
import dev.cutover.lab.dns.LabAddresses;
import dev.cutover.lab.dns.PlainZone;
import dev.cutover.lab.dns.ResolverFleet;
import dev.cutover.lab.dns.ZoneSource.ZoneRecord;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import dev.cutover.port.Resolvers.Delegated;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The controller's questions in the lab's name system: authorities, and the usual mix of
/// resolvers.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledOnOs(value = OS.LINUX, disabledReason = "needs all of 127.0.0.0/8")
class ProbedLabTest {

    private static final DnsName ZONE = new DnsName("acme.example");
    private static final SetKey WWW = set("www.acme.example", RecordType.A);
    private static final SetKey SHOP = set("shop.acme.example", RecordType.CNAME);
    private static final SetKey ABSENT = set("new.acme.example", RecordType.A);

    /// For who answers: longer than any machine stands still.
    private static final Duration PATIENT = Duration.ofSeconds(20);

    @Test
    void sees_a_change_at_every_authority_at_once_and_at_resolvers_when_their_caches_let_go(
            @TempDir Path folder) throws Exception {
        try (var world = new World(folder);
                var engine = new ProbeEngine()) {
            var probed = world.probed(engine);

            List<AuthorityAnswer> before =
                    probed.askAuthorities(ZONE, List.of(WWW, SHOP, ABSENT), call());
            assertThat(before).hasSize(2 * 3).allMatch(AuthorityAnswer::answered);
            assertThat(before)
                    .extracting(AuthorityAnswer::authority)
                    .contains("ns2.dns.lab/127.77.1.2");
            assertThat(before.get(0).contents()).containsExactly("192.0.2.10");
            assertThat(before.get(0).ttlSeconds()).isEqualTo(300);
            assertThat(before.get(1).contents()).containsExactly("shop.vendor.example");
            assertThat(before.get(2).contents()).isEmpty();
            assertThat(before.get(2).ttlSeconds()).isPositive();

            var brief = world.probed(engine, Duration.ofSeconds(2));
            List<ResolverAnswer> told = calmly(() -> brief.askResolvers(List.of(WWW), call()));
            assertThat(told).hasSize(ResolverFleet.USUAL_SIZE);
            assertThat(told).filteredOn(a -> !a.answered()).hasSizeBetween(1, 10); // the dead ones
            assertThat(told)
                    .filteredOn(ResolverAnswer::answered)
                    .allMatch(answer -> answer.contents().equals(List.of("192.0.2.10")))
                    .allMatch(answer -> !answer.latency().isZero());

            world.zone.set(
                    "www.acme.example",
                    "A",
                    new ZoneRecord("www.acme.example", "A", 60, "192.0.2.20"));
            assertThat(probed.askAuthorities(ZONE, List.of(WWW), call()))
                    .allMatch(answer -> answer.contents().equals(List.of("192.0.2.20")));
            assertThat(probed.addresses(WWW.name(), call())).containsExactly("192.0.2.10");

            world.now = world.now.plus(Duration.ofHours(2));
            assertThat(probed.addresses(WWW.name(), call())).containsExactly("192.0.2.20");
            assertThat(probed.addresses(ABSENT.name(), call())).isEmpty();
        }
    }

    @Test
    void forecasts_of_a_switch_over_sockets_hold_and_name_who_is_late() throws Exception {
        try (var run = new SwitchOverSockets()) {
            run.play();
            assertThat(run.broken).isEmpty();
            assertThat(run.errors.stream().sorted().toList().get(run.errors.size() / 2))
                    .isLessThan(0.05);
            assertThat(run.named).contains("r08").hasSizeBetween(3, 8); // stale ones
        }
    }

    @Test
    void the_lab_s_zone_is_healthy_and_not_signed(@TempDir Path folder) throws Exception {
        try (var world = new World(folder);
                var engine = new ProbeEngine()) {
            var probed = world.probed(engine);
            SetKey soa = set("acme.example", RecordType.SOA);

            Delegated delegated = probed.delegation(ZONE, call());
            assertThat(delegated.parent()).isNotEmpty().allMatch(NameServers::answered);
            assertThat(delegated.child())
                    .hasSize(2)
                    .allMatch(own -> own.names().equals(List.of("ns1.dns.lab", "ns2.dns.lab")));
            assertThat(delegated.parent().getFirst().names())
                    .isEqualTo(delegated.child().getFirst().names());
            assertThat(probed.validate(ZONE, List.of(soa), call()))
                    .containsExactly(new SignedSet(soa, Security.INSECURE, ""));
            assertThat(probed.issuerRules(ZONE, List.of(WWW.name()), call()))
                    .singleElement()
                    .matches(rule -> !rule.exact().restricts() && rule.failure().isEmpty());
            assertThat(probed.askAuthorities(ZONE, List.of(soa), call()))
                    .hasSize(2)
                    .allMatch(answer -> answer.soa().isPresent());
        }
    }

    @Test
    void names_the_authority_that_is_down(@TempDir Path folder) throws Exception {
        try (var world = new World(folder);
                var engine = new ProbeEngine()) {
            var probed = world.probed(engine);
            probed.askAuthorities(ZONE, List.of(WWW), call()); // resolvers remember the servers
            world.authorities.servers().getFirst().close();

            List<AuthorityAnswer> seen = probed.askAuthorities(ZONE, List.of(WWW), call());
            assertThat(seen).hasSize(2);
            assertThat(seen)
                    .filteredOn(answer -> !answer.answered())
                    .singleElement()
                    .satisfies(
                            down -> {
                                assertThat(down.authority()).isEqualTo("ns1.dns.lab/127.77.1.1");
                                assertThat(down.failure()).contains("port unreachable");
                                assertThat(down.contents()).isEmpty();
                            });
        }
    }

    /// Looks again where this machine stood still, twice in a row, while it waited for the silent.
    private static <T> T calmly(Supplier<T> look) {
        for (int again = 0; again < 50; again++) {
            try {
                return look.get();
            } catch (PortException spoilt) {
                assertThat(spoilt).hasMessageContaining("this machine");
            }
        }
        return look.get();
    }

    private static SetKey set(String name, RecordType type) {
        return new SetKey(new DnsName(name), type);
    }

    private static Call call() {
        return Call.reading("", "test", Deadline.in(Duration.ofMinutes(2)));
    }

    /// The lab's name system with one small zone and the usual mix of resolvers.
    private static final class World implements AutoCloseable {

        volatile Instant now = Instant.parse("2026-06-01T00:00:00Z");
        final PlainZone zone =
                new PlainZone(
                        "acme.example",
                        new ZoneRecord("www.acme.example", "A", 300, "192.0.2.10"),
                        new ZoneRecord("shop.acme.example", "CNAME", 600, "shop.vendor.example"));
        final int port;
        final Path list;
        final Authorities authorities;
        final ResolverFleet fleet;

        final InstantSource clock = () -> now;

        World(Path folder) throws IOException {
            List<InetAddress> places = new ArrayList<>(Authorities.places(2));
            places.addAll(ResolverFleet.places(ResolverFleet.USUAL_SIZE));
            port = LabAddresses.freePort(places);
            authorities = Authorities.start(List.of(zone), 2, port, clock, CallTap.NONE);
            fleet =
                    ResolverFleet.start(
                            ResolverFleet.usualMix(ResolverFleet.USUAL_SIZE),
                            port,
                            authorities.addresses(),
                            clock,
                            CallTap.NONE);
            list = folder.resolve("resolvers.txt");
            ResolverFleet.writeList(fleet.places(), list);
        }

        ProbedResolvers probed(ProbeEngine engine)
                throws IOException, ResolverList.InvalidException {
            return probed(engine, PATIENT);
        }

        ProbedResolvers probed(ProbeEngine engine, Duration timeout)
                throws IOException, ResolverList.InvalidException {
            return new ProbedResolvers(engine, ResolverList.read(list), port, timeout, clock);
        }

        @Override
        public void close() {
            fleet.close();
            authorities.close();
        }
    }
}
