package dev.cutover.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong settings, each told in one line before anything starts. */
class SettingsCheckTest {
    private static final String SECRET = "planted-password";

    @TempDir Path folder;

    private final Map<String, String> given = new HashMap<>();

    @BeforeEach
    void something_that_works() throws IOException {
        Path resolvers =
                Files.writeString(folder.resolve("resolvers"), "lab 127.0.0.1:5353 Lab -\n");
        given.put("cutover.home", folder.resolve("home").toString());
        given.put("cutover.dns.resolvers", resolvers.toString());
        given.put("quarkus.http.port", "0");
    }

    @Test
    void good_settings_pass_and_the_first_key_lies_there() {
        assertThat(faults()).isEmpty();
        assertThat(folder.resolve("home/keys")).isRegularFile();
        assertThat(folder.resolve("home/key")).isRegularFile();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cutover.home                  | /dev/null              | no folder",
                "cutover.dns.resolvers         | /nope                  | /nope, which does not exist",
                "cutover.dns.resolvers         | NOTES                  | notes.txt:1",
                "cutover.dns.authority-port    | 99999                  | a port of 1 to 65535, seen '99999'",
                "cutover.dns.authority-port    | 53x                    | a port of 1 to 65535, seen '53x'",
                "cutover.dns.queries-per-second | 0                     | a number of questions of 1 to 1000, seen '0'",
                "cutover.tls.trust-file        | NOTES                  | notes.txt",
                "cutover.tls.trust-file        | /nope                  | /nope",
                "cutover.egress.allow          | foo                    | a block such as 127.0.0.0/8, seen 'foo'",
                "cutover.images.directory      | /dev/null              | /dev/null is no folder",
                "cutover.images.credentials    | planted-password       | env:NAME or file:/path, seen 16 characters",
                "cutover.images.credentials    | env:NOT_ALLOWED        | CUTOVER_SECRETS_ALLOW",
                "cutover.images.url            | ftp://127.0.0.1        | https://HOST",
                "cutover.images.url            | https://               | https://HOST",
                "cutover.engine.url            | https://u:planted-password@h | without user and password",
                "cutover.cloudflare.url        | https://u:planted-password@h | without user and password",
                "cutover.cloudflare.url        | https://u:planted-password@h h | not shown",
                "cutover.secrets.allow         | GOOD,BAD NAME          | 'BAD NAME'",
                "cutover.secrets.directory     | /nope                  | an existing folder",
                "cutover.policy.minimum-lead   | two days               | PT48H, seen 'two days'",
                "cutover.policy.minimum-lead   | -PT1H                  | PT48H",
                "cutover.keep.measurements     | P30D                   | at least P31D, seen 'P30D'",
                "cutover.keep.measurements     | -P90D                  | at least P31D",
                "cutover.keep.measurements     | 700h                   | at least P31D",
                "cutover.keep.measurements     | for ever               | at least P31D",
                "cutover.store.url             | postgres://u:planted-password@h/d | jdbc:postgresql:",
                "cutover.clock.offset-url      | http://clock.example/  | loopback",
                "quarkus.http.port             | 70000                  | a port of 0 to 65535",
                "quarkus.http.host             | 192.0.2.1              | a port that can be listened at on 192.0.2.1",
            })
    void a_wrong_setting_is_one_line_with_its_name(String key, String value, String words)
            throws IOException {
        given.put(key, value.equals("NOTES") ? notes() : value);

        List<String> faults = faults();

        assertThat(faults).as(key).hasSize(1);
        assertThat(faults.getFirst()).contains(words).doesNotContain(SECRET).doesNotContain("\n");
        assertThat(faults.getFirst())
                .startsWith(
                        key.equals("quarkus.http.host")
                                ? "QUARKUS_HTTP_"
                                : SettingsCheck.variable(key) + ": ");
        assertThat(folder.resolve("home")).as("nothing was made").doesNotExist();
    }

    /** A file that is neither a list of resolvers nor a certificate. */
    private String notes() throws IOException {
        return Files.writeString(folder.resolve("notes.txt"), "buy-milk\n").toString();
    }

    @Test
    void a_port_in_use_is_named() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            given.put("quarkus.http.port", Integer.toString(taken.getLocalPort()));

            assertThat(faults())
                    .singleElement()
                    .satisfies(
                            f ->
                                    assertThat(f)
                                            .startsWith("QUARKUS_HTTP_PORT: ")
                                            .contains(Integer.toString(taken.getLocalPort())));
        }
    }

    @Test
    void a_broken_keys_file_is_told_with_its_line() throws IOException {
        Path keys = Files.writeString(folder.resolve("badkeys"), "nonsense\n");
        given.put("cutover.api.keys-file", keys.toString());

        assertThat(faults())
                .containsExactly(
                        "CUTOVER_API_KEYS_FILE: "
                                + keys
                                + ": line 1: expected 'name roles sha256-hex', seen 1 word");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "url ftp://h             | env:HOOK          | CUTOVER_WEBHOOKS_OPS_URL: expected https://HOST",
                "url https://u:planted-password@h | env:HOOK  | without user and password",
                "url https://h           | planted-password  | CUTOVER_WEBHOOKS_OPS_SECRETS: expected env:NAME or file:/path, seen 16 characters",
                "url https://h           | env:HOOK,env:OLD  | CUTOVER_SECRETS_ALLOW, seen env:OLD",
                "url https://h           | file:/x           | CUTOVER_SECRETS_DIRECTORY",
                "url https://h           | ' '               | CUTOVER_WEBHOOKS_OPS_SECRETS: expected a reference",
                "uri https://h           | env:HOOK          | CUTOVER_WEBHOOKS_OPS_URI: expected CUTOVER_WEBHOOKS_OPS_URL or",
                "x   -                   | env:HOOK          | CUTOVER_WEBHOOKS_OPS_URL: expected the receiver's address",
            })
    void a_receiver_that_could_not_be_sent_to_is_told(
            String address, String secrets, String expected) {
        given.put("cutover.secrets.allow", "HOOK");
        String[] words = address.split(" +", -1);
        if (!words[0].equals("x")) {
            given.put("cutover.webhooks.ops." + words[0], words[1]);
        }
        given.put("cutover.webhooks.ops.secrets", secrets);

        assertThat(faults())
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f).startsWith("CUTOVER_WEBHOOKS_OPS_"))
                .anySatisfy(f -> assertThat(f).contains(expected))
                .noneSatisfy(f -> assertThat(f).contains(SECRET));
    }

    @Test
    void good_receivers_pass_and_the_log_s_own_name_does_not() {
        given.put("cutover.secrets.allow", "HOOK");
        given.put("cutover.webhooks.ops.url", "https://hooks.example/a");
        given.put("cutover.webhooks.ops.secrets", "env:HOOK");
        assertThat(faults()).isEmpty();

        given.put("cutover.webhooks.log.url", "https://hooks.example/a");
        given.put("cutover.webhooks.log.secrets", "env:HOOK");
        assertThat(faults()).isNotEmpty().allSatisfy(f -> assertThat(f).contains("the log's own"));
    }

    @Test
    void every_fault_is_told_at_once() {
        given.put("cutover.dns.authority-port", "0");
        given.put("cutover.egress.allow", "foo,bar");

        assertThat(faults()).hasSize(3);
    }

    private List<String> faults() {
        SettingsCheck check =
                new SettingsCheck(key -> Optional.ofNullable(given.get(key)), given.keySet());
        check.all();
        return check.faults();
    }
}
