package dev.cutover.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every command about cutovers that exist, and what all commands share.
class CommandsTest extends CommandStory {
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
    void what_cannot_be_reached_exits_3_and_says_how_to_start_it() throws IOException {
        try (Socket held = new Socket()) {
            // A port of ours that nobody can listen at meanwhile.
            held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            env.put("CUTOVER_SERVER", "http://127.0.0.1:" + held.getLocalPort());

            assertThat(run("list")).isEqualTo(3);
        }
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
        assertThat(started).containsExactly("dry", "real", "purge");
        started.clear();

        terminal = false;
        assertThat(run("restore", image.toString(), "--yes")).isZero();
        assertThat(started).containsExactly("dry", "real", "purge");
    }

    @Test
    void restore_purges_what_is_restored_already_only_when_that_is_said() throws IOException {
        Path image = Files.writeString(folder.resolve("before-image.json"), "{}");
        toRestore = 0;

        assertThat(run("restore", image.toString(), "--yes")).isZero();
        assertThat(started).containsExactly("dry");
        assertThat(out.toString()).contains("the edge's cache is left alone");
        started.clear();

        assertThat(run("restore", image.toString(), "--yes", "--purge")).isZero();
        assertThat(started).containsExactly("dry", "real", "purge");
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
}
