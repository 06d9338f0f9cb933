package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every command against a controller that answers what the test says.
@Timeout(60)
class CommandsTest {
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

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> env = new HashMap<>();
    private final List<String> started = new ArrayList<>();
    private String typed = "";
    private boolean terminal;
    private PretendController controller;

    @TempDir Path folder;

    @BeforeEach
    void a_controller_runs() throws IOException {
        controller = new PretendController();
        env.put("CUTOVER_SERVER", controller.url());
        env.put("CUTOVER_KEY", "cutover_test");
    }

    @AfterEach
    void it_stops() {
        controller.close();
    }

    @ParameterizedTest
    @CsvSource({"''", "' '", "..", "../../x", "a/b", "A-1", "acme 1"})
    void what_can_be_no_id_is_told_before_anybody_is_asked(String id) {
        assertThat(run("show", id)).isEqualTo(GivenUpException.WRONG_USE);
        assertThat(run("abort", id)).isEqualTo(GivenUpException.WRONG_USE);

        assertThat(err.toString()).contains("expected the id of a cutover");
        assertThat(controller.asked()).isEmpty();
    }

    @Test
    void output_that_is_cut_short_is_no_success() {
        controller.answers("GET /api/v1/cutovers/acme-1/report", 200, "{\"id\": \"acme-1\"}");
        Writer full =
                new Writer() {
                    @Override
                    public void write(char[] text, int from, int length) throws IOException {
                        throw new IOException("No space left on device");
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };

        assertThat(run(new PrintWriter(full), "report", "acme-1"))
                .isEqualTo(GivenUpException.UNREACHABLE);

        assertThat(err.toString()).contains("could not be written whole");
    }

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

    @Test
    void approve_binds_to_the_plan_it_just_read_or_was_told() {
        controller.answers("GET /api/v1/cutovers/acme-1", 200, LiveViewTest.Statuses.SWITCHING);
        controller.answers(
                "POST /api/v1/cutovers/acme-1/approve", 200, LiveViewTest.Statuses.SWITCHING);

        assertThat(run("approve", "acme-1")).isZero();
        assertThat(run("approve", "acme-1", "--hash", "other")).isZero();

        assertThat(controller.asked())
                .extracting(PretendController.Asked::ifMatch)
                .containsExactly("", "\"5f70\"", "\"other\"");
    }

    @Test
    void verbs_send_their_reasons() {
        for (String verb : List.of("hold", "resume", "abort", "postpone")) {
            controller.answers(
                    "POST /api/v1/cutovers/acme-1/" + verb, 200, LiveViewTest.Statuses.SWITCHING);
        }

        assertThat(run("hold", "acme-1", "--why", "sale")).isZero();
        assertThat(run("resume", "acme-1")).isZero();
        assertThat(run("abort", "acme-1", "--why", "slow")).isZero();
        assertThat(
                        run(
                                "postpone",
                                "acme-1",
                                "--opens",
                                "2026-12-07T02:00",
                                "--closes",
                                "2026-12-07T05:00",
                                "--zone",
                                "Europe/Berlin"))
                .isZero();

        assertThat(controller.asked())
                .extracting(PretendController.Asked::body)
                .satisfiesExactly(
                        hold -> assertThat(hold).contains("\"why\":\"sale\""),
                        resume -> assertThat(resume).contains("\"why\":\"\""),
                        abort -> assertThat(abort).contains("\"why\":\"slow\""),
                        postpone -> assertThat(postpone).contains("\"zone\":\"Europe/Berlin\""));
        assertThat(out.toString()).contains("acme-1 is Switching(1/2)");
    }

    @ParameterizedTest
    @CsvSource({"Completed, 0", "FellBack, 1", "Cancelled, 1"})
    void watch_ends_with_the_cutover(String type, int exitCode) {
        controller.answers("GET /api/v1/cutovers/acme-1", 200, LiveViewTest.Statuses.SWITCHING);
        controller.answers(
                "GET /api/v1/cutovers/acme-1",
                200,
                "{\"id\": \"acme-1\", \"phase\": \""
                        + type
                        + "\", \"phaseType\": \""
                        + type
                        + "\", \"over\": true}");

        assertThat(run("watch", "acme-1")).isEqualTo(exitCode);
        assertThat(out.toString()).contains("now Switching(1/2)").contains("now " + type);
    }

    @Test
    void show_list_and_report_read_and_write_files() throws IOException {
        controller.answers("GET /api/v1/cutovers/acme-1", 200, LiveViewTest.Statuses.SWITCHING);
        controller.answers(
                "GET /api/v1/cutovers?limit=50",
                200,
                "{\"cutovers\": [{\"id\": \"acme-1\", \"phase\": \"Ageing\"}]}");
        controller.answers(
                "GET /api/v1/cutovers/acme-1/report", 200, "{\"outcome\": \"Completed\"}");
        Path report = folder.resolve("r.json");

        assertThat(run("show", "acme-1")).isZero();
        assertThat(run("list")).isZero();
        assertThat(run("report", "acme-1", "--out", report.toString())).isZero();
        assertThat(run("show", "acme-1", "--json")).isZero();

        assertThat(out.toString()).contains("[Switching(1/2)]").contains("Ageing");
        assertThat(Files.readString(report)).contains("\"outcome\" : \"Completed\"");
    }

    @Test
    void what_cannot_be_reached_exits_3_and_says_how_to_start_it() {
        controller.close();

        assertThat(run("list")).isEqualTo(3);
        assertThat(err.toString())
                .contains("cannot reach the controller")
                .contains("cutover serve");
    }

    @ParameterizedTest
    @CsvSource({"401, 2", "403, 2", "404, 2", "409, 1", "412, 1", "500, 3", "503, 3"})
    void the_exit_code_follows_the_problem(int status, int exitCode) {
        controller.answers("GET /api/v1/cutovers/acme-1", status, "{\"detail\": \"because\"}");

        assertThat(run("show", "acme-1")).isEqualTo(exitCode);
        assertThat(err.toString()).contains("because");
    }

    @ParameterizedTest
    @CsvSource({
        "http://controller.example:8080",
        "ftp://127.0.0.1",
        "not an address",
        "http://127.0.0.1.evil.example",
        "https://user:password@controller.example",
    })
    void a_key_is_not_sent_in_the_open(String address) {
        assertThat(run("list", "--server", address)).isEqualTo(2);
        assertThat(err.toString()).contains("the controller's address");
        assertThat(controller.asked()).isEmpty();
    }

    @Test
    void the_key_of_this_machine_is_found_in_the_home_folder() throws IOException {
        env.remove("CUTOVER_KEY");
        Files.createDirectories(folder.resolve(".cutover"));
        Files.writeString(folder.resolve(".cutover/key"), "cutover_local\n");
        controller.answers("GET /api/v1/cutovers?limit=50", 200, "{\"cutovers\": []}");

        assertThat(run("list")).isZero();
        assertThat(controller.asked().getFirst().key()).isEqualTo("Bearer cutover_local");
    }

    @Test
    void export_writes_over_nothing_and_import_wants_a_file() throws IOException {
        Path archive = folder.resolve("store.zip");

        assertThat(run("import", archive.toString())).isEqualTo(2);
        assertThat(run("export", archive.toString())).isZero();
        Files.writeString(archive, "an older one");
        assertThat(run("export", archive.toString())).isEqualTo(2);
        assertThat(run("import", archive.toString())).isZero();

        assertThat(started).containsExactly("export", "import");
    }

    @Test
    void restore_shows_what_it_would_write_and_asks() throws IOException {
        Path image = Files.writeString(folder.resolve("before-image.json"), "{}");

        assertThat(run("restore", image.toString(), "--dry-run")).isZero();
        assertThat(started).containsExactly("dry");
        started.clear();

        assertThat(run("restore", image.toString())).as("nobody can be asked").isEqualTo(2);
        assertThat(started).containsExactly("dry");
        started.clear();

        terminal = true;
        typed = "n\n";
        assertThat(run("restore", image.toString())).isEqualTo(1);
        assertThat(started).containsExactly("dry");
        started.clear();

        typed = "y\n";
        assertThat(run("restore", image.toString())).isZero();
        assertThat(started).containsExactly("dry", "real");
        started.clear();

        terminal = false;
        assertThat(run("restore", image.toString(), "--yes")).isZero();
        assertThat(started).containsExactly("dry", "real");
    }

    @Test
    void demo_and_serve_are_handed_on() {
        assertThat(run("demo", "--scenario", "import-fails", "--report", "r.json", "--stay"))
                .isEqualTo(7);
        assertThat(run("serve")).isEqualTo(8);
        assertThat(run("serve", "--rehearse")).isEqualTo(9);
        assertThat(run("demo", "--real-peers")).isEqualTo(7);
        assertThat(started)
                .containsExactly(
                        "DemoOptions[scenario=import-fails, report=Optional[r.json], stay=true,"
                                + " keep=false, realPeers=false]",
                        "serve",
                        "rehearse",
                        "DemoOptions[scenario=happy, report=Optional.empty, stay=false,"
                                + " keep=false, realPeers=true]");

        assertThat(run("serve", "now")).isEqualTo(2);
        assertThat(run("fly")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
    }

    private Path plan(String text) throws IOException {
        return Files.writeString(folder.resolve("plan.yaml"), text);
    }

    private int run(String... arguments) {
        return run(new PrintWriter(out, true), arguments);
    }

    private int run(PrintWriter to, String... arguments) {
        Surroundings around =
                new Surroundings(
                        env,
                        folder,
                        new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                        terminal);
        return CutoverCommand.run(new Started(), around, to, new PrintWriter(err, true), arguments);
    }

    private final class Started implements CutoverCommand.Starters {
        @Override
        public StoreMover mover() {
            return new StoreMover() {
                @Override
                public List<String> export(Path file) {
                    started.add("export");
                    return List.of("wrote " + file);
                }

                @Override
                public List<String> take(Path file) {
                    started.add("import");
                    return List.of("read " + file);
                }
            };
        }

        @Override
        public int serve(String... arguments) {
            started.add("serve");
            return 8;
        }

        @Override
        public int rehearse() {
            started.add("rehearse");
            return 9;
        }

        @Override
        public int demo(DemoOptions options) {
            started.add(options.toString());
            return 7;
        }

        @Override
        public Prober.Opening prober() {
            return wish -> {
                throw GivenUpException.wrongUse(List.of("no prober in this story"));
            };
        }

        @Override
        public RestoreCommand.Restorer restorer() {
            return wish -> {
                started.add(wish.dryRun() ? "dry" : "real");
                return new RestoreCommand.Outcome(0, 2, List.of("www back to 198.51.100.10"));
            };
        }
    }
}
