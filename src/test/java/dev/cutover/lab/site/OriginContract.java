package dev.cutover.lab.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.lab.LabClock;
import dev.cutover.lab.http.PinnedClient;
import dev.cutover.lab.http.PinnedClient.Incoming;
import dev.cutover.lab.http.PinnedClient.Outgoing;
import dev.cutover.lab.site.LabCertificates.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a side's web server does, the lab's and a real one alike. */
abstract class OriginContract {
    private static final String ADDRESS = "127.50.0.7";
    private static final String HOST = "www.acme.example";
    private static final String SHOP = "shop.acme.example";
    private static final String APEX = "acme.example";
    private static final String PAGE = "/pages/oak-tables.html";
    private static final int PATIENCE_MILLIS = (int) LabSite.PATIENCE.toMillis();

    private final LabCertificates authority = new LabCertificates(new LabClock());
    private final PinnedClient client =
            new PinnedClient(authority.authorityPem(), LabSite.PATIENCE);

    @TempDir Path folder;
    private Origin.Setup setup;
    private WebServer server;

    /** Starts to serve. */
    abstract WebServer start(
            Path folder, Origin.Setup setup, Identity byDefault, Map<String, Identity> byName)
            throws IOException;

    @BeforeEach
    void begin() throws IOException {
        URI base = URI.create("https://" + HOST);
        SiteContent.good(base, "one").writeTo(folder.resolve("one"));
        SiteContent.good(base, "two").writeTo(folder.resolve("two"));
        Path link = Files.createSymbolicLink(folder.resolve("site"), folder.resolve("one"));
        int port =
                dev.cutover.lab.dns.LabAddresses.freePort(List.of(InetAddress.getByName(ADDRESS)));
        setup =
                new Origin.Setup(
                        "next", ADDRESS, port, link, base, Set.of(HOST, SHOP), Set.of(APEX));
        server =
                start(
                        folder,
                        setup,
                        authority.serverFor(HOST, APEX, "other.example"),
                        Map.of(SHOP, authority.serverFor(SHOP)));
    }

    @AfterEach
    void end() {
        client.close();
        if (server != null) {
            server.close();
        }
    }

    @Test
    void serves_every_page_marked_with_its_side() throws Exception {
        for (String path : SiteContent.landingPages()) {
            Incoming page = get(HOST, path);
            assertThat(page.status()).as(path).isEqualTo(200);
            assertThat(page.header("x-origin")).isEqualTo("next");
            assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
            assertThat(page.header("cache-control")).isEqualTo("public, max-age=300");
            assertThat(page.header("strict-transport-security")).startsWith("max-age=");
            assertThat(text(page))
                    .contains("name=\"x-origin\" content=\"next\"")
                    .doesNotContain("{{origin}}")
                    .contains("href=\"https://www.acme.example" + path + "\"");
        }
        assertThat(text(get(HOST, "/"))).contains("Acme furniture");
        assertThat(get(HOST, "/").header("cache-control")).isEqualTo("public, max-age=60");
        assertThat(get(HOST, "/?fresh=1").status()).isEqualTo(200);
        assertThat(get(HOST, "/assets/site.css").header("content-type")).startsWith("text/css");
        assertThat(get(HOST, "/assets/site.css").header("cache-control"))
                .isEqualTo("public, max-age=86400");
        assertThat(get(HOST, "/api/stock.json").header("content-type"))
                .startsWith("application/json");
    }

    @Test
    void the_back_office_is_kept_by_no_cache() throws Exception {
        Incoming office = get(HOST, "/admin/");
        assertThat(office.status()).isEqualTo(200);
        assertThat(office.header("cache-control")).isEqualTo("no-store");
        assertThat(office.header("set-cookie")).startsWith("seen=1");
    }

    @Test
    void what_is_not_there_is_404_marked_and_kept_by_no_cache() throws Exception {
        for (String path : List.of("/pages/none.html", "/redirects.csv", "/admin", "/orders")) {
            Incoming none = get(HOST, path);
            assertThat(none.status()).as(path).isEqualTo(404);
            assertThat(none.header("x-origin")).isEqualTo("next");
            assertThat(none.header("cache-control")).isEqualTo("no-store");
        }
        assertThat(get(HOST, "/../two/index.html").status()).isBetween(400, 404);
    }

    @Test
    void redirects_old_addresses_and_the_apex() throws Exception {
        for (Map.Entry<String, String> moved : SiteContent.redirects().entrySet()) {
            Incoming answer = get(HOST, moved.getKey());
            assertThat(answer.status()).isEqualTo(301);
            assertThat(answer.header("location"))
                    .isEqualTo("https://www.acme.example" + moved.getValue());
            assertThat(answer.header("x-origin")).isEqualTo("next");
        }
        Incoming apex = get(APEX, "/about.html?x=1");
        assertThat(apex.status()).isEqualTo(301);
        assertThat(apex.header("location")).isEqualTo("https://www.acme.example/about.html?x=1");
    }

    @Test
    void presents_the_certificate_of_the_name_asked_for() throws Exception {
        assertThat(names(SHOP)).containsExactly(SHOP);
        assertThat(names(HOST)).contains(HOST, APEX).doesNotContain(SHOP);
        assertThat(names("nobody.example")).contains(HOST).doesNotContain(SHOP);
        assertThat(get(SHOP, PAGE).status()).isEqualTo(200);
        assertThatThrownBy(() -> get("nobody.example", "/")).isInstanceOf(IOException.class);
    }

    @Test
    void a_name_it_does_not_serve_is_misdirected() throws Exception {
        assertThat(get("other.example", "/").status()).isEqualTo(421);
        assertThat(get("other.example", PAGE).header("x-origin")).isEqualTo("next");
    }

    @Test
    void head_is_get_without_a_body() throws Exception {
        Incoming head = send("HEAD", PAGE, "");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("x-origin")).isEqualTo("next");
        assertThat(head.header("content-type")).startsWith("text/html");
        assertThat(head.body()).isEmpty();
    }

    @Test
    void takes_orders_and_nothing_else_that_writes() throws Exception {
        Incoming order = send("POST", "/orders", "{}");
        assertThat(order.status()).isEqualTo(201);
        assertThat(text(order)).startsWith("{\"order\":\"next-");
        assertThat(order.header("cache-control")).isEqualTo("no-store");
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
            Incoming answer = send(method, PAGE, "{}");
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.header("allow")).contains("GET", "HEAD");
        }
        assertThat(send("PUT", "/orders", "{}").status()).isEqualTo(405);
    }

    @Test
    void read_only_it_refuses_orders_and_serves_pages() throws Exception {
        server.readOnly(true);
        Incoming refused = send("POST", "/orders", "{}");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("retry-after")).isEqualTo("30");
        assertThat(refused.header("content-type")).startsWith("application/json");
        assertThat(send("DELETE", PAGE, "").status()).isEqualTo(405);
        assertThat(get(HOST, PAGE).status()).isEqualTo(200);
        server.repair();
        assertThat(send("POST", "/orders", "{}").status())
                .as("a repair opens nothing")
                .isEqualTo(503);
        server.readOnly(false);
        assertThat(send("POST", "/orders", "{}").status()).isEqualTo(201);
    }

    @Test
    void fails_every_request_until_repaired() throws Exception {
        for (int status : List.of(500, 503)) {
            server.failing(status);
            assertThat(get(HOST, PAGE).status()).isEqualTo(status);
            assertThat(get(SHOP, "/robots.txt").status()).isEqualTo(status);
            assertThat(get(HOST, PAGE).header("x-origin")).isEqualTo("next");
            assertThat(get(HOST, PAGE).header("cache-control")).isEqualTo("no-store");
        }
        server.repair();
        assertThat(get(HOST, PAGE).status()).isEqualTo(200);
    }

    @Test
    void tells_crawlers_what_it_was_told_to() throws Exception {
        assertThat(text(get(HOST, "/robots.txt"))).contains("Disallow: /admin/");
        assertThat(get(HOST, "/robots.txt").header("content-type")).startsWith("text/plain");
        assertThat(get(HOST, "/robots.txt").header("cache-control"))
                .isEqualTo("public, max-age=600");
        assertThat(get(HOST, PAGE).header("x-robots-tag")).isEmpty();
        server.robotsBlocked(true);
        server.noindex(true);
        assertThat(text(get(HOST, "/robots.txt"))).isEqualTo("User-agent: *\nDisallow: /\n");
        assertThat(get(HOST, PAGE).header("x-robots-tag")).isEqualTo("noindex");
        server.repair();
        assertThat(text(get(HOST, "/robots.txt"))).contains("Disallow: /admin/");
        assertThat(get(HOST, PAGE).header("x-robots-tag")).isEmpty();
    }

    @Test
    void serves_what_a_swapped_link_points_at() throws Exception {
        assertThat(text(get(HOST, PAGE))).contains("name=\"x-release\" content=\"one\"");
        Path fresh = Files.createSymbolicLink(folder.resolve("fresh"), folder.resolve("two"));
        Files.move(
                fresh,
                setup.folder(),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(text(get(HOST, PAGE))).contains("name=\"x-release\" content=\"two\"");
    }

    @Test
    void a_connection_serves_one_request_after_the_other() throws Exception {
        try (SSLSocket socket = connected(HOST)) {
            String request = "HEAD %s HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(PAGE, HOST);
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                assertThat(head(socket)).startsWith("HTTP/1.1 200");
            }
        }
    }

    private static String head(SSLSocket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 8_000 && head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private List<String> names(String asked) throws Exception {
        try (SSLSocket socket = connected(asked)) {
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectAlternativeNames().stream()
                    .map(name -> (String) name.get(1))
                    .toList();
        }
    }

    private SSLSocket connected(String asked) throws IOException {
        Socket plain = new Socket();
        plain.connect(new InetSocketAddress(ADDRESS, setup.port()), PATIENCE_MILLIS);
        SSLSocket socket =
                (SSLSocket)
                        authority
                                .clientContext()
                                .getSocketFactory()
                                .createSocket(plain, asked, setup.port(), true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(asked)));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private Incoming get(String host, String uri) throws IOException, InterruptedException {
        return send(host, "GET", uri, "");
    }

    private Incoming send(String method, String uri, String body)
            throws IOException, InterruptedException {
        return send(HOST, method, uri, body);
    }

    private Incoming send(String host, String method, String uri, String body)
            throws IOException, InterruptedException {
        return client.send(
                new Outgoing(
                        method,
                        ADDRESS,
                        setup.port(),
                        host,
                        uri,
                        Map.of(),
                        body.getBytes(StandardCharsets.UTF_8)),
                LabSite.PATIENCE);
    }

    private static String text(Incoming answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
