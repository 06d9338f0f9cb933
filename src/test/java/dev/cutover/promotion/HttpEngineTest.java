package dev.cutover.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.core.plan.Plan.PromotionPlan;
import dev.cutover.lab.engine.PromotionEngineMain;
import dev.cutover.net.EgressPolicy;
import dev.cutover.net.HostileServer;
import dev.cutover.net.PinnedHttp;
import dev.cutover.net.Secrets;
import dev.cutover.net.Trust;
import dev.cutover.port.Call;
import dev.cutover.port.CallLog.ProviderCall;
import dev.cutover.port.Deadline;
import dev.cutover.port.Fence;
import dev.cutover.port.PortException;
import dev.cutover.port.PortException.Category;
import dev.cutover.port.PromotionEngine.State;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The adapter against the lab's engine, a process of its own.
class HttpEngineTest {
    private static final String SECRET = "planted-engine-credential";
    private static final String ID = "acme-1-promotion";
    private static final PromotionPlan PLAN =
            new PromotionPlan(
                    "http",
                    "https://staging.acme.example",
                    "https://www.acme.example",
                    "${env:ENGINE}",
                    Duration.ofSeconds(10));

    @TempDir Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final PinnedHttp http =
            new PinnedHttp(vertx, Trust.system(), EgressPolicy.opening(List.of("127.0.0.0/8")));
    private final List<ProviderCall> log = new ArrayList<>();
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void lay() throws IOException {
        Files.createDirectories(folder.resolve("staging"));
        Files.createDirectories(folder.resolve("production"));
        Files.writeString(folder.resolve("staging/index.html"), "new");
        Files.writeString(folder.resolve("production/index.html"), "old");
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
        http.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void content_is_promoted_once_proved_and_taken_back() throws Exception {
        var engine = engine(lab());
        assertThat(engine.ready(PLAN, call())).contains("lets us in");
        assertThat(engine.look(ID, PLAN, call())).isInstanceOf(State.NotFound.class);

        engine.start(ID, PLAN, call());
        engine.start(ID, PLAN, call());
        State.Done done = (State.Done) ended(engine);
        assertThat(done.evidence()).containsEntry("files", "1").containsKey("sha256");
        assertThat(production()).isEqualTo("new");

        assertThat(engine.verify(ID, PLAN, call())).containsEntry("files", "1");
        Files.writeString(folder.resolve("staging/index.html"), "newer");
        assertThatThrownBy(() -> engine.verify(ID, PLAN, call()))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(Category.PERMANENT))
                .hasMessageContaining("1 mismatches, first ")
                .hasMessageContaining("index.html");

        assertThat(engine.rollBack(ID, PLAN, call())).containsKey("sha256");
        assertThat(engine.rollBack(ID, PLAN, call())).containsKey("sha256");
        assertThat(production()).isEqualTo("old");
        assertThat(engine.rollBack("never-started", PLAN, call()).values())
                .singleElement()
                .asString()
                .contains("nothing to undo");

        assertThat(log.toString()).doesNotContain(SECRET);
        assertThat(log.stream().filter(ProviderCall::write)).hasSize(5);
    }

    @Test
    void a_failed_import_says_why() throws Exception {
        var engine = engine(lab("--fault", "fail"));
        engine.start(ID, PLAN, call());

        assertThat(ended(engine)).isInstanceOf(State.Failed.class);
        assertThat(((State.Failed) ended(engine)).reason()).isNotBlank();
        assertThatThrownBy(() -> engine.verify(ID, PLAN, call())).hasMessageContaining("409");
    }

    @Test
    void refusals_are_sorted_and_hold_no_secret() throws Exception {
        URI lab = lab();
        var wrong =
                new HttpEngine(
                        lab,
                        http,
                        new Secrets(Set.of("ENGINE"), Optional.empty(), name -> "wrong-" + SECRET),
                        log::add,
                        InstantSource.system());
        fails(() -> wrong.ready(PLAN, call()), Category.DENIED, "401");

        started.getFirst().destroyForcibly().waitFor();
        fails(() -> engine(lab).look(ID, PLAN, call()), Category.TRANSIENT, "connection refused");

        try (var odd =
                HostileServer.plain(
                        (head, out) -> {
                            out.write(
                                    HostileServer.page(200, "", "<html>a proxy's greeting</html>"));
                            return true;
                        })) {
            var engine = engine(URI.create("http://127.0.0.1:" + odd.port()));
            String words = "200 without a JSON object";
            fails(() -> engine.look(ID, PLAN, call()), Category.TRANSIENT, words);
            fails(() -> engine.verify(ID, PLAN, call()), Category.TRANSIENT, words);
            fails(() -> engine.rollBack(ID, PLAN, call()), Category.TRANSIENT, words);
        }
        try (var gateway =
                HostileServer.plain(
                        (head, out) -> {
                            out.write(HostileServer.page(404, "", "<html>no such path</html>"));
                            return true;
                        })) {
            var engine = engine(URI.create("http://127.0.0.1:" + gateway.port()));
            fails(() -> engine.rollBack(ID, PLAN, call()), Category.PERMANENT, "404");
        }
    }

    /// What an engine says, the question it is asked, and what becomes of it.
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{\"id\":\"acme-2\",\"state\":\"done\",\"evidence\":{}}; look; TRANSIENT;"
                        + " answers about 'acme-2'",
                "{\"state\":\"running\",\"state\":\"done\"}; look; TRANSIENT; without a JSON object",
                "{\"state\":\"done\"}{\"state\":\"failed\"}; look; TRANSIENT; without a JSON object",
                "{\"state\":[\"done\"]}; look; PERMANENT; unknown state",
                "{\"state\":\"DONE\"}; look; PERMANENT; unknown state 'DONE'",
                "{\"verified\":\"true\"}; verify; TRANSIENT; expected 'verified' true or false",
                "{\"verified\":true,\"mismatchCount\":2,\"mismatches\":[\"a\",\"b\"]}; verify; PERMANENT;"
                        + " 2 mismatches, first a",
                "{\"verified\":true,\"mismatches\":[\"a\"]}; verify; PERMANENT; 1 mismatches, first a",
                "{\"verified\":false,\"verified\":true}; verify; TRANSIENT; without a JSON object",
                "{\"rolledBack\":true,\"rolledBack\":false}; rollback; TRANSIENT; without a JSON object",
                "{}; rollback; TRANSIENT; expected 'rolledBack' true",
            })
    void an_engine_that_lies_is_not_believed(
            String said, String question, Category category, String words) {
        try (var liar =
                HostileServer.plain(
                        (head, out) -> {
                            out.write(HostileServer.page(200, "", said));
                            return true;
                        })) {
            var engine = engine(URI.create("http://127.0.0.1:" + liar.port()));
            fails(
                    () -> {
                        Object unused =
                                switch (question) {
                                    case "look" -> engine.look(ID, PLAN, call());
                                    case "verify" -> engine.verify(ID, PLAN, call());
                                    default -> engine.rollBack(ID, PLAN, call());
                                };
                    },
                    category,
                    words);
        }
    }

    /// It ends in the journal, in announcements and on a terminal.
    @Test
    void what_an_engine_says_is_short_and_in_one_line() {
        String much = "\\u001b[2Jx\\u202e\\n".repeat(20_000);
        try (var talker =
                HostileServer.plain(
                        (head, out) -> {
                            out.write(
                                    HostileServer.page(
                                            200,
                                            "",
                                            "{\"state\":\""
                                                    + (head.contains("acme-1") ? "failed" : "done")
                                                    + "\",\"error\":\""
                                                    + much
                                                    + "\",\"evidence\":{\""
                                                    + "k".repeat(2_000)
                                                    + "\":\""
                                                    + much
                                                    + "\"}}"));
                            return true;
                        })) {
            var engine = engine(URI.create("http://127.0.0.1:" + talker.port()));

            State.Failed failed = (State.Failed) engine.look("acme-1", PLAN, call());
            State.Done done = (State.Done) engine.look("other", PLAN, call());

            assertThat(failed.reason()).hasSizeLessThan(600).matches("[^\\p{Cntrl}\\p{Cf}]*");
            assertThat(done.evidence()).hasSize(1);
            done.evidence()
                    .forEach(
                            (name, value) -> {
                                assertThat(name).hasSizeLessThan(200);
                                assertThat(value).hasSizeLessThan(600).doesNotContain("\u001b");
                            });
        }
    }

    @Test
    void an_engine_that_never_ends_its_answer_is_not_believed() {
        try (var endless =
                HostileServer.plain(
                        (head, out) -> {
                            out.write(
                                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"state\":\"done\","
                                            .getBytes(StandardCharsets.US_ASCII));
                            byte[] more = " ".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
                            for (int i = 0; i < 1_000; i++) {
                                out.write(more);
                            }
                            return false;
                        })) {
            var engine = engine(URI.create("http://127.0.0.1:" + endless.port()));
            fails(
                    () -> engine.look(ID, PLAN, call()),
                    Category.TRANSIENT,
                    "200 without a JSON object");
        }
    }

    @Test
    void an_answer_that_takes_longer_than_a_lease_is_waited_for() {
        try (var slow =
                HostileServer.plain(
                        (head, out) -> {
                            pause(Duration.ofMillis(5_500));
                            out.write(
                                    HostileServer.page(
                                            200,
                                            "",
                                            "{\"rolledBack\":true,\"evidence\":{\"files\":1}}"));
                            return true;
                        })) {
            var engine = engine(URI.create("http://127.0.0.1:" + slow.port()));

            assertThat(engine.rollBack(ID, PLAN, call())).containsEntry("files", "1");
        }
    }

    @Test
    void a_lost_lease_starts_nothing() throws Exception {
        var engine = engine(lab());
        Fence lost =
                deadline -> {
                    throw PortException.denied("the lease is lost");
                };
        assertThatThrownBy(() -> engine.start(ID, PLAN, call(lost)))
                .hasMessage("the lease is lost");
        assertThatThrownBy(() -> engine.rollBack(ID, PLAN, call(lost)))
                .hasMessage("the lease is lost");
        assertThat(engine.look(ID, PLAN, call())).isInstanceOf(State.NotFound.class);
    }

    private State ended(HttpEngine engine) {
        Deadline patience = Deadline.in(Duration.ofMinutes(2));
        State state = engine.look(ID, PLAN, call());
        while (state instanceof State.Running && !patience.passed()) {
            pause(Duration.ofMillis(50));
            state = engine.look(ID, PLAN, call());
        }
        return state;
    }

    private HttpEngine engine(URI base) {
        return new HttpEngine(
                base,
                http,
                new Secrets(Set.of("ENGINE"), Optional.empty(), Map.of("ENGINE", SECRET)::get),
                log::add,
                InstantSource.system());
    }

    private URI lab(String... more) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                PromotionEngineMain.class.getName(),
                                "--staging",
                                folder.resolve("staging").toString(),
                                "--production",
                                folder.resolve("production").toString(),
                                "--data",
                                folder.resolve("data").toString()));
        command.addAll(List.of(more));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LAB_ENGINE_CREDENTIAL", SECRET);
        Process process = builder.start();
        started.add(process);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        while (line != null && !line.startsWith("engine ready on ")) {
            line = out.readLine();
        }
        assertThat(line).as("the engine's greeting").isNotNull();
        return URI.create(String.valueOf(line).substring("engine ready on ".length()));
    }

    private String production() throws IOException {
        return Files.readString(folder.resolve("production/index.html"));
    }

    private static void fails(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
            Category category,
            String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PortException.class, e -> assertThat(e.category()).isEqualTo(category))
                .hasMessageContaining(words)
                .hasMessageNotContaining(SECRET);
    }

    private static Call call() {
        return call(Fence.OPEN);
    }

    private static Call call(Fence fence) {
        return new Call("acme-1", "acme-1/promote/1", Deadline.in(Duration.ofMinutes(1)), fence);
    }

    /// Between two looks, and the pace of a slow engine.
    private static void pause(Duration span) {
        try {
            Thread.sleep(span);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
