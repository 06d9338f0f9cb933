package dev.cutover.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cutover.cli.DemoLab;
import dev.cutover.cli.DemoPlay;
import dev.cutover.lab.CallTap;
import dev.cutover.lab.cloudflare.VendorContract;
import dev.cutover.lab.world.DemoPlan;
import dev.cutover.lab.world.LabWorld;
import dev.cutover.lab.world.Scenario;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every scenario ends as its name says, judged at the provider and by the report. */
@Order(1)
class ScenarioIT {
    private static final List<String> SECRETS =
            List.of("lab-token-of-the-zone", "lab-credential-of-the", "lab-key-of");

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void ends_as_its_name_says(Scenario scenario) throws Exception {
        try (DemoLab lab = new DemoLab(CallTap.NONE, Map.of())) {
            Optional<VendorContract> contract = VendorContract.ifHere();
            contract.ifPresent(c -> lab.world().api().overhear(c::heard));
            lab.startEngine(scenario.engineFault());
            lab.startController();
            lab.awaitController();
            DemoPlay.Ended ended =
                    new DemoPlay(
                                    lab,
                                    scenario,
                                    scenario.plan(DemoPlan.brief()),
                                    Duration.ofMinutes(8),
                                    status -> {},
                                    line -> System.out.println(scenario.word() + ": " + line))
                            .play();
            assertThat(ended.wrong()).as(() -> scenario.word() + "; " + lab.lastWords()).isEmpty();
            assertThat(ended.phase()).isEqualTo(scenario.ending());
            contract.ifPresent(VendorContract::isKept);
            proves(scenario, ended.report());
            if (scenario == Scenario.HAPPY) {
                caredForTheEdge(lab.world(), ended.report());
            }
            assertThat(filesHolding(lab.world().folder())).as("files that hold a secret").isEmpty();
            lab.leaveNothing();
        }
    }

    /** Every file of the run, logs, images and the database among them, in which a planted secret stands. */
    private static List<Path> filesHolding(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<Path>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        if (attributes.isRegularFile() && holdsSecret(file)) {
                            found.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException why)
                            throws IOException {
                        return goneMeanwhile(why);
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException why)
                            throws IOException {
                        return why == null ? FileVisitResult.CONTINUE : goneMeanwhile(why);
                    }
                });
        return found;
    }

    private static boolean holdsSecret(Path file) throws IOException {
        try {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            return SECRETS.stream().anyMatch(text::contains);
        } catch (NoSuchFileException e) {
            FileVisitResult unused = goneMeanwhile(e);
            return false;
        }
    }

    /** The database removes files as it works. */
    private static FileVisitResult goneMeanwhile(IOException why) throws IOException {
        if (why instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw why;
    }

    /** Its plan wants all that a plan can want of the edge; what was lent is back, says the oracle. */
    private static void caredForTheEdge(LabWorld world, JsonNode report) {
        List<String> written =
                world.api().calls().stream()
                        .filter(c -> !c.method().equals("GET") && c.status() == 200)
                        .map(c -> c.method() + " " + c.path().replaceAll("[0-9a-f]{32}", "ID"))
                        .toList();
        String zone = " /client/v4/zones/ID";
        assertThat(written)
                .contains(
                        "PUT" + zone + "/rulesets/phases/http_request_cache_settings/entrypoint",
                        "DELETE" + zone + "/rulesets/ID/rules/ID",
                        "POST" + zone + "/purge_cache");
        assertThat(written.stream().filter(w -> w.endsWith("/argo/tiered_caching")))
                .as("proven, off, on")
                .hasSize(3);
        assertThat(report.path("gates").toString()).contains("cache-bypassed", "purged");
    }

    /** What the report must hold whatever happened. */
    private static void proves(Scenario scenario, JsonNode report) {
        assertThat(report.path("outcome").asText()).isEqualTo(scenario.ending());
        assertThat(report.path("beforeImage").path("changes")).hasSize(20);
        assertThat(report.path("imagePlaces")).hasSize(2);
        assertThat(report.path("phases").path(0).path("phase").asText()).isEqualTo("Scheduled");
        assertThat(report.path("calls")).isNotEmpty();
        assertThat(report.path("calls").toString())
                .doesNotContain("lab-token", "lab-credential", "lab-key");
        JsonNode proof = report.path("proof");
        assertThat(proof).hasSizeGreaterThanOrEqualTo(20 * 8);
        long foreign = 0;
        for (JsonNode field : proof) {
            foreign += field.path("standing").asText().equals("KEPT") ? 0 : 1;
        }
        if (scenario == Scenario.ZONE_EDITED_MEANWHILE) {
            assertThat(foreign).isPositive();
            assertThat(report.path("kept").toString())
                    .contains("www.acme.example", "api.acme.example", "127.77.20.99");
        } else {
            assertThat(foreign).isZero();
        }
        if (scenario.side() == LabWorld.Side.NEXT) {
            assertThat(report.path("gates")).hasSizeGreaterThanOrEqualTo(12);
            assertThat(report.path("adoption")).isNotEmpty();
        }
    }
}
