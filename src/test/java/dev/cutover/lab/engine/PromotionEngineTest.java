package dev.cutover.lab.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.lab.site.SiteContent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine as its caller meets it: started, looked at, verified, rolled back, killed. */
class PromotionEngineTest {

    private static final String CREDENTIAL = "open sesame";

    private final Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();

    PromotionEngineTest(@TempDir Path folder) {
        this.folder = folder;
        var base = URI.create("https://www.acme.example");
        SiteContent.good(base, "new").writeTo(folder.resolve("staging"));
        SiteContent.good(base, "old").writeTo(folder.resolve("production"));
    }

    @AfterEach
    void close() throws Exception {
        for (var each : open) {
            each.close();
        }
    }

    @Test
    void promotes_verifies_and_rolls_back() throws Exception {
        var before = tree("production");
        var engine = engine(Map.of());
        assertThat(engine.start("acme-1").status()).isEqualTo(202);
        var done = engine.untilState("acme-1", "done");
        assertThat(done.at("/evidence/files").asInt()).isEqualTo(tree("staging").size());
        assertThat(done.at("/evidence/sha256").asText()).hasSize(64);
        assertThat(tree("production")).isEqualTo(tree("staging"));
        assertThat(engine.start("acme-1").status()).as("the same once more").isEqualTo(200);
        assertThat(
                        engine.call(
                                        "PUT",
                                        "/promotions/acme-1",
                                        "{\"staging\":\"x\",\"production\":\"y\"}")
                                .status())
                .isEqualTo(409);
        assertThat(post(engine, "acme-1/verify").body().path("verified").asBoolean()).isTrue();
        for (var again = 0; again < 2; again++) {
            var back = post(engine, "acme-1/rollback");
            assertThat(back.status()).isEqualTo(200);
            assertThat(back.body().path("matchesBackup").asBoolean()).isTrue();
            assertThat(tree("production")).isEqualTo(before);
        }
        assertThat(engine.look("acme-1").path("rolledBack").asBoolean()).isTrue();
        assertThat(post(engine, "acme-1/verify").status()).isEqualTo(409);
    }

    @Test
    void asks_for_its_credential_and_for_a_sane_id() throws Exception {
        var engine = engine(Map.of());
        assertThat(engine.call("GET", "/promotions", "").status()).isEqualTo(200);
        var stranger = new EngineClient(endpoint, "wrong");
        assertThat(stranger.call("GET", "/promotions", "").status()).isEqualTo(401);
        assertThat(engine.start("..%2Fx").status()).isEqualTo(400);
        assertThat(engine.start(".x").status()).isEqualTo(400);
        assertThat(engine.call("GET", "/promotions/unknown", "").status()).isEqualTo(404);
        assertThat(post(engine, "unknown/rollback").status()).isEqualTo(404);
    }

    @Test
    void a_failed_import_leaves_production_as_it_was() throws Exception {
        var before = tree("production");
        var engine = engine(Map.of("--fault", "fail"));
        engine.start("acme-1");
        var failed = engine.untilState("acme-1", "failed");
        assertThat(failed.path("error").asText()).contains("disk quota");
        assertThat(tree("production")).isEqualTo(before);
        assertThat(post(engine, "acme-1/rollback").status()).isEqualTo(200);
        assertThat(tree("production")).isEqualTo(before);
    }

    @Test
    void a_corrupted_file_is_found_by_verify() throws Exception {
        var engine = engine(Map.of("--fault", "corrupt"));
        engine.start("acme-1");
        engine.untilState("acme-1", "done");
        var verified = post(engine, "acme-1/verify").body();
        assertThat(verified.path("verified").asBoolean()).isFalse();
        assertThat(verified.path("mismatchCount").asInt()).isEqualTo(1);
        assertThat(verified.at("/mismatches/0/path").asText()).endsWith(".html");
        assertThat(tree("staging").values()).doesNotContain("<!-- cut");
    }

    @Test
    void a_hanging_import_can_be_rolled_back() throws Exception {
        var before = tree("production");
        var engine = engine(Map.of("--fault", "hang"));
        engine.start("acme-1");
        engine.until("acme-1", state -> state.path("progress").asText().contains(" of "));
        assertThat(post(engine, "acme-1/rollback").status()).isEqualTo(200);
        assertThat(engine.look("acme-1").path("state").asText()).isEqualTo("failed");
        assertThat(tree("production")).isEqualTo(before);
        assertThat(engine.call("POST", "/lab/fault", "{\"fault\":\"none\"}").status())
                .isEqualTo(200);
        engine.start("acme-2");
        engine.untilState("acme-2", "done");
        assertThat(tree("production")).isEqualTo(tree("staging"));
    }

    @Test
    void killed_in_the_middle_it_goes_on_after_a_restart() throws Exception {
        var before = tree("production");
        var heard = Collections.synchronizedList(new ArrayList<String>());
        var taps = new TapEndpoint(call -> heard.add(call.kind() + " " + call.moment()));
        open.add(taps);
        var first = process(taps.url(), "--delay-ms", "60000");
        var client = new EngineClient(ready(first), CREDENTIAL);
        client.start("acme-1");
        client.until("acme-1", state -> state.path("progress").asText().matches("[1-9]\\d* of .*"));
        first.destroyForcibly().waitFor();
        assertThat(tree("production")).as("nothing swapped yet").isEqualTo(before);
        assertThat(heard).startsWith("PROMOTION_START BEFORE", "PROMOTION_START DURING");
        var second = process(taps.url());
        var again = new EngineClient(ready(second), CREDENTIAL);
        assertThat(again.start("acme-1").status()).as("known from before").isEqualTo(200);
        again.untilState("acme-1", "done");
        assertThat(tree("production")).isEqualTo(tree("staging"));
        assertThat(post(again, "acme-1/rollback").status()).isEqualTo(200);
        assertThat(tree("production")).isEqualTo(before);
    }

    @Test
    void wrong_use_is_told() {
        assertThatThrownBy(() -> PromotionEngineMain.start(new String[] {"--stage", "x"}, Map.of()))
                .hasMessageContaining("--stage");
        assertThatThrownBy(() -> PromotionEngineMain.start(new String[] {}, Map.of()))
                .hasMessageContaining("LAB_ENGINE_CREDENTIAL");
    }

    private URI endpoint = URI.create("http://127.0.0.1");

    private EngineClient engine(Map<String, String> more) throws IOException {
        var arguments = new ArrayList<>(arguments());
        more.forEach((name, value) -> arguments.addAll(List.of(name, value)));
        var engine =
                PromotionEngineMain.start(
                        arguments.toArray(String[]::new),
                        Map.of("LAB_ENGINE_CREDENTIAL", CREDENTIAL));
        open.add(engine);
        endpoint = engine.endpoint();
        return new EngineClient(endpoint, CREDENTIAL);
    }

    private Process process(URI tap, String... more) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PromotionEngineMain.class.getName()));
        command.addAll(arguments());
        command.addAll(List.of(more));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LAB_ENGINE_CREDENTIAL", CREDENTIAL);
        builder.environment().put("LAB_TAP_URL", tap.toString());
        var process = builder.start();
        open.add(() -> process.destroyForcibly().waitFor());
        return process;
    }

    private static URI ready(Process process) throws IOException {
        var output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("engine ready on ")) {
                return URI.create(line.substring("engine ready on ".length()));
            }
        }
        throw new AssertionError("the engine's process ended before it was ready");
    }

    private List<String> arguments() {
        return List.of(
                "--staging", folder.resolve("staging").toString(),
                "--production", folder.resolve("production").toString(),
                "--data", folder.resolve("data").toString());
    }

    private static EngineClient.Answer post(EngineClient engine, String path) throws Exception {
        return engine.call("POST", "/promotions/" + path, "");
    }

    private Map<String, String> tree(String name) throws IOException {
        var root = folder.resolve(name).toRealPath();
        var found = new TreeMap<String, String>();
        try (var walk = Files.walk(root)) {
            for (var file : walk.filter(Files::isRegularFile).toList()) {
                found.put(root.relativize(file).toString(), Files.readString(file));
            }
        }
        return found;
    }
}
