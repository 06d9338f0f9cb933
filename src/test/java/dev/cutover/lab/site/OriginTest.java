package dev.cutover.lab.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.lab.http.PinnedClient.Outgoing;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An origin as a visitor, a crawler and an operator meet it. */
class OriginTest {

    private final Path folder;
    private final LabSite lab;

    OriginTest(@TempDir Path folder) {
        this.folder = folder;
        lab = new LabSite(folder);
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void serves_a_hundred_landing_pages_marked_with_its_side() throws Exception {
        assertThat(SiteContent.landingPages()).hasSize(100).doesNotHaveDuplicates();
        for (var path : SiteContent.landingPages()) {
            var page = lab.get("127.50.0.1", path);
            assertThat(page.status()).as(path).isEqualTo(200);
            assertThat(page.header("x-origin")).isEqualTo("staging");
            assertThat(page.header("strict-transport-security")).startsWith("max-age=");
            assertThat(text(page.body()))
                    .contains("name=\"x-origin\" content=\"staging\"")
                    .contains("rel=\"canonical\" href=\"https://www.acme.example" + path + "\"");
        }
        assertThat(text(lab.get("127.50.0.1", "/sitemap.xml").body()).split("<loc>", -1))
                .hasSize(102);
        assertThat(lab.get("127.50.0.1", "/pages/none.html").status()).isEqualTo(404);
        assertThat(lab.get("127.50.0.1", "/../production/index.html").status()).isEqualTo(404);
        assertThat(lab.get("127.50.0.1", "/admin/").header("cache-control")).isEqualTo("no-store");
        assertThat(lab.get("127.50.0.1", "/admin/").header("set-cookie")).startsWith("seen=1");
    }

    @Test
    void redirects_old_addresses_and_the_apex() throws Exception {
        var old = lab.get("127.50.0.1", "/old/article-1.php");
        assertThat(old.status()).isEqualTo(301);
        assertThat(old.header("location"))
                .isEqualTo("https://www.acme.example/pages/oak-tables.html");
        var apex = lab.get("127.50.0.1", "acme.example", "/about.html?x=1", Map.of());
        assertThat(apex.header("location")).isEqualTo("https://www.acme.example/about.html?x=1");
    }

    @Test
    void a_name_it_does_not_serve_gets_421_or_a_wrong_certificate() throws Exception {
        assertThatThrownBy(() -> lab.get("127.50.0.1", "other.example", "/", Map.of()))
                .isInstanceOf(IOException.class);
        lab.staging.certificates().set("other.example", lab.authority.serverFor("other.example"));
        assertThat(lab.get("127.50.0.1", "other.example", "/", Map.of()).status()).isEqualTo(421);
    }

    @Test
    void an_expired_certificate_is_seen_by_the_next_handshake() {
        lab.staging.certificates().set(LabSite.HOST, lab.authority.expiredFor(LabSite.HOST));
        assertThatThrownBy(() -> lab.get("127.50.0.1", "/")).hasStackTraceContaining("validity");
    }

    @Test
    void takes_orders_unless_read_only() throws Exception {
        assertThat(order().status()).isEqualTo(201);
        lab.staging.readOnly(true);
        assertThat(order().status()).isEqualTo(503);
        assertThat(lab.get("127.50.0.1", "/").status()).isEqualTo(200);
        assertThat(lab.staging.ordersTaken()).isEqualTo(1);
        assertThat(lab.staging.ordersRefused()).isEqualTo(1);
    }

    @Test
    void serves_what_a_swapped_link_points_at() throws Exception {
        var link = folder.resolve("current");
        Files.createSymbolicLink(link, folder.resolve("staging"));
        try (var swapped =
                new Origin(
                        new Origin.Setup(
                                "x",
                                "127.50.0.3",
                                lab.port,
                                link,
                                lab.base,
                                java.util.Set.of(LabSite.HOST),
                                java.util.Set.of()),
                        new ServerNames(lab.authority.serverFor(LabSite.HOST)),
                        lab.tap)) {
            assertThat(text(lab.get(swapped.address(), "/").body())).contains("\"one\"");
            Files.delete(link);
            Files.createSymbolicLink(link, folder.resolve("production"));
            assertThat(text(lab.get(swapped.address(), "/").body())).contains("\"zero\"");
        }
    }

    @Test
    void fails_as_told() throws Exception {
        var faults = lab.staging.faults();
        faults.failing(503, 200, 5, 42);
        var bad = 0;
        for (var i = 0; i < 300; i++) {
            bad += lab.get("127.50.0.1", "/api/stock.json").status() == 503 ? 1 : 0;
        }
        assertThat(bad).as("of 300 at 200 per mille in bursts").isBetween(20, 120);
        faults.failing(503, 1_000, 1, 42);
        assertThat(lab.get("127.50.0.1", "/").status()).isEqualTo(503);
        faults.none();
        faults.robotsBlocked(true);
        assertThat(text(lab.get("127.50.0.1", "/robots.txt").body())).contains("Disallow: /\n");
        faults.noindex(true);
        assertThat(lab.get("127.50.0.1", "/").header("x-robots-tag")).isEqualTo("noindex");
        faults.loginWall(true);
        assertThat(lab.get("127.50.0.1", "/").status()).isEqualTo(401);
        faults.maintenance(Optional.of(200));
        assertThat(text(lab.get("127.50.0.1", "/").body())).contains("Back soon");
        faults.none();
        lab.staging.down(true);
        assertThatThrownBy(() -> lab.get("127.50.0.1", "/")).isInstanceOf(IOException.class);
        lab.staging.down(false);
        assertThat(lab.get("127.50.0.1", "/").status()).isEqualTo(200);
    }

    @Test
    void content_carries_the_blemish_asked_for() throws Exception {
        var base = URI.create("https://www.acme.example");
        var noindex = folder.resolve("noindex");
        new SiteContent(base, "b", SiteContent.Blemish.NOINDEX_LEFT).writeTo(noindex);
        assertThat(Files.readString(noindex.resolve("pages/oak-tables.html"))).contains("noindex");
        assertThat(Files.readString(noindex.resolve("index.html"))).doesNotContain("noindex");
        var blocked = folder.resolve("blocked");
        new SiteContent(base, "b", SiteContent.Blemish.ROBOTS_BLOCKED).writeTo(blocked);
        assertThat(Files.readString(blocked.resolve("robots.txt"))).contains("Disallow: /\n");
        var missing = folder.resolve("missing");
        new SiteContent(base, "b", SiteContent.Blemish.PAGES_MISSING).writeTo(missing);
        try (var pages = Files.list(missing.resolve("pages"))) {
            assertThat(pages).hasSize(90);
        }
    }

    private dev.cutover.lab.http.PinnedClient.Incoming order() throws Exception {
        return lab.client.send(
                new Outgoing(
                        "POST",
                        "127.50.0.1",
                        lab.port,
                        LabSite.HOST,
                        "/orders",
                        Map.of("content-type", List.of("application/json")),
                        "{}".getBytes(StandardCharsets.UTF_8)),
                LabSite.PATIENCE);
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
