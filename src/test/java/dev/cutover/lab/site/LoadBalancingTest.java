package dev.cutover.lab.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cutover.lab.cloudflare.LoadBalancing;
import dev.cutover.lab.http.PinnedClient.Incoming;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The edge before a pool: visitors are spread by weights and kept by cookies.
class LoadBalancingTest {
    private static final Map<String, List<String>> FRESH =
            Map.of("cache-control", List.of("no-cache"));

    private final LabSite lab;
    private final LoadBalancing balancing;

    LoadBalancingTest(@TempDir Path folder) {
        lab = new LabSite(folder);
        balancing = lab.account.balancing();
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 25, 50, 100})
    void visitors_are_spread_by_the_weights(int percent) throws Exception {
        balance("none");
        weights(percent);

        assertThat(onProduction(300)).isCloseTo(percent, within(3.0));
    }

    @Test
    void a_write_reaches_the_edge_a_little_later() throws Exception {
        balance("none");
        balancing.slowPropagation(100);
        balancing.editPool("acme-web", pool -> weighted(pool, 100));

        assertThat(onProduction(1)).isZero();
        lab.clock.jump(Duration.ofSeconds(90));
        assertThat(onProduction(20)).isEqualTo(100);
    }

    @Test
    void a_session_stays_until_its_origin_is_disabled() throws Exception {
        balance("cookie");
        String cookie = ask(Map.of("cache-control", List.of("no-cache"))).header("set-cookie");
        Map<String, List<String>> pinned =
                Map.of(
                        "cache-control",
                        List.of("no-cache"),
                        "cookie",
                        List.of(cookie.substring(0, cookie.indexOf(';'))));
        weights(100);

        assertThat(ask(pinned).header("x-origin")).isEqualTo("staging");
        assertThat(ask(FRESH).header("x-origin")).isEqualTo("production");

        balancing.editPool("acme-web", pool -> enabled(pool, 0, false));
        lab.clock.jump(Duration.ofSeconds(1));
        assertThat(ask(pinned).header("x-origin")).isEqualTo("production");
    }

    @Test
    void a_sick_origin_gets_nobody() throws Exception {
        balance("none");
        weights(50);
        balancing.health("127.50.0.2", LoadBalancing.Health.SICK);

        assertThat(onProduction(20)).isZero();
    }

    private void balance(String affinity) {
        String pool =
                balancing.addPool(
                        "acme-web",
                        true,
                        List.of(
                                new LoadBalancing.Origin("staging", "127.50.0.1", 1),
                                new LoadBalancing.Origin("production", "127.50.0.2", 0)));
        balancing.addBalancer(lab.zone, LabSite.HOST, List.of(pool), pool, affinity);
    }

    private void weights(int percent) {
        balancing.editPool("acme-web", pool -> weighted(pool, percent));
        lab.clock.jump(Duration.ofSeconds(1));
    }

    private static ObjectNode weighted(ObjectNode pool, int percent) {
        ((ObjectNode) pool.path("origins").path(0)).put("weight", (100 - percent) / 100.0);
        ((ObjectNode) pool.path("origins").path(1)).put("weight", percent / 100.0);
        return pool;
    }

    private static ObjectNode enabled(ObjectNode pool, int origin, boolean whether) {
        ((ObjectNode) pool.path("origins").path(origin)).put("enabled", whether);
        return pool;
    }

    private double onProduction(int asked) throws Exception {
        int production = 0;
        for (int i = 0; i < asked; i++) {
            production += ask(FRESH).header("x-origin").equals("production") ? 1 : 0;
        }
        return 100.0 * production / asked;
    }

    private Incoming ask(Map<String, List<String>> headers) throws Exception {
        return lab.get(lab.edge.address(), LabSite.HOST, "/", headers);
    }
}
