package dev.cutover.cloudflare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.core.dns.DnsName;
import dev.cutover.core.edge.Balancer;
import dev.cutover.core.edge.EdgeKey;
import dev.cutover.core.edge.EdgePart;
import dev.cutover.core.edge.EdgeView;
import dev.cutover.core.edge.EdgeWrite;
import dev.cutover.core.edge.OriginHealth.State;
import dev.cutover.core.edge.PoolOrigin;
import dev.cutover.lab.cloudflare.CloudflareAccount.Permission;
import dev.cutover.lab.cloudflare.CloudflareAccount.TokenStatus;
import dev.cutover.lab.cloudflare.LoadBalancing;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.port.PortException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Pools and load balancers through the adapter, against the lab and the vendor's own file.
class CloudflarePoolsTest {
    private static final EdgeKey WEB = EdgeKey.pool("acme-web");
    private static final DnsName WWW = new DnsName("www.acme.example");

    private final CloudflareLab lab = new CloudflareLab();
    private final LoadBalancing balancing = lab.account.balancing();
    private final CloudflareEdge edge = new CloudflareEdge(lab.api());

    CloudflarePoolsTest() {
        String web =
                balancing.addPool(
                        "acme-web",
                        true,
                        List.of(
                                new LoadBalancing.Origin("staging", "127.50.0.1", 1),
                                new LoadBalancing.Origin("production", "127.50.0.2", 0)));
        String other =
                balancing.addPool(
                        "other-team",
                        false,
                        List.of(new LoadBalancing.Origin("theirs", "127.50.0.9", 0.5)));
        balancing.addBalancer(lab.state, "www.acme.example", List.of(web), web, "cookie");
        balancing.addBalancer(lab.state, "theirs.acme.example", List.of(other), other, "none");
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void a_pool_is_read_whole_with_its_balancers_and_health() {
        EdgeView view = read(edge);

        assertThat(view.pool("acme-web").orElseThrow().origins())
                .containsExactly(
                        PoolOrigin.of("staging", "127.50.0.1", 100),
                        PoolOrigin.of("production", "127.50.0.2", 0));
        assertThat(view.pool("acme-web").orElseThrow().monitored()).isTrue();
        assertThat(view.balancersOf("acme-web"))
                .containsExactly(
                        new Balancer(
                                WWW,
                                true,
                                true,
                                List.of("acme-web"),
                                "acme-web",
                                "off",
                                false,
                                "cookie",
                                82_800));
        assertThat(view.healthOf("acme-web", "127.50.0.2").state()).isEqualTo(State.HEALTHY);
        assertThat(view.pool("other-team"))
                .as("others' pools stay unread, whatever they hold")
                .isEmpty();
    }

    @Test
    void health_is_sick_where_one_place_says_so_and_unknown_where_none_looked() {
        balancing.health("127.50.0.2", LoadBalancing.Health.SICK);
        balancing.health("127.50.0.1", LoadBalancing.Health.UNKNOWN);

        EdgeView view = read(edge);

        assertThat(view.healthOf("acme-web", "127.50.0.2").state()).isEqualTo(State.SICK);
        assertThat(view.healthOf("acme-web", "127.50.0.2").detail())
                .contains("Amsterdam, NL", "Response code mismatch");
        assertThat(view.healthOf("acme-web", "127.50.0.1").state()).isEqualTo(State.UNKNOWN);
    }

    @Test
    void writing_weights_keeps_every_field_of_every_origin_and_of_the_pool() {
        balancing.editPool(
                "acme-web",
                pool -> {
                    ObjectNode first = (ObjectNode) pool.path("origins").path(0);
                    first.putObject("header").putArray("Host").add("staging.acme.example");
                    first.put("virtual_network_id", "a5624d4e-044a-4ff0-b3e1-e2465353d4b4");
                    ((ArrayNode) pool.path("origins"))
                            .addObject()
                            .put("name", "spare")
                            .put("address", "127.50.0.3")
                            .put("enabled", false)
                            .put("weight", 0.5)
                            .put("port", 8443);
                    return pool;
                });
        ObjectNode before = (ObjectNode) balancing.poolNamed("acme-web");
        EdgePart.Pool seen = read(edge).pool("acme-web").orElseThrow();
        EdgePart.Pool target =
                seen.with(seen.origin("staging").orElseThrow().withWeight(75))
                        .with(seen.origin("production").orElseThrow().withWeight(25));

        edge.apply(CloudflareLab.REF, new EdgeWrite(seen, target), CloudflareLab.writing());

        ObjectNode after = (ObjectNode) balancing.poolNamed("acme-web");
        assertThat(read(edge).pool("acme-web").orElseThrow().fields()).isEqualTo(target.fields());
        ((ObjectNode) before.path("origins").path(0)).put("weight", 0.75);
        ((ObjectNode) before.path("origins").path(1)).put("weight", 0.25);
        before.remove("modified_on");
        after.remove("modified_on");
        assertThat(after.toString()).isEqualTo(before.toString());
    }

    @Test
    void a_weight_between_hundredths_is_refused_for_a_planned_pool() {
        balancing.editPool(
                "other-team",
                pool -> {
                    ((ObjectNode) pool.path("origins").path(0)).put("weight", 0.333);
                    return pool;
                });

        assertThatThrownBy(
                        () ->
                                edge.read(
                                        CloudflareLab.REF,
                                        Set.of(EdgeKey.pool("other-team")),
                                        CloudflareLab.reading()))
                .isInstanceOf(PortException.class)
                .hasMessageContaining("expected a weight in steps of 0.01, seen 0.333");
    }

    @Test
    void what_is_not_there_or_not_offered_is_a_lack_with_its_reason() {
        EdgeView view =
                edge.read(
                        CloudflareLab.REF,
                        Set.of(EdgeKey.pool("acme-wbe")),
                        CloudflareLab.reading());
        assertThat(view.lacks()).singleElement().matches(EdgeView.Lack::offered);
        assertThat(view.lacks().getFirst().why()).contains("acme-web", "other-team");

        balancing.offered(false);
        EdgeView.Lack without = read(edge).lack(WEB).orElseThrow();
        assertThat(without.offered()).isFalse();
        assertThat(without.why()).contains("load balancing", "not enabled for this account");
    }

    @Test
    void a_token_that_may_not_read_pools_is_told_at_planning_time() {
        EnumSet<Permission> some = EnumSet.allOf(Permission.class);
        some.remove(Permission.LOAD_BALANCERS_READ);
        lab.account.allow(CloudflareLab.SECRET, TokenStatus.ACTIVE, some);

        assertThat(read(edge).lack(WEB).orElseThrow().why()).contains("a token that may read");
    }

    @Test
    void every_call_and_answer_is_what_the_vendor_describes() {
        var contract = new VendorContract();
        lab.server.overhear(contract::heard);
        EdgePart.Pool seen = read(edge).pool("acme-web").orElseThrow();
        EdgePart.Pool target = seen.with(seen.origin("production").orElseThrow().withWeight(10));
        edge.apply(CloudflareLab.REF, new EdgeWrite(seen, target), CloudflareLab.writing());
        read(edge);

        assertThat(contract.breaches()).isEmpty();
        assertThat(contract.calls())
                .anyMatch(c -> c.startsWith("PATCH ") && c.contains("/load_balancers/pools/"))
                .anyMatch(c -> c.endsWith("/health"))
                .anyMatch(c -> c.endsWith("/load_balancers"));
    }

    private static EdgeView read(CloudflareEdge edge) {
        return edge.read(CloudflareLab.REF, Set.of(WEB), CloudflareLab.reading());
    }
}
