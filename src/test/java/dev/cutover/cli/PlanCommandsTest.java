package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Looking at a plan and scheduling it, as a person or a script types it.
class PlanCommandsTest extends CommandStory {
    private static final String DIFF =
            """
            {"name": "acme", "site": "https://www.acme.example", "hash": "5f70", "mayRun": true,
             "steps": 2, "zoneRecords": 20, "touchedRecords": 1, "share": 0.05,
             "window": {"opens": "2026-12-06T02:00", "closes": "2026-12-06T05:00",
                        "zone": "Europe/Berlin"},
             "changes": [{"set": "www.acme.example A", "step": 1,
                "before": [{"content": "198.51.100.10", "ttlSeconds": 3600, "proxied": false}],
                "next": [{"content": "203.0.113.20", "ttlSeconds": 300, "proxied": false}],
                "fallback": [{"content": "198.51.100.30", "ttlSeconds": 300, "proxied": false}]}],
             "refusals": [], "notes": ["shop.acme.example has no TTL to lower"]}""";

    @Test
    void plan_prints_the_difference_and_sends_the_files_it_refers_to() throws IOException {
        controller.answers("POST /api/v1/plans/preview", 200, DIFF);
        Path plan =
                plan("cutover: acme\nchecks: { landing-pages: top.csv, tls-names: [a.example] }");
        Files.writeString(folder.resolve("top.csv"), "/\n/shop\n");

        assertThat(run("plan", plan.toString())).isZero();

        assertThat(out.toString())
                .contains("Step 1 of 2\n  www.acme.example A\n")
                .contains("    - 198.51.100.10  TTL 3600 s\n")
                .contains("    + 203.0.113.20   TTL 300 s\n")
                .contains("    < 198.51.100.30  on fallback, not what it is now\n")
                .contains("touched     1 of 20 records of the zone (5.0 %)")
                .contains("  - shop.acme.example has no TTL to lower")
                .doesNotContain("\u001b")
                .contains("hash 5f70");
        PretendController.Asked asked = controller.asked().getFirst();
        assertThat(asked.key()).isEqualTo("Bearer cutover_test");
        assertThat(asked.body()).contains("\"top.csv\":\"/\\n/shop\\n\"").contains("cutover: acme");
    }

    @Test
    void a_refused_plan_exits_1_and_says_why() throws IOException {
        controller.answers(
                "POST /api/v1/plans/preview",
                200,
                DIFF.replace("\"mayRun\": true", "\"mayRun\": false")
                        .replace(
                                "\"refusals\": []",
                                "\"refusals\": [{\"code\": \"FromMismatch\", \"subject\": \"www\","
                                        + " \"message\": \"expected a, seen b\","
                                        + " \"remedy\": \"correct 'from'\"}]"));

        assertThat(run("plan", plan("cutover: acme").toString())).isEqualTo(1);
        assertThat(out.toString())
                .contains("Refused\n  www: expected a, seen b [FromMismatch]\n")
                .contains("    to do: correct 'from'\n")
                .contains("may not run: 1 refusal; nothing was changed");
    }

    @Test
    void a_terminal_gets_colours_unless_they_are_not_wanted() throws IOException {
        controller.answers("POST /api/v1/plans/preview", 200, DIFF);
        String plan = plan("cutover: acme").toString();
        terminal = true;

        assertThat(run("plan", plan)).isZero();
        assertThat(out.toString()).contains("\u001b[31m    - 198.51.100.10");

        out.getBuffer().setLength(0);
        env.put("NO_COLOR", "1");
        assertThat(run("plan", plan)).isZero();
        assertThat(out.toString()).contains("    - 198.51.100.10").doesNotContain("\u001b");
    }

    @Test
    void a_plan_is_printed_for_machines_and_for_pull_requests() throws IOException {
        controller.answers("POST /api/v1/plans/preview", 200, DIFF);
        String plan = plan("cutover: acme").toString();
        terminal = true;

        assertThat(run("plan", plan, "--json")).isZero();
        assertThat(new ObjectMapper().readTree(out.toString()))
                .isEqualTo(new ObjectMapper().readTree(DIFF));

        out.getBuffer().setLength(0);
        assertThat(run("plan", plan, "--markdown")).isZero();
        assertThat(out.toString())
                .startsWith("### Cutover `acme`\n")
                .contains("| 1 | `www.acme.example A` | `198.51.100.10` | `203.0.113.20` |")
                .doesNotContain("\u001b");

        assertThat(run("plan", plan, "--json", "--markdown")).isEqualTo(2);
        assertThat(controller.asked())
                .as("it only ever looks")
                .allMatch(asked -> asked.call().equals("POST /api/v1/plans/preview"))
                .hasSize(2);
    }

    @Test
    void a_plan_that_cannot_be_looked_at_exits_3() throws IOException {
        controller.answers(
                "POST /api/v1/plans/preview", 503, "{\"detail\": \"cloudflare did not answer\"}");

        assertThat(run("plan", plan("cutover: acme").toString())).isEqualTo(3);
        assertThat(err.toString()).contains("cloudflare did not answer");
    }

    @Test
    void schedule_warns_when_there_will_never_be_enough_approvals() throws IOException {
        controller.answers(
                "POST /api/v1/cutovers",
                201,
                "{\"id\": \"acme-1\", \"approvals\": {\"need\": 2, \"given\": [], \"lacking\":"
                        + " \"approvals: 2 people must agree, only 1 may (ana)\"}}");

        assertThat(run("schedule", plan("cutover: acme").toString())).isZero();
        assertThat(out.toString()).isEqualTo("acme-1\n");
        assertThat(err.toString()).contains("warning: approvals: 2 people must agree, only 1 may");
    }

    @Test
    void a_bad_plan_exits_2_with_file_line_and_column() throws IOException {
        controller.answers(
                "POST /api/v1/plans/preview",
                422,
                """
                {"type": "urn:cutover:problem:bad-plan", "status": 422, "mistakes": [
                 {"file": "", "line": 3, "column": 7, "path": "window.opens",
                  "message": "expected a time, seen 'x'"},
                 {"file": "top.csv", "line": 9, "column": 1, "path": "", "message": "bad page"}]}""");
        Path plan = plan("cutover: acme");

        assertThat(run("plan", plan.toString())).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        plan + ":3:7: window.opens: expected a time, seen 'x'",
                        "top.csv:9:1: bad page");
    }

    @Test
    void a_folder_and_an_empty_file_are_no_plans() throws IOException {
        assertThat(run("plan", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).isEqualTo(folder + ": expected a file, seen something else\n");

        Path empty = plan("\n");
        assertThat(run("plan", empty.toString())).isEqualTo(2);
        assertThat(err.toString()).contains(empty + ": is empty; expected a plan");
        assertThat(controller.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../secret.csv | expected a file in the plan's own folder",
                "/etc/passwd | expected a file in the plan's own folder",
                "none.csv | does not exist beside the plan",
                "binary.csv | expected UTF-8 text",
                "huge.csv | expected at most 3145728 bytes",
                "link.csv | expected a file in the plan's own folder",
            })
    void a_file_the_plan_may_not_name_is_never_sent(String name, String said) throws IOException {
        Path inside = Files.createDirectories(folder.resolve("plans"));
        Files.writeString(folder.resolve("secret.csv"), "secret");
        Files.write(inside.resolve("binary.csv"), new byte[] {(byte) 0xc3, 0x28});
        Files.write(inside.resolve("huge.csv"), new byte[4 * 1024 * 1024]);
        Files.createSymbolicLink(inside.resolve("link.csv"), folder.resolve("secret.csv"));
        Path plan = inside.resolve("plan.yaml");
        Files.writeString(plan, "checks:\n  landing-pages: " + name.strip() + "\n");

        assertThat(run("plan", plan.toString())).isEqualTo(2);
        assertThat(err.toString()).contains(":2:18: checks.landing-pages: ").contains(said.strip());
        assertThat(controller.asked()).isEmpty();
    }

    @Test
    void schedule_prints_the_id_and_a_changed_zone_exits_1() throws IOException {
        controller.answers("POST /api/v1/cutovers", 201, LiveViewTest.Statuses.SWITCHING);
        controller.answers(
                "POST /api/v1/cutovers",
                409,
                """
                {"status": 409, "detail": "nothing was changed; 1 refusals", "refusals": [
                 {"code": "Drift", "subject": "www", "message": "look again",
                  "remedy": "run 'cutover plan' again"}]}""");
        String plan = plan("cutover: acme").toString();

        assertThat(run("schedule", plan, "--hash", "5f70", "--key", "k1")).isZero();
        assertThat(out.toString().strip()).isEqualTo("acme-1");
        assertThat(controller.asked().getFirst().body()).contains("\"hash\":\"5f70\"");
        assertThat(controller.asked().getFirst().idempotencyKey()).isEqualTo("k1");

        assertThat(run("schedule", plan)).isEqualTo(1);
        assertThat(err.toString())
                .contains("refused: www: look again [Drift]\n  to do: run 'cutover plan' again");
    }
}
