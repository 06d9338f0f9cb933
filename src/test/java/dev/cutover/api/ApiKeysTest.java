package dev.cutover.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Keys let the right people in, and a bad file says which line is wrong.
class ApiKeysTest {
    @TempDir Path folder;

    @Test
    void an_issued_key_lets_its_owner_in_and_no_other_key_does() {
        ApiKeys.Issued alice = ApiKeys.issue("alice", EnumSet.of(Role.OPERATOR));
        ApiKeys.Issued bob = ApiKeys.issue("bob", EnumSet.of(Role.APPROVER));
        ApiKeys keys =
                ApiKeys.parse("# people\n" + alice.line() + "\n\n" + bob.line() + " # on call\n");

        assertThat(keys.caller(alice.key()))
                .get()
                .extracting(ApiKeys.Caller::name)
                .isEqualTo("alice");
        ApiKeys.Caller caller = keys.caller(bob.key()).orElseThrow();
        assertThat(caller.may(Role.APPROVER)).isTrue();
        assertThat(caller.may(Role.VIEWER)).as("everybody may look").isTrue();
        assertThat(caller.may(Role.OPERATOR)).isFalse();
        assertThat(keys.caller(alice.key() + "x")).isEmpty();
        assertThat(keys.caller("")).isEmpty();
    }

    @Test
    void neither_the_line_nor_its_printing_holds_the_key() {
        ApiKeys.Issued issued = ApiKeys.issue("alice", EnumSet.of(Role.VIEWER));

        assertThat(issued.line()).doesNotContain(issued.key());
        assertThat(issued.toString()).isEqualTo("Issued[alice]");
        assertThat(ApiKeys.issue("alice", EnumSet.of(Role.VIEWER)).key())
                .isNotEqualTo(issued.key());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alice operator | expected 'name roles sha256-hex', seen 2 words",
                "Alice! operator 0 | expected a name",
                "alice admin aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | seen 'admin'",
                "alice operator cutover_secret | the key itself must not stand here",
            })
    void a_bad_line_is_named(String line, String said) {
        assertThatThrownBy(() -> ApiKeys.parse("# first\n" + line.strip()))
                .isInstanceOf(BadKeysFileException.class)
                .hasMessageContaining("line 2: ")
                .hasMessageContaining(said.strip())
                .hasMessageNotContaining("cutover_secret");
    }

    @Test
    void one_key_for_two_people_is_refused() {
        String line = ApiKeys.issue("alice", EnumSet.of(Role.VIEWER)).line();

        assertThatThrownBy(() -> ApiKeys.parse(line + "\n" + line.replace("alice", "bob")))
                .hasMessageContaining("line 2: this key stands above already");
    }

    @Test
    void the_first_start_makes_a_key_that_works_for_its_owner_alone() throws IOException {
        Path keysFile = folder.resolve("home/keys");
        Path plain = folder.resolve("home/key");

        assertThat(KeyFiles.ensure(keysFile, plain)).isTrue();
        String key = Files.readString(plain).strip();
        ApiKeys.Caller caller = KeyFiles.load(keysFile).caller(key).orElseThrow();

        assertThat(caller.name()).isEqualTo("local");
        assertThat(caller.roles()).isEqualTo(Set.of(Role.OPERATOR, Role.APPROVER));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(plain)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keysFile)))
                .isEqualTo("rw-------");
        try (var left = Files.list(keysFile.getParent())) {
            assertThat(left).hasSize(2);
        }
    }

    @Test
    void a_second_start_changes_neither_file() throws IOException {
        Path keysFile = folder.resolve("keys");
        Path plain = folder.resolve("key");
        KeyFiles.ensure(keysFile, plain);
        String before = Files.readString(plain);

        assertThat(KeyFiles.ensure(keysFile, plain)).isFalse();
        assertThat(Files.readString(plain)).isEqualTo(before);
    }

    @Test
    void a_line_taken_out_of_the_file_ends_its_key_without_a_restart() throws IOException {
        ApiKeys.Issued ada = ApiKeys.issue("ada", EnumSet.of(Role.APPROVER));
        ApiKeys.Issued bob = ApiKeys.issue("bob", EnumSet.of(Role.OPERATOR));
        Path file = Files.writeString(folder.resolve("keys"), ada.line() + "\n" + bob.line());
        AtomicLong nanos = new AtomicLong();
        List<String> warnings = new ArrayList<>();
        ApiKeys keys = ApiKeys.following(new KeptKeys(file, nanos::get, warnings::add));
        assertThat(keys.caller(bob.key())).isPresent();

        Files.writeString(file, ada.line().replace("approver", "viewer"));
        nanos.addAndGet(1_000_000_000L);

        assertThat(keys.caller(bob.key())).isEmpty();
        assertThat(keys.caller(ada.key()).orElseThrow().may(Role.APPROVER)).isFalse();
        assertThat(keys.approvers()).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void a_file_that_went_bad_locks_nobody_out_and_is_told_once() throws IOException {
        ApiKeys.Issued ada = ApiKeys.issue("ada", EnumSet.of(Role.OPERATOR));
        Path file = Files.writeString(folder.resolve("keys"), ada.line());
        AtomicLong nanos = new AtomicLong();
        List<String> warnings = new ArrayList<>();
        ApiKeys keys = ApiKeys.following(new KeptKeys(file, nanos::get, warnings::add));

        Files.writeString(file, ada.line() + "\nbob operator");
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(1_000_000_000L);
            assertThat(keys.caller(ada.key())).isPresent();
        }
        Files.delete(file);
        nanos.addAndGet(1_000_000_000L);
        assertThat(keys.caller(ada.key())).isPresent();

        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("line 2", "the keys read before stay");
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> KeyFiles.load(folder.resolve("nowhere")))
                .isInstanceOf(BadKeysFileException.class)
                .hasMessageContaining("nowhere");
    }
}
