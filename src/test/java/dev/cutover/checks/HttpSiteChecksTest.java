package dev.cutover.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.evidence.Evidence.PageResult;
import dev.cutover.core.evidence.Evidence.ServedName;
import dev.cutover.core.plan.Plan.Site;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.LabClock;
import dev.cutover.lab.site.LabCertificates;
import dev.cutover.lab.site.Origin;
import dev.cutover.lab.site.ServerNames;
import dev.cutover.lab.site.SiteContent;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Trust;
import dev.cutover.port.Call;
import dev.cutover.port.Deadline;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import dev.cutover.port.SiteChecks.Manner;
import dev.cutover.port.SiteChecks.Via;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The checks against the lab's two origins: staging, where visitors are, and production.
class HttpSiteChecksTest {
    private static final DnsName WWW = new DnsName("www.acme.example");
    private static final DnsName APEX = new DnsName("acme.example");
    private static final String STAGING = "127.52.0.1";
    private static final String PRODUCTION = "127.52.0.2";

    private static Vertx vertx;

    @TempDir Path folder;

    private final LabCertificates authority = new LabCertificates(new LabClock());
    private final NamesOnPaper names = new NamesOnPaper();
    private Origin staging;
    private Origin production;
    private Site site;
    private Trust trust;
    private PinnedHttp http;
    private HttpSiteChecks checks;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void start() {
        staging = origin("staging", STAGING, 0, "https://www.acme.example");
        production =
                origin(
                        "production",
                        PRODUCTION,
                        staging.port(),
                        "https://www.acme.example:" + staging.port());
        site = new Site(WWW, staging.port());
        trust = Trust.withExtra(Optional.of(authority.writeTrust(folder.resolve("ca.pem"))));
        var egress = EgressPolicy.opening(List.of("127.0.0.0/8"));
        http = new PinnedHttp(vertx, trust, egress);
        checks = new HttpSiteChecks(http, trust, egress, names, InstantSource.system());
        names.written.put("www.acme.example", List.of(STAGING));
    }

    @AfterEach
    void stop() {
        http.close();
        production.close();
        staging.close();
    }

    private Origin origin(String side, String address, int port, String base) {
        Path content = folder.resolve(side);
        SiteContent.good(URI.create(base), "one").writeTo(content);
        return new Origin(
                new Origin.Setup(
                        side,
                        address,
                        port,
                        content,
                        URI.create(base),
                        Set.of(WWW.value()),
                        Set.of(APEX.value())),
                new ServerNames(authority.serverFor(WWW.value(), APEX.value())),
                CallTap.NONE);
    }

    @Test
    void the_next_side_is_seen_by_its_pin_while_visitors_are_elsewhere() {
        List<String> paths = SiteContent.landingPages();

        List<PageResult> next = checks.pages(site, paths, pinned(), true, call());
        List<PageResult> now = checks.pages(site, paths, new Via.Visitors(), true, call());

        assertThat(next).hasSize(100).allMatch(PageResult::ok);
        assertThat(next).extracting(PageResult::path).containsExactlyElementsOf(paths);
        assertThat(next).extracting(PageResult::side).containsOnly("production");
        assertThat(now)
                .allMatch(PageResult::ok)
                .extracting(PageResult::side)
                .containsOnly("staging");
        // One look resolves a name once, whatever the number of pages.
        assertThat(names.asked).hasValue(1);
    }

    /** As the provider's edge asks it by a rule: another port, Host and SNI; neither is production's. */
    @Test
    void an_origin_is_asked_as_a_rule_has_the_edge_ask_it() {
        var header = new DnsName("shop.cdn.test");
        var sni = new DnsName("tls.cdn.test");
        Path content = folder.resolve("elsewhere");
        String base = "https://www.acme.example:" + site.port();
        SiteContent.good(URI.create(base), "two").writeTo(content);
        try (var other =
                new Origin(
                        new Origin.Setup(
                                "elsewhere",
                                PRODUCTION,
                                0,
                                content,
                                URI.create(base),
                                Set.of(header.value()),
                                Set.of()),
                        new ServerNames(authority.serverFor(sni.value())),
                        CallTap.NONE)) {
            assertThat(other.port()).isNotEqualTo(site.port());
            var pin = Map.of(WWW, PRODUCTION);
            Via asked =
                    new Via.Pinned(
                            pin,
                            Map.of(
                                    WWW,
                                    new Manner(
                                            Optional.of(other.port()),
                                            Optional.of(header),
                                            Optional.of(sni))));
            Via plainly =
                    new Via.Pinned(
                            pin,
                            Map.of(
                                    WWW,
                                    new Manner(
                                            Optional.of(other.port()),
                                            Optional.empty(),
                                            Optional.empty())));

            List<String> paths = List.of(SiteContent.landingPages().getFirst());
            assertThat(checks.pages(site, paths, asked, true, call()))
                    .allMatch(PageResult::ok)
                    .extracting(PageResult::side)
                    .containsOnly("elsewhere");
            assertThat(checks.tls(List.of(WWW), site.port(), asked, call()))
                    .allMatch(t -> t.problem().isEmpty());
            assertThat(checks.pages(site, paths, plainly, true, call())).noneMatch(PageResult::ok);
            assertThat(checks.tls(List.of(WWW), site.port(), plainly, call()))
                    .noneMatch(t -> t.problem().isEmpty());
        }
    }

    @Test
    void each_fault_is_told_of_the_page_it_is_on() {
        String sick = SiteContent.landingPages().get(3);
        production.faults().failing(sick, 500);
        List<PageResult> pages =
                checks.pages(site, SiteContent.landingPages(), pinned(), true, call());
        assertThat(pages.stream().filter(p -> !p.ok()))
                .containsExactly(
                        new PageResult(sick, 500, "production", "expected status 200, seen 500"));
        production.faults().none();

        assertThat(one("/nowhere.html").problem()).isEqualTo("expected status 200, seen 404");
        assertThat(one("/api/stock.json").problem())
                .isEqualTo("expected text/html, seen 'application/json'");

        production.faults().maintenance(Optional.of(503));
        assertThat(one("/").problem())
                .isEqualTo("expected status 200, seen 503 (a holding page: Retry-After 600)");
        production.faults().maintenance(Optional.of(200));
        assertThat(one("/"))
                .isEqualTo(
                        new PageResult(
                                "/",
                                200,
                                "production",
                                "a holding page with status 200: Retry-After 600"));
        production.faults().none();

        production.faults().loginWall(true);
        assertThat(one("/").problem())
                .isEqualTo("expected status 200, seen 401 (asks for a login)");
        production.faults().none();

        production.faults().cutting(true);
        assertThat(one("/").status()).isZero();
        assertThat(one("/").problem()).contains("connection closed without an answer");
        production.faults().none();

        production.down(true);
        assertThat(one("/").problem())
                .isEqualTo(
                        "www.acme.example at 127.52.0.2:" + site.port() + ": connection refused");
    }

    @Test
    void a_slow_side_takes_no_longer_than_the_look_may_and_each_page_says_so() {
        production.faults().latency(Duration.ofMinutes(10));

        List<PageResult> pages =
                checks.pages(
                        site,
                        SiteContent.landingPages().subList(0, 20),
                        pinned(),
                        true,
                        Call.reading("", "pages", Deadline.in(Duration.ofMillis(800))));

        assertThat(pages).hasSize(20).noneMatch(PageResult::ok).allMatch(p -> p.status() == 0);
        assertThat(pages.getLast().problem())
                .isEqualTo("not answered: the time for this look was up");
    }

    @Test
    void pages_that_a_long_look_did_not_reach_are_not_called_wrong() {
        assertThat(one("/").ok()).as("warm").isTrue();
        production.faults().latency(Duration.ofMillis(300));
        List<String> many = Collections.nCopies(150, SiteContent.landingPages().getFirst());
        Call brief = Call.reading("", "pages", Deadline.in(Duration.ofSeconds(3)));

        assertThatThrownBy(() -> checks.pages(site, many, pinned(), true, brief))
                .isInstanceOf(PortException.class)
                .hasMessageMatching("only \\d+ of 150 pages of .* all of them right");
    }

    @Test
    void redirects_are_followed_where_pins_lead_and_reported_where_not() {
        String moved = "/old/article-1.php";
        assertThat(SiteContent.redirects()).containsKey(moved);
        assertThat(one(moved)).isEqualTo(new PageResult(moved, 200, "production", ""));

        var apex = new Site(APEX, site.port());
        var both = new Via.Pinned(Map.of(APEX, PRODUCTION, WWW, PRODUCTION));
        assertThat(checks.pages(apex, List.of("/"), both, false, call()).getFirst().ok()).isTrue();

        var alone = new Via.Pinned(Map.of(APEX, PRODUCTION));
        PageResult off = checks.pages(apex, List.of("/"), alone, false, call()).getFirst();
        assertThat(off.status()).isEqualTo(301);
        assertThat(off.problem()).endsWith("www.acme.example has no pinned address, not followed");
    }

    @Test
    void a_pin_may_be_a_host_name_and_is_then_resolved_by_our_resolvers() {
        names.written.put("acme.hosting.example", List.of(PRODUCTION));
        var alias = new Via.Pinned(Map.of(WWW, "acme.hosting.example"));

        assertThat(checks.pages(site, List.of("/"), alias, true, call()).getFirst().side())
                .isEqualTo("production");

        var nowhere = new Via.Pinned(Map.of(WWW, "gone.hosting.example"));
        assertThat(checks.pages(site, List.of("/"), nowhere, true, call()).getFirst().problem())
                .isEqualTo("gone.hosting.example does not resolve to an address");
    }

    @Test
    void what_keeps_us_from_asking_is_no_finding_about_the_site() {
        var closed =
                new HttpSiteChecks(
                        http,
                        trust,
                        EgressPolicy.opening(List.of()),
                        names,
                        InstantSource.system());
        try (var strict = new PinnedHttp(vertx, trust, EgressPolicy.opening(List.of()))) {
            var denied =
                    new HttpSiteChecks(
                            strict,
                            trust,
                            EgressPolicy.opening(List.of()),
                            names,
                            InstantSource.system());
            assertThatThrownBy(() -> denied.pages(site, List.of("/"), pinned(), true, call()))
                    .isInstanceOfSatisfying(
                            PortException.class,
                            e -> assertThat(e.category()).isEqualTo(Category.DENIED))
                    .hasMessageContaining("loopback");
        }
        assertThatThrownBy(() -> closed.tls(List.of(WWW), site.port(), pinned(), call()))
                .hasMessageContaining("loopback");

        names.silent = true;
        assertThatThrownBy(() -> checks.pages(site, List.of("/"), new Via.Visitors(), true, call()))
                .hasMessage("no resolver answered for www.acme.example");

        names.silent = false;
        names.written.clear();
        assertThat(
                        checks.pages(site, List.of("/"), new Via.Visitors(), true, call())
                                .getFirst()
                                .problem())
                .isEqualTo("www.acme.example does not resolve to an address");
    }

    @Test
    void crawlers_are_asked_about_by_robots_and_by_the_pages_themselves() {
        List<String> paths = List.of("/", "/admin/", SiteContent.landingPages().get(0));
        assertThat(robots(paths)).containsExactly("/admin/");

        production.faults().robotsBlocked(true);
        assertThat(robots(paths)).isEqualTo(paths);
        production.faults().none();

        production.faults().failing("/robots.txt", 404);
        assertThat(robots(paths)).isEmpty();
        production.faults().failing("/robots.txt", 429);
        assertThat(robots(paths)).isEqualTo(paths);
        production.faults().failing("/robots.txt", 503);
        assertThat(robots(paths)).isEqualTo(paths);
        production.faults().none();

        production.faults().noindex(true);
        assertThat(robots(List.of("/"))).containsExactly("/ (noindex: X-Robots-Tag)");
        production.faults().none();

        new SiteContent(URI.create(site.url()), "two", SiteContent.Blemish.NOINDEX_LEFT)
                .writeTo(folder.resolve("production"));
        assertThat(robots(List.of("/", paths.get(2))))
                .containsExactly(paths.get(2) + " (noindex: meta robots)");

        production.down(true);
        assertThatThrownBy(() -> robots(paths))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(Category.TRANSIENT))
                .hasMessageContaining("robots.txt: www.acme.example at 127.52.0.2");
    }

    @Test
    void the_marker_tells_which_side_answers_for_a_name() {
        assertThat(served())
                .isEqualTo(new ServedName(WWW, "staging", "production", ""))
                .matches(s -> !s.onNext());

        names.written.put("www.acme.example", List.of(PRODUCTION));
        assertThat(served().onNext()).isTrue();

        production.down(true);
        assertThat(served().onNext()).isFalse();
        assertThat(served().failure())
                .contains("as visitors reach it: www.acme.example at 127.52.0.2")
                .contains("at the next side: ");
    }

    @Test
    void many_names_share_one_look() {
        List<DnsName> all = new ArrayList<>(List.of(WWW, APEX, new DnsName("shop.acme.example")));
        var pins = new Via.Pinned(Map.of(WWW, PRODUCTION, APEX, PRODUCTION));

        var results = checks.tls(all, site.port(), pins, call());

        assertThat(results).extracting(r -> r.name()).isEqualTo(all);
        assertThat(results.get(0).ok()).isTrue();
        assertThat(results.get(0).notAfter()).isPresent();
        assertThat(results.get(1).ok()).isTrue();
        assertThat(results.get(2).problem()).isEqualTo("shop.acme.example has no pinned address");
    }

    @Test
    void what_is_no_path_is_said_and_the_others_are_asked() {
        assertThat(checks.pages(site, List.of("/a b", "nope", "/"), pinned(), true, call()))
                .extracting(PageResult::problem)
                .containsExactly("'/a b' is no path of a URL", "'nope' is no path of a URL", "");
    }

    private PageResult one(String path) {
        return checks.pages(site, List.of(path), pinned(), true, call()).getFirst();
    }

    private List<String> robots(List<String> paths) {
        return checks.robotsBlocked(site, paths, pinned(), call());
    }

    private ServedName served() {
        return checks.served(List.of(WWW), site.port(), pinned(), call()).getFirst();
    }

    private static Via pinned() {
        return new Via.Pinned(Map.of(WWW, PRODUCTION));
    }

    private static Call call() {
        return Call.reading("acme-1", "checks", Deadline.in(Duration.ofMinutes(2)));
    }
}
