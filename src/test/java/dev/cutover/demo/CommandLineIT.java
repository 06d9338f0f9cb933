package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cli.DemoLab;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.cloudflare.CloudflareRecord;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What people do from the command line, against a real controller and a real world. */
class CommandLineIT {
    @Test
    void plan_changes_nothing_and_schedule_refuses_an_edited_zone() throws Exception {
        try (DemoLab lab = started()) {
            Cli cli = new Cli(lab);
            Path plan = written(lab, lab.world().plan(DemoPlan.brief()));
            List<CloudflareRecord> before = lab.world().zone().records();

            Cli.Said shown = cli.run("plan", plan.toString());
            assertThat(shown.exitCode()).as(shown.all()).isZero();
            assertThat(shown.out())
                    .contains("www.acme.example")
                    .contains("127.77.10.1")
                    .contains("127.77.10.2");
            assertThat(lab.world().zone().records()).isEqualTo(before);
            assertThat(writes(lab)).isEmpty();

            lab.world()
                    .zone()
                    .editByHand("api.acme.example", "A", r -> r.withContent("127.77.20.77"));
            Cli.Said refused = cli.run("schedule", plan.toString());
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.all()).contains("api.acme.example").contains("127.77.20.77");
            assertThat(cli.run("list", "--json").out()).doesNotContain("acme-relaunch-1");
            assertThat(writes(lab)).isEmpty();
            lab.leaveNothing();
        }
    }

    @Test
    void bad_input_is_told_with_its_place_and_writes_nothing() throws Exception {
        try (DemoLab lab = started()) {
            Cli cli = new Cli(lab);
            String good = lab.world().plan(DemoPlan.brief());
            Map<String, String> bad =
                    Map.ofEntries(
                            Map.entry(good.replace("preset:", "presett:"), "presett"),
                            Map.entry(good.replace("zone: UTC", "zone: Europe/Berlyn"), "Berlin"),
                            Map.entry(
                                    good.replaceFirst("opens: [^,]+", "opens: 2020-01-01T00:00"),
                                    "window"),
                            Map.entry(good.replace("LAB_TOKEN", "HOME"), "HOME"),
                            Map.entry(
                                    good.replaceFirst(
                                            "name: www, type: A,", "name: www, type: AAAA,"),
                                    "IPv6"),
                            Map.entry(good.replaceFirst("(  - \\{ name: www.*\n)", "$1$1"), "www"));
            for (Map.Entry<String, String> one : bad.entrySet()) {
                Cli.Said said = cli.run("schedule", written(lab, one.getKey()).toString());
                assertThat(said.exitCode()).as(said.all()).isEqualTo(2);
                assertThat(said.err())
                        .containsPattern("plan.*\\.yaml:\\d+:\\d+: ")
                        .contains(one.getValue());
            }
            Map<String, String> pages =
                    Map.of(
                            "",
                            "empty",
                            "/x\n".repeat(100_000),
                            "100",
                            "/fine\njavascript:alert(1)\n",
                            "javascript");
            for (Map.Entry<String, String> one : pages.entrySet()) {
                Path plan = written(lab, good);
                Files.writeString(plan.resolveSibling("top-pages.csv"), one.getKey());
                Cli.Said said = cli.run("schedule", plan.toString());
                assertThat(said.exitCode()).as(said.all()).isEqualTo(2);
                assertThat(said.err()).contains("top-pages.csv").contains(one.getValue());
            }
            assertThat(cli.run("list", "--json").out()).doesNotContain("acme-relaunch-1");
            assertThat(writes(lab)).isEmpty();
            lab.leaveNothing();
        }
    }

    @Test
    void restore_needs_neither_controller_nor_database_and_keeps_later_edits() throws Exception {
        try (DemoLab lab = started()) {
            Oracle oracle = lab.world().oracle();
            reachSwitched(lab);
            lab.killController();
            Path image = image(lab);
            oracle.edit("www.acme.example", "A", r -> r.withComment("kept, says Ada"));

            Cli cli = new Cli(lab);
            Cli.Said look = cli.run("restore", image.toString(), "--dry-run");
            assertThat(look.exitCode()).as(look.all()).isZero();
            assertThat(look.out()).contains("then purge everything in the zone's cache");
            assertThat(oracle.wrongWith(LabWorld.Side.CURRENT)).isNotEmpty();

            Cli.Said done = cli.run("restore", image.toString(), "--yes");
            assertThat(done.exitCode()).as(done.all()).isZero();
            assertThat(done.out()).contains("www.acme.example").contains("kept, says Ada");
            assertThat(done.out())
                    .contains(
                            "purged everything in the zone's cache, and seen: 6 addresses are made"
                                    + " since this side was seen to serve");
            assertThat(oracle.wrongWith(LabWorld.Side.CURRENT)).isEmpty();

            Cli.Said again = cli.run("restore", image.toString(), "--dry-run");
            assertThat(again.exitCode()).as(again.all()).isZero();
            assertThat(again.out()).contains("nothing of ours is left to write");

            oracle.edit("www.acme.example", "A", r -> r.withContent("127.77.20.77"));
            Cli.Said elsewhere = cli.run("restore", image.toString(), "--yes");
            assertThat(elsewhere.exitCode()).as(elsewhere.all()).isEqualTo(1);
            assertThat(elsewhere.out())
                    .contains("nothing of ours is left to write")
                    .contains("1 record NOT as in the image")
                    .contains("www.acme.example A 127.77.20.77")
                    .doesNotContain("every planned record is as it was");
            lab.leaveNothing();
        }
    }

    @Test
    void an_image_somebody_changed_is_used_only_when_that_is_said() throws Exception {
        try (DemoLab lab = started()) {
            Oracle oracle = lab.world().oracle();
            reachSwitched(lab);
            lab.killController();
            String document = Files.readString(image(lab));
            Path edited =
                    Files.writeString(
                            lab.world().folder().resolve("edited.json"),
                            document.replace("\"comment\" : \"", "\"comment\" : \"changed "));
            Path pasted =
                    Files.writeString(
                            lab.world().folder().resolve("pasted.json"),
                            document.replace("${env:LAB_TOKEN}", "SECRETLITERAL"));

            Cli cli = new Cli(lab);
            for (String how : List.of("--yes", "--dry-run")) {
                Cli.Said refused = cli.run("restore", edited.toString(), how);
                assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
                assertThat(refused.err()).contains("changed after it was written", "--edited");
            }
            assertThat(oracle.wrongWith(LabWorld.Side.CURRENT)).isNotEmpty();
            Cli.Said wanted = cli.run("restore", edited.toString(), "--edited", "--dry-run");
            assertThat(wanted.exitCode()).as(wanted.all()).isZero();
            assertThat(wanted.out()).contains("WARNING: it was changed after it was written");

            Cli.Said secret = cli.run("restore", pasted.toString(), "--edited", "--dry-run");
            assertThat(secret.exitCode()).as(secret.all()).isEqualTo(2);
            assertThat(secret.all()).doesNotContain("SECRETLITERAL").contains("${env:NAME}");
            assertThat(cli.run("restore", lab.world().folder().toString()).err())
                    .contains("seen a folder");
            lab.leaveNothing();
        }
    }

    @Test
    void a_zone_restored_by_hand_is_not_switched_again() throws Exception {
        try (DemoLab lab = started()) {
            Oracle oracle = lab.world().oracle();
            String id = reachSwitched(lab);
            Cli.Said done = new Cli(lab).run("restore", image(lab).toString(), "--yes");
            assertThat(done.exitCode()).as(done.all()).isZero();

            JsonNode held = awaitPhase(lab, id, "Held");
            assertThat(held.path("phase").asText()).contains("RestoredByHand");
            long until = System.nanoTime() + Duration.ofSeconds(15).toNanos();
            while (System.nanoTime() - until < 0) {
                assertThat(oracle.wrongWith(LabWorld.Side.CURRENT)).isEmpty();
                Thread.sleep(Duration.ofMillis(500));
            }
            lab.ask(id, "resume", "");
            awaitPhase(lab, id, "Held");
            assertThat(oracle.wrongWith(LabWorld.Side.CURRENT)).isEmpty();
            lab.leaveNothing();
        }
    }

    private static DemoLab started() throws Exception {
        DemoLab lab = new DemoLab(CallTap.NONE, Map.of());
        lab.startEngine("none");
        lab.startController();
        lab.awaitController();
        return lab;
    }

    private static Path written(DemoLab lab, String text) throws Exception {
        Path folder = Files.createTempDirectory(lab.world().folder(), "plans");
        Files.writeString(
                folder.resolve("top-pages.csv"), lab.world().planFiles().get("top-pages.csv"));
        return Files.writeString(folder.resolve("plan.yaml"), text);
    }

    private static Set<String> writes(DemoLab lab) {
        return lab.world().api().calls().stream()
                .filter(c -> !c.method().equals("GET") && !c.path().endsWith("graphql"))
                .map(c -> c.method() + " " + c.path())
                .collect(Collectors.toSet());
    }

    private static Path image(DemoLab lab) throws Exception {
        List<Path> images = new ArrayList<>();
        try (var files = Files.list(lab.world().folder().resolve("controller").resolve("images"))) {
            files.filter(f -> f.toString().endsWith(".before-image.json")).forEach(images::add);
        }
        assertThat(images).hasSize(1);
        return images.getFirst();
    }

    /** Lets a long soak begin and returns the cutover's id. */
    private static String reachSwitched(DemoLab lab) throws Exception {
        String id = lab.schedule(new DemoPlan(Duration.ofSeconds(5), Duration.ofMinutes(30)));
        awaitPhase(lab, id, "Soaking");
        return id;
    }

    private static JsonNode awaitPhase(DemoLab lab, String id, String wanted) throws Exception {
        long until = System.nanoTime() + Duration.ofMinutes(6).toNanos();
        String last = "nothing";
        while (System.nanoTime() - until < 0) {
            try {
                JsonNode status = lab.status(id);
                last = status.toString();
                if (status.path("phase").asText().startsWith(wanted)) {
                    return status;
                }
                help(lab, id, status);
            } catch (IOException e) {
                // A busy machine answers late; it is asked again.
                last = e.getMessage();
            }
            Thread.sleep(Duration.ofMillis(200));
        }
        throw new AssertionError(
                "never " + wanted + ", last seen: " + last + "\n" + lab.lastWords());
    }

    /** Somebody approves, and time jumps while nobody has work. */
    private static void help(DemoLab lab, String id, JsonNode status) throws IOException {
        if (status.path("phase").asText().equals("AwaitingGo")
                && status.path("approvals").path("given").isEmpty()) {
            lab.approve(id, status.path("planHash").asText());
        }
        if (status.path("openActions").isEmpty()) {
            Instant target = Instant.parse(status.path("wakeAt").asText()).minusSeconds(1);
            if (target.isAfter(lab.world().clock().instant().plusSeconds(15))) {
                lab.world().clock().jumpTo(target);
            }
        }
    }
}
