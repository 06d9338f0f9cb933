package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.dns.RecordType;
import dev.cutover.core.plan.Plan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A good plan file says what it says, and the preset says the rest. */
class PlanFileTest {
    @Test
    void every_key_lands_in_the_plan() {
        Plan plan = plan(PlanTexts.FULL);

        assertThat(plan.name()).isEqualTo("acme-relaunch");
        assertThat(plan.owner()).isEqualTo("web-platform");
        assertThat(plan.site()).isEqualTo(new Plan.Site(new DnsName("www.acme.example"), 443));
        assertThat(plan.window())
                .isEqualTo(
                        new Plan.Window(
                                Instant.parse("2026-12-06T01:00:00Z"),
                                Instant.parse("2026-12-06T04:00:00Z"),
                                ZoneId.of("Europe/Berlin"),
                                Plan.AtClose.HOLD));
        assertThat(plan.ttl()).isEqualTo(new Plan.TtlPolicy(300, Duration.ofDays(2)));
        assertThat(plan.zone())
                .isEqualTo(
                        new Plan.ZoneRef(
                                "cloudflare",
                                new DnsName("acme.example"),
                                "${env:CLOUDFLARE_API_TOKEN}"));
        assertThat(plan.sets())
                .containsExactly(
                        new Plan.PlannedSet(
                                new DnsName("www.acme.example"),
                                RecordType.A,
                                List.of("198.51.100.10"),
                                List.of("203.0.113.20"),
                                List.of("198.51.100.30"),
                                1),
                        new Plan.PlannedSet(
                                new DnsName("www.acme.example"),
                                RecordType.AAAA,
                                List.of("2001:db8::10"),
                                List.of("2001:db8::20"),
                                List.of("2001:db8::10"),
                                1),
                        new Plan.PlannedSet(
                                new DnsName("shop.acme.example"),
                                RecordType.CNAME,
                                List.of("old.acme.example"),
                                List.of("www.acme.example"),
                                List.of("old.acme.example"),
                                2));
        assertThat(plan.writes()).isEqualTo(Plan.Writes.FENCED);
        assertThat(plan.edge().purge()).isEqualTo(Plan.Purge.EVERYTHING);
        assertThat(plan.promotion())
                .contains(
                        new Plan.PromotionPlan(
                                "http",
                                "https://staging.acme.example",
                                "https://origin.acme.example",
                                "${env:PROMOTION_TOKEN}",
                                Duration.ofMinutes(15)));
        assertThat(plan.checks().landingPages()).containsExactly("/", "/shop/");
        assertThat(plan.watch())
                .isEqualTo(
                        new Plan.Watch(
                                true,
                                0.02,
                                Duration.ofMillis(500),
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(1),
                                0.95));
        assertThat(plan.fallback())
                .isEqualTo(
                        new Plan.Fallback(
                                Duration.ofDays(1), Plan.AfterWrites.HOLD, Duration.ofMinutes(30)));
        assertThat(plan.approvals().need()).isEqualTo(2);
        assertThat(plan.limits())
                .isEqualTo(new Plan.Limits(0.3, List.of(new DnsName("acme.example"))));
    }

    @Test
    void an_edge_is_purged_by_names_and_left_alone_unless_the_plan_says_more() {
        var plain = (PlanFile.Ok) PlanTexts.read(PlanTexts.SMALLEST);
        assertThat(plain.plan().edge()).isEqualTo(new Plan.EdgePlan(Plan.Purge.HOSTS));

        var more =
                (PlanFile.Ok)
                        PlanTexts.read(
                                PlanTexts.SMALLEST
                                        + """
                                        edge:
                                          purge: pages
                                          portion: 10
                                          pause: PT5S
                                          origin-shield: off
                                          development-mode: keep
                                          always-online: "off"
                                          bypass-cache: ["/admin", "/api/"]
                                        """);
        assertThat(more.plan().edge())
                .isEqualTo(
                        new Plan.EdgePlan(
                                Plan.Purge.PAGES,
                                10,
                                Duration.ofSeconds(5),
                                List.of(
                                        Plan.EdgeSetting.ORIGIN_SHIELD_OFF,
                                        Plan.EdgeSetting.ALWAYS_ONLINE_OFF),
                                List.of("/admin", "/api/")));
    }

    @ParameterizedTest
    @CsvSource({
        "fast, 1, PT1M, PT1H, PT24H, 0.9",
        "iterative, 1, PT5M, PT4H, PT24H, 0.95",
        "hardened, 2, PT10M, PT24H, PT24H, 0.95",
    })
    void what_is_not_said_comes_from_the_preset_and_is_noted(
            String preset,
            int approvals,
            Duration dwell,
            Duration soak,
            Duration readOnly,
            double quorum) {
        var ok = (PlanFile.Ok) PlanTexts.read(PlanTexts.SMALLEST + "preset: " + preset + "\n");

        assertThat(ok.plan().approvals().need()).isEqualTo(approvals);
        assertThat(ok.plan().dwell()).isEqualTo(dwell);
        assertThat(ok.plan().soak()).isEqualTo(soak);
        assertThat(ok.plan().fallback().readOnly()).isEqualTo(readOnly);
        assertThat(ok.plan().watch().quorum()).isEqualTo(quorum);
        assertThat(ok.notes())
                .contains(
                        "soak: " + soak + " by default",
                        "watch.sources: [probes] by default",
                        "promotion: none, only routing moves");
    }

    @Test
    void a_plan_without_a_preset_is_hardened() {
        assertThat(plan(PlanTexts.SMALLEST).preset()).isEqualTo(Plan.Preset.HARDENED);
    }

    @Test
    void the_longest_wins_where_the_soak_outlasts_a_day() {
        assertThat(plan(PlanTexts.SMALLEST + "soak: P3D\n").fallback().readOnly())
                .isEqualTo(Duration.ofDays(3));
    }

    @Test
    void names_are_relative_complete_or_the_apex() {
        Plan plan =
                plan(
                        PlanTexts.SMALLEST.replace(
                                "{ name: www, ",
                                "{ name: \"@\", type: A, from: [192.0.2.1], to: [192.0.2.2] },"
                                        + " { name: Shop.ACME.example., type: A, from: [192.0.2.1], to:"
                                        + " [192.0.2.2] }, { name: \"*.eu\", type: A, from:"
                                        + " [192.0.2.1], to: [192.0.2.2] }, { name: www, "));

        assertThat(plan.sets())
                .extracting(s -> s.name().value())
                .containsExactly(
                        "acme.example",
                        "shop.acme.example",
                        "*.eu.acme.example",
                        "www.acme.example");
    }

    @Test
    void a_record_may_change_from_an_address_to_a_cname() {
        Plan plan =
                plan(
                        PlanTexts.SMALLEST.replace(
                                "{ name: www, type: A, from: [198.51.100.10], to: [203.0.113.20] }",
                                "{ name: www, type: A, from: [198.51.100.10], to: [] }, { name:"
                                        + " www, type: CNAME, from: [], to: [lb.host.test] }"));

        assertThat(plan.sets()).hasSize(2);
    }

    @Test
    void a_quoted_no_is_a_name_like_any_other() {
        Plan plan = plan(PlanTexts.SMALLEST.replace("name: www", "name: \"no\""));

        assertThat(plan.sets().getFirst().name().value()).isEqualTo("no.acme.example");
    }

    @Test
    void an_hour_that_clocks_show_twice_is_chosen_by_its_offset() {
        String text =
                PlanTexts.SMALLEST
                        .replace("opens: 2026-12-06T02:00", "opens: 2027-10-31T02:30+02:00")
                        .replace("closes: 2026-12-06T05:00", "closes: 2027-10-31T02:30+01:00")
                        .replace("zone: UTC", "zone: Europe/Berlin");

        Plan.Window window = plan(text).window();

        assertThat(window.opensAt()).isEqualTo(Instant.parse("2027-10-31T00:30:00Z"));
        assertThat(window.closesAt()).isEqualTo(Instant.parse("2027-10-31T01:30:00Z"));
    }

    @Test
    void a_site_may_have_its_own_port() {
        Plan plan =
                plan(
                        PlanTexts.SMALLEST
                                .replace("site: www.acme.example", "site: www.acme.example:8443")
                                .replace("[/]", "[\"https://www.acme.example:8443/a\"]"));

        assertThat(plan.site().url()).isEqualTo("https://www.acme.example:8443");
        assertThat(plan.checks().landingPages()).containsExactly("/a");
    }

    @Test
    void the_published_example_is_a_good_plan() throws Exception {
        Path folder = Path.of("deploy/examples");
        var context =
                PlanFile.Context.of(
                        PageFiles.under(folder),
                        PlanTexts.context().allowedSecrets(),
                        name -> true,
                        PlanTexts.NOW);

        var outcome =
                PlanFile.read(Files.readString(folder.resolve("acme-relaunch.yaml")), context);

        assertThat(outcome).isInstanceOf(PlanFile.Ok.class);
        Plan plan = ((PlanFile.Ok) outcome).plan();
        assertThat(plan.checks().landingPages())
                .hasSize(8)
                .startsWith("/", "/shop/")
                .contains("/contact/", "/blog/how-to-catch-a-roadrunner/");
        assertThat(((PlanFile.Ok) outcome).notes()).as("it says everything itself").isEmpty();
    }

    static Plan plan(String text) {
        PlanFile.Outcome outcome = PlanTexts.read(text);
        assertThat(outcome).isInstanceOf(PlanFile.Ok.class);
        return ((PlanFile.Ok) outcome).plan();
    }
}
