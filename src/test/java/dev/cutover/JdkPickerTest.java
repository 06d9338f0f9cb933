package dev.cutover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Which JDK `.mvn/jdk.sh` takes, told with folders that only look like JDKs.
@DisabledOnOs(OS.WINDOWS)
class JdkPickerTest {
    @TempDir Path machine;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void a_machine_without_java() throws IOException {
        // Only what the script itself calls, so that no JDK of this machine comes in.
        Path bin = machine.resolve("bin");
        ShellRun.script(
                bin.resolve("readlink"), "#!/bin/sh\nPATH=/usr/bin:/bin exec readlink \"$@\"\n");
        environment.put("PATH", bin.toString());
        environment.put("CUTOVER_JDK_DIRS", machine + "/jvm/*");
    }

    @Test
    void the_java_home_stays_when_it_fits_even_if_there_is_a_newer_one() throws Exception {
        Path own = ShellRun.fakeJdk(machine.resolve("own"), "21.0.1");
        ShellRun.fakeJdk(machine.resolve("jvm/newer"), "25.0.3");
        environment.put("JAVA_HOME", own.toString());

        assertThat(pick().out()).startsWith(own + "|" + own + "/bin:");
    }

    @Test
    void an_old_java_home_gives_way_to_the_newest_jdk_found() throws Exception {
        environment.put("JAVA_HOME", jdk("java-17", "17.0.15").toString());
        jdk("a-25.0.2", "25.0.2");
        Path newest = jdk("b-25.0.10", "25.0.10");
        jdk("c-25.0.9", "25.0.9");
        jdk("d-21", "21.0.11");

        assertThat(pick().out()).startsWith(newest + "|");
    }

    @Test
    void a_java_17_on_the_path_gives_way_as_well() throws Exception {
        onThePath(jdk("java-17-openjdk-amd64", "17.0.15"));
        Path newer = jdk("temurin-25-jdk-amd64", "25.0.3");

        assertThat(pick().out()).startsWith(newer + "|" + newer + "/bin:");
    }

    @Test
    void a_java_on_the_path_stays_when_it_fits() throws Exception {
        Path own = ShellRun.fakeJdk(machine.resolve("elsewhere/jdk"), "22");
        onThePath(own);
        jdk("newer", "25.0.3");

        assertThat(pick().out()).startsWith(own.toRealPath() + "|");
    }

    @Test
    void a_runtime_without_compiler_is_no_jdk() throws Exception {
        Files.delete(jdk("jre-26", "26").resolve("bin/javac"));
        Path jdk = jdk("jdk-21", "21");

        assertThat(pick().out()).startsWith(jdk + "|");
    }

    @Test
    void old_numbering_early_access_and_junk_do_not_confuse_it() throws Exception {
        jdk("old", "1.8.0_392");
        jdk("junk", "twenty-six");
        Files.createDirectories(machine.resolve("jvm/empty"));
        Files.writeString(machine.resolve("jvm/.file"), "");
        jdk("lts", "25.0.3");
        Path early = jdk("early", "26-ea");

        assertThat(pick().out()).startsWith(early + "|");
    }

    @Test
    void a_jdk_below_a_folder_with_a_blank_is_kept() throws Exception {
        Path own = ShellRun.fakeJdk(machine.resolve("my programs/jdk"), "21.0.1");
        environment.put("JAVA_HOME", own.toString());

        assertThat(pick().out()).startsWith(own + "|");
    }

    @Test
    void with_only_an_old_jdk_it_says_in_one_line_what_to_do() throws Exception {
        Path old = jdk("java-17", "17.0.15");
        environment.put("JAVA_HOME", old.toString());

        var seen = pick();

        assertThat(seen.status()).isEqualTo(3);
        assertThat(seen.out()).isEmpty();
        assertThat(seen.err().lines())
                .singleElement()
                .asString()
                .contains("JDK of 21 or newer", old.toString(), "install one", "JAVA_HOME");
    }

    @Test
    void without_any_java_it_says_so() throws Exception {
        var seen = pick();

        assertThat(seen.status()).isEqualTo(3);
        assertThat(seen.err()).contains("no java on the PATH");
    }

    private Path jdk(String name, String version) throws IOException {
        return ShellRun.fakeJdk(machine.resolve("jvm").resolve(name), version);
    }

    private void onThePath(Path jdk) throws IOException {
        Files.createSymbolicLink(machine.resolve("bin/java"), jdk.resolve("bin/java"));
    }

    /// Sources the picker under the strictest settings a caller has, then prints what it chose.
    private ShellRun pick() throws IOException, InterruptedException {
        Path script = Path.of(".mvn/jdk.sh").toAbsolutePath();
        return ShellRun.of(
                machine,
                environment,
                List.of("/bin/sh", "-euc", ". '" + script + "'; echo \"$JAVA_HOME|$PATH\""));
    }
}
