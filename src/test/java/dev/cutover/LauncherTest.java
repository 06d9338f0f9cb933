package dev.cutover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What `./cutover` builds, when, and what it hands on. Maven and the JDK are stand-ins that write
/// down how they were called; the launcher and the picker are the real files.
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir Path machine;

    private Path project;
    private Path builds;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void a_fresh_clone() throws IOException {
        project = machine.resolve("a clone");
        builds = machine.resolve("builds.txt");
        Files.createDirectories(project.resolve(".mvn"));
        Files.createDirectories(project.resolve("src/main/java"));
        copy("cutover");
        copy(".mvn/jdk.sh");
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.writeString(project.resolve("src/main/java/A.java"), "class A {}");
        ShellRun.script(
                project.resolve("mvnw"),
                """
                #!/bin/sh
                echo "$*" >> "$BUILDS"
                [ -z "${BUILD_GATE-}" ] || until [ -e "$BUILD_GATE" ]; do sleep 0.02; done
                [ -z "${BUILD_FAILS-}" ] || exit 1
                mkdir -p target/quarkus-app && echo jar > target/quarkus-app/quarkus-run.jar
                """);
        environment.put("BUILDS", builds.toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("JAVA_HOME", ShellRun.fakeJdk(machine.resolve("jdk"), "25.0.3").toString());
    }

    @Test
    void the_first_use_builds_and_the_second_does_not() throws Exception {
        var first = cutover("list", "--json");
        var second = cutover("list", "--json");

        assertThat(builds).hasContent("-q -Dmaven.test.skip=true package");
        assertThat(first.err()).contains("first use; building").contains("250 MB");
        assertThat(second.err()).isEmpty();
        assertThat(second.out())
                .contains("-jar " + project.toRealPath() + "/target/quarkus-app/quarkus-run.jar")
                .endsWith("list --json\n");
    }

    @Test
    void a_source_newer_than_the_build_is_built_again() throws Exception {
        cutover("list");
        Path jar = project.resolve("target/quarkus-app/quarkus-run.jar");
        var later = FileTime.from(Files.getLastModifiedTime(jar).toInstant().plusSeconds(5));
        Files.setLastModifiedTime(project.resolve("src/main/java/A.java"), later);

        assertThat(cutover("list").err()).contains("sources are newer");
        assertThat(builds).content().hasLineCount(2);
    }

    @Test
    void what_is_edited_during_a_build_is_built_by_the_next_call() throws Exception {
        Path gate = machine.resolve("gate");
        environment.put("BUILD_GATE", gate.toString());
        var first = start("list");
        awaitExists(builds);
        Path source = project.resolve("src/main/java/A.java");
        Files.writeString(source, "class A { int edited; }");
        Path marker = project.resolve(".cutover/build.lock.started");
        Files.setLastModifiedTime(
                source,
                FileTime.from(Files.getLastModifiedTime(marker).toInstant().plusSeconds(1)));
        Files.createFile(gate);
        assertThat(first.await().status()).isZero();

        cutover("list");

        assertThat(builds).content().hasLineCount(2);
    }

    @Test
    void two_first_uses_at_once_share_one_build() throws Exception {
        Path gate = machine.resolve("gate");
        environment.put("BUILD_GATE", gate.toString());
        var one = start("list", "one");
        awaitExists(builds);
        var two = start("list", "two");
        awaitContains(two.err(), "waiting");
        Files.createFile(gate);

        assertThat(one.await().out()).endsWith("list one\n");
        assertThat(two.await().out()).endsWith("list two\n");
        assertThat(builds).content().hasLineCount(1);
        assertThat(project.resolve(".cutover/build.lock")).doesNotExist();
    }

    @Test
    void the_lock_of_a_dead_build_does_not_hold_anybody_up() throws Exception {
        Files.createDirectories(project.resolve(".cutover"));
        // Above what Linux gives out (2^22): no process has it.
        Files.createSymbolicLink(project.resolve(".cutover/build.lock"), Path.of("4194305"));

        assertThat(cutover("list").status()).isZero();
        assertThat(builds).content().hasLineCount(1);
    }

    @Test
    void a_failed_build_starts_nothing_and_leaves_no_lock() throws Exception {
        environment.put("BUILD_FAILS", "yes");

        var seen = cutover("list");

        assertThat(seen.status()).isEqualTo(3);
        assertThat(seen.out()).isEmpty();
        assertThat(seen.err()).contains("the build failed");
        assertThat(project.resolve(".cutover/build.lock")).doesNotExist();
    }

    @Test
    void it_works_from_any_folder_and_through_links() throws Exception {
        Path tools = Files.createDirectories(machine.resolve("tools"));
        Files.createSymbolicLink(tools.resolve("first"), project.resolve("cutover"));
        Files.createSymbolicLink(machine.resolve("second"), Path.of("tools/first"));

        var seen =
                ShellRun.of(
                        tools,
                        environment,
                        List.of(machine.resolve("second").toString(), "show", "a b", "*", ""));

        assertThat(seen.status()).isZero();
        assertThat(seen.out()).endsWith("show a b * \n");
    }

    @Test
    void the_exit_code_of_a_command_is_the_launchers() throws Exception {
        environment.put("FAKE_STATUS", "1");

        assertThat(cutover("report", "x").status()).isEqualTo(1);
    }

    @Test
    void short_commands_start_quickly_and_long_ones_run_at_full_speed() throws Exception {
        environment.put("CUTOVER_JAVA_OPTS", "-Xmx64m -Dx=y");

        assertThat(cutover("list").out()).contains("-XX:TieredStopAtLevel=1", "-Xmx64m -Dx=y");
        assertThat(cutover("serve").out())
                .doesNotContain("TieredStopAtLevel")
                .contains("-Xmx64m -Dx=y");
    }

    @Test
    void the_controller_is_rehearsed_once_per_build_and_starts_from_what_it_left()
            throws Exception {
        javaThatMakesCaches("25.0.3");

        var first = cutover("serve");
        var second = cutover("serve");

        Path cache = project.toRealPath().resolve("target/serve.aot");
        assertThat(first.err()).contains("once per build");
        assertThat(second.err()).isEmpty();
        assertThat(first.out()).contains("-XX:AOTCache=" + cache);
        assertThat(second.out()).contains("-XX:AOTCache=" + cache);
        assertThat(cutover("list").out()).doesNotContain("AOTCache");
        assertThat(cutover("serve", "--help").out()).doesNotContain("AOTCache");
    }

    @Test
    void a_cache_of_another_build_or_jdk_is_never_used() throws Exception {
        javaThatMakesCaches("25.0.3");
        cutover("serve");

        Path jar = project.resolve("target/quarkus-app/quarkus-run.jar");
        Path mark = project.resolve("target/serve.aot.for");
        Files.setLastModifiedTime(
                jar, FileTime.from(Files.getLastModifiedTime(mark).toInstant().plusSeconds(5)));
        Files.setLastModifiedTime(
                mark, FileTime.from(Files.getLastModifiedTime(mark).toInstant().minusSeconds(5)));
        assertThat(cutover("serve").err()).as("another build").contains("once per build");

        Files.writeString(mark, "/another/jdk " + jar + "\n");
        assertThat(cutover("serve").err()).as("another JDK").contains("once per build");

        environment.put("CUTOVER_AOT", "no");
        assertThat(cutover("serve").out()).doesNotContain("AOTCache");
    }

    @Test
    void a_rehearsal_that_fails_costs_only_time() throws Exception {
        var first = cutover("serve");

        assertThat(first.status()).isZero();
        assertThat(first.err()).contains("that failed and costs only start-up time");
        assertThat(first.out()).doesNotContain("AOTCache").endsWith("serve\n");
        assertThat(cutover("serve").err()).as("tried once per build").isEmpty();
    }

    @Test
    void an_older_jdk_is_not_asked_for_a_cache() throws Exception {
        javaThatMakesCaches("21.0.4");

        assertThat(cutover("serve").out()).doesNotContain("AOTCache").endsWith("serve\n");
    }

    private void javaThatMakesCaches(String version) throws IOException {
        Path jdk = ShellRun.fakeJdk(machine.resolve("caching " + version), version);
        ShellRun.script(
                jdk.resolve("bin/java"),
                """
                #!/bin/sh
                echo "java: $*"
                for argument in "$@"; do
                    case $argument in
                    -XX:AOTCacheOutput=*) echo cache > "${argument#*=}" ;;
                    esac
                done
                """);
        environment.put("JAVA_HOME", jdk.toString());
    }

    @Test
    void test_runs_the_suite_and_long_adds_the_matrices() throws Exception {
        environment.put("BUILD_FAILS", "yes");
        assertThat(cutover("test").status()).as("Maven's own status").isEqualTo(1);
        environment.remove("BUILD_FAILS");
        assertThat(cutover("test", "--long").status()).isZero();

        assertThat(builds).hasContent("-B spotless:check verify\n-B -Plong spotless:check verify");
    }

    @Test
    void test_knows_no_other_argument() throws Exception {
        var seen = cutover("test", "--lnog");

        assertThat(seen.status()).isEqualTo(2);
        assertThat(seen.err()).contains("--long").contains("--lnog");
        assertThat(builds).doesNotExist();
    }

    private ShellRun cutover(String... arguments) throws IOException, InterruptedException {
        return start(arguments).await();
    }

    private ShellRun.Started start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(project.resolve("cutover").toString()));
        command.addAll(List.of(arguments));
        return ShellRun.start(machine, environment, command);
    }

    private void copy(String file) throws IOException {
        Files.copy(Path.of(file), project.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void awaitExists(Path file) throws InterruptedException {
        awaitTrue("exists: " + file, () -> Files.exists(file));
    }

    private static void awaitContains(Path file, String text) throws InterruptedException {
        awaitTrue(file + " contains " + text, () -> Files.readString(file).contains(text));
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void awaitTrue(String what, Condition condition) throws InterruptedException {
        long startNanos = System.nanoTime();
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (IOException e) {
                throw new AssertionError(what, e);
            }
            if (System.nanoTime() - startNanos > 60_000_000_000L) {
                throw new AssertionError("not within 60 s: " + what);
            }
            Thread.sleep(10);
        }
    }
}
