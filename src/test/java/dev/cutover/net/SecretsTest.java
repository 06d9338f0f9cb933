package dev.cutover.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cutover.port.PortException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
    private static final String PLANTED = "planted-secret-0815";

    @TempDir Path folder;
    private Path home;
    private Secrets secrets;

    @BeforeEach
    void plant() throws IOException {
        home = Files.createDirectory(folder.resolve("secrets"));
        Files.writeString(home.resolve("cloudflare"), PLANTED + "\n");
        Files.writeString(folder.resolve("outside"), PLANTED);
        Files.createSymbolicLink(home.resolve("link"), folder.resolve("outside"));
        Files.writeString(home.resolve("lines"), PLANTED + "\r\nX-Evil: " + PLANTED);
        Files.write(home.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 'x'});
        Files.writeString(home.resolve("large"), PLANTED.repeat(1000));
        secrets =
                new Secrets(
                        Set.of("TOKEN", "EMPTY", "UNSET"),
                        Optional.of(home),
                        Map.of("TOKEN", PLANTED, "EMPTY", " ", "HOME", PLANTED)::get);
    }

    @Test
    void allowed_references_are_resolved_when_asked() throws IOException {
        assertThat(secrets.resolve("${env:TOKEN}").reveal()).isEqualTo(PLANTED);
        assertThat(secrets.resolve("${file:cloudflare}").bearer()).isEqualTo("Bearer " + PLANTED);
        assertThat(secrets.resolve("${file:" + home + "/cloudflare}").reveal()).isEqualTo(PLANTED);

        Files.writeString(home.resolve("cloudflare"), "rotated");
        assertThat(secrets.resolve("${file:cloudflare}").reveal()).isEqualTo("rotated");
    }

    @Test
    void everything_else_is_denied_and_no_message_holds_a_value() {
        denied("${env:HOME}", "not on the allow-list");
        denied("${env:UNSET}", "not set");
        denied("${env:EMPTY}", "is empty");
        denied("${file:../outside}", "expected a file below");
        denied("${file:link}", "expected a file below");
        denied("${file:" + folder + "/outside}", "expected a file below");
        denied("${file:.}", "expected a file below");
        denied("${file:missing}", "cannot be read");
        denied("${file:lines}", "control");
        denied("${file:binary}", "cannot be read");
        denied("${file:large}", "expected at most 16384 bytes, seen 19000");
        denied("${vault:x}", "expected a secret reference");
        denied(PLANTED, "19 characters of something else");
        denied("Bearer ${env:TOKEN}", "expected a secret reference");
    }

    @Test
    void without_a_directory_no_file_holds_a_secret() {
        var none = new Secrets(Set.of(), Optional.empty(), name -> null);
        assertThatThrownBy(() -> none.resolve("${file:/etc/hostname}"))
                .hasMessageContaining("set cutover.secrets.directory");
    }

    @Test
    void a_secret_does_not_print_itself() {
        assertThat("" + secrets.resolve("${env:TOKEN}")).isEqualTo("(secret)");
    }

    private void denied(String reference, String words) {
        assertThatThrownBy(() -> secrets.resolve(reference))
                .isInstanceOfSatisfying(
                        PortException.class,
                        e -> assertThat(e.category()).isEqualTo(PortException.Category.DENIED))
                .hasMessageContaining(words)
                .hasMessageNotContaining(PLANTED)
                .hasNoCause();
    }
}
