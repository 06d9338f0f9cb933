package dev.cutover.planfile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cutover.core.dns.DnsName;
import dev.cutover.core.plan.Plan;
import dev.cutover.core.plan.PlannedRule;
import dev.cutover.core.plan.PlannedRule.Target;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The `origin-rules` of a plan file.
class OriginRulesFileTest {
    private static final String RECORDS = "(?m)^records:.*\n";
    private static final String RULE =
            "{ name: shop, from: [198.51.100.11], to: { host: origin-2, port: 8443 }, dwell: PT5M }";

    @Test
    void a_name_moves_to_another_host_and_port() {
        Plan plan =
                good(PlanTexts.SMALLEST.replaceAll(RECORDS, "origin-rules: [ " + RULE + " ]\n"));

        assertThat(plan.sets()).isEmpty();
        assertThat(plan.ruled())
                .containsExactly(
                        new PlannedRule(
                                new DnsName("shop.acme.example"),
                                List.of("198.51.100.11"),
                                new Target(
                                        Optional.of(new DnsName("origin-2.acme.example")),
                                        Optional.of(8443)),
                                1,
                                Duration.ofMinutes(5)));
        assertThat(plan.steps()).isEqualTo(1);
        assertThat(plan.dwellOf(1)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void an_origin_may_be_asked_as_another_name() {
        String asked = RULE.replace("port: 8443", "host-header: shop.cdn.test, sni: tls.cdn.test");
        Plan plan = good(PlanTexts.SMALLEST + "origin-rules: [ " + asked + " ]\n");

        assertThat(plan.ruled().getFirst().to())
                .isEqualTo(
                        new Target(
                                Optional.of(new DnsName("origin-2.acme.example")),
                                Optional.empty(),
                                Optional.of(new DnsName("shop.cdn.test")),
                                Optional.of(new DnsName("tls.cdn.test"))));
    }

    @Test
    void records_that_name_no_step_follow_the_last_rule() {
        Plan plan = good(PlanTexts.SMALLEST + "origin-rules: [ " + RULE + " ]\n");

        assertThat(plan.sets().getFirst().step()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: shop            | name: '*'            | origin-rules[0].name      | expected one host, seen the wildcard",
                "name: shop,           | ''                   | origin-rules[0]           | the key 'name' is missing",
                "[198.51.100.11]       | []                   | origin-rules[0].from      | expected at least one entry",
                "[198.51.100.11]       | [shop]               | origin-rules[0].from[0]   | expected a complete host name",
                "[198.51.100.11]       | [192.0.2.1, 192.0.2.1] | origin-rules[0].from[1] | is listed twice",
                "host: origin-2        | host: shop           | origin-rules[0].to        | leads to the name itself",
                "host: origin-2        | host: 192.0.2.9      | origin-rules[0].to.host   | expected a host name",
                "host: origin-2        | host: a.other.test.  | origin-rules[0].to.host   | expected a name in zone acme.example",
                "port: 8443            | port: 0              | origin-rules[0].to.port   | from 1 to 65535",
                "port: 8443            | sni: 192.0.2.1       | origin-rules[0].to.sni    | expected a host name",
                "port: 8443            | host-header: '*.a.test' | origin-rules[0].to.host-header | expected one host",
                "dwell: PT5M           | step: 2              | records                   | step 1 has no record",
                "dwell: PT5M           | steps: [10]          | origin-rules[0]           | did you mean 'step'?",
            })
    void a_mistake_is_named_with_its_place(String find, String replace, String path, String said) {
        String text = PlanTexts.SMALLEST + "origin-rules:\n  - " + RULE + "\n";
        assertThat(text).contains(find);

        var bad = (PlanFile.Bad) PlanTexts.read(text.replace(find, replace == null ? "" : replace));

        assertThat(bad.mistakes())
                .anyMatch(m -> m.path().equals(path) && m.message().contains(said) && m.line() > 0);
    }

    @Test
    void a_target_says_at_least_where_or_at_which_port() {
        String text = PlanTexts.SMALLEST + "origin-rules:\n  - " + RULE + "\n";

        var bad =
                (PlanFile.Bad)
                        PlanTexts.read(text.replace("{ host: origin-2, port: 8443 }", "{ }"));

        assertThat(bad.text("plan.yaml")).contains("expected 'host', 'port' or both, seen neither");
    }

    @Test
    void a_name_planned_twice_and_a_step_in_which_nobody_moves_are_refused() {
        var twice =
                (PlanFile.Bad)
                        PlanTexts.read(
                                PlanTexts.SMALLEST
                                        + "origin-rules:\n  - "
                                        + RULE
                                        + "\n  - "
                                        + RULE
                                        + "\n");
        assertThat(twice.text("plan.yaml"))
                .contains("shop.acme.example is planned twice, first in line");

        var alone =
                (PlanFile.Bad)
                        PlanTexts.read(
                                PlanTexts.SMALLEST.replaceAll(
                                        RECORDS,
                                        "origin-rules: [ "
                                                + RULE.replace("dwell: PT5M", "step: 2")
                                                + " ]\n"));
        assertThat(alone.text("plan.yaml")).contains("nothing moves at step 1");
    }

    @Test
    void a_provider_without_an_edge_has_no_rules() {
        String text =
                PlanTexts.SMALLEST.replaceAll(
                                "(?m)^zone:.*$",
                                "zone: { provider: rfc2136, name: acme.example, server:"
                                        + " ns1.acme.example, key: \"\\${env:CLOUDFLARE_API_TOKEN}\" }")
                        + "origin-rules: [ "
                        + RULE
                        + " ]\n";

        var bad = (PlanFile.Bad) PlanTexts.read(text);

        assertThat(bad.mistakes())
                .anyMatch(
                        m ->
                                m.path().equals("origin-rules")
                                        && m.message().contains("it has no edge or cache"));
    }

    private static Plan good(String text) {
        PlanFile.Outcome outcome = PlanTexts.read(text);
        assertThat(outcome).as("%s", outcome).isInstanceOf(PlanFile.Ok.class);
        return ((PlanFile.Ok) outcome).plan();
    }
}
